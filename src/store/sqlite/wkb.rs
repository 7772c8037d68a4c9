//! Geometries as ISO WKB in WGS 84 degrees, so that other tools read them too.

use geo::{Geometry, LineString, MultiPolygon};
use geozero::{
    CoordDimensions, GeomProcessor, GeozeroGeometry, ToWkb, error::GeozeroError,
    geo_types::GeoWriter, wkb::Wkb,
};

use super::fault;
use crate::{
    stock::{Footprint, SurroundingShape},
    store::StoreError,
};

/// Bytes of these polygons.
pub(super) fn of_polygons(polygons: &MultiPolygon<f64>) -> Result<Vec<u8>, StoreError> {
    encode(Geometry::MultiPolygon(polygons.clone()))
}

/// Bytes of this line.
pub(super) fn of_line(line: LineString<f64>) -> Result<Vec<u8>, StoreError> {
    encode(Geometry::LineString(line))
}

/// Bytes of a shape.
pub(super) fn of_shape(shape: &SurroundingShape) -> Result<Vec<u8>, StoreError> {
    match shape {
        SurroundingShape::Line(line) => of_line(line.clone()),
        SurroundingShape::Area(area) => of_polygons(area),
    }
}

/// The polygons that these bytes are.
pub(super) fn polygons(column: &str, bytes: &[u8]) -> Result<MultiPolygon<f64>, StoreError> {
    match decode(column, bytes)? {
        Geometry::MultiPolygon(polygons) => Ok(polygons),
        Geometry::Polygon(polygon) => Ok(MultiPolygon::new(vec![polygon])),
        _other => Err(fault::unreadable(column, "is no area")),
    }
}

/// The line that these bytes are.
pub(super) fn line(column: &str, bytes: &[u8]) -> Result<LineString<f64>, StoreError> {
    match decode(column, bytes)? {
        Geometry::LineString(line) => Ok(line),
        _other => Err(fault::unreadable(column, "is no line")),
    }
}

/// The footprint that these bytes are.
pub(super) fn footprint(column: &str, bytes: &[u8]) -> Result<Footprint, StoreError> {
    Footprint::new(polygons(column, bytes)?).map_err(|e| fault::unreadable(column, e))
}

/// The shape that these bytes are.
pub(super) fn shape(column: &str, bytes: &[u8]) -> Result<SurroundingShape, StoreError> {
    match decode(column, bytes)? {
        Geometry::LineString(line) => Ok(SurroundingShape::Line(line)),
        Geometry::MultiPolygon(area) => Ok(SurroundingShape::Area(area)),
        _other => Err(fault::unreadable(column, "is neither a line nor an area")),
    }
}

fn encode(geometry: Geometry<f64>) -> Result<Vec<u8>, StoreError> {
    geometry
        .to_wkb(CoordDimensions::xy())
        .map_err(|e| StoreError::Refused(format!("a geometry cannot be written as WKB: {e}")))
}

fn decode(column: &str, bytes: &[u8]) -> Result<Geometry<f64>, StoreError> {
    let mut reader = Bounded { parts_max: bytes.len(), writer: GeoWriter::new() };
    Wkb(bytes).process_geom(&mut reader).map_err(|e| fault::unreadable(column, e))?;
    reader.writer.take_geometry().ok_or_else(|| fault::unreadable(column, "is no geometry"))
}

/// Builds a geometry as [`GeoWriter`] does, but refuses counts that the bytes cannot hold: the writer
/// reserves memory for as many parts as a damaged count claims, up to 64 GB.
struct Bounded {
    parts_max: usize,
    writer: GeoWriter,
}

impl Bounded {
    fn check(&self, parts: usize) -> geozero::error::Result<()> {
        if parts > self.parts_max {
            return Err(GeozeroError::Geometry(format!("claims {parts} parts")));
        }
        Ok(())
    }
}

impl GeomProcessor for Bounded {
    fn xy(&mut self, x: f64, y: f64, idx: usize) -> geozero::error::Result<()> {
        self.writer.xy(x, y, idx)
    }

    fn linestring_begin(
        &mut self,
        tagged: bool,
        size: usize,
        idx: usize,
    ) -> geozero::error::Result<()> {
        self.check(size)?;
        self.writer.linestring_begin(tagged, size, idx)
    }

    fn linestring_end(&mut self, tagged: bool, idx: usize) -> geozero::error::Result<()> {
        self.writer.linestring_end(tagged, idx)
    }

    fn polygon_begin(
        &mut self,
        tagged: bool,
        size: usize,
        idx: usize,
    ) -> geozero::error::Result<()> {
        self.check(size)?;
        self.writer.polygon_begin(tagged, size, idx)
    }

    fn polygon_end(&mut self, tagged: bool, idx: usize) -> geozero::error::Result<()> {
        self.writer.polygon_end(tagged, idx)
    }

    fn multipolygon_begin(&mut self, size: usize, idx: usize) -> geozero::error::Result<()> {
        self.check(size)?;
        self.writer.multipolygon_begin(size, idx)
    }

    fn multipolygon_end(&mut self, idx: usize) -> geozero::error::Result<()> {
        self.writer.multipolygon_end(idx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{LineString, polygon};

    #[test]
    fn polygons_and_lines_come_back_as_they_went() {
        let square = polygon![
            exterior: [(x: 2.0, y: 48.0), (x: 2.1, y: 48.0), (x: 2.1, y: 48.1), (x: 2.0, y: 48.0)],
            interiors: [[(x: 2.05, y: 48.01), (x: 2.06, y: 48.01), (x: 2.06, y: 48.02), (x: 2.05, y: 48.01)]],
        ];
        let area = MultiPolygon::new(vec![square.clone(), square]);
        assert_eq!(polygons("area", &of_polygons(&area).unwrap()).unwrap(), area);
        let line = SurroundingShape::Line(LineString::from(vec![(2.0, 48.0), (2.1, 48.1)]));
        assert_eq!(shape("shape", &of_shape(&line).unwrap()).unwrap(), line);
    }

    #[test]
    fn bytes_of_iso_wkb_stand_as_other_tools_write_them() {
        let line = SurroundingShape::Line(LineString::from(vec![(0.0, 0.0), (2.0, 0.0)]));
        let mut expected = vec![1, 2, 0, 0, 0, 2, 0, 0, 0]; // little-endian, type 2, two points
        expected.extend([0.0_f64, 0.0, 2.0, 0.0].iter().flat_map(|number| number.to_le_bytes()));
        assert_eq!(of_shape(&line).unwrap(), expected);
    }

    #[test]
    fn damaged_bytes_are_an_error_and_reserve_no_memory() {
        for bytes in [
            &b""[..],
            b"\x01",
            b"\x01\x02\0\0\0\xff\xff\xff\xff",
            b"\x01\x06\0\0\0\xff\xff\xff\x7f",
            b"\x01\x06\0\0\0\x01\0\0\0\x01\x03\0\0\0\xff\xff\xff\xff",
            b"\x01\x07\0\0\0\xff\xff\xff\xff",
            b"\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ] {
            assert!(polygons("area", bytes).is_err(), "{bytes:?}");
        }
    }
}
