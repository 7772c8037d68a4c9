//! What of the state a [`Scope`] shows. What it does not show is answered like what does not exist.

use std::sync::Arc;

use super::{Problem, ProblemKind};
use crate::{
    access::Scope,
    incident::Status,
    stock::{LandlordId, SiteCode},
    time::Timestamp,
    twin::{Columns, IncidentRow, Selection, SelectionError, SiteIx, Snapshot, StockIndex},
};

/// Whether the incident in that row is shown: to an operator what is not over, to a landlord what is on its sites, to a patrol what it is sent to and
/// what it owes a report of.
pub fn shows_incident(scope: &Scope, snapshot: &Snapshot, row: &IncidentRow) -> bool {
    match scope {
        Scope::Everything => true,
        Scope::Open => !row.status.is_over(),
        Scope::Codes => false,
        Scope::Landlord(own) => snapshot.stock().site(row.site).landlord == *own,
        Scope::Patrol(own) => snapshot.interventions().get(row.id).is_some_and(|incident| {
            incident.reporter() == Some(own) || incident.sent().iter().any(|one| one.patrol == *own)
        }),
    }
}

/// The state, to a patrol without the others.
pub fn of_patrols(scope: &Scope, snapshot: Arc<Snapshot>) -> Arc<Snapshot> {
    match scope.patrol() {
        None => snapshot,
        Some(own) => Arc::new(snapshot.with_patrol_alone(own)),
    }
}

/// The row of a site that is there and shown.
pub fn site(scope: &Scope, stock: &StockIndex, code: &SiteCode) -> Option<SiteIx> {
    let ix = stock.site_ix(code)?;
    scope.shows_landlord(&stock.site(ix).landlord).then_some(ix)
}

/// The landlord that a list is cut to: the one asked for, and for a landlord always its own.
///
/// # Errors
///
/// [`SelectionError::UnknownLandlord`] for one that is not shown.
pub fn landlord(
    scope: &Scope,
    asked: Option<LandlordId>,
) -> Result<Option<LandlordId>, SelectionError> {
    match (scope.landlord(), asked) {
        (Some(own), Some(asked)) if asked != *own => Err(SelectionError::UnknownLandlord(asked)),
        (Some(own), _) => Ok(Some(own.clone())),
        (None, asked) => Ok(asked),
    }
}

/// `selection` cut to what is shown.
///
/// # Errors
///
/// [`SelectionError`] where it names a landlord or a site that is not shown.
pub fn within(
    scope: &Scope,
    stock: &StockIndex,
    mut selection: Selection,
) -> Result<Selection, SelectionError> {
    let Some(own) = scope.landlord() else { return Ok(selection) };
    if let Some(other) = selection.landlords.iter().find(|asked| *asked != own) {
        return Err(SelectionError::UnknownLandlord(other.clone()));
    }
    if let Some(other) = selection.sites.iter().find(|code| site(scope, stock, code).is_none()) {
        return Err(SelectionError::UnknownSite(other.clone()));
    }
    selection.landlords = vec![own.clone()];
    Ok(selection)
}

/// `selection` of incidents, for whoever sees none that is over without those. Counts are no incidents: they keep theirs.
///
/// # Errors
///
/// 403 where it asks for those that are over alone.
pub fn open_alone(scope: &Scope, mut selection: Selection) -> Result<Selection, Problem> {
    if *scope != Scope::Open {
        return Ok(selection);
    }
    let asked_for = selection.statuses.is_empty().then_some(&Status::ALL[..]);
    let asked_for = asked_for.unwrap_or(&selection.statuses).iter().copied();
    selection.statuses = asked_for.filter(|status| !status.is_over()).collect();
    if selection.statuses.is_empty() {
        let reason = "an operator sees incidents that are not over";
        return Err(Problem::at_fault(ProblemKind::Forbidden, "status", None, reason));
    }
    Ok(selection)
}

/// When the first and the last incident that is shown were reported. O(incidents of others at either end).
pub fn span(scope: &Scope, snapshot: &Snapshot) -> Option<(Timestamp, Timestamp)> {
    if scope.landlord().is_none() {
        return snapshot.incidents().span();
    }
    let shown: Vec<bool> =
        snapshot.stock().sites().iter().map(|site| scope.shows_landlord(&site.landlord)).collect();
    let ends = |part: &Columns| {
        let is_shown = |row: &usize| shown[part.site()[*row].0 as usize];
        let first = (0..part.len()).find(is_shown)?;
        let last = (0..part.len()).rev().find(is_shown)?;
        Some((part.reported_at()[first], part.reported_at()[last]))
    };
    let parts = snapshot.incidents().parts().into_iter().filter_map(ends);
    parts.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
}
