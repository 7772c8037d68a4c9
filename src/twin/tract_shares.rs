//! [`TractShares`]: which part of each building and of each site lies in which tract.

use std::sync::OnceLock;

use geo::{
    Area, BooleanOps, BoundingRect, Coord, CoordsIter, Intersects, Line, LinesIter, MultiPolygon,
    Rect,
};

use super::{BuildingIx, SiteIx, StockIndex, tracts::TractIndex};

/// Least share that is told: beyond, outlines that only touch would count.
const SHARE_MIN: f64 = 1e-9;

/// A part of something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TractShare {
    /// The row of the tract in [`StockIndex::tracts`].
    pub tract: u32,
    /// Which part lies there, above 0 and at most 1.
    pub share: f64,
}

/// The tracts of every building and site, by share of ground.
///
/// The share of a building is that of its footprint. The share of a site is that of its dwellings, each building
/// being shared out by its footprint; where it has no dwellings, or no buildings, that of its footprints, its
/// grounds, or its point. Shares sum to 1, or to less where something lies outside every tract.
#[derive(Debug, Clone, Default)]
pub struct TractShares {
    of_building: Vec<Box<[TractShare]>>,
    of_site: Vec<Box<[TractShare]>>,
}

impl TractShares {
    /// The tracts that a building lies in, in the order of codes.
    #[must_use]
    pub fn of_building(&self, ix: BuildingIx) -> &[TractShare] {
        &self.of_building[ix.0 as usize]
    }

    /// The tracts that a site lies in, in the order of codes.
    #[must_use]
    pub fn of_site(&self, ix: SiteIx) -> &[TractShare] {
        &self.of_site[ix.0 as usize]
    }

    /// O(buildings × (log tracts + corners of a tract)), and an intersection for each building near a border.
    fn of(stock: &StockIndex) -> Self {
        let ground = Ground(stock.tract_index());
        let of_building = stock
            .buildings()
            .iter()
            .map(|building| ground.shares(building.footprint.polygons()))
            .collect();
        let mut shares = Self { of_building, of_site: Vec::new() };
        shares.of_site = (0..stock.sites().len() as u32)
            .map(|row| shares.of_whole_site(stock, &ground, SiteIx(row)))
            .collect();
        shares
    }

    fn of_whole_site(
        &self,
        stock: &StockIndex,
        ground: &Ground<'_>,
        ix: SiteIx,
    ) -> Box<[TractShare]> {
        let buildings = stock.buildings_of_site(ix);
        let site = stock.site(ix);
        if buildings.is_empty() {
            return match &site.outline {
                Some(outline) => ground.shares(outline.polygons()),
                None => ground.at(Coord::from(site.position)),
            };
        }
        let dwellings =
            |ix: &BuildingIx| f64::from(stock.place(stock.place_of_building(*ix)).dwellings);
        let area = |ix: &BuildingIx| stock.building(*ix).footprint.polygons().unsigned_area();
        let by_dwellings = buildings.iter().map(dwellings).sum::<f64>() > 0.0;
        let weight = |ix: &BuildingIx| if by_dwellings { dwellings(ix) } else { area(ix) };
        let whole: f64 = buildings.iter().map(weight).sum();
        let parts = buildings.iter().flat_map(|ix| {
            let part = weight(ix) / whole;
            let of_building = self.of_building(*ix).iter();
            of_building.map(move |it| TractShare { share: it.share * part, ..*it })
        });
        summed(parts)
    }
}

/// The shares of each tract together, in the order of rows.
fn summed(parts: impl Iterator<Item = TractShare>) -> Box<[TractShare]> {
    let mut sums: Vec<TractShare> = Vec::new();
    for part in parts {
        match sums.binary_search_by_key(&part.tract, |sum| sum.tract) {
            Ok(at) => sums[at].share += part.share,
            Err(at) => sums.insert(at, part),
        }
    }
    sums.retain(|sum| sum.share > SHARE_MIN);
    sums.into()
}

/// The tracts of today, as ground.
struct Ground<'a>(&'a TractIndex);

impl Ground<'_> {
    fn area(&self, row: u32) -> &MultiPolygon<f64> {
        &self.0.current()[row as usize].area
    }

    /// The tract at a point; on a border the one with the lower code, as incidents are counted.
    fn at(&self, point: Coord<f64>) -> Box<[TractShare]> {
        let rows = self.0.meeting(Rect::new(point, point)).into_iter();
        rows.filter(|row| self.area(*row).intersects(&point))
            .take(1)
            .map(|tract| TractShare { tract, share: 1.0 })
            .collect()
    }

    /// Shares of a ground in degrees, which over one building are those in metres.
    fn shares(&self, ground: &MultiPolygon<f64>) -> Box<[TractShare]> {
        let Some(rect) = ground.bounding_rect() else { return Box::default() };
        let share = |tract: u32| {
            let share = share_within(self.area(tract), ground, rect);
            TractShare { tract, share }
        };
        self.0.meeting(rect).into_iter().map(share).filter(|part| part.share > SHARE_MIN).collect()
    }
}

/// Which part of `ground`, whose box is `rect`, lies in `area`. Most buildings are far from every border, and are
/// inside as a whole where one corner is.
fn share_within(area: &MultiPolygon<f64>, ground: &MultiPolygon<f64>, rect: Rect<f64>) -> f64 {
    let is_near = |line: Line<f64>| line.bounding_rect().intersects(&rect);
    if area.lines_iter().any(is_near) {
        let common = area.intersection(ground).unsigned_area();
        return (common / ground.unsigned_area()).min(1.0);
    }
    let inside = ground.coords_iter().next().is_some_and(|corner| area.intersects(&corner));
    f64::from(u8::from(inside))
}

/// The shares of one state of the stock, made when they are first asked for.
#[derive(Debug, Default)]
pub(super) struct SharesOnce(OnceLock<TractShares>);

impl SharesOnce {
    pub(super) fn get_or_make(&self, stock: &StockIndex) -> &TractShares {
        self.0.get_or_init(|| TractShares::of(stock))
    }
}

impl Clone for SharesOnce {
    /// A stock is cloned to be changed, so that the clone starts without shares.
    fn clone(&self) -> Self {
        Self::default()
    }
}
