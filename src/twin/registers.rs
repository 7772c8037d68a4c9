//! [`Registers`]: what was purged, and what is held beyond its term.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    retention::{Hold, HoldId, Purge},
    time::Timestamp,
};

/// The register of purges, a row a night, and every hold. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    purges: Arc<Vec<Purge>>,
    holds: Arc<BTreeMap<HoldId, Hold>>,
}

impl Registers {
    /// Every purge, first to last.
    #[must_use]
    pub fn purges(&self) -> &[Purge] {
        &self.purges
    }

    /// The last purge.
    #[must_use]
    pub fn last_purge(&self) -> Option<&Purge> {
        self.purges.last()
    }

    /// The hold with that id.
    #[must_use]
    pub fn hold(&self, id: HoldId) -> Option<&Hold> {
        self.holds.get(&id)
    }

    /// Every hold, oldest first, also those that are over.
    pub fn holds(&self) -> impl ExactSizeIterator<Item = &Hold> {
        self.holds.values()
    }

    /// The holds that keep something at that time, oldest first.
    pub fn holds_in_force(&self, now: Timestamp) -> impl Iterator<Item = &Hold> {
        self.holds().filter(move |hold| hold.is_in_force(now))
    }

    pub(super) fn record_hold(&mut self, hold: Hold) {
        Arc::make_mut(&mut self.holds).insert(hold.id, hold);
    }

    /// Adds a purge; whether it was not there yet.
    pub(super) fn record_purge(&mut self, purge: Purge) -> bool {
        let is_new = self.last_purge().is_none_or(|last| last.number < purge.number);
        if is_new {
            Arc::make_mut(&mut self.purges).push(purge);
        }
        is_new
    }
}
