//! What a value in a column is: instants, numbers and the columns of a row.

use std::time::{Duration, SystemTime};

use tokio_postgres::{
    Row,
    binary_copy::BinaryCopyOutRow,
    types::{FromSql, ToSql},
};

use super::fault::unreadable;
use crate::{closed_list::ClosedList, event::Seq, store::StoreError, time::Timestamp};

/// A row, however it came.
pub(super) trait Columns {
    /// The value in column `at`; text is borrowed from the row.
    fn column<'a, T: FromSql<'a>>(&'a self, at: usize) -> Result<T, StoreError>;

    /// The instant in column `at`.
    fn instant(&self, at: usize) -> Result<Timestamp, StoreError> {
        instant(self.column(at)?)
    }

    /// The instant in column `at`, or `None` for null.
    fn optional_instant(&self, at: usize) -> Result<Option<Timestamp>, StoreError> {
        self.column::<Option<SystemTime>>(at)?.map(instant).transpose()
    }

    /// The value of a closed list in column `at`.
    fn list<T: ClosedList>(&self, at: usize) -> Result<T, StoreError> {
        self.optional_list(at)?.ok_or_else(|| unreadable(T::LIST, "is null"))
    }

    /// The value of a closed list in column `at`, or `None` for null.
    fn optional_list<T: ClosedList>(&self, at: usize) -> Result<Option<T>, StoreError> {
        let Some(name) = self.column::<Option<&str>>(at)? else { return Ok(None) };
        T::of_name(name).map(Some).ok_or_else(|| unreadable(T::LIST, name))
    }

    /// The SHA-256 in column `at`.
    fn digest(&self, at: usize) -> Result<[u8; 32], StoreError> {
        self.column::<&[u8]>(at)?.try_into().map_err(|e| unreadable("a digest", e))
    }

    /// The unsigned number in column `at`, which PostgreSQL keeps in the next wider signed type.
    fn number<'a, Stored, T>(&'a self, at: usize) -> Result<T, StoreError>
    where
        Stored: FromSql<'a>,
        T: TryFrom<Stored, Error: std::fmt::Display>,
    {
        T::try_from(self.column(at)?).map_err(|e| unreadable("a number", e))
    }

    /// The unsigned number in column `at`, or `None` for null.
    fn optional_number<'a, Stored, T>(&'a self, at: usize) -> Result<Option<T>, StoreError>
    where
        Stored: FromSql<'a>,
        T: TryFrom<Stored, Error: std::fmt::Display>,
    {
        let stored: Option<Stored> = self.column(at)?;
        stored.map(T::try_from).transpose().map_err(|e| unreadable("a number", e))
    }

    /// The number of an event in column `at`.
    fn seq(&self, at: usize) -> Result<Seq, StoreError> {
        self.number::<i64, u64>(at).map(Seq)
    }
}

impl Columns for Row {
    fn column<'a, T: FromSql<'a>>(&'a self, at: usize) -> Result<T, StoreError> {
        let name = || self.columns().get(at).map_or("a column", |column| column.name());
        self.try_get(at).map_err(|e| unreadable(name(), e))
    }
}

impl Columns for BinaryCopyOutRow {
    fn column<'a, T: FromSql<'a>>(&'a self, at: usize) -> Result<T, StoreError> {
        self.try_get(at).map_err(|e| unreadable("a copied column", e))
    }
}

fn instant(instant: SystemTime) -> Result<Timestamp, StoreError> {
    let unix_ms = match instant.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()),
        Err(before) => i64::try_from(before.duration().as_millis()).map(|ms| -ms),
    };
    let unix_ms = unix_ms.map_err(|e| unreadable("an instant", e))?;
    Timestamp::from_unix_ms(unix_ms).map_err(|e| unreadable("an instant", e))
}

/// An instant as the client takes it for a `TIMESTAMPTZ`.
pub(super) fn of_instant(instant: Timestamp) -> SystemTime {
    let away = Duration::from_millis(instant.unix_ms().unsigned_abs());
    if instant.unix_ms() < 0 {
        SystemTime::UNIX_EPOCH - away
    } else {
        SystemTime::UNIX_EPOCH + away
    }
}

/// The number of an event as the client takes it for a `BIGINT`, which ends at 2⁶³ - 1: a store that counts
/// a million events a second gets there in 290,000 years, and is then refused a number below zero.
pub(super) const fn of_seq(seq: Seq) -> i64 {
    seq.0.cast_signed()
}

/// What `value` tells of each row, as an array.
pub(super) fn column<'a, R, T: ToSql + Sync + 'a>(
    rows: &[R],
    value: impl Fn(&R) -> T,
) -> Box<dyn ToSql + Sync + 'a> {
    Box::new(rows.iter().map(value).collect::<Vec<T>>())
}
