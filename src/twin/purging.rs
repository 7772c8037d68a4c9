//! What a purge removes from a state: the same that it removed from the store, by the same rules.

use std::{collections::HashSet, sync::Arc};

use super::Snapshot;
use crate::{
    event::Seq,
    incident::{Incident, IncidentId},
    retention::{HoldScope, Kept, Purge, Removed, incident_ends_at},
    time::Timestamp,
};

impl Snapshot {
    /// Removes what `purge` says, once.
    pub(super) fn purge(&mut self, purge: Purge, seq: Seq) {
        let kept: Vec<HoldScope> = purge
            .holds
            .iter()
            .filter_map(|id| self.registers.hold(*id))
            .map(|hold| hold.scope.clone())
            .collect();
        let removed = purge.removed.clone();
        if !self.registers.record_purge(purge) {
            return;
        }
        for Removed { what, before, .. } in removed.into_iter().filter(|one| one.count > 0) {
            match what {
                // No state holds them.
                Kept::Receipts | Kept::PatrolChanges | Kept::Signals => {}
                Kept::Positions => self.patrols.forget_fixes(before),
                Kept::Alerts => self.alerts.remove(|alert| {
                    let (incident, site) = (alert.incident, alert.site.as_ref());
                    let held = kept.iter().any(|one| one.covers(incident, site, alert.raised_at));
                    alert.raised_at < before && !held
                }),
                Kept::Situations => self.situations.remove_closed(before),
                Kept::Identities => {
                    self.interventions.forget_patrols(before, |incident| is_held(&kept, incident));
                }
                Kept::Hazards => self.briefings.remove_hazards(before),
                Kept::Incidents => self.remove_incidents(before, &kept, seq),
                Kept::Accounts => {
                    let gone = self.accounts.remove_ended(before);
                    self.settings.forget_accounts(&gone);
                }
            }
        }
    }

    fn remove_incidents(&mut self, before: Timestamp, kept: &[HoldScope], seq: Seq) {
        let mut gone: HashSet<IncidentId> = HashSet::new();
        let mut landlords = HashSet::new();
        for part in self.incidents.parts() {
            // None of those reported later can be over earlier.
            let reported = part.reported_at().partition_point(|at| *at < before);
            for row in 0..reported {
                let row = part.row(row);
                let known = self.interventions.get(row.id);
                let ends_at = known.map_or(row.reported_at, |known| incident_ends_at(known));
                let site = self.stock.site(row.site);
                let held = || {
                    kept.iter()
                        .any(|one| one.covers(Some(row.id), Some(&site.code), row.reported_at))
                };
                if ends_at < before && !held() {
                    gone.insert(row.id);
                    landlords.insert(site.landlord.clone());
                }
            }
        }
        if gone.is_empty() {
            return;
        }
        self.incidents.remove(&gone);
        self.interventions.remove(&gone);
        self.alerts.forget_incidents(&gone);
        let last = Arc::make_mut(&mut self.last_incident);
        last.extend(landlords.into_iter().map(|landlord| (landlord, seq)));
    }
}

fn is_held(kept: &[HoldScope], incident: &Incident) -> bool {
    let Incident { id, site, reported_at, .. } = incident;
    kept.iter().any(|one| one.covers(Some(*id), Some(site), *reported_at))
}
