//! Rows of `alert`.

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::{
    column::{Columns, column, of_instant},
    connection::Call,
    fault::unreadable,
    last_of_each::last_of_each,
};
use crate::{
    alert::{Alert, AlertId},
    closed_list::ClosedList as _,
    incident::IncidentId,
    patrol::PatrolId,
    stock::SiteCode,
    store::StoreError,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "alert.id, alert.kind, alert.patrol, alert.incident, alert.site, alert.raised_at, \
     alert.level, alert.state, alert.acknowledged_by, alert.acknowledged_at, alert.resolution, \
     alert.resolved_by, alert.resolved_at";
/// Their types.
pub(super) const TYPES: [Type; 13] = [
    Type::UUID,
    Type::TEXT,
    Type::TEXT,
    Type::UUID,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::INT2,
    Type::TEXT,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::TEXT,
    Type::TIMESTAMPTZ,
];

const PUT: &str = "
    INSERT INTO alert (
        id, kind, patrol, incident, site, raised_at, level, state, acknowledged_by, acknowledged_at,
        resolution, resolved_by, resolved_at
    )
    SELECT * FROM unnest(
        $1::UUID[], $2::TEXT[], $3::TEXT[], $4::UUID[], $5::TEXT[], $6::TIMESTAMPTZ[], $7::SMALLINT[],
        $8::TEXT[], $9::TEXT[], $10::TIMESTAMPTZ[], $11::TEXT[], $12::TEXT[], $13::TIMESTAMPTZ[]
    )
    ON CONFLICT (id) DO UPDATE SET
        level = excluded.level, state = excluded.state, acknowledged_by = excluded.acknowledged_by,
        acknowledged_at = excluded.acknowledged_at, resolution = excluded.resolution,
        resolved_by = excluded.resolved_by, resolved_at = excluded.resolved_at
";

/// Writes alerts, new or known.
pub(super) fn put<'a>(alerts: &[&'a Alert]) -> Vec<Call<'a>> {
    let rows = last_of_each(alerts.iter().copied(), |alert| alert.id);
    if rows.is_empty() {
        return Vec::new();
    }
    let values = [
        column(&rows, |row| row.id.uuid()),
        column(&rows, |row| row.kind.as_str()),
        column(&rows, |row| row.patrol.as_ref().map(PatrolId::as_str)),
        column(&rows, |row| row.incident.map(IncidentId::uuid)),
        column(&rows, |row| row.site.as_ref().map(SiteCode::as_str)),
        column(&rows, |row| of_instant(row.raised_at)),
        column(&rows, |row| i16::from(row.level)),
        column(&rows, |row| row.state.as_str()),
        column(&rows, |row| row.acknowledged.map(|(role, _)| role.as_str())),
        column(&rows, |row| row.acknowledged.map(|(_, at)| of_instant(at))),
        column(&rows, |row| row.resolved.map(|(resolution, ..)| resolution.as_str())),
        column(&rows, |row| row.resolved.map(|(_, role, _)| role.as_str())),
        column(&rows, |row| row.resolved.map(|(.., at)| of_instant(at))),
    ];
    vec![Call::new(PUT, values)]
}

/// The alert whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &impl Columns, at: usize) -> Result<Alert, StoreError> {
    let patrol: Option<&str> = row.column(at + 2)?;
    let incident: Option<Uuid> = row.column(at + 3)?;
    let site: Option<&str> = row.column(at + 4)?;
    let acknowledged = row.optional_list(at + 8)?.zip(row.optional_instant(at + 9)?);
    let resolved = row
        .optional_list(at + 10)?
        .zip(row.optional_list(at + 11)?)
        .zip(row.optional_instant(at + 12)?);
    Ok(Alert {
        id: AlertId::new(row.column(at)?),
        kind: row.list(at + 1)?,
        patrol: patrol.map(str::parse).transpose().map_err(|e| unreadable("alert.patrol", e))?,
        incident: incident.map(IncidentId::new),
        site: site.map(str::parse).transpose().map_err(|e| unreadable("alert.site", e))?,
        raised_at: row.instant(at + 5)?,
        level: row.number::<i16, u8>(at + 6)?,
        state: row.list(at + 7)?,
        acknowledged,
        resolved: resolved.map(|((resolution, role), at)| (resolution, role, at)),
    })
}
