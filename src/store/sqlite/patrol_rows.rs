//! Rows of `patrol` and `position`.

use rusqlite::{Connection, Row, params};

use super::{
    column::{instant, optional_instant, position, text},
    fault::{told, unreadable},
};
use crate::{
    patrol::{Availability, Patrol, PositionFix},
    store::StoreError,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str =
    "patrol.id, patrol.callsign, patrol.availability, patrol.crew, patrol.position_off_at";
/// How many they are.
pub(super) const COLUMN_COUNT: usize = 5;

/// The columns that [`read_fix`] reads, in its order.
pub(super) const FIX_COLUMNS: &str = "patrol, recorded_at, accuracy_m, lon, lat";

const PUT: &str = "
    INSERT INTO patrol (id, callsign, availability, crew, position_off_at) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET
        callsign = excluded.callsign, availability = excluded.availability, crew = excluded.crew,
        position_off_at = excluded.position_off_at
";

const PUT_FIX: &str = "
    INSERT INTO position (patrol, lon, lat, recorded_at, accuracy_m) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (patrol) DO UPDATE SET
        lon = excluded.lon, lat = excluded.lat, recorded_at = excluded.recorded_at,
        accuracy_m = excluded.accuracy_m
    WHERE excluded.recorded_at > position.recorded_at
";

/// Writes a patrol, new or known. Off duty or switched off, it loses its position.
pub(super) fn put(connection: &Connection, patrol: &Patrol) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    let id = patrol.id.as_str();
    let off_at = patrol.position_off_at.map(|at| at.unix_ms());
    let availability = patrol.availability.as_str();
    put.execute(params![id, patrol.callsign, availability, patrol.crew, off_at]).map_err(told)?;
    Ok(())
}

/// Writes where a patrol is, unless a newer position is there.
pub(super) fn put_fix(connection: &Connection, fix: &PositionFix) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT_FIX).map_err(told)?;
    let at = fix.recorded_at.unix_ms();
    let position = fix.position;
    put.execute(params![fix.patrol.as_str(), position.lon(), position.lat(), at, fix.accuracy_m])
        .map_err(told)?;
    Ok(())
}

/// The patrol whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &Row<'_>, at: usize) -> Result<Patrol, StoreError> {
    let availability = text(row, at + 2)?;
    Ok(Patrol {
        id: text(row, at)?.parse().map_err(|e| unreadable("patrol.id", e))?,
        callsign: text(row, at + 1)?.to_owned(),
        availability: Availability::of_name(availability)
            .ok_or_else(|| unreadable("patrol.availability", availability))?,
        crew: row.get(at + 3).map_err(told)?,
        position_off_at: optional_instant(row, at + 4)?,
    })
}

/// Every last known position.
pub(super) fn last_fixes(connection: &Connection) -> Result<Vec<PositionFix>, StoreError> {
    let all = format!("SELECT {FIX_COLUMNS} FROM position");
    let mut all = connection.prepare_cached(&all).map_err(told)?;
    let mut rows = all.query([]).map_err(told)?;
    let mut fixes = Vec::new();
    while let Some(row) = rows.next().map_err(told)? {
        fixes.push(read_fix(row)?);
    }
    Ok(fixes)
}

/// The position whose [`FIX_COLUMNS`] `row` has.
pub(super) fn read_fix(row: &Row<'_>) -> Result<PositionFix, StoreError> {
    Ok(PositionFix {
        patrol: text(row, 0)?.parse().map_err(|e| unreadable("position.patrol", e))?,
        recorded_at: instant(row, 1)?,
        accuracy_m: row.get(2).map_err(told)?,
        position: position(row, 3)?,
    })
}
