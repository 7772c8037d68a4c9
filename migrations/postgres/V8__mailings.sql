-- To which mailbox the reports of a landlord go, and what was sent of them.

-- A post's, never a person's.
CREATE TABLE mailbox (
    landlord TEXT COLLATE "C" PRIMARY KEY REFERENCES landlord (id),
    address  TEXT COLLATE "C" NOT NULL CHECK (length(address) <= 254 AND address ~ '^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$'),
    set_at   TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', set_at) = set_at)
);

-- The key is what keeps two servers from sending one report: whoever writes the row first sends.
CREATE TABLE mailing (
    landlord   TEXT COLLATE "C" NOT NULL REFERENCES landlord (id),
    night      TEXT COLLATE "C" NOT NULL CHECK (night ~ '^\d{4}-\d\d-\d\d$'),
    ordinal    BIGINT NOT NULL CHECK (ordinal BETWEEN 0 AND 4294967295),
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('claimed', 'waiting', 'sent', 'refused', 'given_up', 'to_fetch')),
    mailbox    TEXT COLLATE "C" CHECK (length(mailbox) <= 254),
    opened_at  TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', opened_at) = opened_at),
    changed_at TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', changed_at) = changed_at),
    due_at     TIMESTAMPTZ CHECK (date_trunc('milliseconds', due_at) = due_at),
    attempts   BIGINT NOT NULL CHECK (attempts BETWEEN 0 AND 4294967295),
    unsure     BIGINT NOT NULL CHECK (unsure BETWEEN 0 AND attempts),
    reply      INTEGER CHECK (reply BETWEEN 0 AND 65535),
    pdf_sha256 BYTEA CHECK (length(pdf_sha256) = 32),
    csv_sha256 BYTEA CHECK (length(csv_sha256) = 32),
    PRIMARY KEY (landlord, night, ordinal),
    CHECK ((state IN ('claimed', 'waiting')) = (due_at IS NOT NULL)),
    CHECK (state = 'to_fetch' OR mailbox IS NOT NULL),
    CHECK ((pdf_sha256 IS NULL) = (csv_sha256 IS NULL))
);

CREATE INDEX mailing_by_night ON mailing (night);
