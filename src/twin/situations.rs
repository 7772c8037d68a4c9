//! [`Situations`]: what rules of correlation have found.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    correlation::{Situation, SituationId},
    time::Timestamp,
};

/// Situations that are over and still shown: some months of a town with rules that are worth reading.
const CLOSED_MAX: usize = 10_000;

/// Every open situation, and the newest of those that are over. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct Situations {
    all: Arc<BTreeMap<SituationId, Situation>>,
    closed: usize,
}

impl Situations {
    /// The situation with that id.
    #[must_use]
    pub fn get(&self, id: SituationId) -> Option<&Situation> {
        self.all.get(&id)
    }

    /// Every situation, by when it opened: oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Situation> {
        self.all.values()
    }

    /// Those that are open, oldest first.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Situation> {
        self.iter().filter(|situation| situation.closed.is_none())
    }

    /// Removes those that were over before `before`.
    pub(super) fn remove_closed(&mut self, before: Timestamp) {
        let is_kept = |one: &Situation| one.closed.is_none_or(|(closed_at, _)| closed_at >= before);
        Arc::make_mut(&mut self.all).retain(|_, one| is_kept(one));
        self.closed = self.all.len() - self.open().count();
    }

    pub(super) fn record(&mut self, situation: Situation) {
        let all = Arc::make_mut(&mut self.all);
        let is_closed = situation.closed.is_some();
        let known = all.insert(situation.id, situation);
        let was_closed = known.is_some_and(|known| known.closed.is_some());
        self.closed = self.closed + usize::from(is_closed) - usize::from(was_closed);
        if self.closed > CLOSED_MAX {
            let oldest = all.values().find(|one| one.closed.is_some()).map(|one| one.id);
            if let Some(oldest) = oldest {
                all.remove(&oldest);
                self.closed -= 1;
            }
        }
    }
}
