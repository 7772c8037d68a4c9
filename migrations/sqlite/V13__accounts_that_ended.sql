-- When an account was taken away: from then on its term counts. Of those that were taken away before this, it is when
-- the last event about them was recorded.

ALTER TABLE account ADD COLUMN disabled_at INTEGER CHECK (disabled_at IS NULL OR disabled = 1);

UPDATE account SET disabled_at = coalesce(
    (SELECT max(recorded_at) FROM event WHERE event.account = account.id), created_at
) WHERE disabled = 1;

CREATE TRIGGER account_is_disabled_at_some_time BEFORE UPDATE ON account
WHEN NEW.disabled = 1 AND NEW.disabled_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'an account is taken away at some time');
END;

CREATE TRIGGER new_account_is_disabled_at_some_time BEFORE INSERT ON account
WHEN NEW.disabled = 1 AND NEW.disabled_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'an account is taken away at some time');
END;

-- An event about an account that is gone says nothing more, and one whose author is gone does not name it.
DROP TRIGGER event_only_forgets;

CREATE TRIGGER event_only_forgets BEFORE UPDATE ON event
WHEN NEW.seq IS NOT OLD.seq OR NEW.recorded_at IS NOT OLD.recorded_at
    OR (NEW.fact IS 'gone' AND OLD.fact NOT IN ('incident', 'patrol', 'alert', 'account'))
    OR (NEW.fact IS NOT 'gone'
        AND (OLD.fact IS NOT 'account' OR NEW.account IS NOT OLD.account OR NEW.author IS NOT NULL))
BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE INDEX event_by_account ON event (account) WHERE account IS NOT NULL;
CREATE INDEX event_by_author ON event (author) WHERE author IS NOT NULL;
