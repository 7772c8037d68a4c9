//! [`Ground`]: a site as calls come from it.

use crate::{
    geo::LonLat,
    stock::{BuildingId, SiteCode},
    twin::StockIndex,
};

/// A site, with its buildings.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// The site.
    pub site: SiteCode,
    /// Where it is.
    pub position: LonLat,
    /// Its dwellings.
    pub dwellings: u32,
    /// Its buildings, with the dwellings in each.
    pub buildings: Vec<(BuildingId, u32)>,
}

/// Every site of the stock that has dwellings.
#[must_use]
pub fn grounds(stock: &StockIndex) -> Vec<Ground> {
    let sites = stock.sites().iter().filter(|site| site.dwellings > 0);
    sites
        .map(|site| {
            let buildings = stock.site_ix(&site.code).map(|ix| stock.buildings_of_site(ix));
            let buildings = buildings.unwrap_or_default().iter().map(|ix| {
                (
                    stock.building(*ix).id.clone(),
                    stock.place(stock.place_of_building(*ix)).dwellings,
                )
            });
            Ground {
                site: site.code.clone(),
                position: site.position,
                dwellings: site.dwellings,
                buildings: buildings.collect(),
            }
        })
        .collect()
}
