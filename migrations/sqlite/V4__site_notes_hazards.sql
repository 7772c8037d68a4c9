-- What crews are told of a site: instructions, access, and what may hurt them, until when.
--
-- They are part of the stock: their rows carry the number of the event that changed them last. A note that was
-- taken back has no text, and a hazard that was lifted is over: both stay, so that whoever follows learns of it.

-- What the landlord says. It tells of the place: no person's name, no telephone.
CREATE TABLE site_note (
    site  TEXT NOT NULL REFERENCES site (code),
    topic TEXT NOT NULL CHECK (topic IN ('instructions', 'access')),
    text  TEXT CHECK (length(text) BETWEEN 1 AND 500),
    seq   INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (site, topic)
) STRICT;

-- Flagged by the control room. `since` and `until` are whole milliseconds since 1970 in UTC.
CREATE TABLE hazard (
    site  TEXT NOT NULL REFERENCES site (code),
    kind  TEXT NOT NULL CHECK (kind IN ('dog', 'weapon', 'structure', 'chemical', 'ambush', 'lighting')),
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    seq   INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (site, kind)
) STRICT;

CREATE INDEX site_note_by_seq ON site_note (seq);
CREATE INDEX hazard_by_seq ON hazard (seq);
