//! [`Ground`]: the sites that rules are about, with where they are and whose; and [`Territory`].

use std::collections::HashMap;

use super::RuleName;
use crate::{
    geo::{EarthCentred, LonLat},
    signal::Area,
    stock::{LandlordId, SiteCode},
};

/// A quarter that rules name.
#[derive(Debug, Clone, PartialEq)]
pub struct Territory {
    /// Unique.
    pub name: RuleName,
    /// Where it is.
    pub area: Area,
}

/// The sites that there are. Indices are the order in which they were told.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    pub(super) sites: Vec<GroundSite>,
    by_code: HashMap<SiteCode, u32>,
    pub(super) landlords: Vec<LandlordId>,
}

#[derive(Debug, Clone)]
pub(super) struct GroundSite {
    pub(super) code: SiteCode,
    pub(super) landlord: u32,
    pub(super) position: LonLat,
    pub(super) centred: EarthCentred,
}

impl Ground {
    /// The ground with these sites: code, landlord and position. Of a code that comes twice, the first counts.
    #[must_use]
    pub fn new(sites: impl IntoIterator<Item = (SiteCode, LandlordId, LonLat)>) -> Self {
        let mut ground = Self::default();
        let mut landlords: HashMap<LandlordId, u32> = HashMap::new();
        for (code, landlord, position) in sites {
            if ground.by_code.contains_key(&code) {
                continue;
            }
            let landlord = *landlords.entry(landlord).or_insert_with_key(|id| {
                ground.landlords.push(id.clone());
                ground.landlords.len() as u32 - 1
            });
            ground.by_code.insert(code.clone(), ground.sites.len() as u32);
            ground.sites.push(GroundSite { code, landlord, position, centred: position.into() });
        }
        ground
    }

    /// The site with that code.
    pub(super) fn site(&self, code: &SiteCode) -> Option<u32> {
        self.by_code.get(code).copied()
    }

    /// The landlord with that id.
    pub(super) fn landlord(&self, id: &LandlordId) -> Option<u32> {
        self.landlords.iter().position(|known| known == id).map(|at| at as u32)
    }
}
