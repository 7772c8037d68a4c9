-- What an administrator has turned on, and the words of a crew beside its report, where they are.

-- What is not here is off. By whom and when it was turned last; by nobody's account in a demo.
CREATE TABLE setting (
    name       TEXT COLLATE "C" PRIMARY KEY CHECK (name IN ('remarks')),
    is_on      BOOLEAN NOT NULL,
    changed_by UUID REFERENCES account (id),
    changed_at TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', changed_at) = changed_at)
);

-- Words that the refusal filter has let through.
ALTER TABLE step ADD COLUMN remark TEXT
    CHECK (remark IS NULL OR (length(remark) BETWEEN 1 AND 140 AND action = 'reported'));

ALTER TABLE event ADD COLUMN setting TEXT COLLATE "C" REFERENCES setting (name);
ALTER TABLE event DROP CONSTRAINT event_fact_check;
ALTER TABLE event ADD CONSTRAINT event_fact_check
    CHECK (fact IN ('stock', 'incident', 'patrol', 'alert', 'account', 'setting'));
ALTER TABLE event ADD CHECK ((fact = 'setting') = (setting IS NOT NULL));
