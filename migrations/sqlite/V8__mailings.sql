-- To which mailbox the reports of a landlord go, and what was sent of them.

-- A post's, never a person's.
CREATE TABLE mailbox (
    landlord TEXT PRIMARY KEY REFERENCES landlord (id),
    address  TEXT NOT NULL CHECK (length(address) <= 254 AND address GLOB '?*@?*.?*' AND address NOT GLOB '*[^ -~]*'),
    set_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The key is what keeps two servers from sending one report: whoever writes the row first sends.
CREATE TABLE mailing (
    landlord   TEXT NOT NULL REFERENCES landlord (id),
    night      TEXT NOT NULL CHECK (night GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    ordinal    INTEGER NOT NULL CHECK (ordinal >= 0),
    state      TEXT NOT NULL CHECK (state IN ('claimed', 'waiting', 'sent', 'refused', 'given_up', 'to_fetch')),
    mailbox    TEXT CHECK (length(mailbox) <= 254),
    opened_at  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    due_at     INTEGER,
    attempts   INTEGER NOT NULL CHECK (attempts >= 0),
    unsure     INTEGER NOT NULL CHECK (unsure BETWEEN 0 AND attempts),
    reply      INTEGER CHECK (reply BETWEEN 0 AND 65535),
    pdf_sha256 BLOB CHECK (length(pdf_sha256) = 32),
    csv_sha256 BLOB CHECK (length(csv_sha256) = 32),
    PRIMARY KEY (landlord, night, ordinal),
    CHECK ((state IN ('claimed', 'waiting')) = (due_at IS NOT NULL)),
    CHECK (state = 'to_fetch' OR mailbox IS NOT NULL),
    CHECK ((pdf_sha256 IS NULL) = (csv_sha256 IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX mailing_by_night ON mailing (night);
