-- What is done about incidents, and what somebody must look at.

-- One thing that was done about an incident, numbered from 0. Steps are added and never changed. That the
-- incident is there the event beside it makes sure: see `event_has_no_gap`.
CREATE TABLE step (
    incident        UUID NOT NULL,
    ordinal         INTEGER NOT NULL CHECK (ordinal >= 0),
    action          TEXT COLLATE "C" NOT NULL CHECK (action IN (
        'qualified', 'assigned', 'acknowledged', 'en_route', 'on_site', 'cleared', 'reported', 'closed',
        'cancelled', 'reassigned', 'handed_over', 'no_action', 'reinforced', 'released', 'checked_in', 'merged'
    )),
    at              TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', at) = at),
    recorded_at     TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', recorded_at) = recorded_at),
    -- A role, never a person.
    actor           TEXT COLLATE "C" NOT NULL
        CHECK (actor IN ('operator', 'dispatcher', 'patrol', 'supervisor', 'system')),
    patrol          TEXT COLLATE "C" REFERENCES patrol (id),
    reason          TEXT COLLATE "C" CHECK (reason IN (
        'duplicate', 'false_alarm', 'caller_withdrew', 'mistake', 'patrol_unavailable', 'better_placed',
        'pre_empted', 'crew_in_danger', 'resolved_before_arrival', 'out_of_scope', 'other_service'
    )),
    override_reason TEXT COLLATE "C" CHECK (override_reason IN (
        'pre_empted', 'crew_accepted', 'recalled_to_duty', 'position_confirmed', 'nobody_else'
    )),
    partner         TEXT COLLATE "C" CHECK (partner IN ('17', '18', '15', '115', 'landlord')),
    other           UUID,
    outcome         TEXT COLLATE "C" CHECK (outcome IN (
        'ras', 'presence', 'dispersed', 'reminder', 'refusal', 'police', 'rescue', 'landlord', 'technical',
        'no_access', 'duplicate', 'false_alarm'
    )),
    people          TEXT COLLATE "C" CHECK (people IN ('0', '1-3', '4-9', '10+')),
    with_police     BOOLEAN,
    PRIMARY KEY (incident, ordinal),
    CHECK ((outcome IS NULL) = (people IS NULL) AND (outcome IS NULL) = (with_police IS NULL)),
    CHECK ((outcome IS NOT NULL) = (action = 'reported'))
);

CREATE FUNCTION step_is_never_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a step is never changed' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
FOR EACH STATEMENT EXECUTE FUNCTION step_is_never_changed();

-- Something about a patrol that a person must look at. It holds no position.
CREATE TABLE alert (
    id              UUID PRIMARY KEY,
    kind            TEXT COLLATE "C" NOT NULL
        CHECK (kind IN ('sos', 'check_in_missed', 'no_movement', 'signal_lost')),
    patrol          TEXT COLLATE "C" NOT NULL REFERENCES patrol (id),
    incident        UUID,
    site            TEXT COLLATE "C" REFERENCES site (code),
    raised_at       TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', raised_at) = raised_at),
    level           SMALLINT NOT NULL CHECK (level BETWEEN 1 AND 3),
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('raised', 'acknowledged', 'resolved')),
    acknowledged_by TEXT COLLATE "C"
        CHECK (acknowledged_by IN ('operator', 'dispatcher', 'patrol', 'supervisor', 'system')),
    acknowledged_at TIMESTAMPTZ CHECK (date_trunc('milliseconds', acknowledged_at) = acknowledged_at),
    resolution      TEXT COLLATE "C" CHECK (resolution IN ('assisted', 'false_alarm', 'reached', 'test')),
    resolved_by     TEXT COLLATE "C"
        CHECK (resolved_by IN ('operator', 'dispatcher', 'patrol', 'supervisor', 'system')),
    resolved_at     TIMESTAMPTZ CHECK (date_trunc('milliseconds', resolved_at) = resolved_at),
    CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
    CHECK ((resolution IS NULL) = (resolved_at IS NULL) AND (resolution IS NULL) = (resolved_by IS NULL)),
    CHECK ((state = 'resolved') = (resolution IS NOT NULL))
);

ALTER TABLE event ADD COLUMN alert UUID REFERENCES alert (id);
ALTER TABLE event DROP CONSTRAINT event_fact_check;
ALTER TABLE event ADD CONSTRAINT event_fact_check
    CHECK (fact IN ('stock', 'incident', 'patrol', 'alert'));
ALTER TABLE event ADD CHECK ((fact = 'alert') = (alert IS NOT NULL));
