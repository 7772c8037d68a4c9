//! Rows of `access_anchor`.

use tokio_postgres::types::Type;

use super::{
    column::{Columns, column},
    connection::{Call, Connection},
    fault::unreadable,
};
use crate::{access::AccessAnchor, store::StoreError};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "log, day, seq, hash";
/// Their types.
pub(super) const TYPES: [Type; 4] = [Type::UUID, Type::TEXT, Type::INT8, Type::BYTEA];

const PUT: &str = "
    INSERT INTO access_anchor (log, day, seq, hash)
    SELECT * FROM unnest($1::UUID[], $2::TEXT[], $3::BIGINT[], $4::BYTEA[])
    ON CONFLICT (log, day) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
    WHERE excluded.seq > access_anchor.seq
";

/// Writes anchors, each once; one that is not further than the one there changes nothing.
pub(super) fn put(anchors: &[AccessAnchor]) -> Call<'_> {
    let values = [
        column(anchors, |row| row.log),
        column(anchors, |row| row.day.to_string()),
        column(anchors, |row| row.seq.cast_signed()),
        column(anchors, |row| row.hash.to_vec()),
    ];
    Call::new(PUT, values)
}

/// See [`crate::store::Log::access_anchors`].
pub(super) fn all(connection: &Connection<'_>) -> Result<Vec<AccessAnchor>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM access_anchor ORDER BY log, day");
    connection.query(&sql, &[])?.iter().map(read).collect()
}

/// The anchor in `row`.
pub(super) fn read(row: &impl Columns) -> Result<AccessAnchor, StoreError> {
    let day: &str = row.column(1)?;
    Ok(AccessAnchor {
        log: row.column(0)?,
        day: day.parse().map_err(|e| unreadable("access_anchor.day", e))?,
        seq: row.number::<i64, u64>(2)?,
        hash: row.digest(3)?,
    })
}
