-- The first schema: the event log, the stock, incidents and patrols.
--
-- The same tables, columns and rules as in SQLite, with the types that PostgreSQL and PostGIS have for them.
-- Times are whole milliseconds, geometries WGS 84 degrees with longitude first. Keys are compared by their
-- bytes, whatever the language of the database. No column may ever hold a person's name, telephone, e-mail,
-- flat or description: an incident has a site and a building, and nothing that tells who called.
--
-- The schema `vigie` is made before, and comes first in the search path. Functions name it all the same:
-- they must work for whoever runs plain SQL.

-- The last event, and how often anything was committed. A writer locks this row before it decides and holds
-- it until it has committed: so numbers have no gap, and every decision is made against the last state.
CREATE TABLE head (
    singleton BOOLEAN PRIMARY KEY DEFAULT true CHECK (singleton),
    seq       BIGINT NOT NULL CHECK (seq >= 0),
    commits   BIGINT NOT NULL CHECK (commits >= 0)
) WITH (fillfactor = 10);

INSERT INTO head (seq, commits) VALUES (0, 0);

-- What has happened. `seq` is 1, 2, 3, … without a gap. The event names its subject; the subject's row
-- holds its state. A change of the stock has no single subject: its rows carry its `seq`.
CREATE TABLE event (
    seq                  BIGINT PRIMARY KEY CHECK (seq > 0),
    recorded_at          TIMESTAMPTZ NOT NULL,
    fact                 TEXT COLLATE "C" NOT NULL CHECK (fact IN ('stock', 'incident', 'patrol')),
    incident             UUID,
    incident_reported_at TIMESTAMPTZ,
    patrol               TEXT COLLATE "C",
    CHECK ((fact = 'incident') = (incident IS NOT NULL)),
    CHECK ((incident IS NULL) = (incident_reported_at IS NULL)),
    CHECK ((fact = 'patrol') = (patrol IS NOT NULL)),
    CHECK (recorded_at BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 23:59:59.999Z'
        AND date_trunc('milliseconds', recorded_at) = recorded_at)
);

-- The settings keep a session that began with a small table from reading all of it once it is large, and
-- from compiling what it runs for a few rows.
CREATE FUNCTION event_has_no_gap() RETURNS TRIGGER LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    first BIGINT;
    last  BIGINT;
    many  BIGINT;
BEGIN
    SELECT min(seq), max(seq), count(*) INTO first, last, many FROM added;
    IF many = 0 THEN
        RETURN NULL;
    END IF;
    UPDATE vigie.head SET seq = last
    WHERE singleton AND seq = first - 1 AND last = first - 1 + many;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the number of an event follows the last one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- As a foreign key would say, which for each row looks into every partition: 80 µs an event and more with
    -- each month, where this takes 4. The other half of the rule is `incident_is_never_removed`.
    IF EXISTS (
        SELECT FROM added WHERE added.incident IS NOT NULL AND NOT EXISTS (
            SELECT FROM vigie.incident
            WHERE incident.id = added.incident AND incident.reported_at = added.incident_reported_at
        )
    ) THEN
        RAISE EXCEPTION 'an event is about an incident that is there'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    -- The key of a partitioned table holds the time that it is partitioned by; alone, it would let one
    -- incident be there twice.
    IF EXISTS (
        SELECT FROM added JOIN vigie.event AS known ON known.incident = added.incident
        WHERE known.incident_reported_at <> added.incident_reported_at
    ) THEN
        RAISE EXCEPTION 'an incident is reported once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER event_has_no_gap AFTER INSERT ON event
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION event_has_no_gap();

CREATE FUNCTION event_is_never_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event is never changed or removed'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_is_never_changed();

-- Rows of the stock refer to their event. The copy of a store brings them before the events, and has the
-- references checked when it commits.

CREATE TABLE landlord (
    id   TEXT COLLATE "C" PRIMARY KEY CHECK (id ~ '^[a-z0-9-]+$'),
    name TEXT NOT NULL CHECK (name <> ''),
    seq  BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE
);

CREATE TABLE site (
    code      TEXT COLLATE "C" PRIMARY KEY CHECK (code ~ '^[A-Z0-9-]{1,32}$'),
    landlord  TEXT COLLATE "C" NOT NULL REFERENCES landlord (id),
    name      TEXT NOT NULL,
    dwellings BIGINT NOT NULL CHECK (dwellings BETWEEN 0 AND 4294967295),
    position  GEOMETRY (Point, 4326) NOT NULL
        CHECK (coalesce(ST_X(position) BETWEEN -180 AND 180 AND ST_Y(position) BETWEEN -90 AND 90, false)),
    outline   GEOMETRY (MultiPolygon, 4326) CHECK (NOT ST_IsEmpty(outline)),
    -- The street address in the landlord's own register; no incident refers to it.
    address   TEXT,
    seq       BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE
);

CREATE TABLE building (
    id             TEXT COLLATE "C" PRIMARY KEY CHECK (id ~ '^[!-~]{1,64}$'),
    site           TEXT COLLATE "C" REFERENCES site (code),
    -- Whether the source named the site; else it was found by position.
    site_was_given BOOLEAN NOT NULL,
    footprint      GEOMETRY (MultiPolygon, 4326) NOT NULL CHECK (NOT ST_IsEmpty(footprint)),
    height_m       DOUBLE PRECISION,
    levels         INTEGER CHECK (levels BETWEEN 0 AND 65535),
    dwellings      BIGINT CHECK (dwellings BETWEEN 0 AND 4294967295),
    seq            BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE,
    CHECK (site IS NOT NULL OR NOT site_was_given)
);

-- The entrances of a building, numbered from 0 in the order of the source.
CREATE TABLE hall (
    building TEXT COLLATE "C" NOT NULL REFERENCES building (id) ON DELETE CASCADE,
    ordinal  INTEGER NOT NULL CHECK (ordinal >= 0),
    label    TEXT NOT NULL,
    position GEOMETRY (Point, 4326) NOT NULL
        CHECK (coalesce(ST_X(position) BETWEEN -180 AND 180 AND ST_Y(position) BETWEEN -90 AND 90, false)),
    PRIMARY KEY (building, ordinal)
);

-- Streets, water, parks: drawn under the stock, never used for an answer.
CREATE TABLE surrounding (
    id       TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
    class    TEXT COLLATE "C" NOT NULL CHECK (class IN ('street', 'rail', 'water', 'green', 'building')),
    name     TEXT,
    rank     SMALLINT NOT NULL CHECK (rank BETWEEN 0 AND 255),
    height_m DOUBLE PRECISION,
    -- As a pattern: PostGIS would read the first name of a list as the type of the column, and tell QGIS so.
    shape    GEOMETRY (Geometry, 4326) NOT NULL
        CHECK (GeometryType(shape) ~ '^(LINESTRING|MULTIPOLYGON)$' AND NOT ST_IsEmpty(shape)),
    seq      BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE
);

-- INSEE tracts: H housing, A activity, D other.
CREATE TABLE tract (
    code TEXT COLLATE "C" PRIMARY KEY CHECK (code ~ '^[0-9][0-9AB][0-9]{7}$'),
    name TEXT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('H', 'A', 'D')),
    area GEOMETRY (MultiPolygon, 4326) NOT NULL CHECK (NOT ST_IsEmpty(area)),
    seq  BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE
);

-- What has changed in the stock after an event, for a program that follows another one.
CREATE INDEX landlord_by_seq ON landlord (seq);
CREATE INDEX site_by_seq ON site (seq);
CREATE INDEX building_by_seq ON building (seq);
CREATE INDEX surrounding_by_seq ON surrounding (seq);
CREATE INDEX tract_by_seq ON tract (seq);

-- Where things are, for whoever asks in SQL or draws in QGIS; the program itself asks its twin.
CREATE INDEX site_by_position ON site USING gist (position);
CREATE INDEX site_by_outline ON site USING gist (outline);
CREATE INDEX building_by_footprint ON building USING gist (footprint);
CREATE INDEX hall_by_position ON hall USING gist (position);
CREATE INDEX surrounding_by_shape ON surrounding USING gist (shape);
CREATE INDEX tract_by_area ON tract USING gist (area);

-- A partition a month of `reported_at`, in UTC.
CREATE TABLE incident (
    id          UUID NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind ~ '^[A-Z0-9-]{1,16}$'),
    channel     TEXT COLLATE "C" NOT NULL
        CHECK (channel IN ('call', 'patrol', 'caretaker', 'partner', 'sensor')),
    status      TEXT COLLATE "C" NOT NULL CHECK (status IN (
        'received', 'qualified', 'assigned', 'acknowledged', 'en_route', 'on_site', 'cleared', 'reported',
        'closed', 'cancelled', 'handed_over', 'no_action'
    )),
    reported_at TIMESTAMPTZ NOT NULL
        CHECK (reported_at BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 23:59:59.999Z'
            AND date_trunc('milliseconds', reported_at) = reported_at),
    site        TEXT COLLATE "C" NOT NULL REFERENCES site (code),
    building    TEXT COLLATE "C" REFERENCES building (id),
    PRIMARY KEY (id, reported_at)
) PARTITION BY RANGE (reported_at);

-- An event refers to it.
CREATE FUNCTION incident_is_never_removed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an incident is never removed' USING ERRCODE = 'foreign_key_violation';
END
$$;

CREATE TRIGGER incident_is_never_removed BEFORE DELETE OR UPDATE OF id, reported_at ON incident
FOR EACH ROW EXECUTE FUNCTION incident_is_never_removed();

CREATE TRIGGER incident_is_never_truncated BEFORE TRUNCATE ON incident
FOR EACH STATEMENT EXECUTE FUNCTION incident_is_never_removed();

-- Makes the partitions for incidents reported at these instants, where they are missing. A partition is
-- made apart and then attached, which keeps nobody from reading the others meanwhile.
CREATE FUNCTION add_incident_months(instants TIMESTAMPTZ[]) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    month     TIMESTAMP; -- in UTC
    partition TEXT;
BEGIN
    FOR month IN
        SELECT DISTINCT date_trunc('month', instant AT TIME ZONE 'UTC') FROM unnest(instants) AS instant
    LOOP
        partition := to_char(month, '"incident_"YYYY_MM');
        CONTINUE WHEN to_regclass('vigie.' || partition) IS NOT NULL;
        EXECUTE format('CREATE TABLE vigie.%I (LIKE vigie.incident INCLUDING ALL)', partition);
        EXECUTE format(
            'ALTER TABLE vigie.incident ATTACH PARTITION vigie.%I FOR VALUES FROM (%L) TO (%L)',
            partition, month AT TIME ZONE 'UTC', (month + INTERVAL '1 month') AT TIME ZONE 'UTC'
        );
        EXECUTE format(
            'CREATE TRIGGER incident_is_never_truncated BEFORE TRUNCATE ON vigie.%I
             FOR EACH STATEMENT EXECUTE FUNCTION vigie.incident_is_never_removed()',
            partition
        );
    END LOOP;
END
$$;

-- Which event a request made, by the SHA-256 of its idempotency key and of what it asked. Apart from
-- `incident`, so that reading all incidents does not read these 64 bytes each, and so that keys can be
-- forgotten before incidents are.
CREATE TABLE receipt (
    key     BYTEA PRIMARY KEY CHECK (octet_length(key) = 32),
    request BYTEA NOT NULL CHECK (octet_length(request) = 32),
    seq     BIGINT NOT NULL REFERENCES event (seq)
);

CREATE TABLE patrol (
    id           TEXT COLLATE "C" PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{1,32}$'),
    callsign     TEXT NOT NULL CHECK (callsign <> ''),
    availability TEXT COLLATE "C" NOT NULL CHECK (availability IN ('available', 'busy', 'off_duty')),
    crew         SMALLINT CHECK (crew BETWEEN 0 AND 255)
);

-- Where each patrol was last: never a trace, and nothing off duty. A row is rewritten some thousand times
-- an hour: with room in its page and no index but the key, the new version takes the place of the old one.
CREATE TABLE position (
    patrol      TEXT COLLATE "C" PRIMARY KEY REFERENCES patrol (id),
    position    GEOMETRY (Point, 4326) NOT NULL
        CHECK (coalesce(ST_X(position) BETWEEN -180 AND 180 AND ST_Y(position) BETWEEN -90 AND 90, false)),
    recorded_at TIMESTAMPTZ NOT NULL
        CHECK (recorded_at BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 23:59:59.999Z'
            AND date_trunc('milliseconds', recorded_at) = recorded_at),
    accuracy_m  DOUBLE PRECISION CHECK (accuracy_m >= 0)
) WITH (fillfactor = 20);

ALTER TABLE event ADD FOREIGN KEY (patrol) REFERENCES patrol (id);

-- For the rule that an incident is reported once.
CREATE INDEX event_by_incident ON event (incident, incident_reported_at) WHERE incident IS NOT NULL;

CREATE FUNCTION position_ends_with_duty() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM vigie.position WHERE patrol = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER position_ends_with_duty AFTER UPDATE OF availability ON patrol
FOR EACH ROW WHEN (NEW.availability = 'off_duty') EXECUTE FUNCTION position_ends_with_duty();

-- Of all rows that a statement adds at once: this table takes thousands a second.
CREATE FUNCTION position_only_on_duty() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added JOIN vigie.patrol ON patrol.id = added.patrol
        WHERE patrol.availability = 'off_duty'
    ) THEN
        RAISE EXCEPTION 'the position of a patrol off duty is not kept'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER position_only_on_duty AFTER INSERT ON position
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION position_only_on_duty();

CREATE FUNCTION position_stays_with_its_patrol() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a position stays with its patrol' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER position_stays_with_its_patrol BEFORE UPDATE OF patrol ON position
FOR EACH ROW WHEN (NEW.patrol <> OLD.patrol) EXECUTE FUNCTION position_stays_with_its_patrol();

-- Incidents as points, for QGIS and for plain SQL: at their building where it is known, else at their site.
CREATE VIEW incident_on_map AS
SELECT
    incident.id,
    incident.kind,
    incident.channel,
    incident.status,
    incident.reported_at,
    incident.site,
    incident.building,
    site.landlord,
    coalesce(ST_PointOnSurface(building.footprint), site.position)::GEOMETRY (Point, 4326) AS position
FROM incident
JOIN site ON site.code = incident.site
LEFT JOIN building ON building.id = incident.building;
