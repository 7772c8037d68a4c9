//! [`StockIndex`]: the stock, its look-ups, and the R-tree over its footprints.

use std::collections::HashMap;

use super::{
    BuildingIx, CellKind, CellTable, Near, Place, PlaceIx, Reach, SiteIx, Standing, TractShares,
    cell::CellTables, near_tree::NearTree, tract_shares::SharesOnce, tracts::TractIndex,
};
use crate::{
    event::Seq,
    geo::{Bbox, LocalPlane, LonLat},
    stock::{
        Building, BuildingId, Landlord, LandlordId, Site, SiteCode, StockChange, Surrounding,
        folded,
    },
    tract::Tract,
};

/// The whole stock in one immutable value. Rows are never reused, so that incidents may hold them.
#[derive(Debug, Clone, Default)]
pub struct StockIndex {
    revision: Seq,
    landlords: Vec<Landlord>,
    sites: Vec<Site>,
    buildings: Vec<Building>,
    surroundings: Vec<Surrounding>,
    tracts: TractIndex,
    /// The name of each site as people compare it.
    folded_names: Vec<Box<str>>,
    places: Vec<Place>,
    place_of_site: Vec<PlaceIx>,
    place_of_building: Vec<PlaceIx>,
    buildings_of_site: Vec<Vec<BuildingIx>>,
    site_ix: HashMap<SiteCode, SiteIx>,
    building_ix: HashMap<BuildingId, BuildingIx>,
    tree: NearTree,
    cell_tables: CellTables,
    tract_shares: SharesOnce,
}

impl StockIndex {
    /// The event that last changed the stock.
    #[must_use]
    pub const fn revision(&self) -> Seq {
        self.revision
    }

    /// Every landlord, in the order of ids.
    #[must_use]
    pub fn landlords(&self) -> &[Landlord] {
        &self.landlords
    }

    /// Every site, by [`SiteIx`].
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Every building, by [`BuildingIx`].
    #[must_use]
    pub fn buildings(&self) -> &[Building] {
        &self.buildings
    }

    /// What is drawn under the stock.
    #[must_use]
    pub fn surroundings(&self) -> &[Surrounding] {
        &self.surroundings
    }

    /// The tracts of today, in the order of codes: of each commune its newest vintage.
    #[must_use]
    pub fn tracts(&self) -> &[Tract] {
        self.tracts.current()
    }

    /// Tracts of every vintage, squares, and the figures about them.
    #[must_use]
    pub const fn tract_index(&self) -> &TractIndex {
        &self.tracts
    }

    /// Which part of each building and site lies in which tract. Made the first time that it is asked for.
    #[must_use]
    pub fn tract_shares(&self) -> &TractShares {
        self.tract_shares.get_or_make(self)
    }

    /// Every place, by [`PlaceIx`].
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The landlord with that id.
    #[must_use]
    pub fn landlord(&self, id: &LandlordId) -> Option<&Landlord> {
        let at = self.landlords.binary_search_by(|known| known.id.cmp(id)).ok()?;
        Some(&self.landlords[at])
    }

    /// The row of a site.
    #[must_use]
    pub fn site_ix(&self, code: &SiteCode) -> Option<SiteIx> {
        self.site_ix.get(code).copied()
    }

    /// The row of a building.
    #[must_use]
    pub fn building_ix(&self, id: &BuildingId) -> Option<BuildingIx> {
        self.building_ix.get(id).copied()
    }

    /// The site in that row.
    #[must_use]
    pub fn site(&self, ix: SiteIx) -> &Site {
        &self.sites[ix.0 as usize]
    }

    /// The building in that row.
    #[must_use]
    pub fn building(&self, ix: BuildingIx) -> &Building {
        &self.buildings[ix.0 as usize]
    }

    /// The name of a site as people compare it ([`folded`]).
    #[must_use]
    pub fn folded_name(&self, ix: SiteIx) -> &str {
        &self.folded_names[ix.0 as usize]
    }

    /// The place in that row.
    #[must_use]
    pub fn place(&self, ix: PlaceIx) -> &Place {
        &self.places[ix.0 as usize]
    }

    /// The place that a site as a whole is.
    #[must_use]
    pub fn place_of_site(&self, ix: SiteIx) -> PlaceIx {
        self.place_of_site[ix.0 as usize]
    }

    /// The place that a building is.
    #[must_use]
    pub fn place_of_building(&self, ix: BuildingIx) -> PlaceIx {
        self.place_of_building[ix.0 as usize]
    }

    /// The buildings of a site.
    #[must_use]
    pub fn buildings_of_site(&self, ix: SiteIx) -> &[BuildingIx] {
        &self.buildings_of_site[ix.0 as usize]
    }

    /// The places whose box meets `bbox`, and perhaps some that miss it by centimetres: buildings, and sites
    /// that have no building.
    pub fn places_meeting(&self, bbox: &Bbox) -> impl Iterator<Item = PlaceIx> + '_ {
        self.tree.meeting(bbox).map(|standing| match standing {
            Standing::Building(ix) => self.place_of_building(ix),
            Standing::BareSite(ix) => self.place_of_site(ix),
        })
    }

    /// Hands to `visit` all that may stand within `reach` of `origin`, where `plane` touches. O(log n) and no
    /// allocation.
    pub fn walk_near<'a>(
        &'a self,
        origin: LonLat,
        plane: &LocalPlane,
        reach: Reach,
        visit: impl FnMut(Near<'a>),
    ) {
        self.tree.walk_near(origin, plane, reach, visit);
    }

    /// Which cell of `kind` each place lies in. `make` is called once for each state of the stock, so it must
    /// depend on nothing else.
    pub fn cell_table(&self, kind: CellKind, make: impl FnOnce(&Self) -> CellTable) -> &CellTable {
        self.cell_tables.get_or_make(kind, || make(self))
    }

    pub(super) fn set_revision(&mut self, seq: Seq) {
        self.revision = seq;
    }

    /// The stock after `change`, which is event `seq`. O(n log n) in the whole stock.
    pub(super) fn changed(&self, change: StockChange, seq: Seq) -> Self {
        let mut next = self.clone();
        next.revision = seq;
        upsert_sorted(&mut next.landlords, change.landlords, |landlord| landlord.id.clone());
        next.tracts.put(change.tracts, change.datasets);
        upsert_sorted(&mut next.surroundings, change.surroundings, |around| around.id.clone());
        for site in change.sites {
            next.put_site(site);
        }
        for building in change.buildings {
            next.put_building(building);
        }
        next.link();
        next.share_out_dwellings();
        next.tree = next.near_tree();
        next
    }

    fn put_site(&mut self, site: Site) {
        if let Some(ix) = self.site_ix(&site.code) {
            self.places[self.place_of_site[ix.0 as usize].0 as usize].position = site.position;
            self.folded_names[ix.0 as usize] = folded(&site.name).into();
            self.sites[ix.0 as usize] = site;
            return;
        }
        let ix = SiteIx(self.sites.len() as u32);
        self.place_of_site.push(PlaceIx(self.places.len() as u32));
        self.places.push(Place {
            position: site.position,
            site: Some(ix),
            building: None,
            dwellings: 0,
        });
        self.site_ix.insert(site.code.clone(), ix);
        self.folded_names.push(folded(&site.name).into());
        self.sites.push(site);
    }

    fn put_building(&mut self, building: Building) {
        let position = building.footprint.position();
        if let Some(ix) = self.building_ix(&building.id) {
            self.places[self.place_of_building[ix.0 as usize].0 as usize].position = position;
            self.buildings[ix.0 as usize] = building;
            return;
        }
        let ix = BuildingIx(self.buildings.len() as u32);
        self.place_of_building.push(PlaceIx(self.places.len() as u32));
        self.places.push(Place { position, site: None, building: Some(ix), dwellings: 0 });
        self.building_ix.insert(building.id.clone(), ix);
        self.buildings.push(building);
    }

    /// Ties buildings and sites to each other, both ways.
    fn link(&mut self) {
        self.buildings_of_site = vec![Vec::new(); self.sites.len()];
        for (row, building) in self.buildings.iter().enumerate() {
            let site = building.site.as_ref().and_then(|code| self.site_ix.get(code)).copied();
            self.places[self.place_of_building[row].0 as usize].site = site;
            if let Some(site) = site {
                self.buildings_of_site[site.0 as usize].push(BuildingIx(row as u32));
            }
        }
    }

    /// Gives each building the dwellings that its source says, or its share of the site's by floor space.
    fn share_out_dwellings(&mut self) {
        for row in 0..self.sites.len() {
            let members = &self.buildings_of_site[row];
            let total = self.sites[row].dwellings;
            let whole = self.place_of_site[row].0 as usize;
            self.places[whole].dwellings = if members.is_empty() { total } else { 0 };
            let weights: Vec<f64> =
                members.iter().map(|ix| dwelling_weight(&self.buildings[ix.0 as usize])).collect();
            let all_given =
                members.iter().all(|ix| self.buildings[ix.0 as usize].dwellings.is_some());
            for (ix, share) in members.iter().zip(shares(total, &weights)) {
                let given = self.buildings[ix.0 as usize].dwellings.filter(|_| all_given);
                self.places[self.place_of_building[ix.0 as usize].0 as usize].dwellings =
                    given.unwrap_or(share);
            }
        }
    }

    /// The tree over all that stands: buildings, and sites that have none.
    fn near_tree(&self) -> NearTree {
        let mut tree = NearTree::builder(self.places.len());
        for (row, building) in self.buildings.iter().enumerate() {
            let ix = BuildingIx(row as u32);
            let site = self.place(self.place_of_building(ix)).site;
            tree.add(Standing::Building(ix), site, Ok(&building.footprint));
        }
        for (row, site) in self.sites.iter().enumerate() {
            let ix = SiteIx(row as u32);
            if self.buildings_of_site(ix).is_empty() {
                let walls = site.outline.as_ref().ok_or(site.position);
                tree.add(Standing::BareSite(ix), Some(ix), walls);
            }
        }
        tree.build()
    }
}

/// Puts `items` among `all`, which stays sorted by `key` and holds each key once.
fn upsert_sorted<T, K: Ord>(all: &mut Vec<T>, items: Vec<T>, key: impl Fn(&T) -> K) {
    if items.is_empty() {
        return;
    }
    all.extend(items);
    all.sort_by_cached_key(&key); // stable: of two with one key, the newer comes last
    all.reverse();
    all.dedup_by(|older, newer| key(older) == key(newer));
    all.reverse();
}

/// Floor space of a building in any unit: footprint times storeys.
fn dwelling_weight(building: &Building) -> f64 {
    use geo::Area;
    building.footprint.polygons().unsigned_area() * building.drawn_height_m()
}

/// `total` in whole parts in proportion to `weights`, by largest remainder: the parts sum to `total`.
fn shares(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    if weights.is_empty() {
        return Vec::new();
    }
    let exact: Vec<f64> = weights
        .iter()
        .map(|w| {
            if sum > 0.0 {
                f64::from(total) * w / sum
            } else {
                f64::from(total) / weights.len() as f64
            }
        })
        .collect();
    let mut parts: Vec<u32> = exact.iter().map(|share| share.floor() as u32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    let missing = total.saturating_sub(parts.iter().sum());
    for at in order.into_iter().cycle().take(missing as usize) {
        parts[at] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_are_whole_and_sum_to_the_total(
            total in 0_u32..5000, weights in proptest::collection::vec(0.0_f64..1e6, 1..40),
        ) {
            let parts = shares(total, &weights);
            prop_assert_eq!(parts.iter().sum::<u32>(), total);
            prop_assert_eq!(parts.len(), weights.len());
        }
    }

    #[test]
    fn the_newer_of_two_with_one_key_is_kept() {
        let mut all = vec![(1, "a"), (3, "c")];
        upsert_sorted(&mut all, vec![(3, "new"), (2, "b")], |item| item.0);
        assert_eq!(all, [(1, "a"), (2, "b"), (3, "new")]);
    }
}
