//! GeoJSON: one collection, or a sequence of features of which each stands for itself.

use std::io::Write;

use geojson::{Geometry, GeometryValue};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{ExportError, Row, Table, Value};

/// What a record of a sequence begins with (RFC 8142, 2.1).
const RECORD_SEPARATOR: &[u8] = b"\x1e";

/// Writes one `FeatureCollection`, a line a feature, with what the columns are beside the features.
pub(super) fn write_collection(
    table: &Table,
    rows: impl Iterator<Item = Row>,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\n\"name\":")?;
    serde_json::to_writer(&mut *out, &table.name)?;
    out.write_all(b",\n\"about\":")?;
    serde_json::to_writer(&mut *out, &table.about())?;
    out.write_all(b",\n\"features\":[")?;
    for (at, row) in rows.enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &Feature::of(table, &row))?;
    }
    out.write_all(b"\n]}\n")?;
    Ok(())
}

/// Writes features, a record each.
pub(super) fn write_sequence(
    table: &Table,
    rows: impl Iterator<Item = Row>,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    for row in rows {
        out.write_all(RECORD_SEPARATOR)?;
        serde_json::to_writer(&mut *out, &Feature::of(table, &row))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Feature<'a> {
    r#type: &'static str,
    id: &'a str,
    geometry: Geometry,
    properties: Properties<'a>,
}

/// The values by the names of their columns, in the order of columns.
struct Properties<'a> {
    table: &'a Table,
    row: &'a Row,
}

impl<'a> Feature<'a> {
    fn of(table: &'a Table, row: &'a Row) -> Self {
        Self {
            r#type: "Feature",
            id: row.id(),
            geometry: Geometry::new(GeometryValue::from(&row.shape)),
            properties: Properties { table, row },
        }
    }
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut properties = serializer.serialize_map(Some(self.row.values.len()))?;
        for (column, value) in self.table.columns().iter().zip(&self.row.values) {
            match value {
                Value::Unknown => properties.serialize_entry(&column.name, &())?,
                Value::Text(text) => properties.serialize_entry(&column.name, text)?,
                Value::Integer(number) => properties.serialize_entry(&column.name, number)?,
                Value::Real(number) => properties.serialize_entry(&column.name, number)?,
            }
        }
        properties.end()
    }
}
