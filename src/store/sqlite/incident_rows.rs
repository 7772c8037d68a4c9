//! Rows of `incident` and `receipt`.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{
    column::{instant, optional_text, text},
    fault::{told, unreadable},
};
use crate::{
    event::Seq,
    incident::{Channel, IdempotencyKey, Incident, IncidentId, RequestDigest, Status},
    store::StoreError,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "incident.id, incident.kind, incident.channel, incident.status, incident.reported_at, \
     incident.site, incident.building";

const PUT: &str = "
    INSERT INTO incident (id, kind, channel, status, reported_at, site, building)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (id) DO UPDATE SET
        kind = excluded.kind, channel = excluded.channel, status = excluded.status,
        reported_at = excluded.reported_at, site = excluded.site, building = excluded.building
";

/// Writes an incident, new or known.
pub(super) fn put(connection: &Connection, incident: &Incident) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    put.execute(params![
        incident.id.uuid().as_bytes(),
        incident.kind.as_str(),
        incident.channel.as_str(),
        incident.status.as_str(),
        incident.reported_at.unix_ms(),
        incident.site.as_str(),
        incident.building.as_ref().map(|id| id.as_str()),
    ])
    .map_err(told)?;
    Ok(())
}

/// Writes which event was made under a key.
pub(super) fn put_receipt(
    connection: &Connection,
    key: &IdempotencyKey,
    request: &RequestDigest,
    seq: Seq,
) -> Result<(), StoreError> {
    let put = "INSERT INTO receipt (key, request, seq) VALUES (?1, ?2, ?3)";
    let mut put = connection.prepare_cached(put).map_err(told)?;
    put.execute(params![key.digest(), request.digest(), seq.0]).map_err(told)?;
    Ok(())
}

/// The incident whose [`COLUMNS`] begin at column `at` of `row`, without its steps.
pub(super) fn read(row: &Row<'_>, at: usize) -> Result<Incident, StoreError> {
    let id: [u8; 16] = row.get(at).map_err(told)?;
    let (kind, channel, status) = (text(row, at + 1)?, text(row, at + 2)?, text(row, at + 3)?);
    let (site, building) = (text(row, at + 5)?, optional_text(row, at + 6)?);
    let building = building.map(str::parse).transpose();
    Ok(Incident {
        id: IncidentId::new(Uuid::from_bytes(id)),
        kind: kind.parse().map_err(|e| unreadable("incident.kind", e))?,
        channel: Channel::of_name(channel)
            .ok_or_else(|| unreadable("incident.channel", channel))?,
        status: Status::of_name(status).ok_or_else(|| unreadable("incident.status", status))?,
        reported_at: instant(row, at + 4)?,
        site: site.parse().map_err(|e| unreadable("incident.site", e))?,
        building: building.map_err(|e| unreadable("incident.building", e))?,
        steps: Vec::new(),
    })
}
