//! FlatGeobuf: features in the order of a Hilbert curve behind a packed R-tree, columns with title, unit and source.

use std::io::Write;

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor as _, error::GeozeroError};

use super::{Column, ColumnKind, ExportError, Row, Shapes, Table, Value};

/// EPSG's number of WGS 84.
const WGS_84: i32 = 4326;

/// Writes the rows. They are kept in a temporary file until they can be sorted.
pub(super) fn write(
    table: &Table,
    rows: impl Iterator<Item = Row>,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let about = table.about().to_string();
    let options = FgbWriterOptions {
        crs: FgbCrs { org: Some("EPSG"), code: WGS_84, name: Some("WGS 84"), ..FgbCrs::default() },
        title: Some(&table.title),
        description: Some(&table.description),
        metadata: Some(&about),
        ..FgbWriterOptions::default()
    };
    let shapes = match table.shapes {
        Shapes::Points => GeometryType::Point,
        Shapes::Areas => GeometryType::MultiPolygon,
        Shapes::Mixed => GeometryType::Unknown,
    };
    let mut writer: FgbWriter<'static> =
        FgbWriter::create_with_options(&table.name, shapes, options)?;
    for column in table.columns() {
        add(&mut writer, column);
    }
    for row in rows {
        let shape = row.shape_in(table.shapes);
        let mut refused: Option<GeozeroError> = None;
        writer.add_feature_geom(shape, |feature| {
            for (at, (column, value)) in table.columns().iter().zip(&row.values).enumerate() {
                let Some(value) = told(value) else { continue };
                refused = feature.property(at, &column.name, &value).err().or(refused.take());
            }
        })?;
        if let Some(fault) = refused {
            return Err(fault.into());
        }
    }
    writer.write(out)?;
    Ok(())
}

fn add(writer: &mut FgbWriter<'static>, column: &Column) {
    let kind = match column.kind {
        ColumnKind::Text => ColumnType::String,
        ColumnKind::Integer => ColumnType::Long,
        ColumnKind::Real => ColumnType::Double,
    };
    writer.add_column(&column.name, kind, |texts, args| {
        args.title = column.title.as_deref().map(|title| texts.create_string(title));
        args.description = Some(texts.create_string(&column.description()));
    });
}

/// What is unknown is left out.
fn told(value: &Value) -> Option<ColumnValue<'_>> {
    Some(match value {
        Value::Unknown => return None,
        Value::Text(text) => ColumnValue::String(text),
        Value::Integer(number) => ColumnValue::Long(*number),
        Value::Real(number) => ColumnValue::Double(*number),
    })
}
