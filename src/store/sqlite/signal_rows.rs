//! Rows of `signal`.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{
    column::{instant, optional_instant, optional_text, position, text},
    fault::{told, unreadable},
};
use crate::{
    geo::LonLat,
    signal::{Area, Signal, SignalId, SignalPlace},
    stock::SiteCode,
    store::{KeptSignal, PIECE_FACTS_MAX, StoreError},
    time::Timestamp,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str =
    "number, id, received_at, source, kind, site, lon, lat, area, at, until, value";

/// A number that is null is the next one.
const PUT: &str = "
    INSERT INTO signal (
        number, id, received_at, source, kind, site, lon, lat, area, at, until, value
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
    ON CONFLICT (id) DO NOTHING RETURNING number
";

/// Writes signals, unless they are there, and tells those that were not. See
/// [`crate::store::Transaction::commit_signals`].
pub(super) fn add(
    connection: &Connection,
    received_at: Timestamp,
    signals: &[Signal],
) -> Result<Vec<KeptSignal>, StoreError> {
    let mut new = Vec::new();
    for signal in signals {
        if let Some(number) = insert(connection, None, received_at, signal)? {
            new.push(KeptSignal { number, received_at, signal: signal.clone() });
        }
    }
    Ok(new)
}

/// Writes a signal under its number.
pub(super) fn put(connection: &Connection, kept: &KeptSignal) -> Result<(), StoreError> {
    insert(connection, Some(kept.number), kept.received_at, &kept.signal)?;
    Ok(())
}

/// Writes a signal, and tells its number unless it was there.
fn insert(
    connection: &Connection,
    number: Option<u64>,
    received_at: Timestamp,
    signal: &Signal,
) -> Result<Option<u64>, StoreError> {
    let (site, point, area) = match &signal.place {
        SignalPlace::Site(code) => (Some(code), None, None),
        SignalPlace::Point(at) => (None, Some(*at), None),
        SignalPlace::Area(area) => (None, None, Some(area.to_string())),
        SignalPlace::Everywhere => (None, None, None),
    };
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    let values = params![
        number,
        signal.id.number().to_be_bytes(),
        received_at.unix_ms(),
        signal.source.as_str(),
        signal.kind.as_str(),
        site.map(SiteCode::as_str),
        point.map(LonLat::lon),
        point.map(LonLat::lat),
        area,
        signal.at.unix_ms(),
        signal.until.map(Timestamp::unix_ms),
        signal.value,
    ];
    put.query_row(values, |row| row.get(0)).optional().map_err(told)
}

/// See [`crate::store::Log::signals_after`].
pub(super) fn after(
    connection: &Connection,
    number: u64,
    since: Timestamp,
) -> Result<Vec<KeptSignal>, StoreError> {
    // Along the numbers: whoever follows asks for the last few of them.
    let sql = format!(
        "SELECT {COLUMNS} FROM signal WHERE number > ?1 AND +coalesce(until, at) >= ?2
         ORDER BY number LIMIT {PIECE_FACTS_MAX}"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(told)?;
    let mut rows = statement.query(params![number, since.unix_ms()]).map_err(told)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(told)? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The signal whose [`COLUMNS`] are the columns of `row`.
pub(super) fn read(row: &Row<'_>) -> Result<KeptSignal, StoreError> {
    let id: [u8; 16] = row.get(1).map_err(told)?;
    let signal = Signal {
        id: SignalId::new(u128::from_be_bytes(id)),
        source: text(row, 3)?.parse().map_err(|e| unreadable("signal.source", e))?,
        kind: text(row, 4)?.parse().map_err(|e| unreadable("signal.kind", e))?,
        place: place(row)?,
        at: instant(row, 9)?,
        until: optional_instant(row, 10)?,
        value: row.get(11).map_err(told)?,
    };
    Ok(KeptSignal { number: row.get(0).map_err(told)?, received_at: instant(row, 2)?, signal })
}

fn place(row: &Row<'_>) -> Result<SignalPlace, StoreError> {
    if let Some(code) = optional_text(row, 5)? {
        return code.parse().map(SignalPlace::Site).map_err(|e| unreadable("signal.site", e));
    }
    if let Some(area) = optional_text(row, 8)? {
        let area = area.parse::<Area>();
        return area.map(SignalPlace::Area).map_err(|e| unreadable("signal.area", e));
    }
    let lon: Option<f64> = row.get(6).map_err(told)?;
    match lon {
        Some(_) => Ok(SignalPlace::Point(position(row, 6)?)),
        None => Ok(SignalPlace::Everywhere),
    }
}
