//! Rows of `setting`.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{
    column::{instant, list},
    fault::told,
};
use crate::{
    access::{AccountId, Setting},
    closed_list::ClosedList as _,
    store::StoreError,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str =
    "setting.name, setting.is_on, setting.changed_by, setting.changed_at";
/// How many they are.
pub(super) const COLUMN_COUNT: usize = 4;

const PUT: &str = "
    INSERT INTO setting (name, is_on, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (name) DO UPDATE SET
        is_on = excluded.is_on, changed_by = excluded.changed_by, changed_at = excluded.changed_at
";

/// Writes how something is set, new or known.
pub(super) fn put(connection: &Connection, setting: &Setting) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    put.execute(params![
        setting.name.as_str(),
        setting.is_on,
        setting.changed_by.map(|id| id.uuid().into_bytes()),
        setting.changed_at.unix_ms(),
    ])
    .map_err(told)?;
    Ok(())
}

/// The setting whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &Row<'_>, at: usize) -> Result<Setting, StoreError> {
    let changed_by: Option<[u8; 16]> = row.get(at + 2).map_err(told)?;
    Ok(Setting {
        name: list(row, at)?,
        is_on: row.get(at + 1).map_err(told)?,
        changed_by: changed_by.map(|id| AccountId::new(Uuid::from_bytes(id))),
        changed_at: instant(row, at + 3)?,
    })
}
