//! Rows of `alert`.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{
    column::{instant, list, optional_instant, optional_list, optional_text},
    fault::{told, unreadable},
};
use crate::{
    alert::{Alert, AlertId},
    closed_list::ClosedList as _,
    incident::IncidentId,
    store::StoreError,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "alert.id, alert.kind, alert.patrol, alert.incident, alert.site, alert.raised_at, \
     alert.level, alert.state, alert.acknowledged_by, alert.acknowledged_at, alert.resolution, \
     alert.resolved_by, alert.resolved_at";
/// How many they are.
pub(super) const COLUMN_COUNT: usize = 13;

const PUT: &str = "
    INSERT INTO alert (
        id, kind, patrol, incident, site, raised_at, level, state, acknowledged_by, acknowledged_at,
        resolution, resolved_by, resolved_at
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
    ON CONFLICT (id) DO UPDATE SET
        level = excluded.level, state = excluded.state, acknowledged_by = excluded.acknowledged_by,
        acknowledged_at = excluded.acknowledged_at, resolution = excluded.resolution,
        resolved_by = excluded.resolved_by, resolved_at = excluded.resolved_at
";

/// Writes an alert, new or known.
pub(super) fn put(connection: &Connection, alert: &Alert) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    put.execute(params![
        alert.id.uuid().as_bytes(),
        alert.kind.as_str(),
        alert.patrol.as_ref().map(|patrol| patrol.as_str()),
        alert.incident.as_ref().map(|id| id.uuid().into_bytes()),
        alert.site.as_ref().map(|code| code.as_str()),
        alert.raised_at.unix_ms(),
        alert.level,
        alert.state.as_str(),
        alert.acknowledged.map(|(role, _)| role.as_str()),
        alert.acknowledged.map(|(_, at)| at.unix_ms()),
        alert.resolved.map(|(resolution, ..)| resolution.as_str()),
        alert.resolved.map(|(_, role, _)| role.as_str()),
        alert.resolved.map(|(.., at)| at.unix_ms()),
    ])
    .map_err(told)?;
    Ok(())
}

/// The alert whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &Row<'_>, at: usize) -> Result<Alert, StoreError> {
    let id: [u8; 16] = row.get(at).map_err(told)?;
    let incident: Option<[u8; 16]> = row.get(at + 3).map_err(told)?;
    let patrol = optional_text(row, at + 2)?.map(str::parse).transpose();
    let site = optional_text(row, at + 4)?.map(str::parse).transpose();
    let acknowledged = optional_list(row, at + 8)?.zip(optional_instant(row, at + 9)?);
    let resolved = optional_list(row, at + 10)?
        .zip(optional_list(row, at + 11)?)
        .zip(optional_instant(row, at + 12)?);
    Ok(Alert {
        id: AlertId::new(Uuid::from_bytes(id)),
        kind: list(row, at + 1)?,
        patrol: patrol.map_err(|e| unreadable("alert.patrol", e))?,
        incident: incident.map(|id| IncidentId::new(Uuid::from_bytes(id))),
        site: site.map_err(|e| unreadable("alert.site", e))?,
        raised_at: instant(row, at + 5)?,
        level: row.get(at + 6).map_err(told)?,
        state: list(row, at + 7)?,
        acknowledged,
        resolved: resolved.map(|((resolution, role), at)| (resolution, role, at)),
    })
}
