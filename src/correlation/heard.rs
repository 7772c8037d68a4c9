//! [`Heard`]: a signal with what the ground says of its place, and [`Waiting`], where it waits for earlier ones.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use smallvec::SmallVec;

use super::{Ground, Territory};
use crate::{
    geo::{EarthCentred, LonLat},
    signal::{Area, Signal, SignalId, SignalPlace},
    time::Timestamp,
};

/// Most signals that wait: at 100,000 a second those of 10 s, some 200 MB. Beyond it the earliest wait no longer.
pub(super) const WAITING_MAX: usize = 1_000_000;

/// A signal, in the numbers of one engine.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) at: Timestamp,
    pub(super) until: Option<Timestamp>,
    pub(super) id: SignalId,
    pub(super) class: u32,
    pub(super) value: Option<f64>,
    pub(super) cover: Cover,
    pub(super) landlord: Option<u32>,
    pub(super) position: Option<(LonLat, EarthCentred)>,
    pub(super) territories: SmallVec<[u32; 4]>,
}

/// What ground a signal is about.
#[derive(Debug, Clone)]
pub(super) enum Cover {
    Site(u32),
    /// A point on no site, or a site that the ground does not hold.
    Point,
    Area(Area),
    Everywhere,
}

impl Heard {
    pub(super) fn new(
        signal: &Signal,
        class: u32,
        ground: &Ground,
        known: &KnownTerritories,
    ) -> Self {
        let mut heard = Self {
            at: signal.at,
            until: signal.until,
            id: signal.id,
            class,
            value: signal.value,
            cover: Cover::Point,
            landlord: None,
            position: None,
            territories: SmallVec::new(),
        };
        match &signal.place {
            SignalPlace::Site(code) => {
                if let Some(ix) = ground.site(code) {
                    let site = &ground.sites[ix as usize];
                    heard.cover = Cover::Site(ix);
                    heard.landlord = Some(site.landlord);
                    heard.position = Some((site.position, site.centred));
                    heard.territories.extend_from_slice(&known.of_sites[ix as usize]);
                }
            }
            SignalPlace::Point(at) => {
                heard.position = Some((*at, (*at).into()));
                heard.territories = known.that(|territory| territory.area.contains(*at));
            }
            SignalPlace::Area(area) => {
                heard.territories = known.that(|territory| territory.area.meets(area));
                heard.cover = Cover::Area(area.clone());
            }
            SignalPlace::Everywhere => {
                heard.territories = known.that(|_| true);
                heard.cover = Cover::Everywhere;
            }
        }
        heard
    }

    pub(super) const fn site(&self) -> Option<u32> {
        match self.cover {
            Cover::Site(site) => Some(site),
            _ => None,
        }
    }

    /// What signals are put in order by. Of one instant, those that last come before those that may need them.
    fn order(&self) -> (Timestamp, bool, SignalId) {
        (self.at, self.until.is_none(), self.id)
    }
}

/// The territories, and in which of them each site of the ground is.
#[derive(Debug, Default)]
pub(super) struct KnownTerritories {
    pub(super) all: Vec<Territory>,
    of_sites: Vec<SmallVec<[u32; 4]>>,
}

impl KnownTerritories {
    pub(super) fn new(all: Vec<Territory>, ground: &Ground) -> Self {
        let mut known = Self { all, of_sites: Vec::new() };
        known.of_sites = ground
            .sites
            .iter()
            .map(|site| known.that(|territory| territory.area.contains(site.position)))
            .collect();
        known
    }

    fn that(&self, keep: impl Fn(&Territory) -> bool) -> SmallVec<[u32; 4]> {
        let kept = self.all.iter().enumerate().filter(|(_, territory)| keep(territory));
        kept.map(|(ix, _)| ix as u32).collect()
    }
}

/// Signals that wait until no earlier one can come.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    heap: BinaryHeap<Reverse<InOrder>>,
    last: Option<(Timestamp, SignalId)>,
}

#[derive(Debug)]
struct InOrder(Heard);

impl Waiting {
    pub(super) fn push(&mut self, heard: Heard) {
        self.heap.push(Reverse(InOrder(heard)));
    }

    pub(super) fn is_full(&self) -> bool {
        self.heap.len() >= WAITING_MAX
    }

    /// When the earliest of them was.
    pub(super) fn first_at(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse(first)| first.0.at)
    }

    /// The earliest that is before `end`. One that has come twice is handed out once.
    pub(super) fn pop_before(&mut self, end: Timestamp) -> Option<Heard> {
        while self.first_at().is_some_and(|at| at < end) {
            let Reverse(InOrder(heard)) = self.heap.pop()?;
            let this = (heard.at, heard.id);
            if self.last.replace(this) != Some(this) {
                return Some(heard);
            }
        }
        None
    }
}

impl Ord for InOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.order().cmp(&other.0.order())
    }
}

impl PartialOrd for InOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for InOrder {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for InOrder {}
