-- What goes when its term is over: what was removed by whom, and what a hold keeps.

-- The data protection officer keeps incidents beyond their term, for a reason of a closed list and until an end.
-- A hold names an incident, a site, a time at which incidents were reported, or several of them: it covers what has
-- all of them. It refers to no incident: it outlasts the one that it kept.
CREATE TABLE hold (
    id            UUID PRIMARY KEY,
    incident      UUID,
    site          TEXT COLLATE "C" REFERENCES site (code),
    reported_from TIMESTAMPTZ CHECK (date_trunc('milliseconds', reported_from) = reported_from),
    reported_to   TIMESTAMPTZ CHECK (date_trunc('milliseconds', reported_to) = reported_to),
    reason        TEXT COLLATE "C" NOT NULL CHECK (reason IN (
        'judicial_request', 'complaint', 'litigation', 'access_request', 'inspection'
    )),
    until         TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', until) = until),
    set_at        TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', set_at) = set_at),
    -- The name of a post; null for whoever runs the program on its machine.
    set_by        TEXT COLLATE "C" CHECK (set_by ~ '^[a-z0-9_.-]{1,32}$'),
    lifted_at     TIMESTAMPTZ CHECK (date_trunc('milliseconds', lifted_at) = lifted_at),
    lifted_by     TEXT COLLATE "C" CHECK (lifted_by ~ '^[a-z0-9_.-]{1,32}$'),
    CHECK (num_nonnulls(incident, site, reported_from, reported_to) > 0),
    CHECK (until > set_at),
    CHECK (lifted_at IS NOT NULL OR lifted_by IS NULL)
);

-- The register of purges: each row is signed, and holds the SHA-256 of the one before. `removed` is a line for each
-- sort of record: its name, before when it was over, and how many went. `holds` are ids, with a space between.
CREATE TABLE purge (
    number     BIGINT PRIMARY KEY CHECK (number > 0),
    at         TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', at) = at),
    cause      TEXT COLLATE "C" NOT NULL CHECK (cause IN ('daily', 'command')),
    complete   BOOLEAN NOT NULL,
    removed    TEXT NOT NULL,
    holds      TEXT NOT NULL,
    previous   BYTEA NOT NULL CHECK (octet_length(previous) = 32),
    public_key BYTEA NOT NULL CHECK (octet_length(public_key) = 32),
    signature  BYTEA NOT NULL CHECK (octet_length(signature) = 64)
);

CREATE FUNCTION purge_has_no_gap() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM vigie.purge) THEN
        RAISE EXCEPTION 'the number of a purge follows the last one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER purge_has_no_gap BEFORE INSERT ON purge
FOR EACH ROW EXECUTE FUNCTION purge_has_no_gap();

CREATE FUNCTION purge_is_never_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a purge is never changed or removed' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER purge_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON purge
FOR EACH STATEMENT EXECUTE FUNCTION purge_is_never_changed();

-- Of a step nothing changes but that its patrol is forgotten, and an incident that is gone.
DROP TRIGGER step_is_never_changed ON step;

CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
FOR EACH ROW WHEN (
    (NEW.patrol IS NOT NULL AND NEW.patrol IS DISTINCT FROM OLD.patrol)
    OR (NEW.other IS NOT NULL AND NEW.other IS DISTINCT FROM OLD.other)
    OR (NEW.incident, NEW.ordinal, NEW.action, NEW.at, NEW.recorded_at, NEW.actor, NEW.reason,
        NEW.override_reason, NEW.partner, NEW.outcome, NEW.people, NEW.with_police, NEW.remark)
    IS DISTINCT FROM
       (OLD.incident, OLD.ordinal, OLD.action, OLD.at, OLD.recorded_at, OLD.actor, OLD.reason,
        OLD.override_reason, OLD.partner, OLD.outcome, OLD.people, OLD.with_police, OLD.remark)
) EXECUTE FUNCTION step_is_never_changed();

CREATE INDEX step_by_time ON step (at) WHERE patrol IS NOT NULL;
CREATE INDEX step_by_other ON step (other) WHERE other IS NOT NULL;
CREATE INDEX receipt_by_seq ON receipt (seq);
CREATE INDEX hazard_by_end ON hazard (until);

-- An alert that a purge was missed is about no patrol.
ALTER TABLE alert ALTER COLUMN patrol DROP NOT NULL;
ALTER TABLE alert DROP CONSTRAINT alert_kind_check;
ALTER TABLE alert ADD CONSTRAINT alert_kind_check
    CHECK (kind IN ('sos', 'check_in_missed', 'no_movement', 'signal_lost', 'purge_missed'));
ALTER TABLE alert DROP CONSTRAINT alert_resolution_check;
ALTER TABLE alert ADD CONSTRAINT alert_resolution_check
    CHECK (resolution IN ('assisted', 'false_alarm', 'reached', 'test', 'purged'));
ALTER TABLE alert ADD CHECK ((kind = 'purge_missed') = (patrol IS NULL));

CREATE INDEX alert_by_time ON alert (raised_at);
CREATE INDEX alert_by_incident ON alert (incident) WHERE incident IS NOT NULL;

-- An event may be about a hold or a purge. One whose subject was purged is `gone`: it keeps its number and its time,
-- and says nothing more.
ALTER TABLE event ADD COLUMN hold UUID REFERENCES hold (id);
ALTER TABLE event ADD COLUMN purge BIGINT REFERENCES purge (number);
ALTER TABLE event DROP CONSTRAINT event_fact_check;
ALTER TABLE event ADD CONSTRAINT event_fact_check
    CHECK (fact IN ('stock', 'incident', 'patrol', 'alert', 'account', 'setting', 'hold', 'purge', 'gone'));
ALTER TABLE event ADD CHECK ((fact = 'hold') = (hold IS NOT NULL));
ALTER TABLE event ADD CHECK ((fact = 'purge') = (purge IS NOT NULL));

DROP TRIGGER event_is_never_changed ON event;

CREATE TRIGGER event_is_never_removed BEFORE DELETE OR TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_is_never_changed();

CREATE TRIGGER event_only_forgets BEFORE UPDATE ON event
FOR EACH ROW WHEN (
    NEW.fact <> 'gone' OR OLD.fact NOT IN ('incident', 'patrol', 'alert')
    OR NEW.seq <> OLD.seq OR NEW.recorded_at <> OLD.recorded_at
) EXECUTE FUNCTION event_is_never_changed();

CREATE INDEX event_by_patrol ON event (patrol) WHERE patrol IS NOT NULL;
CREATE INDEX event_by_alert ON event (alert) WHERE alert IS NOT NULL;
CREATE INDEX event_by_time ON event (recorded_at);

-- Once no event refers to an incident any more, it may go.
CREATE OR REPLACE FUNCTION incident_is_never_removed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM vigie.event WHERE incident = OLD.id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'an incident is never removed while an event is about it'
        USING ERRCODE = 'foreign_key_violation';
END
$$;
