-- Roads: what cars may drive and people may walk, turns, and how fast traffic is.
--
-- They are part of the stock: their rows carry the number of the event that changed them last. A road that is
-- no longer there stays, closed to everybody, so that whoever follows learns of it.

-- Nodes and marks are one a point of the line; a mark is 0 nothing, 1 a bollard, 2 a gate, 3 traffic lights.
CREATE TABLE road (
    id           TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
    class        TEXT COLLATE "C" NOT NULL CHECK (class IN (
        'motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'unclassified', 'residential', 'living_street',
        'service', 'track', 'pedestrian', 'footway', 'steps'
    )),
    name         TEXT,
    -- Speed limits along the line and against it; null where cars may not go.
    forward_kmh  SMALLINT CHECK (forward_kmh BETWEEN 1 AND 255),
    backward_kmh SMALLINT CHECK (backward_kmh BETWEEN 1 AND 255),
    restricted   BOOLEAN NOT NULL,
    walkable     BOOLEAN NOT NULL,
    nodes        BIGINT[] NOT NULL,
    marks        SMALLINT[] NOT NULL CHECK (cardinality(marks) >= 2 AND cardinality(nodes) = cardinality(marks)),
    line         GEOMETRY (LineString, 4326) NOT NULL CHECK (NOT ST_IsEmpty(line)),
    seq          BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE
);

-- A sign about turning from one road into another, at a node or over other roads (ids with a space between).
-- An extract may hold a sign without its roads.
CREATE TABLE turn (
    id        TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
    from_road TEXT COLLATE "C" NOT NULL,
    via_node  BIGINT,
    via_roads TEXT COLLATE "C" CHECK (via_roads <> ''),
    to_road   TEXT COLLATE "C" NOT NULL,
    rule      TEXT COLLATE "C" NOT NULL CHECK (rule IN ('no', 'only', 'lifted')),
    seq       BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE,
    CHECK ((via_node IS NULL) <> (via_roads IS NULL))
);

-- Hundredths of the speed limit, one an hour of the week from Monday 00:00 in Paris.
CREATE TABLE road_speed (
    class   TEXT COLLATE "C" PRIMARY KEY CHECK (class IN (
        'motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'unclassified', 'residential', 'living_street',
        'service', 'track', 'pedestrian', 'footway', 'steps'
    )),
    percent BYTEA NOT NULL CHECK (octet_length(percent) = 168),
    seq     BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE
);

CREATE INDEX road_by_seq ON road (seq);
CREATE INDEX turn_by_seq ON turn (seq);
CREATE INDEX road_speed_by_seq ON road_speed (seq);
CREATE INDEX road_by_line ON road USING gist (line);
