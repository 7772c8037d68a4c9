//! GeoParquet 1.1: columns of optional values, shapes as WKB, and what the columns are beside the standard's own metadata.
//!
//! Source: <https://geoparquet.org/releases/v1.1.0/>. Without `crs`, coordinates are those of OGC:CRS84: longitude first.

use std::{io::Write, sync::Arc};

use geo::{BoundingRect as _, Geometry};
use geozero::{CoordDimensions, ToWkb as _};
use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical},
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    file::{
        metadata::KeyValue,
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::{Type, TypePtr},
};
use serde_json::{Value as Json, json};

use super::{Column, ColumnKind, ExportError, Row, Shapes, Table, Value};

/// The shape's column.
const SHAPE: &str = "geometry";
/// Rows that are written together, and so kept in memory: some 10 MB of outlines.
pub(super) const GROUP_ROWS: usize = 4096;

/// Writes the rows, a group at a time.
pub(super) fn write(
    table: &Table,
    rows: impl Iterator<Item = Row>,
    out: &mut (impl Write + Send),
) -> Result<(), ExportError> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(out, schema(table)?, Arc::new(properties))?;
    let mut extent = Extent::default();
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let group: Vec<Row> = rows.by_ref().take(GROUP_ROWS).collect();
        let mut columns = writer.next_row_group()?;
        write_shapes(&mut columns, table.shapes, &group, &mut extent)?;
        for (at, column) in table.columns().iter().enumerate() {
            write_column(&mut columns, column.kind, group.iter().map(|row| &row.values[at]))?;
        }
        columns.close()?;
    }
    let said = [("geo", extent.told()), ("vigie", table.about())];
    for (key, value) in said {
        writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value.to_string()));
    }
    writer.close()?;
    Ok(())
}

fn schema(table: &Table) -> Result<TypePtr, ExportError> {
    let shape = Type::primitive_type_builder(SHAPE, Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .build()?;
    let mut fields = vec![Arc::new(shape)];
    for column in table.columns() {
        fields.push(Arc::new(field(column)?));
    }
    Ok(Arc::new(Type::group_type_builder(&table.name).with_fields(fields).build()?))
}

fn field(column: &Column) -> Result<Type, ExportError> {
    let (physical, logical) = match column.kind {
        ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnKind::Integer => (Physical::INT64, None),
        ColumnKind::Real => (Physical::DOUBLE, None),
    };
    let builder = Type::primitive_type_builder(&column.name, physical);
    Ok(builder.with_repetition(Repetition::OPTIONAL).with_logical_type(logical).build()?)
}

fn write_shapes<W: Write + Send>(
    columns: &mut SerializedRowGroupWriter<'_, W>,
    shapes: Shapes,
    group: &[Row],
    extent: &mut Extent,
) -> Result<(), ExportError> {
    let mut wkb = Vec::with_capacity(group.len());
    for row in group {
        let shape = row.shape_in(shapes);
        extent.add(&shape);
        wkb.push(ByteArray::from(shape.to_wkb(CoordDimensions::xy())?));
    }
    write_values::<ByteArrayType, _>(columns, &wkb, None)
}

fn write_column<'a, W: Write + Send>(
    columns: &mut SerializedRowGroupWriter<'_, W>,
    kind: ColumnKind,
    values: impl Iterator<Item = &'a Value> + Clone,
) -> Result<(), ExportError> {
    let known: Vec<i16> = values.clone().map(|value| i16::from(*value != Value::Unknown)).collect();
    match kind {
        ColumnKind::Text => {
            let text = |value: &Value| match value {
                Value::Text(text) => Some(ByteArray::from(text.as_str())),
                _ => None,
            };
            write_values::<ByteArrayType, _>(
                columns,
                &values.filter_map(text).collect::<Vec<_>>(),
                Some(&known),
            )
        }
        ColumnKind::Integer => {
            let integer = |value: &Value| match value {
                Value::Integer(number) => Some(*number),
                _ => None,
            };
            write_values::<Int64Type, _>(
                columns,
                &values.filter_map(integer).collect::<Vec<_>>(),
                Some(&known),
            )
        }
        ColumnKind::Real => {
            let real = |value: &Value| match value {
                Value::Real(number) => Some(*number),
                _ => None,
            };
            write_values::<DoubleType, _>(
                columns,
                &values.filter_map(real).collect::<Vec<_>>(),
                Some(&known),
            )
        }
    }
}

/// Writes the next column: the values that are known, and which of all are.
fn write_values<T: DataType, W: Write + Send>(
    columns: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    known: Option<&[i16]>,
) -> Result<(), ExportError> {
    if let Some(mut column) = columns.next_column()? {
        column.typed::<T>().write_batch(values, known, None)?;
        column.close()?;
    }
    Ok(())
}

/// What the standard's metadata tells of the shapes.
#[derive(Debug, Default)]
struct Extent {
    around: Option<[f64; 4]>,
    types: std::collections::BTreeSet<&'static str>,
}

impl Extent {
    fn add(&mut self, shape: &Geometry<f64>) {
        self.types.insert(match shape {
            Geometry::Point(_) => "Point",
            Geometry::Polygon(_) => "Polygon",
            Geometry::MultiPolygon(_) => "MultiPolygon",
            _ => "GeometryCollection",
        });
        let Some(around) = shape.bounding_rect() else { return };
        let (low, high) = (around.min(), around.max());
        self.around = Some(self.around.map_or([low.x, low.y, high.x, high.y], |[w, s, e, n]| {
            [w.min(low.x), s.min(low.y), e.max(high.x), n.max(high.y)]
        }));
    }

    fn told(&self) -> Json {
        let mut column = json!({ "encoding": "WKB", "geometry_types": self.types });
        if let Some(around) = self.around {
            column["bbox"] = json!(around);
        }
        json!({ "version": "1.1.0", "primary_column": SHAPE, "columns": { SHAPE: column } })
    }
}
