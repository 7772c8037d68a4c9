//! Rows of `access_anchor`.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{
    column::text,
    fault::{told, unreadable},
};
use crate::{access::AccessAnchor, store::StoreError};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "log, day, seq, hash";

const PUT: &str = "
    INSERT INTO access_anchor (log, day, seq, hash) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (log, day) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
    WHERE excluded.seq > access_anchor.seq
";

/// Writes an anchor; one that is not further than the one there changes nothing.
pub(super) fn put(connection: &Connection, anchor: &AccessAnchor) -> Result<(), StoreError> {
    let AccessAnchor { log, day, seq, hash } = anchor;
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    put.execute(params![log.as_bytes(), day.to_string(), seq, hash]).map_err(told)?;
    Ok(())
}

/// See [`crate::store::Log::access_anchors`].
pub(super) fn all(connection: &Connection) -> Result<Vec<AccessAnchor>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM access_anchor ORDER BY log, day");
    let mut statement = connection.prepare_cached(&sql).map_err(told)?;
    let mut rows = statement.query([]).map_err(told)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(told)? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// The anchor in `row`.
pub(super) fn read(row: &Row<'_>) -> Result<AccessAnchor, StoreError> {
    Ok(AccessAnchor {
        log: Uuid::from_bytes(row.get(0).map_err(told)?),
        day: text(row, 1)?.parse().map_err(|e| unreadable("access_anchor.day", e))?,
        seq: row.get(2).map_err(told)?,
        hash: row.get(3).map_err(told)?,
    })
}
