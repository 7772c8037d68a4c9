-- Since when the crew of a patrol has switched its position off; null where it has not, and off duty. Nothing is kept of how often,
-- and no position while it is so.

ALTER TABLE patrol ADD COLUMN position_off_at TIMESTAMPTZ
    CHECK (date_trunc('milliseconds', position_off_at) = position_off_at)
    CHECK (position_off_at IS NULL OR availability <> 'off_duty');

CREATE TRIGGER position_ends_with_switch AFTER UPDATE OF position_off_at ON patrol
FOR EACH ROW WHEN (NEW.position_off_at IS NOT NULL) EXECUTE FUNCTION position_ends_with_duty();

CREATE FUNCTION position_only_switched_on() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added JOIN vigie.patrol ON patrol.id = added.patrol WHERE patrol.position_off_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the position of a patrol that has switched it off is not kept'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER position_only_switched_on AFTER INSERT ON position
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION position_only_switched_on();
