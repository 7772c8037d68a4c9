//! [`Briefings`]: what crews are told of each site before they go there.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    stock::{Hazard, HazardKind, NoteText, NoteTopic, SiteCode, SiteNote},
    time::Timestamp,
};

/// What there is to tell, by site. Cloning is free; a change copies the table of sites that have something to tell,
/// and touches no index of the stock.
#[derive(Debug, Clone, Default)]
pub struct Briefings(Arc<BTreeMap<SiteCode, Arc<Briefing>>>);

/// What there is to tell of a site.
#[derive(Debug, Clone, Default)]
pub struct Briefing {
    /// In the order of topics.
    notes: Vec<SiteNote>,
    /// In the order of kinds, with those that are over.
    hazards: Vec<Hazard>,
}

impl Briefings {
    /// What there is to tell of that site. O(log n).
    #[must_use]
    pub fn of(&self, site: &SiteCode) -> Option<&Briefing> {
        self.0.get(site).map(|briefing| &**briefing)
    }

    /// Every site of which there is, or was, something to tell, in the order of codes.
    pub fn iter(&self) -> impl Iterator<Item = (&SiteCode, &Briefing)> {
        self.0.iter().map(|(site, briefing)| (site, &**briefing))
    }

    /// Removes the hazards that were over before that instant.
    pub(super) fn remove_hazards(&mut self, before: Timestamp) {
        for briefing in Arc::make_mut(&mut self.0).values_mut() {
            if briefing.hazards.iter().any(|hazard| hazard.until < before) {
                Arc::make_mut(briefing).hazards.retain(|hazard| hazard.until >= before);
            }
        }
    }

    /// Takes in notes and hazards, new or in the place of those with the same key.
    pub(super) fn take(&mut self, notes: Vec<SiteNote>, hazards: Vec<Hazard>) {
        let sites = Arc::make_mut(&mut self.0);
        for note in notes {
            let briefing = Arc::make_mut(sites.entry(note.site.clone()).or_default());
            put(&mut briefing.notes, note, |note| note.topic);
        }
        for hazard in hazards {
            let briefing = Arc::make_mut(sites.entry(hazard.site.clone()).or_default());
            put(&mut briefing.hazards, hazard, |hazard| hazard.kind);
        }
    }
}

impl Briefing {
    /// The words about a topic.
    #[must_use]
    pub fn text(&self, topic: NoteTopic) -> Option<&NoteText> {
        self.note(topic)?.text.as_ref()
    }

    /// The note about a topic, also one that was taken back.
    #[must_use]
    pub fn note(&self, topic: NoteTopic) -> Option<&SiteNote> {
        self.notes.iter().find(|note| note.topic == topic)
    }

    /// The hazard of that kind, also one that is over.
    #[must_use]
    pub fn hazard(&self, kind: HazardKind) -> Option<&Hazard> {
        self.hazards.iter().find(|hazard| hazard.kind == kind)
    }

    /// Every hazard of the site, in the order of kinds, also those that are over.
    #[must_use]
    pub fn hazards(&self) -> &[Hazard] {
        &self.hazards
    }

    /// The hazards that crews are to be warned of at that time.
    pub fn active_hazards(&self, now: Timestamp) -> impl Iterator<Item = &Hazard> {
        self.hazards.iter().filter(move |hazard| hazard.is_active_at(now))
    }
}

/// Puts `item` where the one with its key is, or where that would be.
fn put<T, K: Ord>(sorted: &mut Vec<T>, item: T, key: impl Fn(&T) -> K) {
    match sorted.binary_search_by_key(&key(&item), &key) {
        Ok(at) => sorted[at] = item,
        Err(at) => sorted.insert(at, item),
    }
}
