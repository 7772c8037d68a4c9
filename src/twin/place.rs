//! [`Place`]: what an incident is pinned to, a building or a site without one.

use crate::geo::LonLat;

/// Row of a site in [`super::StockIndex`]; never reused, so that incidents may hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteIx(pub u32);

/// Row of a building in [`super::StockIndex`]; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildingIx(pub u32);

/// Row of a place in [`super::StockIndex`]; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceIx(pub u32);

/// A building, or a site as a whole: each site and each building is one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Where it is: the building's own position, or the site's.
    pub position: LonLat,
    /// The site that it belongs to, or is.
    pub site: Option<SiteIx>,
    /// The building that it is; `None` for a site as a whole.
    pub building: Option<BuildingIx>,
    /// Dwellings counted here. Those of a site are shared out over its buildings, so that the sum over
    /// the places of a site is the number of the site.
    pub dwellings: u32,
}
