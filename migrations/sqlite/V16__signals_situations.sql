-- What sensors and calendars say of places, and what rules of correlation have found.

-- By number as they were taken in: a number is never used again, not even once its signal was purged. The place is a site, a
-- point, an outline (text, `POLYGON((lon lat, …))`), or everywhere where none is told. A site may be one that the stock
-- does not hold, or not yet. Nothing here tells of a person, and no text is free.
CREATE TABLE signal (
    number      INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number > 0),
    -- The first half of the SHA-256 of all that it says.
    id          BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    received_at INTEGER NOT NULL,
    source      TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 32 AND source NOT GLOB '*[^a-z0-9_]*'),
    kind        TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 32 AND kind NOT GLOB '*[^A-Za-z0-9_-]*'),
    site        TEXT CHECK (length(site) BETWEEN 1 AND 32 AND site NOT GLOB '*[^A-Z0-9-]*'),
    lon         REAL CHECK (lon BETWEEN -180 AND 180),
    lat         REAL CHECK (lat BETWEEN -90 AND 90),
    area        TEXT CHECK (area GLOB 'POLYGON((*))'),
    at          INTEGER NOT NULL,
    -- Null for an instant.
    until       INTEGER CHECK (until > at),
    value       REAL CHECK (value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
    CHECK ((lon IS NULL) = (lat IS NULL)),
    CHECK ((site IS NOT NULL) + (lon IS NOT NULL) + (area IS NOT NULL) <= 1)
) STRICT;

CREATE TRIGGER signal_is_never_changed BEFORE UPDATE ON signal
BEGIN
    SELECT RAISE(ABORT, 'a signal is never changed');
END;

-- What its term counts from.
CREATE INDEX signal_by_end ON signal (coalesce(until, at));

-- On what a situation is: `subject` is the code of a site, the id of a landlord or the name of a territory, whatever the
-- stock and the rules hold by now.
CREATE TABLE situation (
    id        BLOB PRIMARY KEY CHECK (length(id) = 16),
    rule      TEXT NOT NULL CHECK (length(rule) BETWEEN 1 AND 48 AND rule NOT GLOB '*[^a-z0-9-]*'),
    scope     TEXT NOT NULL CHECK (scope IN ('site', 'landlord', 'territory', 'everywhere')),
    subject   TEXT CHECK (subject <> ''),
    opened_at INTEGER NOT NULL,
    last_at   INTEGER NOT NULL CHECK (last_at >= opened_at),
    times     INTEGER NOT NULL CHECK (times > 0),
    last_site TEXT CHECK (length(last_site) BETWEEN 1 AND 32 AND last_site NOT GLOB '*[^A-Z0-9-]*'),
    -- Null while it is open.
    closed_at INTEGER,
    closed_by TEXT CHECK (closed_by IN ('quiet', 'signal', 'unwatched')),
    CHECK ((scope = 'everywhere') = (subject IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX situation_by_end ON situation (closed_at) WHERE closed_at IS NOT NULL;

-- An event may be about a situation. SQLite cannot change a CHECK: the table is made anew, which takes 4 s for 1 M events.
CREATE TABLE event_2 (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    recorded_at INTEGER NOT NULL,
    fact        TEXT NOT NULL CHECK (fact IN (
        'stock', 'incident', 'patrol', 'alert', 'situation', 'account', 'setting', 'hold', 'purge', 'gone'
    )),
    incident    BLOB REFERENCES incident (id),
    patrol      TEXT REFERENCES patrol (id),
    alert       BLOB REFERENCES alert (id),
    situation   BLOB REFERENCES situation (id),
    account     BLOB REFERENCES account (id),
    setting     TEXT REFERENCES setting (name),
    hold        BLOB REFERENCES hold (id),
    purge       INTEGER REFERENCES purge (number),
    author      BLOB REFERENCES account (id),
    CHECK ((fact = 'incident') = (incident IS NOT NULL)),
    CHECK ((fact = 'patrol') = (patrol IS NOT NULL)),
    CHECK ((fact = 'alert') = (alert IS NOT NULL)),
    CHECK ((fact = 'situation') = (situation IS NOT NULL)),
    CHECK ((fact = 'account') = (account IS NOT NULL)),
    CHECK ((fact = 'setting') = (setting IS NOT NULL)),
    CHECK ((fact = 'hold') = (hold IS NOT NULL)),
    CHECK ((fact = 'purge') = (purge IS NOT NULL)),
    CHECK (author IS NULL OR fact = 'account')
) STRICT;

INSERT INTO event_2 (seq, recorded_at, fact, incident, patrol, alert, account, setting, hold, purge, author)
SELECT seq, recorded_at, fact, incident, patrol, alert, account, setting, hold, purge, author FROM event ORDER BY seq;

DROP TRIGGER event_is_never_removed;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;

CREATE TRIGGER event_has_no_gap BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
BEGIN
    SELECT RAISE(ABORT, 'the number of an event follows the last one');
END;

CREATE TRIGGER event_only_forgets BEFORE UPDATE ON event
WHEN NEW.seq IS NOT OLD.seq OR NEW.recorded_at IS NOT OLD.recorded_at
    OR (NEW.fact IS 'gone' AND OLD.fact NOT IN ('incident', 'patrol', 'alert', 'situation', 'account'))
    OR (NEW.fact IS NOT 'gone'
        AND (OLD.fact IS NOT 'account' OR NEW.account IS NOT OLD.account OR NEW.author IS NOT NULL))
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
CREATE INDEX event_by_situation ON event (situation) WHERE situation IS NOT NULL;
CREATE INDEX event_by_account ON event (account) WHERE account IS NOT NULL;
CREATE INDEX event_by_author ON event (author) WHERE author IS NOT NULL;
