//! Rows of `hold` and `purge`.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::{
    column::{instant, list, optional_instant, optional_text, text},
    fault::{told, unreadable},
};
use crate::{
    access::AccountName,
    closed_list::ClosedList as _,
    incident::IncidentId,
    retention::{Hold, HoldId, HoldScope, Purge, RegisterEnds},
    store::{StoreError, register_columns},
    time::TimeWindow,
};

/// The columns that [`read_hold`] reads, in its order.
pub(super) const HOLD_COLUMNS: &str = "id, incident, site, reported_from, reported_to, reason, until, set_at, set_by, \
     lifted_at, lifted_by";

/// The columns that [`read_purge`] reads, in its order.
pub(super) const PURGE_COLUMNS: &str =
    "number, at, cause, complete, removed, holds, previous, public_key, signature";

const PUT_HOLD: &str = "
    INSERT INTO hold (
        id, incident, site, reported_from, reported_to, reason, until, set_at, set_by, lifted_at, lifted_by
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
    ON CONFLICT (id) DO UPDATE SET lifted_at = excluded.lifted_at, lifted_by = excluded.lifted_by
";

/// What [`ends`] asks. Of the events the last one about a purge, and so not many: there is one every night.
const ENDS: &str = "
    SELECT coalesce((SELECT max(number) FROM purge), 0), coalesce(
        (SELECT purge FROM event WHERE purge IS NOT NULL ORDER BY seq DESC LIMIT 1), 0)
";

const PUT_PURGE: &str = "
    INSERT INTO purge (
        number, at, cause, complete, removed, holds, previous, public_key, signature
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
";

/// Writes a hold, new or lifted.
pub(super) fn put_hold(connection: &Connection, hold: &Hold) -> Result<(), StoreError> {
    let TimeWindow { from, to } = hold.scope.reported;
    let lifted_by = hold.lifted.as_ref().and_then(|(_, by)| by.as_ref());
    let mut put = connection.prepare_cached(PUT_HOLD).map_err(told)?;
    put.execute(params![
        hold.id.uuid().as_bytes(),
        hold.scope.incident.map(|id| id.uuid().into_bytes()),
        hold.scope.site.as_ref().map(|code| code.as_str()),
        from.map(|at| at.unix_ms()),
        to.map(|at| at.unix_ms()),
        hold.reason.as_str(),
        hold.until.unix_ms(),
        hold.set_at.unix_ms(),
        hold.set_by.as_ref().map(AccountName::as_str),
        hold.lifted.as_ref().map(|(at, _)| at.unix_ms()),
        lifted_by.map(AccountName::as_str),
    ])
    .map_err(told)?;
    Ok(())
}

/// The hold whose [`HOLD_COLUMNS`] are the columns of `row`.
pub(super) fn read_hold(row: &Row<'_>) -> Result<Hold, StoreError> {
    let id: [u8; 16] = row.get(0).map_err(told)?;
    let incident: Option<[u8; 16]> = row.get(1).map_err(told)?;
    let site = optional_text(row, 2)?.map(str::parse).transpose();
    let name = |at| -> Result<Option<AccountName>, StoreError> {
        let name = optional_text(row, at)?.map(str::parse).transpose();
        name.map_err(|e| unreadable("hold", e))
    };
    let lifted_by = name(10)?;
    Ok(Hold {
        id: HoldId::new(Uuid::from_bytes(id)),
        scope: HoldScope {
            incident: incident.map(|id| IncidentId::new(Uuid::from_bytes(id))),
            site: site.map_err(|e| unreadable("hold.site", e))?,
            reported: TimeWindow { from: optional_instant(row, 3)?, to: optional_instant(row, 4)? },
        },
        reason: list(row, 5)?,
        until: instant(row, 6)?,
        set_at: instant(row, 7)?,
        set_by: name(8)?,
        lifted: optional_instant(row, 9)?.map(|at| (at, lifted_by)),
    })
}

/// The hold with these bytes as its id.
pub(super) fn hold(view: &Connection, id: [u8; 16]) -> Result<Hold, StoreError> {
    let sql = format!("SELECT {HOLD_COLUMNS} FROM hold WHERE id = ?1");
    let mut asked = view.prepare_cached(&sql).map_err(told)?;
    let found = asked.query_row([id], |row| Ok(read_hold(row))).optional().map_err(told)?;
    found.unwrap_or_else(|| Err(unreadable("event.hold", "is not there")))
}

/// Writes a purge, whose number follows the last one.
pub(super) fn put_purge(connection: &Connection, purge: &Purge) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT_PURGE).map_err(told)?;
    put.execute(params![
        purge.number,
        purge.at.unix_ms(),
        purge.cause.as_str(),
        purge.complete,
        register_columns::of_removed(&purge.removed),
        register_columns::of_ids(&purge.holds),
        purge.previous,
        purge.public_key,
        &purge.signature[..],
    ])
    .map_err(told)?;
    Ok(())
}

/// The purge whose [`PURGE_COLUMNS`] are the columns of `row`.
pub(super) fn read_purge(row: &Row<'_>) -> Result<Purge, StoreError> {
    let signature: Vec<u8> = row.get(8).map_err(told)?;
    Ok(Purge {
        number: row.get(0).map_err(told)?,
        at: instant(row, 1)?,
        cause: list(row, 2)?,
        complete: row.get(3).map_err(told)?,
        removed: register_columns::removed(text(row, 4)?)?,
        holds: register_columns::ids("purge.holds", text(row, 5)?)?,
        previous: row.get(6).map_err(told)?,
        public_key: row.get(7).map_err(told)?,
        signature: signature
            .try_into()
            .map_err(|_length| unreadable("purge.signature", "has another length"))?,
    })
}

/// The purge with that number.
pub(super) fn purge(view: &Connection, number: u64) -> Result<Purge, StoreError> {
    let sql = format!("SELECT {PURGE_COLUMNS} FROM purge WHERE number = ?1");
    let mut asked = view.prepare_cached(&sql).map_err(told)?;
    let found = asked.query_row([number], |row| Ok(read_purge(row))).optional().map_err(told)?;
    found.unwrap_or_else(|| Err(unreadable("event.purge", "is not there")))
}

/// See [`crate::store::Log::register_ends`].
pub(super) fn ends(view: &Connection) -> Result<RegisterEnds, StoreError> {
    let read = |row: &Row<'_>| Ok(RegisterEnds { kept: row.get(0)?, told: row.get(1)? });
    view.prepare_cached(ENDS).map_err(told)?.query_row([], read).map_err(told)
}
