//! [`duplicates`]: open incidents that a new one may be the same as.

use crate::{
    incident::Incident,
    time::TimeWindow,
    twin::{IncidentRow, Snapshot},
};

/// How far apart two calls about the same thing come, in seconds, either way.
pub const DUPLICATE_WINDOW_S: i64 = 30 * 60;

/// Open incidents of the kind of `incident` on its site that were reported within [`DUPLICATE_WINDOW_S`] of it,
/// oldest first. O(incidents in that hour).
#[must_use]
pub fn duplicates(snapshot: &Snapshot, incident: &Incident) -> Vec<IncidentRow> {
    let stock = snapshot.stock();
    let Some(site) = stock.site_ix(&incident.site) else { return Vec::new() };
    let kinds = snapshot.incidents().kinds();
    let window = TimeWindow {
        from: Some(incident.reported_at.plus_seconds(-DUPLICATE_WINDOW_S)),
        to: Some(incident.reported_at.plus_seconds(DUPLICATE_WINDOW_S + 1)),
    };
    snapshot.incidents().within(window, |row| {
        row.site == site
            && row.id != incident.id
            && kinds[usize::from(row.kind)] == incident.kind
            && !row.status.is_over()
    })
}
