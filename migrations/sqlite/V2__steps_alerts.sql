-- What is done about incidents, and what somebody must look at.

-- One thing that was done about an incident, numbered from 0. Steps are added and never changed.
CREATE TABLE step (
    incident        BLOB NOT NULL REFERENCES incident (id),
    ordinal         INTEGER NOT NULL CHECK (ordinal >= 0),
    action          TEXT NOT NULL CHECK (action IN (
        'qualified', 'assigned', 'acknowledged', 'en_route', 'on_site', 'cleared', 'reported', 'closed',
        'cancelled', 'reassigned', 'handed_over', 'no_action', 'reinforced', 'released', 'checked_in', 'merged'
    )),
    at              INTEGER NOT NULL,
    recorded_at     INTEGER NOT NULL,
    -- A role, never a person.
    actor           TEXT NOT NULL CHECK (actor IN ('operator', 'dispatcher', 'patrol', 'supervisor', 'system')),
    patrol          TEXT REFERENCES patrol (id),
    reason          TEXT CHECK (reason IN (
        'duplicate', 'false_alarm', 'caller_withdrew', 'mistake', 'patrol_unavailable', 'better_placed',
        'pre_empted', 'crew_in_danger', 'resolved_before_arrival', 'out_of_scope', 'other_service'
    )),
    override_reason TEXT CHECK (override_reason IN (
        'pre_empted', 'crew_accepted', 'recalled_to_duty', 'position_confirmed', 'nobody_else'
    )),
    partner         TEXT CHECK (partner IN ('17', '18', '15', '115', 'landlord')),
    other           BLOB REFERENCES incident (id),
    outcome         TEXT CHECK (outcome IN (
        'ras', 'presence', 'dispersed', 'reminder', 'refusal', 'police', 'rescue', 'landlord', 'technical',
        'no_access', 'duplicate', 'false_alarm'
    )),
    people          TEXT CHECK (people IN ('0', '1-3', '4-9', '10+')),
    with_police     INTEGER CHECK (with_police IN (0, 1)),
    PRIMARY KEY (incident, ordinal),
    CHECK ((outcome IS NULL) = (people IS NULL) AND (outcome IS NULL) = (with_police IS NULL)),
    CHECK ((outcome IS NOT NULL) = (action = 'reported'))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
BEGIN
    SELECT RAISE(ABORT, 'a step is never changed');
END;

-- Something about a patrol that a person must look at. It holds no position.
CREATE TABLE alert (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind            TEXT NOT NULL CHECK (kind IN ('sos', 'check_in_missed', 'no_movement', 'signal_lost')),
    patrol          TEXT NOT NULL REFERENCES patrol (id),
    incident        BLOB REFERENCES incident (id),
    site            TEXT REFERENCES site (code),
    raised_at       INTEGER NOT NULL,
    level           INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    state           TEXT NOT NULL CHECK (state IN ('raised', 'acknowledged', 'resolved')),
    acknowledged_by TEXT CHECK (acknowledged_by IN ('operator', 'dispatcher', 'patrol', 'supervisor', 'system')),
    acknowledged_at INTEGER,
    resolution      TEXT CHECK (resolution IN ('assisted', 'false_alarm', 'reached', 'test')),
    resolved_by     TEXT CHECK (resolved_by IN ('operator', 'dispatcher', 'patrol', 'supervisor', 'system')),
    resolved_at     INTEGER,
    CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
    CHECK ((resolution IS NULL) = (resolved_at IS NULL) AND (resolution IS NULL) = (resolved_by IS NULL)),
    CHECK ((state = 'resolved') = (resolution IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- An event may be about an alert. SQLite cannot change a CHECK: the table is made anew, which takes 1 s for
-- 1 M events. References to it are checked once all of it is done.
CREATE TABLE event_2 (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    recorded_at INTEGER NOT NULL,
    fact        TEXT NOT NULL CHECK (fact IN ('stock', 'incident', 'patrol', 'alert')),
    incident    BLOB REFERENCES incident (id),
    patrol      TEXT REFERENCES patrol (id),
    alert       BLOB REFERENCES alert (id),
    CHECK ((fact = 'incident') = (incident IS NOT NULL)),
    CHECK ((fact = 'patrol') = (patrol IS NOT NULL)),
    CHECK ((fact = 'alert') = (alert IS NOT NULL))
) STRICT;

INSERT INTO event_2 (seq, recorded_at, fact, incident, patrol)
SELECT seq, recorded_at, fact, incident, patrol FROM event ORDER BY seq;

DROP TRIGGER event_is_never_removed;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;

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
