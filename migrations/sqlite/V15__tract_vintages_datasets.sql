-- One tract may have an outline in each vintage (0: nobody told), squares of 200 m are there too, and INSEE's tables of
-- figures about either.

CREATE TABLE tract_of_vintage (
    code    TEXT NOT NULL CHECK (
        code GLOB '[0-9][0-9AB][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'
        OR (code GLOB 'CRS3035RES200mN[0-9]*E[0-9]*' AND code NOT GLOB '*[^CRSmNE0-9]*')
    ),
    vintage INTEGER NOT NULL CHECK (vintage = 0 OR vintage BETWEEN 1901 AND 2100),
    name    TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('H', 'A', 'D')),
    area    BLOB NOT NULL CHECK (area <> x''),
    seq     INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (code, vintage)
) STRICT;

INSERT INTO tract_of_vintage (code, vintage, name, kind, area, seq)
SELECT code, 0, name, kind, area, seq FROM tract ORDER BY rowid;

DROP TABLE tract;
ALTER TABLE tract_of_vintage RENAME TO tract;
CREATE INDEX tract_by_seq ON tract (seq);

CREATE TABLE dataset (
    id       TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64 AND id NOT GLOB '*[^a-z0-9-]*'),
    source   TEXT NOT NULL,
    vintage  INTEGER NOT NULL CHECK (vintage = 0 OR vintage BETWEEN 1901 AND 2100),
    division TEXT NOT NULL CHECK (division IN ('tract', 'commune', 'square')),
    seq      INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

CREATE INDEX dataset_by_seq ON dataset (seq);

CREATE TABLE variable (
    dataset TEXT NOT NULL REFERENCES dataset (id),
    ordinal INTEGER NOT NULL,
    name    TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64 AND name NOT GLOB '*[^A-Za-z0-9_]*'),
    label   TEXT,
    unit    TEXT,
    PRIMARY KEY (dataset, ordinal)
) STRICT, WITHOUT ROWID;

-- Figures: a JSON array with one number for each variable, null where INSEE gives none.
CREATE TABLE dataset_row (
    dataset TEXT NOT NULL REFERENCES dataset (id),
    code    TEXT NOT NULL,
    figures TEXT NOT NULL,
    PRIMARY KEY (dataset, code)
) STRICT, WITHOUT ROWID;
