-- Since when the crew of a patrol has switched its position off; null where it has not, and off duty. Nothing is kept of how often,
-- and no position while it is so.

ALTER TABLE patrol ADD COLUMN position_off_at INTEGER CHECK (position_off_at IS NULL OR availability <> 'off_duty');

CREATE TRIGGER position_ends_with_switch AFTER UPDATE OF position_off_at ON patrol
WHEN NEW.position_off_at IS NOT NULL
BEGIN
    DELETE FROM position WHERE patrol = NEW.id;
END;

CREATE TRIGGER position_only_switched_on BEFORE INSERT ON position
WHEN (SELECT position_off_at FROM patrol WHERE id = NEW.patrol) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the position of a patrol that has switched it off is not kept');
END;
