//! [`Area`]: the ground that partners read a month by, communes and arrondissements, or hexagons where none are known.

use std::collections::{BTreeMap, BTreeSet};

use geo::{MultiPolygon, Polygon, unary_union};

use crate::{
    geo::LonLat,
    heatmap::{GridProjection, cells},
    privacy::Estimate,
    publication::{Scope, Units},
    twin::{CellKind, CellTable, StockIndex},
};

/// Hexagons where communes are not known: 0.7 km², a quarter of a town.
const HEXAGONS: &str = "h3:8";
/// Neither communes nor hexagons ask for a projection.
const NO_PROJECTION: GridProjection =
    GridProjection { to_metres: |_| None, to_degrees: |_: geo::Coord<f64>| None };
/// Length of the code of a commune, with which the codes of its tracts begin.
const COMMUNE_CODE_LENGTH: usize = 5;

/// A piece of ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The INSEE code of the commune or arrondissement, or the H3 index of the hexagon.
    pub code: String,
    /// Whether it is a commune or arrondissement.
    pub is_commune: bool,
    /// Its shape, in WGS 84 degrees.
    pub shape: MultiPolygon<f64>,
}

/// What the publication gate lets through of an area.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counted {
    pub area: Area,
    pub count: Estimate,
    /// Of the zones in it.
    pub dwellings: u64,
}

/// The zones of `scope` by the area where their anchor lies, in the order of codes, and what lies in none.
pub(super) fn by_area(
    stock: &StockIndex,
    units: &Units,
    scope: &Scope,
) -> (Vec<Counted>, Estimate) {
    let codes = stock.tracts().iter().map(|tract| commune(tract.code.as_str()));
    // One commune is the whole town: nothing to compare.
    let is_commune = codes.collect::<BTreeSet<_>>().len() > 1;
    let kind = if is_commune { Some(CellKind::Tract) } else { HEXAGONS.parse().ok() };
    let Some(kind) = kind else { return (Vec::new(), Estimate::default()) };
    let table = cells(stock, kind, &NO_PROJECTION);

    let mut gathered: BTreeMap<&str, (Estimate, u64)> = BTreeMap::new();
    let mut elsewhere = Estimate::default();
    for (row, zone) in units.zones().iter().enumerate() {
        let estimate = units.estimate(row, scope);
        let cell = table.cell_of[stock.place_of_site(zone.anchor).0 as usize] as usize;
        let Some(frame) = table.cells.get(cell) else {
            elsewhere = elsewhere.plus(estimate);
            continue;
        };
        let code = if is_commune { commune(&frame.id) } else { &*frame.id };
        let (count, dwellings) = gathered.entry(code).or_default();
        *count = count.plus(estimate);
        *dwellings += zone.dwellings;
    }
    let counted = gathered.into_iter().map(|(code, (count, dwellings))| {
        let shape =
            if is_commune { shape_of_commune(stock, code) } else { shape_of_hexagon(table, code) };
        Counted { area: Area { code: code.to_owned(), is_commune, shape }, count, dwellings }
    });
    (counted.collect(), elsewhere)
}

fn shape_of_commune(stock: &StockIndex, code: &str) -> MultiPolygon<f64> {
    let of_commune = stock.tracts().iter().filter(|tract| commune(tract.code.as_str()) == code);
    unary_union(of_commune.map(|tract| &tract.area))
}

fn shape_of_hexagon(table: &CellTable, code: &str) -> MultiPolygon<f64> {
    let ring: &[LonLat] =
        table.cells.iter().find(|cell| &*cell.id == code).map_or(&[], |cell| &cell.ring);
    let ring = ring.iter().copied().map(geo::Coord::from).collect();
    Polygon::new(ring, Vec::new()).into()
}

fn commune(tract: &str) -> &str {
    tract.get(..COMMUNE_CODE_LENGTH).unwrap_or(tract)
}
