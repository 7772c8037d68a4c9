//! Geometries as PostGIS takes and gives them: EWKB in WGS 84 degrees.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use postgis::ewkb;
use tokio_postgres::types::{Kind, Type};

use super::fault::unreadable;
use crate::{
    geo::LonLat,
    signal::Area,
    stock::{Footprint, SurroundingShape},
    store::StoreError,
};

/// The EPSG number of WGS 84 degrees, which every geometry carries.
const WGS84: Option<i32> = Some(4326);

/// The type of a geometry column. Its number differs from database to database; the name is enough to read.
pub(super) fn column_type() -> Type {
    Type::new("geometry".to_owned(), 0, Kind::Simple, "public".to_owned())
}

/// A position as a point.
pub(super) fn of_position(position: LonLat) -> ewkb::Point {
    ewkb::Point::new(position.lon(), position.lat(), WGS84)
}

/// Positions as a line.
pub(super) fn of_positions(positions: impl Iterator<Item = LonLat>) -> ewkb::LineString {
    let points = positions.map(|at| ewkb::Point::new(at.lon(), at.lat(), None));
    ewkb::LineString { points: points.collect(), srid: WGS84 }
}

/// Polygons.
pub(super) fn of_polygons(polygons: &MultiPolygon<f64>) -> ewkb::MultiPolygon {
    let polygons = polygons.iter().map(|polygon| ewkb::Polygon {
        rings: std::iter::once(polygon.exterior())
            .chain(polygon.interiors())
            .map(of_line)
            .collect(),
        srid: None,
    });
    ewkb::MultiPolygon { polygons: polygons.collect(), srid: WGS84 }
}

/// An outline.
pub(super) fn of_area(area: &Area) -> ewkb::Polygon {
    let point = |(lon, lat)| ewkb::Point::new(lon, lat, None);
    // Its first corner comes again at the end.
    let points = area.corners().chain(area.corners().take(1)).map(point).collect();
    ewkb::Polygon { rings: vec![ewkb::LineString { points, srid: None }], srid: WGS84 }
}

/// A line or an area.
pub(super) fn of_shape(shape: &SurroundingShape) -> ewkb::Geometry {
    match shape {
        SurroundingShape::Line(line) => {
            ewkb::Geometry::LineString(ewkb::LineString { srid: WGS84, ..of_line(line) })
        }
        SurroundingShape::Area(area) => ewkb::Geometry::MultiPolygon(of_polygons(area)),
    }
}

/// The position that a point is.
pub(super) fn position(column: &str, point: ewkb::Point) -> Result<LonLat, StoreError> {
    LonLat::new(point.x, point.y).map_err(|e| unreadable(column, e))
}

/// The outline that a polygon is.
pub(super) fn area(column: &str, polygon: &ewkb::Polygon) -> Result<Area, StoreError> {
    let [ring] = &polygon.rings[..] else { return Err(unreadable(column, "has not one ring")) };
    let corner = |point: &ewkb::Point| LonLat::new(point.x, point.y);
    let corners: Result<Vec<_>, _> = ring.points.iter().map(corner).collect();
    Area::new(corners.map_err(|e| unreadable(column, e))?).map_err(|e| unreadable(column, e))
}

/// The polygons that these are.
pub(super) fn polygons(polygons: &ewkb::MultiPolygon) -> MultiPolygon<f64> {
    MultiPolygon(polygons.polygons.iter().map(polygon).collect())
}

/// The footprint that these polygons are.
pub(super) fn footprint(column: &str, walls: &ewkb::MultiPolygon) -> Result<Footprint, StoreError> {
    Footprint::new(polygons(walls)).map_err(|e| unreadable(column, e))
}

/// The shape that a geometry is.
pub(super) fn shape(column: &str, shape: &ewkb::Geometry) -> Result<SurroundingShape, StoreError> {
    match shape {
        ewkb::Geometry::LineString(ring) => Ok(SurroundingShape::Line(line(ring))),
        ewkb::Geometry::MultiPolygon(area) => Ok(SurroundingShape::Area(polygons(area))),
        _other => Err(unreadable(column, "is neither a line nor an area")),
    }
}

/// Parts of a geometry carry no reference system of their own.
fn of_line(line: &LineString<f64>) -> ewkb::LineString {
    let points = line.coords().map(|c| ewkb::Point::new(c.x, c.y, None));
    ewkb::LineString { points: points.collect(), srid: None }
}

fn line(line: &ewkb::LineString) -> LineString<f64> {
    LineString(line.points.iter().map(|point| Coord { x: point.x, y: point.y }).collect())
}

fn polygon(polygon: &ewkb::Polygon) -> Polygon<f64> {
    let mut rings = polygon.rings.iter().map(line);
    let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Polygon::new(exterior, rings.collect())
}
