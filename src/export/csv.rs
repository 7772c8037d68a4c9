//! CSV as French spreadsheets expect it, `;` between fields and a byte-order mark; the shape stands last, as WKT, by which GDAL and
//! QGIS know it.

use std::io::Write;

use csv::WriterBuilder;
use geozero::ToWkt as _;

use super::{ExportError, Row, Table, Value};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const SHAPE: &str = "WKT";

/// Writes a head and a line a row. What is unknown is empty.
pub(super) fn write(
    table: &Table,
    rows: impl Iterator<Item = Row>,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    out.write_all(BYTE_ORDER_MARK)?;
    let mut lines = WriterBuilder::new().delimiter(b';').from_writer(out);
    let heads = table.columns().iter().map(|column| column.name.as_str());
    lines.write_record(heads.chain([SHAPE]))?;
    for row in rows {
        let fields = row.values.iter().map(field);
        lines.write_record(fields.chain([row.shape_in(table.shapes).to_wkt()?]))?;
    }
    lines.flush()?;
    Ok(())
}

fn field(value: &Value) -> String {
    match value {
        Value::Unknown => String::new(),
        // A spreadsheet would take what begins so for a formula, and run it.
        Value::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            format!("'{text}")
        }
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
    }
}
