//! [`StockChange`]: what one import adds to the stock or replaces in it.

use super::{Building, Hazard, Landlord, Site, SiteNote, Surrounding};
use crate::{
    roads::{ClassSpeeds, Road, Turn},
    tract::{Dataset, Tract},
};

/// Items to add, or to put in the place of those with the same id. All of it is applied, or nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StockChange {
    /// By id.
    pub landlords: Vec<Landlord>,
    /// By code.
    pub sites: Vec<Site>,
    /// By id.
    pub buildings: Vec<Building>,
    /// By id.
    pub surroundings: Vec<Surrounding>,
    /// By code and vintage.
    pub tracts: Vec<Tract>,
    /// By id; each takes the place of the one of its id, with all its rows.
    pub datasets: Vec<Dataset>,
    /// By id.
    pub roads: Vec<Road>,
    /// By id.
    pub turns: Vec<Turn>,
    /// By class.
    pub speeds: Vec<ClassSpeeds>,
    /// By site and topic.
    pub notes: Vec<SiteNote>,
    /// By site and kind.
    pub hazards: Vec<Hazard>,
}

impl StockChange {
    /// Adds what `later` changes after it.
    pub fn extend(&mut self, later: Self) {
        self.landlords.extend(later.landlords);
        self.sites.extend(later.sites);
        self.buildings.extend(later.buildings);
        self.surroundings.extend(later.surroundings);
        self.tracts.extend(later.tracts);
        self.datasets.extend(later.datasets);
        self.roads.extend(later.roads);
        self.turns.extend(later.turns);
        self.speeds.extend(later.speeds);
        self.notes.extend(later.notes);
        self.hazards.extend(later.hazards);
    }

    /// Whether it leaves roads, turns and speeds as they are.
    #[must_use]
    pub fn has_no_roads(&self) -> bool {
        self.roads.is_empty() && self.turns.is_empty() && self.speeds.is_empty()
    }

    /// Whether it leaves what crews are told of sites as it is.
    #[must_use]
    pub fn has_no_briefings(&self) -> bool {
        self.notes.is_empty() && self.hazards.is_empty()
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.has_only_briefings() && self.has_no_briefings()
    }

    /// Whether it changes nothing but what crews are told of sites.
    #[must_use]
    pub fn has_only_briefings(&self) -> bool {
        self.landlords.is_empty()
            && self.sites.is_empty()
            && self.buildings.is_empty()
            && self.surroundings.is_empty()
            && self.tracts.is_empty()
            && self.datasets.is_empty()
            && self.has_no_roads()
    }
}
