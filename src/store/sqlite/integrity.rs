//! Whether a file is whole: its pages, its indexes, its references.

use rusqlite::Connection;

use super::fault::told;
use crate::store::StoreError;

/// How thoroughly to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Pages, rows and constraints.
    Quick,
    /// Also whether each index has each row: slower.
    Full,
}

/// Refuses a file that is damaged, with the first damages in SQLite's words.
pub(super) fn check(connection: &Connection, depth: Depth) -> Result<(), StoreError> {
    let ask = match depth {
        Depth::Quick => "PRAGMA quick_check(3)",
        Depth::Full => "PRAGMA integrity_check(3)",
    };
    let mut asked = connection.prepare(ask).map_err(told)?;
    let told_rows = asked.query_map([], |row| row.get(0)).map_err(told)?;
    let damages: Vec<String> = told_rows.collect::<Result<_, _>>().map_err(told)?;
    if damages != ["ok"] {
        return Err(StoreError::Unreadable(damages.join("; ")));
    }
    let orphans = "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1";
    let mut orphans = connection.prepare(orphans).map_err(told)?;
    match orphans.query([]).map_err(told)?.next().map_err(told)? {
        None => Ok(()),
        Some(row) => {
            let table: String = row.get(0).map_err(told)?;
            Err(StoreError::Unreadable(format!("a row of {table} refers to one that is not there")))
        }
    }
}
