-- Where the access logs of servers were at the end of each day, so that files cannot be cut short unseen.
CREATE TABLE access_anchor (
    log  UUID NOT NULL,
    day  TEXT COLLATE "C" NOT NULL CHECK (day ~ '^\d{4}-\d\d-\d\d$'),
    seq  BIGINT NOT NULL CHECK (seq > 0),
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (log, day)
);

CREATE FUNCTION access_anchor_only_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the anchor of an access log only goes on' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER access_anchor_only_goes_on BEFORE UPDATE ON access_anchor FOR EACH ROW
WHEN (NEW.seq <= OLD.seq OR NEW.log <> OLD.log OR NEW.day <> OLD.day)
EXECUTE FUNCTION access_anchor_only_goes_on();
