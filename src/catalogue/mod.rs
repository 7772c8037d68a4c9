//! Questions: the lists of what there is, page by page, and the overview.
//!
//! Pure functions of the twin; use the nouns and the twin only. Each list has a total order by a key, and a
//! page begins after a key: pages stay right while the stock and the incidents grow.

mod buildings;
mod duplicates;
mod incidents;
mod landlords;
mod overview;
mod page;
mod sites;
mod surroundings;
mod tracts;

#[cfg(test)]
mod catalogue_tests;

pub use buildings::{BuildingsQuery, buildings};
pub use duplicates::{DUPLICATE_WINDOW_S, duplicates};
pub use incidents::{IncidentCursor, IncidentsQuery, InvalidIncidentCursor, incidents};
pub use landlords::{LandlordRow, landlords};
pub use overview::{Overview, overview};
pub use page::{InvalidPageLimit, PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, Page, PageLimit};
pub use sites::{InvalidSiteCursor, SiteCursor, SitesQuery, sites};
pub use surroundings::{SurroundingsQuery, surroundings};
pub use tracts::{
    DatasetSummary, Indicator, IndicatorName, InvalidIndicatorName, TractRow, TractsError,
    TractsQuery, VariableSummary, every_tract, indicators, tracts, zone_codes,
};

use crate::{
    stock::{LandlordId, SiteCode},
    twin::{SelectionError, SiteIx, StockIndex},
};

/// The row of a site that a list is cut to.
fn known_site(stock: &StockIndex, code: &SiteCode) -> Result<SiteIx, SelectionError> {
    stock.site_ix(code).ok_or_else(|| SelectionError::UnknownSite(code.clone()))
}

/// A landlord that a list is cut to must be there, or the caller has misspelt it.
fn check_landlord(stock: &StockIndex, id: &LandlordId) -> Result<(), SelectionError> {
    match stock.landlord(id) {
        Some(_) => Ok(()),
        None => Err(SelectionError::UnknownLandlord(id.clone())),
    }
}
