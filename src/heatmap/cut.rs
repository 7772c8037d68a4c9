//! How the ground is cut: which cell each place lies in, and the shape of each cell.

use std::collections::HashMap;

use geo::{Coord, GeodesicArea, Intersects, LineString, MultiPolygon, Polygon, Rect};
use h3o::{CellIndex, LatLng, Resolution};

use super::CellShape;
use crate::{
    geo::{Bbox, LonLat},
    stock::Footprint,
    twin::{CellFrame, CellKind, CellTable, HexResolution, SiteIx, StockIndex},
};

/// Side of a square of INSEE's grid, in metres.
const SQUARE_SIDE_M: f64 = 200.0;
const M2_PER_KM2: f64 = 1e6;

/// The projection of INSEE's grid, EPSG:3035 (Lambert azimuthal equal-area for Europe): metres east (`x`) and
/// north (`y`). `None` where a position cannot be projected.
#[derive(Debug, Clone, Copy)]
pub struct GridProjection {
    /// From WGS 84.
    pub to_metres: fn(LonLat) -> Option<Coord<f64>>,
    /// To WGS 84.
    pub to_degrees: fn(Coord<f64>) -> Option<LonLat>,
}

/// Which cell of `kind` each place lies in, worked out once for each state of the stock.
pub fn cells<'a>(
    stock: &'a StockIndex,
    kind: CellKind,
    projection: &GridProjection,
) -> &'a CellTable {
    stock.cell_table(kind, |stock| cut(stock, kind, projection))
}

/// The table of `kind` for this stock.
pub(super) fn cut(stock: &StockIndex, kind: CellKind, projection: &GridProjection) -> CellTable {
    match kind {
        CellKind::H3(resolution) => hexagons(stock, resolution),
        CellKind::Grid200 => squares(stock, projection),
        CellKind::Site => sites(stock),
        CellKind::Landlord => landlords(stock),
        CellKind::Tract => tracts(stock),
    }
}

/// What to draw for the cell in that row of its table.
pub(super) fn shape_of<'a>(
    stock: &'a StockIndex,
    kind: CellKind,
    row: usize,
    frame: &'a CellFrame,
) -> CellShape<'a> {
    match kind {
        CellKind::H3(_) | CellKind::Grid200 => CellShape::Ring(&frame.ring),
        CellKind::Tract => CellShape::Area(&stock.tracts()[row].area),
        CellKind::Site => site_shape(stock, SiteIx(row as u32)),
        CellKind::Landlord => {
            let id = &stock.landlords()[row].id;
            let of_landlord = stock.sites().iter().filter(|site| site.landlord == *id);
            Bbox::around(of_landlord.map(|site| site.position))
                .map_or(CellShape::Footprints(Vec::new()), CellShape::Box)
        }
    }
}

fn site_shape(stock: &StockIndex, site: SiteIx) -> CellShape<'_> {
    let footprints = footprints(stock, site);
    if footprints.is_empty() {
        CellShape::Point(stock.site(site).position)
    } else {
        CellShape::Footprints(footprints)
    }
}

/// The footprints of a site: those of its buildings, else its grounds.
fn footprints(stock: &StockIndex, site: SiteIx) -> Vec<&Footprint> {
    let buildings = stock.buildings_of_site(site);
    if buildings.is_empty() {
        return stock.site(site).outline.iter().collect();
    }
    buildings.iter().map(|ix| &stock.building(*ix).footprint).collect()
}

fn hexagons(stock: &StockIndex, resolution: HexResolution) -> CellTable {
    let Ok(resolution) = Resolution::try_from(resolution.get()) else {
        return CellTable::default();
    };
    let keys = stock.places().iter().map(|place| {
        LatLng::new(place.position.lat(), place.position.lon())
            .ok()
            .map(|at| at.to_cell(resolution))
    });
    gather(keys, |cell: CellIndex| {
        let boundary = cell.boundary();
        let mut ring: Vec<LonLat> = boundary
            .iter()
            .filter_map(|corner| LonLat::new(corner.lng(), corner.lat()).ok())
            .collect();
        ring.extend(ring.first().copied());
        Some(frame(cell.to_string(), ring))
    })
}

fn squares(stock: &StockIndex, projection: &GridProjection) -> CellTable {
    let index = |metres: f64| (metres >= 0.0).then(|| (metres / SQUARE_SIDE_M).floor() as u32);
    let keys = stock.places().iter().map(|place| {
        let at = (projection.to_metres)(place.position)?;
        Some((index(at.x)?, index(at.y)?))
    });
    gather(keys, |(column, row): (u32, u32)| {
        let (west, south) = (f64::from(column) * SQUARE_SIDE_M, f64::from(row) * SQUARE_SIDE_M);
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
        let ring: Option<Box<[LonLat]>> = corners
            .into_iter()
            .map(|(x, y)| {
                let corner = Coord { x: west + x * SQUARE_SIDE_M, y: south + y * SQUARE_SIDE_M };
                (projection.to_degrees)(corner)
            })
            .collect();
        Some(CellFrame {
            id: format!("CRS3035RES200mN{south:.0}E{west:.0}").into(),
            ring: ring?,
            // The projection keeps areas, so each square of the grid has the same true area.
            area_km2: Some(SQUARE_SIDE_M * SQUARE_SIDE_M / M2_PER_KM2),
        })
    })
}

/// The table of places that have a key: one cell for each key, in the order in which keys come.
fn gather<K: Copy + Eq + std::hash::Hash>(
    keys: impl Iterator<Item = Option<K>>,
    frame_of: impl Fn(K) -> Option<CellFrame>,
) -> CellTable {
    let mut table = CellTable::default();
    let mut row_of: HashMap<K, Option<u32>> = HashMap::new();
    let rows: Vec<Option<u32>> = keys
        .map(|key| {
            let key = key?;
            *row_of.entry(key).or_insert_with(|| {
                table.cells.push(frame_of(key)?);
                Some(table.cells.len() as u32 - 1)
            })
        })
        .collect();
    let outside = table.cells.len() as u32;
    table.cell_of = rows.into_iter().map(|row| row.unwrap_or(outside)).collect();
    table
}

fn sites(stock: &StockIndex) -> CellTable {
    CellTable {
        cell_of: (0..stock.sites().len() as u32).collect(),
        cells: stock
            .sites()
            .iter()
            .enumerate()
            .map(|(row, site)| CellFrame {
                id: site.code.as_str().into(),
                ring: Box::default(),
                area_km2: site_area_km2(stock, SiteIx(row as u32)),
            })
            .collect(),
    }
}

/// The area of the grounds of a site where they are known, else of its footprints.
fn site_area_km2(stock: &StockIndex, site: SiteIx) -> Option<f64> {
    let area_km2 = match &stock.site(site).outline {
        Some(outline) => area_km2(outline.polygons()),
        None => footprints(stock, site).into_iter().map(|f| area_km2(f.polygons())).sum(),
    };
    (area_km2 > 0.0).then_some(area_km2)
}

fn landlords(stock: &StockIndex) -> CellTable {
    let landlords = stock.landlords();
    let mut areas_km2 = vec![0.0; landlords.len()];
    let outside = landlords.len() as u32;
    let cell_of = stock
        .sites()
        .iter()
        .enumerate()
        .map(|(row, site)| {
            let Ok(at) = landlords.binary_search_by(|known| known.id.cmp(&site.landlord)) else {
                return outside;
            };
            areas_km2[at] += site_area_km2(stock, SiteIx(row as u32)).unwrap_or(0.0);
            at as u32
        })
        .collect();
    let cells = landlords.iter().zip(areas_km2).map(|(landlord, area_km2)| CellFrame {
        id: landlord.id.as_str().into(),
        ring: Box::default(),
        area_km2: (area_km2 > 0.0).then_some(area_km2),
    });
    CellTable { cell_of, cells: cells.collect() }
}

fn tracts(stock: &StockIndex) -> CellTable {
    let tracts = stock.tracts();
    let outside = tracts.len() as u32;
    let cell_of = stock.places().iter().map(|place| {
        let at = Coord::from(place.position);
        // A place on the line between two tracts goes to the lower code, whose row is the first.
        let mut rows = stock.tract_index().meeting(Rect::new(at, at)).into_iter();
        rows.find(|row| tracts[*row as usize].area.intersects(&at)).unwrap_or(outside)
    });
    let cells = tracts.iter().map(|tract| CellFrame {
        id: tract.code.as_str().into(),
        ring: Box::default(),
        area_km2: Some(area_km2(&tract.area)).filter(|area_km2| *area_km2 > 0.0),
    });
    CellTable { cell_of: cell_of.collect(), cells: cells.collect() }
}

/// A cell with this ring, and the area within it.
fn frame(id: String, ring: Vec<LonLat>) -> CellFrame {
    let line: LineString<f64> = ring.iter().copied().map(Coord::from).collect();
    let area = Polygon::new(line, Vec::new()).geodesic_area_unsigned() / M2_PER_KM2;
    CellFrame { id: id.into(), ring: ring.into(), area_km2: Some(area) }
}

/// True area on the ellipsoid.
fn area_km2(polygons: &MultiPolygon<f64>) -> f64 {
    polygons.geodesic_area_unsigned() / M2_PER_KM2
}
