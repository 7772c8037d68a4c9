//! Rows of `setting`.

use tokio_postgres::types::Type;

use super::{
    column::{Columns, column, of_instant},
    connection::Call,
    last_of_each::last_of_each,
};
use crate::{
    access::{AccountId, Setting},
    closed_list::ClosedList as _,
    store::StoreError,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str =
    "setting.name, setting.is_on, setting.changed_by, setting.changed_at";
/// Their types.
pub(super) const TYPES: [Type; 4] = [Type::TEXT, Type::BOOL, Type::UUID, Type::TIMESTAMPTZ];

const PUT: &str = "
    INSERT INTO setting (name, is_on, changed_by, changed_at)
    SELECT * FROM unnest($1::TEXT[], $2::BOOLEAN[], $3::UUID[], $4::TIMESTAMPTZ[])
    ON CONFLICT (name) DO UPDATE SET
        is_on = excluded.is_on, changed_by = excluded.changed_by, changed_at = excluded.changed_at
";

/// Writes how things are set, new or known.
pub(super) fn put<'a>(settings: &[&'a Setting]) -> Vec<Call<'a>> {
    let rows = last_of_each(settings.iter().copied(), |setting| setting.name);
    if rows.is_empty() {
        return Vec::new();
    }
    let values = [
        column(&rows, |row| row.name.as_str()),
        column(&rows, |row| row.is_on),
        column(&rows, |row| row.changed_by.map(AccountId::uuid)),
        column(&rows, |row| of_instant(row.changed_at)),
    ];
    vec![Call::new(PUT, values)]
}

/// The setting whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &impl Columns, at: usize) -> Result<Setting, StoreError> {
    let changed_by: Option<uuid::Uuid> = row.column(at + 2)?;
    Ok(Setting {
        name: row.list(at)?,
        is_on: row.column(at + 1)?,
        changed_by: changed_by.map(AccountId::new),
        changed_at: row.instant(at + 3)?,
    })
}
