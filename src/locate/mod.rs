//! Question: which site and building a position is in, or next to.
//!
//! A pure function of the stock.

use std::cmp::Ordering;

use geo::Coord;

use crate::{
    geo::{Bbox, LocalPlane, LonLat},
    twin::{BuildingIx, PlaceIx, SiteIx, StockIndex},
};

/// Farthest that a footprint may be for a position to be next to it, in metres.
pub const NEAREST_DISTANCE_M_MAX: f64 = 50.0;
/// Places whose distances differ by less are told as candidates, in metres: a position is no surer than that.
pub const NEAR_TIE_M: f64 = 2.0;
/// Most candidates that are told.
pub const CANDIDATES_MAX: usize = 8;
/// Distances that differ by less are equal, in metres: the plane is not surer at 50 m.
const TIE_M: f64 = 1e-3;

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
pub fn locate(stock: &StockIndex, position: LonLat) -> Located {
    let mut near: Vec<Candidate> = stock
        .places_meeting(&reach(position))
        .map(|place| candidate(stock, place, position))
        .filter(|found| found.distance_m <= NEAREST_DISTANCE_M_MAX)
        .collect();
    let Some(best_m) = near.iter().map(|found| found.distance_m).min_by(f64::total_cmp) else {
        return Located {
            site: None,
            building: None,
            method: Method::None,
            distance_m: None,
            candidates: Vec::new(),
        };
    };
    near.retain(|found| found.distance_m <= best_m + NEAR_TIE_M);
    near.sort_by(|a, b| order(stock, best_m, a, b));
    near.truncate(CANDIDATES_MAX);
    let winner = &near[0];
    Located {
        site: winner.site,
        building: winner.building,
        method: if winner.distance_m == 0.0 { Method::Inside } else { Method::Nearest },
        distance_m: Some(winner.distance_m),
        candidates: if near.len() > 1 { near } else { Vec::new() },
    }
}

/// The box of all that may be within 50 m.
fn reach(position: LonLat) -> Bbox {
    let side = Coord { x: NEAREST_DISTANCE_M_MAX, y: NEAREST_DISTANCE_M_MAX };
    let plane = LocalPlane::at(position);
    let corner = |offset_m: Coord<f64>| {
        let c = plane.to_degrees(offset_m);
        LonLat::new(c.x.clamp(-180.0, 180.0), c.y.clamp(-90.0, 90.0)).unwrap_or(position)
    };
    Bbox::at(corner(side * -1.0)).with(corner(side))
}

fn candidate(stock: &StockIndex, place: PlaceIx, position: LonLat) -> Candidate {
    let place = stock.place(place);
    let distance_m = match place.building {
        Some(building) => stock.building(building).footprint.distance_m(position),
        None => LocalPlane::at(position).distance_m(place.position.into()),
    };
    Candidate { site: place.site, building: place.building, distance_m }
}

/// Nearest first; of ties, those with a site, then the lower id.
fn order(stock: &StockIndex, best_m: f64, a: &Candidate, b: &Candidate) -> Ordering {
    let key = |found: &Candidate| {
        let metres = if found.distance_m <= best_m + TIE_M { best_m } else { found.distance_m };
        let id = found.building.map(|ix| &stock.building(ix).id);
        let code = found.site.map(|ix| &stock.site(ix).code);
        (metres, (found.site.is_none(), found.building.is_none(), id, code))
    };
    let (a, b) = (key(a), key(b));
    a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1))
}
