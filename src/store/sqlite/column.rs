//! Reading columns: borrowed text, positions, numbers and instants.

use rusqlite::{Row, types::ValueRef};

use super::fault::{told, unreadable};
use crate::{closed_list::ClosedList, event::Seq, geo::LonLat, store::StoreError, time::Timestamp};

/// The text in column `at`, without a copy.
pub(super) fn text<'a>(row: &'a Row<'_>, at: usize) -> Result<&'a str, StoreError> {
    optional_text(row, at)?.ok_or_else(|| unreadable(name(row, at), "is null"))
}

/// The text in column `at`, or `None` for null.
pub(super) fn optional_text<'a>(
    row: &'a Row<'_>,
    at: usize,
) -> Result<Option<&'a str>, StoreError> {
    match row.get_ref(at).map_err(told)? {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) => {
            std::str::from_utf8(bytes).map(Some).map_err(|e| unreadable(name(row, at), e))
        }
        other => Err(unreadable(name(row, at), format!("is {}, not text", other.data_type()))),
    }
}

/// The position in the columns `at` (longitude) and `at + 1` (latitude).
pub(super) fn position(row: &Row<'_>, at: usize) -> Result<LonLat, StoreError> {
    let lon = row.get(at).map_err(told)?;
    let lat = row.get(at + 1).map_err(told)?;
    LonLat::new(lon, lat).map_err(|e| unreadable(name(row, at), e))
}

/// The number of an event in column `at`.
pub(super) fn seq(row: &Row<'_>, at: usize) -> Result<Seq, StoreError> {
    row.get(at).map(Seq).map_err(told)
}

/// The instant in column `at`.
pub(super) fn instant(row: &Row<'_>, at: usize) -> Result<Timestamp, StoreError> {
    let unix_ms = row.get(at).map_err(told)?;
    Timestamp::from_unix_ms(unix_ms).map_err(|e| unreadable(name(row, at), e))
}

/// The instant in column `at`, or `None` for null.
pub(super) fn optional_instant(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>, StoreError> {
    let unix_ms: Option<i64> = row.get(at).map_err(told)?;
    let instant = unix_ms.map(Timestamp::from_unix_ms).transpose();
    instant.map_err(|e| unreadable(name(row, at), e))
}

/// The value of a closed list in column `at`.
pub(super) fn list<T: ClosedList>(row: &Row<'_>, at: usize) -> Result<T, StoreError> {
    optional_list(row, at)?.ok_or_else(|| unreadable(name(row, at), "is null"))
}

/// The value of a closed list in column `at`, or `None` for null.
pub(super) fn optional_list<T: ClosedList>(
    row: &Row<'_>,
    at: usize,
) -> Result<Option<T>, StoreError> {
    let Some(text) = optional_text(row, at)? else { return Ok(None) };
    T::of_name(text).map(Some).ok_or_else(|| unreadable(name(row, at), text))
}

fn name<'a>(row: &'a Row<'_>, at: usize) -> &'a str {
    row.as_ref().column_name(at).unwrap_or("a column")
}
