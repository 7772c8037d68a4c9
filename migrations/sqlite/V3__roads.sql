-- Roads: what cars may drive and people may walk, turns, and how fast traffic is.
--
-- They are part of the stock: their rows carry the number of the event that changed them last. A road that is
-- no longer there stays, closed to everybody, so that whoever follows learns of it.

-- Nodes are 64-bit little-endian whole numbers, one a point of the line; marks one byte a point: 0 nothing,
-- 1 a bollard, 2 a gate, 3 traffic lights.
CREATE TABLE road (
    id           TEXT PRIMARY KEY CHECK (id <> ''),
    class        TEXT NOT NULL CHECK (class IN (
        'motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'unclassified', 'residential', 'living_street',
        'service', 'track', 'pedestrian', 'footway', 'steps'
    )),
    name         TEXT,
    -- Speed limits along the line and against it; null where cars may not go.
    forward_kmh  INTEGER CHECK (forward_kmh BETWEEN 1 AND 255),
    backward_kmh INTEGER CHECK (backward_kmh BETWEEN 1 AND 255),
    restricted   INTEGER NOT NULL CHECK (restricted IN (0, 1)),
    walkable     INTEGER NOT NULL CHECK (walkable IN (0, 1)),
    nodes        BLOB NOT NULL,
    marks        BLOB NOT NULL CHECK (length(marks) >= 2 AND length(nodes) = 8 * length(marks)),
    line         BLOB NOT NULL CHECK (line <> x''),
    seq          INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

-- A sign about turning from one road into another, at a node or over other roads (ids with a space between).
-- An extract may hold a sign without its roads.
CREATE TABLE turn (
    id        TEXT PRIMARY KEY CHECK (id <> ''),
    from_road TEXT NOT NULL,
    via_node  INTEGER,
    via_roads TEXT CHECK (via_roads <> ''),
    to_road   TEXT NOT NULL,
    rule      TEXT NOT NULL CHECK (rule IN ('no', 'only', 'lifted')),
    seq       INTEGER NOT NULL REFERENCES event (seq),
    CHECK ((via_node IS NULL) <> (via_roads IS NULL))
) STRICT;

-- Hundredths of the speed limit, one byte an hour of the week from Monday 00:00 in Paris.
CREATE TABLE road_speed (
    class   TEXT PRIMARY KEY CHECK (class IN (
        'motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'unclassified', 'residential', 'living_street',
        'service', 'track', 'pedestrian', 'footway', 'steps'
    )),
    percent BLOB NOT NULL CHECK (length(percent) = 168),
    seq     INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

CREATE INDEX road_by_seq ON road (seq);
CREATE INDEX turn_by_seq ON turn (seq);
CREATE INDEX road_speed_by_seq ON road_speed (seq);
