-- What an administrator has turned on, and the words of a crew beside its report, where they are.

-- What is not here is off. By whom and when it was turned last; by nobody's account in a demo.
CREATE TABLE setting (
    name       TEXT PRIMARY KEY CHECK (name IN ('remarks')),
    is_on      INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    changed_by BLOB REFERENCES account (id),
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Words that the refusal filter has let through.
ALTER TABLE step ADD COLUMN remark TEXT
    CHECK (remark IS NULL OR (length(remark) BETWEEN 1 AND 140 AND action = 'reported'));

-- An event may be about a setting, too: its table is made anew by the next migration, and once is enough.
