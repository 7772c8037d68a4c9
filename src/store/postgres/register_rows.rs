//! Rows of `hold` and `purge`.

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::{
    column::{Columns, column, of_instant},
    connection::{Call, Connection},
    fault::unreadable,
    last_of_each::last_of_each,
};
use crate::{
    access::AccountName,
    closed_list::ClosedList as _,
    incident::IncidentId,
    retention::{Hold, HoldId, HoldScope, Purge, RegisterEnds},
    stock::SiteCode,
    store::{StoreError, register_columns},
    time::TimeWindow,
};

/// The columns that [`read_hold`] reads, in its order.
pub(super) const HOLD_COLUMNS: &str = "id, incident, site, reported_from, reported_to, reason, until, set_at, set_by, \
     lifted_at, lifted_by";
/// Their types.
pub(super) const HOLD_TYPES: [Type; 11] = [
    Type::UUID,
    Type::UUID,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TEXT,
];

/// The columns that [`read_purge`] reads, in its order.
pub(super) const PURGE_COLUMNS: &str =
    "number, at, cause, complete, removed, holds, previous, public_key, signature";
/// Their types.
pub(super) const PURGE_TYPES: [Type; 9] = [
    Type::INT8,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::BOOL,
    Type::TEXT,
    Type::TEXT,
    Type::BYTEA,
    Type::BYTEA,
    Type::BYTEA,
];

const PUT_HOLDS: &str = "
    INSERT INTO hold (
        id, incident, site, reported_from, reported_to, reason, until, set_at, set_by, lifted_at, lifted_by
    )
    SELECT * FROM unnest(
        $1::UUID[], $2::UUID[], $3::TEXT[], $4::TIMESTAMPTZ[], $5::TIMESTAMPTZ[], $6::TEXT[],
        $7::TIMESTAMPTZ[], $8::TIMESTAMPTZ[], $9::TEXT[], $10::TIMESTAMPTZ[], $11::TEXT[]
    )
    ON CONFLICT (id) DO UPDATE SET lifted_at = excluded.lifted_at, lifted_by = excluded.lifted_by
";

/// What [`ends`] asks. Of the events the last one about a purge, and so not many: there is one every night.
const ENDS: &str = "
    SELECT coalesce((SELECT max(number) FROM purge), 0), coalesce(
        (SELECT purge FROM event WHERE purge IS NOT NULL ORDER BY seq DESC LIMIT 1), 0)
";

const PUT_PURGES: &str = "
    INSERT INTO purge (
        number, at, cause, complete, removed, holds, previous, public_key, signature
    )
    SELECT * FROM unnest(
        $1::BIGINT[], $2::TIMESTAMPTZ[], $3::TEXT[], $4::BOOLEAN[], $5::TEXT[], $6::TEXT[],
        $7::BYTEA[], $8::BYTEA[], $9::BYTEA[]
    ) AS row (number) ORDER BY row.number
";

/// Writes holds, new or lifted.
pub(super) fn put_holds<'a>(holds: &[&'a Hold]) -> Vec<Call<'a>> {
    let rows = last_of_each(holds.iter().copied(), |hold| hold.id);
    if rows.is_empty() {
        return Vec::new();
    }
    let lifted_by = |row: &&'a Hold| row.lifted.as_ref().and_then(|(_, by)| by.as_ref());
    let values = [
        column(&rows, |row| row.id.uuid()),
        column(&rows, |row| row.scope.incident.map(IncidentId::uuid)),
        column(&rows, |row| row.scope.site.as_ref().map(SiteCode::as_str)),
        column(&rows, |row| row.scope.reported.from.map(of_instant)),
        column(&rows, |row| row.scope.reported.to.map(of_instant)),
        column(&rows, |row| row.reason.as_str()),
        column(&rows, |row| of_instant(row.until)),
        column(&rows, |row| of_instant(row.set_at)),
        column(&rows, |row| row.set_by.as_ref().map(AccountName::as_str)),
        column(&rows, |row| row.lifted.as_ref().map(|(at, _)| of_instant(*at))),
        column(&rows, |row| lifted_by(row).map(AccountName::as_str)),
    ];
    vec![Call::new(PUT_HOLDS, values)]
}

/// The hold whose [`HOLD_COLUMNS`] are the columns of `row`.
pub(super) fn read_hold(row: &impl Columns) -> Result<Hold, StoreError> {
    let incident: Option<Uuid> = row.column(1)?;
    let site: Option<&str> = row.column(2)?;
    let name = |at| -> Result<Option<AccountName>, StoreError> {
        let name = row.column::<Option<&str>>(at)?.map(str::parse).transpose();
        name.map_err(|e| unreadable("hold", e))
    };
    let lifted_by = name(10)?;
    Ok(Hold {
        id: HoldId::new(row.column(0)?),
        scope: HoldScope {
            incident: incident.map(IncidentId::new),
            site: site.map(str::parse).transpose().map_err(|e| unreadable("hold.site", e))?,
            reported: TimeWindow { from: row.optional_instant(3)?, to: row.optional_instant(4)? },
        },
        reason: row.list(5)?,
        until: row.instant(6)?,
        set_at: row.instant(7)?,
        set_by: name(8)?,
        lifted: row.optional_instant(9)?.map(|at| (at, lifted_by)),
    })
}

/// The hold with that id.
pub(super) fn hold(view: &Connection<'_>, id: Uuid) -> Result<Hold, StoreError> {
    let sql = format!("SELECT {HOLD_COLUMNS} FROM hold WHERE id = $1");
    let rows = view.query(&sql, &[&id])?;
    read_hold(rows.first().ok_or_else(|| unreadable("event.hold", "is not there"))?)
}

/// Writes purges, whose numbers follow the last one.
pub(super) fn put_purges<'a>(purges: &[&'a Purge]) -> Vec<Call<'a>> {
    if purges.is_empty() {
        return Vec::new();
    }
    let values = [
        column(purges, |row| row.number.cast_signed()),
        column(purges, |row| of_instant(row.at)),
        column(purges, |row| row.cause.as_str()),
        column(purges, |row| row.complete),
        column(purges, |row| register_columns::of_removed(&row.removed)),
        column(purges, |row| register_columns::of_ids(&row.holds)),
        column(purges, |row| &row.previous[..]),
        column(purges, |row| &row.public_key[..]),
        column(purges, |row| &row.signature[..]),
    ];
    vec![Call::new(PUT_PURGES, values)]
}

/// The purge whose [`PURGE_COLUMNS`] are the columns of `row`.
pub(super) fn read_purge(row: &impl Columns) -> Result<Purge, StoreError> {
    let signature: &[u8] = row.column(8)?;
    Ok(Purge {
        number: row.number::<i64, u64>(0)?,
        at: row.instant(1)?,
        cause: row.list(2)?,
        complete: row.column(3)?,
        removed: register_columns::removed(row.column(4)?)?,
        holds: register_columns::ids("purge.holds", row.column(5)?)?,
        previous: row.digest(6)?,
        public_key: row.digest(7)?,
        signature: signature.try_into().map_err(|e| unreadable("purge.signature", e))?,
    })
}

/// The purge with that number.
pub(super) fn purge(view: &Connection<'_>, number: i64) -> Result<Purge, StoreError> {
    let sql = format!("SELECT {PURGE_COLUMNS} FROM purge WHERE number = $1");
    let rows = view.query(&sql, &[&number])?;
    read_purge(rows.first().ok_or_else(|| unreadable("event.purge", "is not there"))?)
}

/// See [`crate::store::Log::register_ends`].
pub(super) fn ends(view: &Connection<'_>) -> Result<RegisterEnds, StoreError> {
    let rows = view.query(ENDS, &[])?;
    let row = rows.first().ok_or_else(|| unreadable("purge", "has no row"))?;
    Ok(RegisterEnds { kept: row.number::<i64, u64>(0)?, told: row.number::<i64, u64>(1)? })
}
