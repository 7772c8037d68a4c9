//! Importing stock: what is really new is settled against what is there, and goes in as one event.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{App, Unavailable, job::Job, roads::close_the_others};
use crate::{
    event::Seq,
    stock::{Building, BuildingId, Landlord, Site, SiteCode, SiteFinder, SiteNote, StockChange},
    twin::{Snapshot, StockIndex},
};

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportOutcome {
    /// The event that recorded it; `None` where nothing changed.
    pub seq: Option<Seq>,
    /// Items new, changed or as they were.
    pub tally: Tally,
    /// Imported buildings whose source named their site.
    pub joined_by_code: usize,
    /// Imported buildings whose site was found within 50 m.
    pub joined_by_position: usize,
    /// Imported buildings without a site.
    pub without_site: usize,
    /// Imported buildings whose source names a site that is not in the stock; they are joined by position.
    pub unknown_code: usize,
    /// The first of these codes.
    pub unknown_codes: BTreeSet<SiteCode>,
    /// Buildings that were there already and found a site among the imported ones.
    pub joined_later: usize,
}

/// How many items of an import are new, changed, or were there as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Not there before.
    pub added: usize,
    /// There before, but different.
    pub changed: usize,
    /// There before, the same.
    pub unchanged: usize,
}

/// Unknown codes that are told by name.
const UNKNOWN_CODES_MAX: usize = 20;

impl App {
    /// Imports stock: all of it, or nothing. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`Unavailable`]; the stock is then as it was.
    pub async fn import_stock(&self, change: StockChange) -> Result<ImportOutcome, Unavailable> {
        self.ask(|reply| Job::Stock(change, reply)).await?
    }
}

/// What of `change` is new against `snapshot`, with every building on its site.
pub(super) fn settle(snapshot: &Snapshot, mut change: StockChange) -> (StockChange, ImportOutcome) {
    let (stock, network) = (snapshot.stock(), snapshot.roads().network());
    close_the_others(network, &mut change);
    let mut outcome = ImportOutcome::default();
    let change = StockChange {
        landlords: last_of_each(change.landlords, |item| item.id.clone()),
        sites: last_of_each(change.sites, |item| item.code.clone()),
        buildings: last_of_each(change.buildings, |item| item.id.clone()),
        surroundings: last_of_each(change.surroundings, |item| item.id.clone()),
        tracts: last_of_each(change.tracts, |item| (item.code.clone(), item.vintage)),
        datasets: last_of_each(change.datasets, |item| item.id.clone()),
        roads: last_of_each(change.roads, |item| item.id.clone()),
        turns: last_of_each(change.turns, |item| item.id.clone()),
        speeds: last_of_each(change.speeds, |item| item.class),
        notes: last_of_each(change.notes, |item| (item.site.clone(), item.topic)),
        hazards: last_of_each(change.hazards, |item| (item.site.clone(), item.kind)),
    };
    let sites = latest(stock.sites(), &change.sites, |site: &Site| site.code.clone());
    let mut buildings = change.buildings;
    join(&sites, &mut buildings, &mut outcome);

    let mut tally = Tally::default();
    let mut settled = StockChange {
        landlords: unknown_landlords(stock, change.landlords, &mut tally),
        sites: fresh(
            change.sites,
            |item| stock.site_ix(&item.code).map(|ix| stock.site(ix)),
            &mut tally,
        ),
        buildings: fresh(buildings, |item| known_building(stock, &item.id), &mut tally),
        surroundings: {
            let known: HashMap<_, _> =
                stock.surroundings().iter().map(|item| (&item.id, item)).collect();
            fresh(change.surroundings, |item| known.get(&item.id).copied(), &mut tally)
        },
        tracts: {
            let known: HashMap<_, _> =
                stock.tract_index().all().map(|item| (item.key(), item)).collect();
            fresh(change.tracts, |item| known.get(&item.key()).copied(), &mut tally)
        },
        datasets: fresh(change.datasets, |item| stock.tract_index().dataset(&item.id), &mut tally),
        roads: fresh(change.roads, |item| network.road(&item.id), &mut tally),
        turns: fresh(change.turns, |item| network.turn(&item.id), &mut tally),
        speeds: fresh(change.speeds, |item| network.imported_speeds_of(item.class), &mut tally),
        notes: fresh(
            change.notes.into_iter().filter(|note| says_something(snapshot, note)).collect(),
            |item| snapshot.briefings().of(&item.site)?.note(item.topic),
            &mut tally,
        ),
        hazards: fresh(
            change.hazards,
            |item| snapshot.briefings().of(&item.site)?.hazard(item.kind),
            &mut tally,
        ),
    };
    outcome.tally = tally;
    if !settled.sites.is_empty() {
        let rejoined = rejoined(stock, &sites, &settled.buildings);
        outcome.joined_later = rejoined.len();
        settled.buildings.extend(rejoined);
    }
    (settled, outcome)
}

/// Whether a note has words, or takes some back.
fn says_something(snapshot: &Snapshot, note: &SiteNote) -> bool {
    let known = || snapshot.briefings().of(&note.site)?.note(note.topic);
    note.text.is_some() || known().is_some()
}

/// Landlords that are new. One that is known keeps its name as it was first spelt.
fn unknown_landlords(
    stock: &StockIndex,
    landlords: Vec<Landlord>,
    tally: &mut Tally,
) -> Vec<Landlord> {
    let (known, new): (Vec<_>, Vec<_>) =
        landlords.into_iter().partition(|item| stock.landlord(&item.id).is_some());
    tally.unchanged += known.len();
    tally.added += new.len();
    new
}

/// Gives each building whose source names no known site the nearest site within reach.
fn join(sites: &[Site], buildings: &mut [Building], outcome: &mut ImportOutcome) {
    let codes: HashSet<&SiteCode> = sites.iter().map(|site| &site.code).collect();
    let finder = SiteFinder::new(sites);
    for building in buildings {
        if building.site.as_ref().is_some_and(|code| codes.contains(code))
            && building.site_was_given
        {
            outcome.joined_by_code += 1;
            continue;
        }
        if let Some(unknown) = building.site.take().filter(|_| building.site_was_given) {
            outcome.unknown_code += 1;
            if outcome.unknown_codes.len() < UNKNOWN_CODES_MAX {
                outcome.unknown_codes.insert(unknown);
            }
        }
        building.site_was_given = false;
        building.site = finder.nearest(&building.footprint).map(|(code, _)| code.clone());
        match building.site {
            Some(_) => outcome.joined_by_position += 1,
            None => outcome.without_site += 1,
        }
    }
}

/// Buildings of the stock whose site is another one now that the sites have changed.
fn rejoined(stock: &StockIndex, sites: &[Site], imported: &[Building]) -> Vec<Building> {
    let imported: HashSet<&BuildingId> = imported.iter().map(|building| &building.id).collect();
    let finder = SiteFinder::new(sites);
    let candidates = stock.buildings().iter().filter(|building| !building.site_was_given);
    candidates
        .filter(|building| !imported.contains(&building.id))
        .filter_map(|building| {
            let site = finder.nearest(&building.footprint).map(|(code, _)| code.clone());
            (site != building.site).then(|| Building { site, ..building.clone() })
        })
        .collect()
}

fn known_building<'a>(stock: &'a StockIndex, id: &BuildingId) -> Option<&'a Building> {
    stock.building_ix(id).map(|ix| stock.building(ix))
}

/// `old` with those of `new` in the place of those with the same key.
fn latest<T: Clone, K: std::hash::Hash + Eq>(
    old: &[T],
    new: &[T],
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let replaced: HashSet<K> = new.iter().map(&key).collect();
    old.iter().filter(|item| !replaced.contains(&key(item))).chain(new).cloned().collect()
}

/// The last of the items with each key, in their order.
fn last_of_each<T, K: std::hash::Hash + Eq>(mut items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::new();
    items.reverse();
    items.retain(|item| seen.insert(key(item)));
    items.reverse();
    items
}

/// The items that are not already in the stock as they are.
fn fresh<'a, T: PartialEq + 'a>(
    items: Vec<T>,
    known: impl Fn(&T) -> Option<&'a T>,
    tally: &mut Tally,
) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        match known(&item) {
            None => tally.added += 1,
            Some(same) if *same == item => {
                tally.unchanged += 1;
                continue;
            }
            Some(_) => tally.changed += 1,
        }
        kept.push(item);
    }
    kept
}
