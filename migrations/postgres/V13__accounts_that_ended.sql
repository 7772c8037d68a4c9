-- When an account was taken away: from then on its term counts. Of those that were taken away before this, it is when
-- the last event about them was recorded.

ALTER TABLE account ADD COLUMN disabled_at TIMESTAMPTZ CHECK (date_trunc('milliseconds', disabled_at) = disabled_at);

UPDATE account SET disabled_at = coalesce(
    (SELECT max(recorded_at) FROM event WHERE event.account = account.id), created_at
) WHERE disabled;

ALTER TABLE account ADD CHECK (disabled = (disabled_at IS NOT NULL));

-- An event about an account that is gone says nothing more, and one whose author is gone does not name it.
DROP TRIGGER event_only_forgets ON event;

CREATE TRIGGER event_only_forgets BEFORE UPDATE ON event
FOR EACH ROW WHEN (
    NEW.seq <> OLD.seq OR NEW.recorded_at <> OLD.recorded_at
    OR (NEW.fact = 'gone' AND OLD.fact NOT IN ('incident', 'patrol', 'alert', 'account'))
    OR (NEW.fact <> 'gone'
        AND (OLD.fact <> 'account' OR NEW.account IS DISTINCT FROM OLD.account OR NEW.author IS NOT NULL))
) EXECUTE FUNCTION event_is_never_changed();

CREATE INDEX event_by_account ON event (account) WHERE account IS NOT NULL;
CREATE INDEX event_by_author ON event (author) WHERE author IS NOT NULL;
