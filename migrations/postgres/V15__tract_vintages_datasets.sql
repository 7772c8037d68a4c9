-- One tract may have an outline in each vintage (0: nobody told), squares of 200 m are there too, and INSEE's tables of
-- figures about either.

ALTER TABLE tract
    ADD COLUMN vintage SMALLINT NOT NULL DEFAULT 0 CHECK (vintage = 0 OR vintage BETWEEN 1901 AND 2100),
    DROP CONSTRAINT tract_code_check,
    DROP CONSTRAINT tract_pkey,
    ADD CONSTRAINT tract_code_check
        CHECK (code ~ '^([0-9][0-9AB][0-9]{7}|CRS3035RES200mN[0-9]{1,8}E[0-9]{1,8})$'),
    ADD PRIMARY KEY (code, vintage);

ALTER TABLE tract ALTER COLUMN vintage DROP DEFAULT;

CREATE TABLE dataset (
    id       TEXT COLLATE "C" PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{1,64}$'),
    source   TEXT NOT NULL,
    vintage  SMALLINT NOT NULL CHECK (vintage = 0 OR vintage BETWEEN 1901 AND 2100),
    division TEXT COLLATE "C" NOT NULL CHECK (division IN ('tract', 'commune', 'square')),
    seq      BIGINT NOT NULL REFERENCES event (seq) DEFERRABLE
);

CREATE INDEX dataset_by_seq ON dataset (seq);

CREATE TABLE variable (
    dataset TEXT COLLATE "C" NOT NULL REFERENCES dataset (id),
    ordinal INTEGER NOT NULL,
    name    TEXT COLLATE "C" NOT NULL CHECK (name ~ '^[A-Za-z0-9_]{1,64}$'),
    label   TEXT,
    unit    TEXT,
    PRIMARY KEY (dataset, ordinal)
);

-- Figures: one for each variable, null where INSEE gives none.
CREATE TABLE dataset_row (
    dataset TEXT COLLATE "C" NOT NULL REFERENCES dataset (id),
    code    TEXT COLLATE "C" NOT NULL,
    figures DOUBLE PRECISION[] NOT NULL,
    PRIMARY KEY (dataset, code)
);
