//! Adapter: tables of features as files that other programs read: GeoJSON, GeoJSON text sequences, CSV, GeoPackage, FlatGeobuf, GeoParquet;
//! and tiles as PMTiles.
//!
//! Uses [`crate::closed_list`] only. A [`Table`] says of each column what it is, in which unit, who says so and of which year, and each format
//! keeps that where it has a place for it. Rows come one by one and go into a temporary file, so that a file may be larger than the memory.

mod csv;
mod error;
mod flatgeobuf;
mod format;
mod geojson;
mod geopackage;
mod geoparquet;
mod pmtiles;
mod table;

use std::{
    fs::File,
    io::{BufWriter, Seek as _, SeekFrom, Write as _},
};

pub use error::ExportError;
pub use format::FileFormat;
pub use pmtiles::{Pyramid, PyramidHead, Square, place_of};
pub use table::{Column, ColumnKind, Row, Shapes, Table, Value};

/// The rows of a table as a file of that format, which has no name and goes with its last handle. Its reader begins at its start.
/// O(rows) time; memory for at most a group of rows of GeoParquet, and 40 bytes for each row of FlatGeobuf, which is sorted.
///
/// # Errors
///
/// [`ExportError`] where the disk does not take it.
pub fn file(
    format: FileFormat,
    table: &Table,
    rows: impl IntoIterator<Item = Row>,
) -> Result<File, ExportError> {
    let rows = rows.into_iter();
    if format == FileFormat::GeoPackage {
        return geopackage::file(table, rows);
    }
    let mut out = BufWriter::new(tempfile::tempfile()?);
    match format {
        FileFormat::GeoJson => geojson::write_collection(table, rows, &mut out)?,
        FileFormat::GeoJsonSeq => geojson::write_sequence(table, rows, &mut out)?,
        FileFormat::Csv => csv::write(table, rows, &mut out)?,
        FileFormat::FlatGeobuf => flatgeobuf::write(table, rows, &mut out)?,
        FileFormat::GeoParquet => geoparquet::write(table, rows, &mut out)?,
        FileFormat::GeoPackage => {} // above: SQLite wants a file of its own
    }
    out.flush()?;
    let mut file = out.into_inner().map_err(|fault| fault.into_error())?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
