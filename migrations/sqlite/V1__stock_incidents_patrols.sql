-- The first schema: the event log, the stock, incidents and patrols.
--
-- Times are whole milliseconds since 1970 in UTC. Points are `lon` and `lat`, other geometries are ISO WKB;
-- both are WGS 84 degrees, longitude first. No column may ever hold a person's name, telephone, e-mail,
-- flat or description: an incident has a site and a building, and nothing that tells who called.

PRAGMA application_id = 0x56494749; -- "VIGI"

-- What has happened. `seq` is 1, 2, 3, … without a gap. The event names its subject; the subject's row
-- holds its state. A change of the stock has no single subject: its rows carry its `seq`.
CREATE TABLE event (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    recorded_at INTEGER NOT NULL,
    fact        TEXT NOT NULL CHECK (fact IN ('stock', 'incident', 'patrol')),
    incident    BLOB REFERENCES incident (id),
    patrol      TEXT REFERENCES patrol (id),
    CHECK ((fact = 'incident') = (incident IS NOT NULL)),
    CHECK ((fact = 'patrol') = (patrol IS NOT NULL))
) STRICT;

CREATE TRIGGER event_has_no_gap BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
BEGIN
    SELECT RAISE(ABORT, 'the number of an event follows the last one');
END;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'an event is never removed');
END;

CREATE TABLE landlord (
    id   TEXT PRIMARY KEY CHECK (id <> '' AND id NOT GLOB '*[^a-z0-9-]*'),
    name TEXT NOT NULL CHECK (name <> ''),
    seq  INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

CREATE TABLE site (
    code      TEXT PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 32 AND code NOT GLOB '*[^A-Z0-9-]*'),
    landlord  TEXT NOT NULL REFERENCES landlord (id),
    name      TEXT NOT NULL,
    dwellings INTEGER NOT NULL CHECK (dwellings BETWEEN 0 AND 4294967295),
    lon       REAL NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat       REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    outline   BLOB CHECK (outline <> x''),
    -- The street address in the landlord's own register; no incident refers to it.
    address   TEXT,
    seq       INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

CREATE TABLE building (
    id             TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64 AND id NOT GLOB '*[^!-~]*'),
    site           TEXT REFERENCES site (code),
    -- Whether the source named the site; else it was found by position.
    site_was_given INTEGER NOT NULL CHECK (site_was_given IN (0, 1)),
    footprint      BLOB NOT NULL CHECK (footprint <> x''),
    height_m       REAL,
    levels         INTEGER CHECK (levels BETWEEN 0 AND 65535),
    dwellings      INTEGER CHECK (dwellings BETWEEN 0 AND 4294967295),
    seq            INTEGER NOT NULL REFERENCES event (seq),
    CHECK (site IS NOT NULL OR site_was_given = 0)
) STRICT;

-- The entrances of a building, numbered from 0 in the order of the source.
CREATE TABLE hall (
    building TEXT NOT NULL REFERENCES building (id) ON DELETE CASCADE,
    ordinal  INTEGER NOT NULL CHECK (ordinal >= 0),
    label    TEXT NOT NULL,
    lon      REAL NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat      REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    PRIMARY KEY (building, ordinal)
) STRICT, WITHOUT ROWID;

-- Streets, water, parks: drawn under the stock, never used for an answer.
CREATE TABLE surrounding (
    id       TEXT PRIMARY KEY CHECK (id <> ''),
    class    TEXT NOT NULL CHECK (class IN ('street', 'rail', 'water', 'green', 'building')),
    name     TEXT,
    rank     INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 255),
    height_m REAL,
    shape    BLOB NOT NULL CHECK (shape <> x''),
    seq      INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

-- INSEE tracts: H housing, A activity, D other.
CREATE TABLE tract (
    code TEXT PRIMARY KEY CHECK (code GLOB '[0-9][0-9AB][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('H', 'A', 'D')),
    area BLOB NOT NULL CHECK (area <> x''),
    seq  INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

-- What has changed in the stock after an event, for a program that follows another one.
CREATE INDEX landlord_by_seq ON landlord (seq);
CREATE INDEX site_by_seq ON site (seq);
CREATE INDEX building_by_seq ON building (seq);
CREATE INDEX surrounding_by_seq ON surrounding (seq);
CREATE INDEX tract_by_seq ON tract (seq);

CREATE TABLE incident (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind        TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 16 AND kind NOT GLOB '*[^A-Z0-9-]*'),
    channel     TEXT NOT NULL CHECK (channel IN ('call', 'patrol', 'caretaker', 'partner', 'sensor')),
    status      TEXT NOT NULL CHECK (status IN (
        'received', 'qualified', 'assigned', 'acknowledged', 'en_route', 'on_site', 'cleared', 'reported',
        'closed', 'cancelled', 'handed_over', 'no_action'
    )),
    reported_at INTEGER NOT NULL,
    site        TEXT NOT NULL REFERENCES site (code),
    building    TEXT REFERENCES building (id)
) STRICT, WITHOUT ROWID;

-- Which event a request made, by the SHA-256 of its idempotency key and of what it asked. Apart from
-- `incident`, so that reading all incidents does not read these 64 bytes each, and so that keys can be
-- forgotten before incidents are.
CREATE TABLE receipt (
    key     BLOB PRIMARY KEY CHECK (length(key) = 32),
    request BLOB NOT NULL CHECK (length(request) = 32),
    seq     INTEGER NOT NULL REFERENCES event (seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE patrol (
    id           TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 32 AND id NOT GLOB '*[^A-Za-z0-9_-]*'),
    callsign     TEXT NOT NULL CHECK (callsign <> ''),
    availability TEXT NOT NULL CHECK (availability IN ('available', 'busy', 'off_duty')),
    crew         INTEGER CHECK (crew BETWEEN 0 AND 255)
) STRICT;

-- Where each patrol was last: never a trace, and nothing off duty.
CREATE TABLE position (
    patrol      TEXT PRIMARY KEY REFERENCES patrol (id),
    lon         REAL NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat         REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    recorded_at INTEGER NOT NULL,
    accuracy_m  REAL CHECK (accuracy_m >= 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER position_ends_with_duty AFTER UPDATE OF availability ON patrol
WHEN NEW.availability = 'off_duty'
BEGIN
    DELETE FROM position WHERE patrol = NEW.id;
END;

CREATE TRIGGER position_only_on_duty BEFORE INSERT ON position
WHEN (SELECT availability FROM patrol WHERE id = NEW.patrol) = 'off_duty'
BEGIN
    SELECT RAISE(ABORT, 'the position of a patrol off duty is not kept');
END;
