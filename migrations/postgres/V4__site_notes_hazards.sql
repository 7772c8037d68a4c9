-- What crews are told of a site: instructions, access, and what may hurt them, until when.
--
-- They are part of the stock: their rows carry the number of the event that changed them last. A note that was
-- taken back has no text, and a hazard that was lifted is over: both stay, so that whoever follows learns of it.

-- What the landlord says. It tells of the place: no person's name, no telephone.
CREATE TABLE site_note (
    site  TEXT COLLATE "C" NOT NULL REFERENCES site (code),
    topic TEXT COLLATE "C" NOT NULL CHECK (topic IN ('instructions', 'access')),
    text  TEXT CHECK (length(text) BETWEEN 1 AND 500),
    seq   BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE,
    PRIMARY KEY (site, topic)
);

-- Flagged by the control room.
CREATE TABLE hazard (
    site  TEXT COLLATE "C" NOT NULL REFERENCES site (code),
    kind  TEXT COLLATE "C" NOT NULL CHECK (
        kind IN ('dog', 'weapon', 'structure', 'chemical', 'ambush', 'lighting')
    ),
    since TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', since) = since),
    until TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', until) = until),
    seq   BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE,
    PRIMARY KEY (site, kind)
);

CREATE INDEX site_note_by_seq ON site_note (seq);
CREATE INDEX hazard_by_seq ON hazard (seq);
