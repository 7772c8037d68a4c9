-- Who may ask, and as what. A name is that of a post; nothing is kept as it was typed or sent.

CREATE TABLE account (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 32 AND name NOT GLOB '*[^a-z0-9_.-]*'),
    role       TEXT NOT NULL CHECK (role IN (
        'operator', 'dispatcher', 'patrol', 'landlord', 'partner', 'planner', 'dpo', 'admin', 'system'
    )),
    landlord   TEXT REFERENCES landlord (id),
    patrol     TEXT REFERENCES patrol (id),
    -- By what it is known: a password as argon2id, the SHA-256 of a token, or the key that seals sessions.
    password   TEXT CHECK (password GLOB '$argon2id$*'),
    token      BLOB UNIQUE CHECK (length(token) = 32),
    seal       BLOB CHECK (length(seal) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    disabled   INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    epoch      INTEGER NOT NULL CHECK (epoch >= 0),
    CHECK ((role = 'landlord') = (landlord IS NOT NULL)),
    CHECK ((role = 'patrol') = (patrol IS NOT NULL)),
    CHECK ((role = 'system') = (seal IS NOT NULL)),
    CHECK ((password IS NOT NULL) + (token IS NOT NULL) + (seal IS NOT NULL) = 1)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX account_by_name ON account (name) WHERE password IS NOT NULL;

-- An event may be about an account. SQLite cannot change a CHECK: the table is made anew, which takes 1 s for
-- 1 M events. References to it are checked once all of it is done.
CREATE TABLE event_2 (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    recorded_at INTEGER NOT NULL,
    fact        TEXT NOT NULL CHECK (fact IN ('stock', 'incident', 'patrol', 'alert', 'account')),
    incident    BLOB REFERENCES incident (id),
    patrol      TEXT REFERENCES patrol (id),
    alert       BLOB REFERENCES alert (id),
    account     BLOB REFERENCES account (id),
    CHECK ((fact = 'incident') = (incident IS NOT NULL)),
    CHECK ((fact = 'patrol') = (patrol IS NOT NULL)),
    CHECK ((fact = 'alert') = (alert IS NOT NULL)),
    CHECK ((fact = 'account') = (account IS NOT NULL))
) STRICT;

INSERT INTO event_2 (seq, recorded_at, fact, incident, patrol, alert)
SELECT seq, recorded_at, fact, incident, patrol, alert FROM event ORDER BY seq;

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
