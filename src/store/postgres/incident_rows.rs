//! Rows of `incident` and `receipt`.

use tokio_postgres::types::Type;

use super::{
    column::{Columns, column, of_instant, of_seq},
    connection::Call,
    fault::unreadable,
    last_of_each::last_of_each,
};
use crate::{
    event::Seq,
    incident::{Channel, IdempotencyKey, Incident, IncidentId, RequestDigest, Status},
    stock::BuildingId,
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
pub(super) fn put<'a>(incidents: &[&'a Incident]) -> Vec<Call<'a>> {
    let rows = last_of_each(incidents.iter().copied(), |incident| incident.id);
    if rows.is_empty() {
        return Vec::new();
    }
    vec![
        Call::new(ADD_MONTHS, [column(&rows, |row| of_instant(row.reported_at))]),
        Call::new(
            PUT,
            [
                column(&rows, |row| row.id.uuid()),
                column(&rows, |row| row.kind.as_str()),
                column(&rows, |row| row.channel.as_str()),
                column(&rows, |row| row.status.as_str()),
                column(&rows, |row| of_instant(row.reported_at)),
                column(&rows, |row| row.site.as_str()),
                column(&rows, |row| row.building.as_ref().map(BuildingId::as_str)),
            ],
        ),
    ]
}

/// Writes which events were made under which keys.
pub(super) fn put_receipts<'a>(
    receipts: &[(&'a IdempotencyKey, &'a RequestDigest, Seq)],
) -> Vec<Call<'a>> {
    if receipts.is_empty() {
        return Vec::new();
    }
    let values = [
        column(receipts, |(key, ..)| &key.digest()[..]),
        column(receipts, |(_, request, _)| &request.digest()[..]),
        column(receipts, |(.., seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_RECEIPTS, values)]
}

/// The incident whose [`COLUMNS`] begin at column `at` of `row`, without its steps.
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
        steps: Vec::new(),
    })
}
