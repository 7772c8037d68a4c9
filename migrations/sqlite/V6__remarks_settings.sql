-- What an administrator has turned on, and the words of a crew beside its report, where they are.

-- What is not here is off. By whom and when it was turned last; by nobody's account in a demo.
CREATE TABLE setting (
    name       TEXT PRIMARY KEY CHECK (name IN ('remarks')),
    is_on      INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    changed_by BLOB REFERENCES account (id),
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Words that the refusal filter has let through.
ALTER TABLE step ADD COLUMN remark TEXT
    CHECK (remark IS NULL OR (length(remark) BETWEEN 1 AND 140 AND action = 'reported'));

-- An event may be about a setting. SQLite cannot change a CHECK: the table is made anew, which takes 1 s for
-- 1 M events. References to it are checked once all of it is done.
CREATE TABLE event_2 (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    recorded_at INTEGER NOT NULL,
    fact        TEXT NOT NULL CHECK (fact IN ('stock', 'incident', 'patrol', 'alert', 'account', 'setting')),
    incident    BLOB REFERENCES incident (id),
    patrol      TEXT REFERENCES patrol (id),
    alert       BLOB REFERENCES alert (id),
    account     BLOB REFERENCES account (id),
    setting     TEXT REFERENCES setting (name),
    CHECK ((fact = 'incident') = (incident IS NOT NULL)),
    CHECK ((fact = 'patrol') = (patrol IS NOT NULL)),
    CHECK ((fact = 'alert') = (alert IS NOT NULL)),
    CHECK ((fact = 'account') = (account IS NOT NULL)),
    CHECK ((fact = 'setting') = (setting IS NOT NULL))
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

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'an event is never removed');
END;
