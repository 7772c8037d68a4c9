//! A heatmap as a table for files.

use std::fs::File;

use geo::{Geometry, LineString, MultiPolygon, Polygon};

use super::{
    Problem,
    file::{COUNTED_BY, point_of, shape_of, to_decimals},
};
use crate::{
    export::{Column, ColumnKind, FileFormat, Row, Shapes, Table, file},
    geo::Bbox,
    heatmap::{CellShape, Heatmap, HeatmapQuery, PublishedHeatmap},
    privacy::Reading,
    time::TimeWindow,
    twin::CellKind,
};

/// What is told of a cell.
struct Told<'a> {
    id: &'a str,
    shape: &'a CellShape<'a>,
    count: Option<u64>,
    reading: String,
    dwellings: u64,
    rate_per_1000: Option<f64>,
    density_per_km2: Option<f64>,
}

/// The counts as they are.
///
/// # Errors
///
/// 500 where the disk does not take the file.
pub fn exact(
    counted: &Heatmap<'_>,
    query: &HeatmapQuery,
    format: FileFormat,
) -> Result<File, Problem> {
    Ok(file(format, &table(query), exact_rows(counted, query.selection.window))?)
}

/// The counts as they are, a row a cell.
pub fn exact_rows(counted: &Heatmap<'_>, window: TimeWindow) -> impl Iterator<Item = Row> {
    let cells = counted.cells.iter().map(|cell| Told {
        id: cell.id,
        shape: &cell.shape,
        count: Some(cell.count),
        reading: cell.count.to_string(),
        dwellings: cell.dwellings,
        rate_per_1000: cell.rate_per_1000,
        density_per_km2: cell.density_per_km2,
    });
    cells.map(move |cell| row(&cell, "exact", window))
}

/// What the publication gate lets through.
///
/// # Errors
///
/// 500 where the disk does not take the file.
pub fn published(
    told: &PublishedHeatmap<'_>,
    query: &HeatmapQuery,
    format: FileFormat,
) -> Result<File, Problem> {
    Ok(file(format, &table(query), published_rows(told))?)
}

/// What the publication gate lets through, a row a cell.
pub fn published_rows(told: &PublishedHeatmap<'_>) -> impl Iterator<Item = Row> {
    let cells = told.cells.iter().map(|cell| Told {
        id: cell.id,
        shape: &cell.shape,
        count: Reading::number(cell.count),
        reading: cell.count.to_string(),
        dwellings: cell.dwellings,
        rate_per_1000: cell.rate_per_1000,
        density_per_km2: cell.density_per_km2,
    });
    cells.map(|cell| row(&cell, "published", told.window))
}

/// The columns of the cells of a question.
pub fn table(query: &HeatmapQuery) -> Table {
    use ColumnKind::{Integer, Real, Text};
    let shapes = match query.cell {
        CellKind::Site => Shapes::Mixed,
        CellKind::H3(_) | CellKind::Grid200 | CellKind::Landlord | CellKind::Tract => Shapes::Areas,
    };
    let description = format!("Incidents by {}. Empty is not told, such as <5.", query.cell);
    let mut table = Table::new("heatmap", "Incidents by cell", &description, shapes);
    let counted = |name: &str, kind, title: &str, unit: &str| {
        Column::new(name, kind, title).in_unit(unit).said_by(COUNTED_BY, None)
    };
    table.add(Column::new("id", Text, "Id of the cell in its own system"));
    table.add(counted("count", Integer, "Incidents in it; empty where that reads <5", "incidents"));
    table.add(Column::new("count_told", Text, "The same as it is told, such as <5"));
    table.add(Column::new("dwellings", Integer, "Dwellings in it").in_unit("dwellings"));
    let title = "Incidents per 1,000 dwellings, over the whole period";
    table.add(counted("rate_per_1000", Real, title, "incidents per 1000 dwellings"));
    let title = "Incidents per km², over the whole period";
    table.add(counted("density_per_km2", Real, title, "incidents per km²"));
    table.add(Column::new("counts", Text, "exact, or published: past the publication gate"));
    table.add(Column::new("from", Text, "First instant counted, RFC 3339"));
    table.add(Column::new("to", Text, "First instant after, RFC 3339"));
    table.add(Column::new("source", Text, "Who counted"));
    table
}

fn row(cell: &Told<'_>, counts: &str, window: TimeWindow) -> Row {
    let whole = |number: u64| i64::try_from(number).ok();
    let thousandths = |value: f64| (value * 1000.0).round() / 1000.0;
    Row {
        shape: drawn(cell.shape),
        values: vec![
            cell.id.into(),
            cell.count.and_then(whole).into(),
            cell.reading.as_str().into(),
            whole(cell.dwellings).into(),
            cell.rate_per_1000.map(thousandths).into(),
            cell.density_per_km2.map(thousandths).into(),
            counts.into(),
            window.from.map(|from| from.to_string()).into(),
            window.to.map(|to| to.to_string()).into(),
            COUNTED_BY.into(),
        ],
    }
}

fn drawn(shape: &CellShape<'_>) -> Geometry<f64> {
    match shape {
        CellShape::Ring(ring) => {
            let ring = ring.iter().map(|corner| to_decimals((*corner).into()));
            Polygon::new(LineString::from_iter(ring), Vec::new()).into()
        }
        CellShape::Footprints(footprints) => {
            let all = footprints.iter().flat_map(|footprint| footprint.polygons().0.clone());
            shape_of(&MultiPolygon(all.collect()))
        }
        CellShape::Area(area) => shape_of(area),
        CellShape::Box(bbox) => around(*bbox),
        CellShape::Point(position) => point_of(*position),
    }
}

fn around(bbox: Bbox) -> Geometry<f64> {
    let (west, south, east, north) = (bbox.west(), bbox.south(), bbox.east(), bbox.north());
    let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let ring = ring.map(|corner| to_decimals(corner.into()));
    Polygon::new(LineString::from_iter(ring), Vec::new()).into()
}
