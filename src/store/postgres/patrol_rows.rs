//! Rows of `patrol` and `position`.

use std::collections::HashMap;

use tokio_postgres::types::Type;

use super::{
    column::{Columns, column, of_instant},
    connection::{Call, Connection},
    fault::unreadable,
    geometry,
    last_of_each::last_of_each,
};
use crate::{
    patrol::{Availability, Patrol, PatrolId, PositionFix},
    store::StoreError,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str =
    "patrol.id, patrol.callsign, patrol.availability, patrol.crew, patrol.position_off_at";
/// Their types.
pub(super) const TYPES: [Type; 5] =
    [Type::TEXT, Type::TEXT, Type::TEXT, Type::INT2, Type::TIMESTAMPTZ];

/// The columns that [`read_fix`] reads, in its order.
pub(super) const FIX_COLUMNS: &str =
    "position.patrol, position.position, position.recorded_at, position.accuracy_m";

const PUT: &str = "
    INSERT INTO patrol (id, callsign, availability, crew, position_off_at)
    SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::SMALLINT[], $5::TIMESTAMPTZ[])
    ON CONFLICT (id) DO UPDATE SET
        callsign = excluded.callsign, availability = excluded.availability, crew = excluded.crew,
        position_off_at = excluded.position_off_at
";

const END_FIXES: &str = "DELETE FROM position WHERE patrol = ANY ($1::TEXT[])";

const PUT_FIXES: &str = "
    INSERT INTO position (patrol, position, recorded_at, accuracy_m)
    SELECT * FROM unnest($1::TEXT[], $2::GEOMETRY[], $3::TIMESTAMPTZ[], $4::DOUBLE PRECISION[])
    ON CONFLICT (patrol) DO UPDATE SET
        position = excluded.position, recorded_at = excluded.recorded_at,
        accuracy_m = excluded.accuracy_m
    WHERE excluded.recorded_at > position.recorded_at
";

/// Writes patrols, new or known. One that was off duty or switched off, be it for a moment, loses its position.
pub(super) fn put<'a>(patrols: &[&'a Patrol]) -> Vec<Call<'a>> {
    let hides = |patrol: &&&Patrol| !patrol.shares_position();
    let hidden: Vec<&Patrol> = patrols.iter().filter(hides).copied().collect();
    let rows = last_of_each(patrols.iter().copied(), |patrol| &patrol.id);
    let mut calls = Vec::new();
    if !hidden.is_empty() {
        calls.push(Call::new(END_FIXES, [column(&hidden, |patrol| patrol.id.as_str())]));
    }
    if !rows.is_empty() {
        let values = [
            column(&rows, |row| row.id.as_str()),
            column(&rows, |row| row.callsign.as_str()),
            column(&rows, |row| row.availability.as_str()),
            column(&rows, |row| row.crew.map(i16::from)),
            column(&rows, |row| row.position_off_at.map(of_instant)),
        ];
        calls.push(Call::new(PUT, values));
    }
    calls
}

/// Writes where patrols are, unless newer positions are there.
pub(super) fn put_fixes(fixes: &[PositionFix]) -> Vec<Call<'_>> {
    let rows = newest_of_each(fixes);
    if rows.is_empty() {
        return Vec::new();
    }
    let values = [
        column(&rows, |row| row.patrol.as_str()),
        column(&rows, |row| geometry::of_position(row.position)),
        column(&rows, |row| of_instant(row.recorded_at)),
        column(&rows, |row| row.accuracy_m),
    ];
    vec![Call::new(PUT_FIXES, values)]
}

/// Of the positions of a patrol the newest; of two of one instant the first, which the other does not replace.
/// By patrol, so that every writer meets rows in one order.
fn newest_of_each(fixes: &[PositionFix]) -> Vec<&PositionFix> {
    let mut newest: HashMap<&PatrolId, &PositionFix> = HashMap::new();
    for fix in fixes {
        let known = newest.entry(&fix.patrol).or_insert(fix);
        if fix.recorded_at > known.recorded_at {
            *known = fix;
        }
    }
    let mut newest: Vec<_> = newest.into_values().collect();
    newest.sort_by(|a, b| a.patrol.cmp(&b.patrol));
    newest
}

/// The patrol whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &impl Columns, at: usize) -> Result<Patrol, StoreError> {
    let id: &str = row.column(at)?;
    let availability: &str = row.column(at + 2)?;
    Ok(Patrol {
        id: id.parse().map_err(|e| unreadable("patrol.id", e))?,
        callsign: row.column(at + 1)?,
        availability: Availability::of_name(availability)
            .ok_or_else(|| unreadable("patrol.availability", availability))?,
        crew: row.optional_number::<i16, u8>(at + 3)?,
        position_off_at: row.optional_instant(at + 4)?,
    })
}

/// The position whose [`FIX_COLUMNS`] are the columns of `row`.
pub(super) fn read_fix(row: &impl Columns) -> Result<PositionFix, StoreError> {
    let patrol: &str = row.column(0)?;
    Ok(PositionFix {
        patrol: patrol.parse().map_err(|e| unreadable("position.patrol", e))?,
        position: geometry::position("position.position", row.column(1)?)?,
        recorded_at: row.instant(2)?,
        accuracy_m: row.column(3)?,
    })
}

/// Every last known position.
pub(super) fn last_fixes(connection: &Connection<'_>) -> Result<Vec<PositionFix>, StoreError> {
    let all = format!("SELECT {FIX_COLUMNS} FROM position");
    connection.query(&all, &[])?.iter().map(read_fix).collect()
}
