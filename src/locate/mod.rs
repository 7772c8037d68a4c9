//! Question: which site and building a position is in, or next to.
//!
//! A pure function of the stock.

use crate::{
    geo::LonLat,
    twin::{BuildingIx, SiteIx, StockIndex},
};

/// Farthest that a footprint may be for a position to be next to it, in metres.
pub const NEAREST_DISTANCE_M_MAX: f64 = 50.0;

/// How a position was put on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// It lies inside a footprint.
    Inside,
    /// It lies within 50 m of one.
    Nearest,
    /// Nothing is near.
    None,
}

/// Where a position is.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The site.
    pub site: Option<SiteIx>,
    /// The building, unless the site has none.
    pub building: Option<BuildingIx>,
    /// How it was found.
    pub method: Method,
    /// Metres to the nearest wall; 0 inside; `None` where nothing is near.
    pub distance_m: Option<f64>,
    /// The best places, nearest first, when more than one might be meant.
    pub candidates: Vec<Candidate>,
}

/// A place that might be meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its site.
    pub site: Option<SiteIx>,
    /// The building.
    pub building: Option<BuildingIx>,
    /// Metres to its nearest wall; 0 inside.
    pub distance_m: f64,
}

/// Which site and building `position` is in, or next to.
#[must_use]
pub fn locate(_stock: &StockIndex, _position: LonLat) -> Located {
    Located {
        site: None,
        building: None,
        method: Method::None,
        distance_m: None,
        candidates: Vec::new(),
    }
}
