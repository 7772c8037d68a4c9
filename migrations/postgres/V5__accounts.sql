-- Who may ask, and as what. A name is that of a post; nothing is kept as it was typed or sent.

CREATE TABLE account (
    id         UUID PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9_.-]{1,32}$'),
    role       TEXT COLLATE "C" NOT NULL CHECK (role IN (
        'operator', 'dispatcher', 'patrol', 'landlord', 'partner', 'planner', 'dpo', 'admin', 'system'
    )),
    landlord   TEXT COLLATE "C" REFERENCES landlord (id),
    patrol     TEXT COLLATE "C" REFERENCES patrol (id),
    -- By what it is known: a password as argon2id, the SHA-256 of a token, or the key that seals sessions.
    password   TEXT COLLATE "C" CHECK (password LIKE '$argon2id$%'),
    token      BYTEA UNIQUE CHECK (length(token) = 32),
    seal       BYTEA CHECK (length(seal) = 32),
    created_at TIMESTAMPTZ NOT NULL CHECK (date_trunc('milliseconds', created_at) = created_at),
    expires_at TIMESTAMPTZ CHECK (date_trunc('milliseconds', expires_at) = expires_at),
    disabled   BOOLEAN NOT NULL,
    epoch      BIGINT NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
    CHECK ((role = 'landlord') = (landlord IS NOT NULL)),
    CHECK ((role = 'patrol') = (patrol IS NOT NULL)),
    CHECK ((role = 'system') = (seal IS NOT NULL)),
    CHECK (num_nonnulls(password, token, seal) = 1)
);

CREATE UNIQUE INDEX account_by_name ON account (name) WHERE password IS NOT NULL;

ALTER TABLE event ADD COLUMN account UUID REFERENCES account (id);
ALTER TABLE event DROP CONSTRAINT event_fact_check;
ALTER TABLE event ADD CONSTRAINT event_fact_check
    CHECK (fact IN ('stock', 'incident', 'patrol', 'alert', 'account'));
ALTER TABLE event ADD CHECK ((fact = 'account') = (account IS NOT NULL));
