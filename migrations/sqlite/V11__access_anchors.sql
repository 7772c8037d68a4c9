-- Where the access logs of servers were at the end of each day, so that files cannot be cut short unseen.
CREATE TABLE access_anchor (
    log  BLOB NOT NULL CHECK (length(log) = 16),
    day  TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    seq  INTEGER NOT NULL CHECK (seq > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (log, day)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER access_anchor_only_goes_on BEFORE UPDATE ON access_anchor
WHEN NEW.seq <= OLD.seq OR NEW.log IS NOT OLD.log OR NEW.day IS NOT OLD.day
BEGIN
    SELECT RAISE(ABORT, 'the anchor of an access log only goes on');
END;
