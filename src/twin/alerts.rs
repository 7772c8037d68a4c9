//! [`Alerts`]: what a person must look at, and what was looked at lately.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    alert::{Alert, AlertId, AlertKind},
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
        self.open().find(|alert| alert.kind == kind && alert.patrol == *patrol)
    }

    /// When an alert of that kind about that patrol was last resolved, among those that are still shown.
    #[must_use]
    pub fn last_resolved_at(&self, patrol: &PatrolId, kind: AlertKind) -> Option<Timestamp> {
        let of_patrol = self.iter().filter(|alert| alert.kind == kind && alert.patrol == *patrol);
        of_patrol.filter_map(|alert| alert.resolved).map(|(.., at)| at).max()
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
