//! Rows of `incident` and `receipt`.

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::{
    column::{Columns, of_instant, of_seq},
    connection::Connection,
    fault::unreadable,
    last_of_each::last_of_each,
};
use crate::{
    event::Seq,
    incident::{Channel, IdempotencyKey, Incident, IncidentId, RequestDigest, Status},
    store::StoreError,
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "incident.id, incident.kind, incident.channel, incident.status, incident.reported_at, \
     incident.site, incident.building";
/// Their types.
pub(super) const TYPES: [Type; 7] =
    [Type::UUID, Type::TEXT, Type::TEXT, Type::TEXT, Type::TIMESTAMPTZ, Type::TEXT, Type::TEXT];

const ADD_MONTHS: &str = "SELECT vigie.add_incident_months($1)";

const PUT: &str = "
    INSERT INTO incident (id, kind, channel, status, reported_at, site, building)
    SELECT * FROM unnest(
        $1::UUID[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TIMESTAMPTZ[], $6::TEXT[], $7::TEXT[]
    )
    ON CONFLICT (id, reported_at) DO UPDATE SET
        kind = excluded.kind, channel = excluded.channel, status = excluded.status,
        site = excluded.site, building = excluded.building
";

const PUT_RECEIPTS: &str = "
    INSERT INTO receipt (key, request, seq) SELECT * FROM unnest($1::BYTEA[], $2::BYTEA[], $3::BIGINT[])
";

/// Writes incidents, new or known, and makes the partitions that they need.
pub(super) fn put(connection: &Connection<'_>, incidents: &[&Incident]) -> Result<(), StoreError> {
    let last = last_of_each(incidents.iter().copied(), |incident| incident.id);
    if last.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = last.iter().map(|incident| incident.id.uuid()).collect();
    let kinds: Vec<&str> = last.iter().map(|incident| incident.kind.as_str()).collect();
    let channels: Vec<&str> = last.iter().map(|incident| incident.channel.as_str()).collect();
    let statuses: Vec<&str> = last.iter().map(|incident| incident.status.as_str()).collect();
    let instants: Vec<_> = last.iter().map(|incident| of_instant(incident.reported_at)).collect();
    let sites: Vec<&str> = last.iter().map(|incident| incident.site.as_str()).collect();
    let buildings: Vec<Option<&str>> =
        last.iter().map(|incident| incident.building.as_ref().map(|id| id.as_str())).collect();
    connection.execute(ADD_MONTHS, &[&instants])?;
    connection.execute(PUT, &[&ids, &kinds, &channels, &statuses, &instants, &sites, &buildings])
}

/// Writes which events were made under which keys.
pub(super) fn put_receipts(
    connection: &Connection<'_>,
    receipts: &[(&IdempotencyKey, &RequestDigest, Seq)],
) -> Result<(), StoreError> {
    if receipts.is_empty() {
        return Ok(());
    }
    let keys: Vec<&[u8]> = receipts.iter().map(|(key, ..)| &key.digest()[..]).collect();
    let requests: Vec<&[u8]> =
        receipts.iter().map(|(_, request, _)| &request.digest()[..]).collect();
    let seqs: Vec<i64> = receipts.iter().map(|(.., seq)| of_seq(*seq)).collect::<Result<_, _>>()?;
    connection.execute(PUT_RECEIPTS, &[&keys, &requests, &seqs])
}

/// The incident whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &impl Columns, at: usize) -> Result<Incident, StoreError> {
    let kind: &str = row.column(at + 1)?;
    let channel: &str = row.column(at + 2)?;
    let status: &str = row.column(at + 3)?;
    let site: &str = row.column(at + 5)?;
    let building: Option<&str> = row.column(at + 6)?;
    Ok(Incident {
        id: IncidentId::new(row.column(at)?),
        kind: kind.parse().map_err(|e| unreadable("incident.kind", e))?,
        channel: Channel::of_name(channel)
            .ok_or_else(|| unreadable("incident.channel", channel))?,
        status: Status::of_name(status).ok_or_else(|| unreadable("incident.status", status))?,
        reported_at: row.instant(at + 4)?,
        site: site.parse().map_err(|e| unreadable("incident.site", e))?,
        building: building
            .map(str::parse)
            .transpose()
            .map_err(|e| unreadable("incident.building", e))?,
    })
}
