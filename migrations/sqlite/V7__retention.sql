-- What goes when its term is over: what was removed by whom, and what a hold keeps.

-- The data protection officer keeps incidents beyond their term, for a reason of a closed list and until an end.
-- A hold names an incident, a site, a time at which incidents were reported, or several of them: it covers what has
-- all of them. It refers to no incident: it outlasts the one that it kept.
CREATE TABLE hold (
    id            BLOB PRIMARY KEY CHECK (length(id) = 16),
    incident      BLOB CHECK (length(incident) = 16),
    site          TEXT REFERENCES site (code),
    reported_from INTEGER,
    reported_to   INTEGER,
    reason        TEXT NOT NULL CHECK (reason IN (
        'judicial_request', 'complaint', 'litigation', 'access_request', 'inspection'
    )),
    until         INTEGER NOT NULL,
    set_at        INTEGER NOT NULL,
    -- The name of a post; null for whoever runs the program on its machine.
    set_by        TEXT CHECK (length(set_by) BETWEEN 1 AND 32 AND set_by NOT GLOB '*[^a-z0-9_.-]*'),
    lifted_at     INTEGER,
    lifted_by     TEXT CHECK (length(lifted_by) BETWEEN 1 AND 32 AND lifted_by NOT GLOB '*[^a-z0-9_.-]*'),
    CHECK (coalesce(incident, site, reported_from, reported_to) IS NOT NULL),
    CHECK (until > set_at),
    CHECK (lifted_at IS NOT NULL OR lifted_by IS NULL)
) STRICT, WITHOUT ROWID;

-- The register of purges: each row is signed, and holds the SHA-256 of the one before. `removed` is a line for each
-- sort of record: its name, before when it was over, and how many went. `holds` are ids, with a space between.
CREATE TABLE purge (
    number     INTEGER PRIMARY KEY CHECK (number > 0),
    at         INTEGER NOT NULL,
    cause      TEXT NOT NULL CHECK (cause IN ('daily', 'command')),
    complete   INTEGER NOT NULL CHECK (complete IN (0, 1)),
    removed    TEXT NOT NULL,
    holds      TEXT NOT NULL,
    previous   BLOB NOT NULL CHECK (length(previous) = 32),
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    signature  BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE TRIGGER purge_has_no_gap BEFORE INSERT ON purge
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM purge)
BEGIN
    SELECT RAISE(ABORT, 'the number of a purge follows the last one');
END;

CREATE TRIGGER purge_is_never_changed BEFORE UPDATE ON purge
BEGIN
    SELECT RAISE(ABORT, 'a purge is never changed');
END;

CREATE TRIGGER purge_is_never_removed BEFORE DELETE ON purge
BEGIN
    SELECT RAISE(ABORT, 'a purge is never removed');
END;

-- Of a step nothing changes but that its patrol is forgotten, and an incident that is gone.
DROP TRIGGER step_is_never_changed;

CREATE TRIGGER step_is_never_changed
BEFORE UPDATE OF incident, ordinal, action, at, recorded_at, actor, reason, override_reason, partner, outcome, people,
    with_police, remark ON step
BEGIN
    SELECT RAISE(ABORT, 'a step is never changed');
END;

CREATE TRIGGER step_only_forgets BEFORE UPDATE OF patrol, other ON step
WHEN (NEW.patrol IS NOT NULL AND NEW.patrol IS NOT OLD.patrol)
    OR (NEW.other IS NOT NULL AND NEW.other IS NOT OLD.other)
BEGIN
    SELECT RAISE(ABORT, 'a step is never changed');
END;

CREATE INDEX step_by_time ON step (at) WHERE patrol IS NOT NULL;
CREATE INDEX step_by_other ON step (other) WHERE other IS NOT NULL;
CREATE INDEX receipt_by_seq ON receipt (seq);

-- An alert that a purge was missed is about no patrol.
CREATE TABLE alert_2 (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind            TEXT NOT NULL CHECK (kind IN (
        'sos', 'check_in_missed', 'no_movement', 'signal_lost', 'purge_missed'
    )),
    patrol          TEXT REFERENCES patrol (id),
    incident        BLOB REFERENCES incident (id),
    site            TEXT REFERENCES site (code),
    raised_at       INTEGER NOT NULL,
    level           INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    state           TEXT NOT NULL CHECK (state IN ('raised', 'acknowledged', 'resolved')),
    acknowledged_by TEXT CHECK (acknowledged_by IN ('operator', 'dispatcher', 'patrol', 'supervisor', 'system')),
    acknowledged_at INTEGER,
    resolution      TEXT CHECK (resolution IN ('assisted', 'false_alarm', 'reached', 'test', 'purged')),
    resolved_by     TEXT CHECK (resolved_by IN ('operator', 'dispatcher', 'patrol', 'supervisor', 'system')),
    resolved_at     INTEGER,
    CHECK ((kind = 'purge_missed') = (patrol IS NULL)),
    CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
    CHECK ((resolution IS NULL) = (resolved_at IS NULL) AND (resolution IS NULL) = (resolved_by IS NULL)),
    CHECK ((state = 'resolved') = (resolution IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO alert_2 SELECT * FROM alert;
DROP TABLE alert;
ALTER TABLE alert_2 RENAME TO alert;

CREATE INDEX alert_by_incident ON alert (incident) WHERE incident IS NOT NULL;

-- An event may be about a setting, a hold or a purge. One whose subject was purged is `gone`: it keeps its number and its time,
-- and says nothing more. SQLite cannot change a CHECK: the table is made anew, which takes 2 s for 1 M events.
CREATE TABLE event_2 (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    recorded_at INTEGER NOT NULL,
    fact        TEXT NOT NULL CHECK (fact IN (
        'stock', 'incident', 'patrol', 'alert', 'account', 'setting', 'hold', 'purge', 'gone'
    )),
    incident    BLOB REFERENCES incident (id),
    patrol      TEXT REFERENCES patrol (id),
    alert       BLOB REFERENCES alert (id),
    account     BLOB REFERENCES account (id),
    setting     TEXT REFERENCES setting (name),
    hold        BLOB REFERENCES hold (id),
    purge       INTEGER REFERENCES purge (number),
    CHECK ((fact = 'incident') = (incident IS NOT NULL)),
    CHECK ((fact = 'patrol') = (patrol IS NOT NULL)),
    CHECK ((fact = 'alert') = (alert IS NOT NULL)),
    CHECK ((fact = 'account') = (account IS NOT NULL)),
    CHECK ((fact = 'setting') = (setting IS NOT NULL)),
    CHECK ((fact = 'hold') = (hold IS NOT NULL)),
    CHECK ((fact = 'purge') = (purge IS NOT NULL))
) STRICT;

INSERT INTO event_2 (seq, recorded_at, fact, incident, patrol, alert, account)
SELECT seq, recorded_at, fact, incident, patrol, alert, account FROM event ORDER BY seq;

DROP TRIGGER event_is_never_removed;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;

CREATE TRIGGER event_has_no_gap BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
BEGIN
    SELECT RAISE(ABORT, 'the number of an event follows the last one');
END;

CREATE TRIGGER event_only_forgets BEFORE UPDATE ON event
WHEN NEW.fact IS NOT 'gone' OR OLD.fact NOT IN ('incident', 'patrol', 'alert')
    OR NEW.seq IS NOT OLD.seq OR NEW.recorded_at IS NOT OLD.recorded_at
BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'an event is never removed');
END;

CREATE INDEX event_by_incident ON event (incident) WHERE incident IS NOT NULL;
CREATE INDEX event_by_patrol ON event (patrol) WHERE patrol IS NOT NULL;
CREATE INDEX event_by_alert ON event (alert) WHERE alert IS NOT NULL;
