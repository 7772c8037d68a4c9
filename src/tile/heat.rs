//! The layer of a heatmap.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::{
    Drawn, Grid, Tag, TileId,
    features::{Features, Tags},
};
use crate::heatmap::{Cell, CellShape, Heatmap, PublishedCell, PublishedHeatmap};

/// The cells of exact counts: `id`, `count`, `dwellings`, and `rate_per_1000`, `density_per_km2` and `value` where there are any.
///
/// # Errors
///
/// [`mvt::Error`], which no shape that is drawn here makes.
pub fn exact(heatmap: &Heatmap<'_>, tile: TileId) -> Result<Vec<u8>, mvt::Error> {
    let tags = |cell: &Cell<'_>| {
        let count = Some(cell.count);
        numbers(count, cell.dwellings, [cell.rate_per_1000, cell.density_per_km2, cell.value])
    };
    let cells = heatmap.cells.iter().map(|cell| (cell.id, &cell.shape, tags(cell)));
    encode(cells, tile)
}

/// The cells of published counts, as those of exact ones; without `count` where that reads `<5`.
///
/// # Errors
///
/// As [`exact`].
pub fn published(heatmap: &PublishedHeatmap<'_>, tile: TileId) -> Result<Vec<u8>, mvt::Error> {
    let tags = |cell: &PublishedCell<'_>| {
        let count = cell.count.number();
        numbers(count, cell.dwellings, [cell.rate_per_1000, cell.density_per_km2, cell.value])
    };
    let cells = heatmap.cells.iter().map(|cell| (cell.id, &cell.shape, tags(cell)));
    encode(cells, tile)
}

fn numbers(count: Option<u64>, dwellings: u64, figures: [Option<f64>; 3]) -> Tags<'static> {
    let mut tags = vec![("dwellings", Tag::Whole(dwellings))];
    tags.extend(count.map(|count| ("count", Tag::Whole(count))));
    let names = ["rate_per_1000", "density_per_km2", "value"];
    let figures = names.into_iter().zip(figures);
    tags.extend(figures.filter_map(|(name, figure)| Some((name, Tag::Number(figure?)))));
    tags
}

fn encode<'a>(
    cells: impl Iterator<Item = (&'a str, &'a CellShape<'a>, Tags<'a>)>,
    tile: TileId,
) -> Result<Vec<u8>, mvt::Error> {
    let grid = Grid::of(tile);
    let mut features = Features::default();
    for (id, shape, mut tags) in cells {
        features.push(drawn(grid, shape), || {
            tags.push(("id", Tag::Text(id)));
            tags
        });
    }
    features.encode("heatmap")
}

fn drawn(grid: Grid, shape: &CellShape<'_>) -> Option<Drawn> {
    match shape {
        CellShape::Ring(ring) => {
            let line: LineString<f64> = ring.iter().map(|corner| Coord::from(*corner)).collect();
            grid.areas(&MultiPolygon::from(Polygon::new(line, Vec::new())))
        }
        CellShape::Footprints(footprints) => {
            let polygons =
                footprints.iter().flat_map(|footprint| footprint.polygons().iter().cloned());
            grid.areas(&polygons.collect())
        }
        CellShape::Area(area) => grid.areas(area),
        CellShape::Box(bbox) => {
            let [west, south, east, north] = [bbox.west(), bbox.south(), bbox.east(), bbox.north()];
            let low = Coord { x: west, y: south };
            let high = Coord { x: east, y: north };
            grid.areas(&MultiPolygon::from(geo::Rect::new(low, high).to_polygon()))
        }
        CellShape::Point(position) => grid.point((*position).into()),
    }
}
