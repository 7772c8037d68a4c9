//! Rows of `signal`.

use std::collections::HashMap;

use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::{
    column::{Columns, column, of_instant},
    connection::{Call, Connection},
    fault::unreadable,
    geometry,
};
use crate::{
    signal::{Signal, SignalId, SignalPlace},
    stock::SiteCode,
    store::{KeptSignal, PIECE_FACTS_MAX, StoreError},
    time::Timestamp,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str =
    "number, id, received_at, source, kind, site, position, area, at, until, value";

/// Their types.
pub(super) fn types() -> [Type; 11] {
    let geometry = geometry::column_type;
    [
        Type::INT8,
        Type::UUID,
        Type::TIMESTAMPTZ,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        geometry(),
        geometry(),
        Type::TIMESTAMPTZ,
        Type::TIMESTAMPTZ,
        Type::FLOAT8,
    ]
}

/// What is sorted by a query below it is numbered in its order. One that comes twice in the call is new once.
const ADD: &str = "
    INSERT INTO signal (id, received_at, source, kind, site, position, area, at, until, value)
    SELECT id, $1::TIMESTAMPTZ, source, kind, site, position, area, at, until, value FROM unnest(
        $2::UUID[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::GEOMETRY[], $7::GEOMETRY[], $8::TIMESTAMPTZ[],
        $9::TIMESTAMPTZ[], $10::DOUBLE PRECISION[]
    ) WITH ORDINALITY AS given (id, source, kind, site, position, area, at, until, value, ordinal)
    ORDER BY ordinal
    ON CONFLICT (id) DO NOTHING RETURNING number, id
";

const PUT: &str = "
    INSERT INTO signal (number, id, received_at, source, kind, site, position, area, at, until, value)
    SELECT * FROM unnest(
        $1::BIGINT[], $2::UUID[], $3::TIMESTAMPTZ[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::GEOMETRY[],
        $8::GEOMETRY[], $9::TIMESTAMPTZ[], $10::TIMESTAMPTZ[], $11::DOUBLE PRECISION[]
    )
";
/// The next one is numbered after the last of these.
const GO_ON: &str = "SELECT setval(pg_get_serial_sequence('vigie.signal', 'number'), last) FROM unnest($1::BIGINT[]) AS last";

/// Writes signals, unless they are there, and tells those that were not, by number. See
/// [`crate::store::Transaction::commit_signals`].
pub(super) fn add(
    connection: &Connection<'_>,
    received_at: Timestamp,
    signals: &[Signal],
) -> Result<Vec<KeptSignal>, StoreError> {
    let all: Vec<&Signal> = signals.iter().collect();
    let values = columns(&all);
    let received = of_instant(received_at);
    let mut call: Vec<&(dyn ToSql + Sync)> = vec![&received];
    call.extend(values.iter().map(|value| &**value));
    // The first of those that come twice is the one that was written.
    let by_id: HashMap<SignalId, &Signal> = signals.iter().rev().map(|one| (one.id, one)).collect();
    let mut new = Vec::new();
    for row in connection.query(ADD, &call)? {
        let id = id(row.column(1)?);
        let signal = by_id.get(&id).ok_or_else(|| unreadable("signal.id", id))?;
        let number = row.number::<i64, u64>(0)?;
        new.push(KeptSignal { number, received_at, signal: (*signal).clone() });
    }
    new.sort_by_key(|kept| kept.number);
    Ok(new)
}

/// Writes signals under their numbers.
pub(super) fn put(kept: &[KeptSignal]) -> Vec<Call<'_>> {
    let signals: Vec<&Signal> = kept.iter().map(|one| &one.signal).collect();
    let mut given = columns(&signals).into_iter();
    let mut values = vec![column(kept, |one| one.number.cast_signed())];
    values.extend(given.next());
    values.push(column(kept, |one| of_instant(one.received_at)));
    values.extend(given);
    let last: Vec<u64> = kept.iter().map(|one| one.number).max().into_iter().collect();
    vec![Call::new(PUT, values), Call::new(GO_ON, [column(&last, |number| number.cast_signed())])]
}

/// Id, source, kind, site, position, area, instant, end and value, an array each.
fn columns<'a>(rows: &[&'a Signal]) -> [Box<dyn ToSql + Sync + 'a>; 9] {
    [
        column(rows, |row| Uuid::from_u128(row.id.number())),
        column(rows, |row| row.source.as_str()),
        column(rows, |row| row.kind.as_str()),
        column(rows, |row| match &row.place {
            SignalPlace::Site(code) => Some(SiteCode::as_str(code)),
            _ => None,
        }),
        column(rows, |row| match row.place {
            SignalPlace::Point(at) => Some(geometry::of_position(at)),
            _ => None,
        }),
        column(rows, |row| match &row.place {
            SignalPlace::Area(area) => Some(geometry::of_area(area)),
            _ => None,
        }),
        column(rows, |row| of_instant(row.at)),
        column(rows, |row| row.until.map(of_instant)),
        column(rows, |row| row.value),
    ]
}

/// See [`crate::store::Log::signals_after`].
pub(super) fn after(
    connection: &Connection<'_>,
    number: u64,
    since: Timestamp,
) -> Result<Vec<KeptSignal>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signal WHERE number > $1 AND coalesce(until, at) >= $2
         ORDER BY number LIMIT {PIECE_FACTS_MAX}"
    );
    let after = i64::try_from(number).unwrap_or(i64::MAX);
    connection.query(&sql, &[&after, &of_instant(since)])?.iter().map(read).collect()
}

/// The signal whose [`COLUMNS`] are the columns of `row`.
pub(super) fn read(row: &impl Columns) -> Result<KeptSignal, StoreError> {
    let (source, kind): (&str, &str) = (row.column(3)?, row.column(4)?);
    let signal = Signal {
        id: id(row.column(1)?),
        source: source.parse().map_err(|e| unreadable("signal.source", e))?,
        kind: kind.parse().map_err(|e| unreadable("signal.kind", e))?,
        place: place(row)?,
        at: row.instant(8)?,
        until: row.optional_instant(9)?,
        value: row.column(10)?,
    };
    Ok(KeptSignal { number: row.number::<i64, u64>(0)?, received_at: row.instant(2)?, signal })
}

fn place(row: &impl Columns) -> Result<SignalPlace, StoreError> {
    let site: Option<&str> = row.column(5)?;
    if let Some(code) = site {
        return code.parse().map(SignalPlace::Site).map_err(|e| unreadable("signal.site", e));
    }
    if let Some(point) = row.column(6)? {
        return geometry::position("signal.position", point).map(SignalPlace::Point);
    }
    match row.column(7)? {
        Some(area) => geometry::area("signal.area", &area).map(SignalPlace::Area),
        None => Ok(SignalPlace::Everywhere),
    }
}

const fn id(bytes: Uuid) -> SignalId {
    SignalId::new(bytes.as_u128())
}
