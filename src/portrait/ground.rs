//! [`Ground`]: which places of the stock a portrait is about, and which tracts those touch.

use geo::{Area, BooleanOps, BoundingRect, Intersects, MultiPolygon};

use super::{Place, PortraitError};
use crate::{
    heatmap::{GridProjection, cells},
    stock::LandlordId,
    twin::{CellKind, CellTable, PlaceIx, SiteIx, StockIndex},
};

/// Tracts ask for no projection.
const NO_PROJECTION: GridProjection =
    GridProjection { to_metres: |_| None, to_degrees: |_: geo::Coord<f64>| None };
/// Least share of a tract that counts as touched: beyond, borders that only meet would.
const SHARE_MIN: f64 = 1e-9;

/// A piece of ground as the stock knows it.
pub(super) struct Ground {
    /// Whether each place lies in it, by [`PlaceIx`].
    pub holds: Vec<bool>,
    /// The tracts that it touches, in the order of codes.
    pub touches: Vec<Touched>,
}

/// A tract that a place touches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Touched {
    /// Row of the tract in [`StockIndex::tracts`].
    pub tract: u32,
    /// Which part of the place lies there: of its dwellings, or of its ground where it has none.
    pub of_place: f64,
    /// Which part of the tract the place covers; none for sites, whose walls say nothing of where people live.
    pub of_tract: Option<f64>,
}

/// What of the stock a question may be about: all, or one landlord's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub stock: &'a StockIndex,
    pub own: Option<&'a LandlordId>,
}

impl Sight<'_> {
    /// Whether a site is seen.
    pub fn shows(&self, site: SiteIx) -> bool {
        self.own.is_none_or(|own| self.stock.site(site).landlord == *own)
    }

    /// The places of sites that are seen and that `wanted` takes, by [`PlaceIx`].
    pub fn places(&self, wanted: impl Fn(PlaceIx, SiteIx) -> bool) -> Vec<bool> {
        let places = self.stock.places().iter().enumerate();
        places
            .map(|(row, place)| {
                let at = PlaceIx(row as u32);
                place.site.is_some_and(|site| self.shows(site) && wanted(at, site))
            })
            .collect()
    }

    /// The tract of each place.
    pub fn tracts(&self) -> &CellTable {
        cells(self.stock, CellKind::Tract, &NO_PROJECTION)
    }

    /// The places in tracts that `wanted` takes, by their rows.
    pub fn places_in_tracts(&self, wanted: impl Fn(usize) -> bool) -> Vec<bool> {
        let table = self.tracts();
        let tracts = self.stock.tracts().len();
        self.places(|at, _| {
            let tract = table.cell_of[at.0 as usize] as usize;
            tract < tracts && wanted(tract)
        })
    }
}

impl Ground {
    /// The ground of a place.
    ///
    /// # Errors
    ///
    /// [`PortraitError`] for a place that is not there, or is not seen.
    pub fn of(sight: Sight<'_>, place: &Place) -> Result<Self, PortraitError> {
        let stock = sight.stock;
        let (holds, covered) = match place {
            Place::Town => (sight.places(|_, _| true), Some(vec![1.0; stock.tracts().len()])),
            Place::Site(code) => {
                let site = stock.site_ix(code).filter(|site| sight.shows(*site));
                let site = site.ok_or_else(|| PortraitError::UnknownSite(code.clone()))?;
                (sight.places(|_, of| of == site), None)
            }
            Place::Landlord(id) => {
                let is_seen = sight.own.is_none_or(|own| own == id);
                if !is_seen || stock.landlord(id).is_none() {
                    return Err(PortraitError::UnknownLandlord(id.clone()));
                }
                (sight.places(|_, of| stock.site(of).landlord == *id), None)
            }
            Place::Tract(code) => {
                let is_it = |row: usize| stock.tracts()[row].code == *code;
                let covered = share_of_tracts(stock, is_it);
                if !covered.contains(&1.0) {
                    return Err(PortraitError::UnknownTract(code.clone()));
                }
                (sight.places_in_tracts(is_it), Some(covered))
            }
            Place::Commune(code) => {
                let is_in = |row: usize| stock.tracts()[row].code.commune() == Some(code.as_str());
                let covered = share_of_tracts(stock, is_in);
                if !covered.contains(&1.0) {
                    return Err(PortraitError::UnknownCommune(code.clone()));
                }
                (sight.places_in_tracts(is_in), Some(covered))
            }
            Place::Drawn(drawn) => {
                let area = drawn.polygons();
                let inside =
                    |at: PlaceIx| area.intersects(&geo::Coord::from(stock.place(at).position));
                (sight.places(|at, _| inside(at)), Some(covered_by(stock, area)))
            }
        };
        let touches = touches(stock, &holds, covered);
        Ok(Self { holds, touches })
    }
}

fn share_of_tracts(stock: &StockIndex, is_in: impl Fn(usize) -> bool) -> Vec<f64> {
    (0..stock.tracts().len()).map(|row| if is_in(row) { 1.0 } else { 0.0 }).collect()
}

/// Which part of each tract lies in `area`. In degrees, which over one tract is as in metres to 1 part in 10,000.
fn covered_by(stock: &StockIndex, area: &MultiPolygon<f64>) -> Vec<f64> {
    let around = area.bounding_rect();
    let share = |tract: &MultiPolygon<f64>| {
        let meets = around.zip(tract.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b));
        if !meets {
            return 0.0;
        }
        let share = tract.intersection(area).unsigned_area() / tract.unsigned_area();
        // A tract that is covered whole may miss it by rounding.
        if share > 1.0 - 1e-6 { 1.0 } else { share }
    };
    stock.tracts().iter().map(|tract| share(&tract.area)).collect()
}

/// The tracts where the dwellings of the held places lie, and those that are covered.
fn touches(stock: &StockIndex, holds: &[bool], covered: Option<Vec<f64>>) -> Vec<Touched> {
    let by_dwellings = dwellings_by_tract(stock, holds);
    let dwellings: f64 = by_dwellings.iter().sum();
    let ground = |row: usize| {
        let share = covered.as_ref().map_or(0.0, |covered| covered[row]);
        share * stock.tracts()[row].area.unsigned_area()
    };
    let of_ground: f64 = (0..stock.tracts().len()).map(ground).sum();
    let part = |row: usize| {
        if dwellings > 0.0 {
            by_dwellings[row] / dwellings
        } else if of_ground > 0.0 {
            ground(row) / of_ground
        } else {
            0.0
        }
    };
    let touched = |row: usize| match &covered {
        Some(covered) => covered[row] > SHARE_MIN,
        None => by_dwellings[row] > 0.0,
    };
    (0..stock.tracts().len())
        .filter(|row| touched(*row))
        .map(|row| Touched {
            tract: row as u32,
            of_place: part(row),
            of_tract: covered.as_ref().map(|covered| covered[row]),
        })
        .collect()
}

/// Dwellings of the held places by tract, shared out by ground; places without dwellings count as a little, so that a
/// site of which nobody told how many it has still lies somewhere.
fn dwellings_by_tract(stock: &StockIndex, holds: &[bool]) -> Vec<f64> {
    const A_LITTLE: f64 = 1e-6;
    let shares = stock.tract_shares();
    let mut sums = vec![0.0; stock.tracts().len()];
    for (place, _) in stock.places().iter().zip(holds).filter(|(_, held)| **held) {
        let Some(site) = place.site else { continue };
        let of_place = match place.building {
            Some(building) => shares.of_building(building),
            None if stock.buildings_of_site(site).is_empty() => shares.of_site(site),
            None => continue,
        };
        for part in of_place {
            sums[part.tract as usize] += part.share * f64::from(place.dwellings).max(A_LITTLE);
        }
    }
    sums
}
