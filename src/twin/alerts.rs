//! [`Alerts`]: what a person must look at, and what was looked at lately.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::{
    alert::{Alert, AlertId, AlertKind},
    incident::IncidentId,
    patrol::PatrolId,
    time::Timestamp,
};

/// Alerts that are over and still shown: several evenings of them.
const RESOLVED_MAX: usize = 1000;

/// Every open alert, and the newest of those that are over. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct Alerts(Arc<BTreeMap<AlertId, Alert>>);

impl Alerts {
    /// The alert with that id.
    #[must_use]
    pub fn get(&self, id: AlertId) -> Option<&Alert> {
        self.0.get(&id)
    }

    /// Every alert, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Alert> {
        self.0.values()
    }

    /// Those that still ask for somebody, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Alert> {
        self.iter().filter(|alert| alert.is_open())
    }

    /// The open alert of that kind about that patrol.
    #[must_use]
    pub fn open_of(&self, patrol: &PatrolId, kind: AlertKind) -> Option<&Alert> {
        self.open().find(|alert| alert.kind == kind && alert.patrol.as_ref() == Some(patrol))
    }

    /// The open alert that a purge was missed.
    #[must_use]
    pub fn open_of_purges(&self) -> Option<&Alert> {
        self.open().find(|alert| alert.kind == AlertKind::PurgeMissed)
    }

    /// When an alert of that kind about that patrol was last resolved, among those that are still shown.
    #[must_use]
    pub fn last_resolved_at(
        &self,
        patrol: Option<&PatrolId>,
        kind: AlertKind,
    ) -> Option<Timestamp> {
        let is_it = |alert: &&Alert| alert.kind == kind && alert.patrol.as_ref() == patrol;
        let of_patrol = self.iter().filter(is_it);
        of_patrol.filter_map(|alert| alert.resolved).map(|(.., at)| at).max()
    }

    /// Removes those that `is_gone` says.
    pub(super) fn remove(&mut self, is_gone: impl Fn(&Alert) -> bool) {
        Arc::make_mut(&mut self.0).retain(|_, alert| !is_gone(alert));
    }

    /// Forgets during which of these incidents alerts were raised.
    pub(super) fn forget_incidents(&mut self, gone: &HashSet<IncidentId>) {
        for alert in Arc::make_mut(&mut self.0).values_mut() {
            alert.incident = alert.incident.filter(|id| !gone.contains(id));
        }
    }

    pub(super) fn record(&mut self, alert: Alert) {
        let all = Arc::make_mut(&mut self.0);
        all.insert(alert.id, alert);
        let over = all.values().filter(|alert| !alert.is_open()).map(|alert| alert.id);
        let over: Vec<AlertId> = over.collect();
        for id in &over[..over.len().saturating_sub(RESOLVED_MAX)] {
            all.remove(id);
        }
    }
}
