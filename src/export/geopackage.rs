//! GeoPackage: a feature table, with what its columns are in the schema extension and all of it in the metadata extension.
//!
//! Source: OGC 12-128r17 (GeoPackage 1.3), sections 1.1, 2.1, and annexes F.8 (metadata) and F.9 (schema).

use std::{
    fs::File,
    io::{Seek as _, SeekFrom},
};

use geo::{BoundingRect as _, Geometry, Rect};
use geozero::{CoordDimensions, ToWkb as _};
use rusqlite::{Connection, ToSql, named_params, params, types::ToSqlOutput};

use super::{ColumnKind, ExportError, Row, Shapes, Table, Value};

/// EPSG's number of WGS 84.
const WGS_84: i32 = 4326;
/// What every GeoPackage 1.3 begins with.
const FRAME: &str = include_str!("geopackage.sql");
/// The shape's column.
const SHAPE: &str = "geom";

/// The rows as a file that has no name any more.
pub(super) fn file(table: &Table, rows: impl Iterator<Item = Row>) -> Result<File, ExportError> {
    // SQLite opens files by name. Nobody else can open this one, and its name goes at the end of this function.
    let named = tempfile::Builder::new().suffix(".gpkg").tempfile()?;
    let mut package = Connection::open(named.path())?;
    // Half a file is thrown away, so nothing needs to be kept safe while it is written.
    package.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    let writing = package.transaction()?;
    writing.execute_batch(FRAME)?;
    writing.execute_batch(&creation(table))?;
    let extent = insert(&writing, table, rows)?;
    register(&writing, table, extent)?;
    writing.commit()?;
    package.close().map_err(|(_, fault)| fault)?;
    let mut file = named.reopen()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// The statement that makes the feature table.
fn creation(table: &Table) -> String {
    let columns = table.columns().iter().map(|column| {
        let kind = match column.kind {
            ColumnKind::Text => "TEXT",
            ColumnKind::Integer => "INTEGER",
            ColumnKind::Real => "REAL",
        };
        format!(", {} {kind}", quoted(&column.name))
    });
    format!(
        "CREATE TABLE {} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {SHAPE} {} NOT NULL{});",
        quoted(&table.name),
        shape_name(table.shapes),
        columns.collect::<String>(),
    )
}

/// Inserts the rows; returns the box around all of them.
fn insert(
    package: &Connection,
    table: &Table,
    rows: impl Iterator<Item = Row>,
) -> Result<Option<Rect<f64>>, ExportError> {
    let names = table.columns().iter().map(|column| format!(", {}", quoted(&column.name)));
    let statement = format!(
        "INSERT INTO {} ({SHAPE}{}) VALUES (?1{})",
        quoted(&table.name),
        names.collect::<String>(),
        (0..table.columns().len()).map(|at| format!(", ?{}", at + 2)).collect::<String>(),
    );
    let mut inserting = package.prepare(&statement)?;
    let mut extent: Option<Rect<f64>> = None;
    for row in rows {
        let shape = row.shape_in(table.shapes);
        let around = shape.bounding_rect();
        let blob = blob(&shape, around)?;
        let values = row.values.iter().map(|value| value as &dyn ToSql);
        let values: Vec<&dyn ToSql> = std::iter::once(&blob as &dyn ToSql).chain(values).collect();
        inserting.execute(&values[..])?;
        extent = match (extent, around) {
            (Some(so_far), Some(around)) => Some(both(so_far, around)),
            (so_far, around) => so_far.or(around),
        };
    }
    Ok(extent)
}

/// The shape in the standard's wrapping: WKB behind its system and its box.
fn blob(shape: &Geometry<f64>, around: Option<Rect<f64>>) -> Result<Vec<u8>, ExportError> {
    let envelope =
        around.map_or_else(Vec::new, |it| vec![it.min().x, it.max().x, it.min().y, it.max().y]);
    let mut blob = shape.to_gpkg_wkb(CoordDimensions::xy(), Some(WGS_84), envelope)?;
    if around.is_none()
        && let Some(flags) = blob.get_mut(3)
    {
        *flags |= 0b1_0000; // it is empty
    }
    Ok(blob)
}

/// Says what the table is.
fn register(
    package: &Connection,
    table: &Table,
    extent: Option<Rect<f64>>,
) -> Result<(), ExportError> {
    package.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, min_x, min_y, max_x, max_y, srs_id)
         VALUES (:name, 'features', :title, :description, :west, :south, :east, :north, :srs)",
        named_params! {
            ":name": table.name,
            ":title": table.title,
            ":description": table.description,
            ":west": extent.map(|it| it.min().x),
            ":south": extent.map(|it| it.min().y),
            ":east": extent.map(|it| it.max().x),
            ":north": extent.map(|it| it.max().y),
            ":srs": WGS_84,
        },
    )?;
    package.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, 0, 0)",
        params![table.name, SHAPE, shape_name(table.shapes), WGS_84],
    )?;
    let mut describing = package.prepare(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description)
         VALUES (?1, ?2, ?2, ?3, ?4)",
    )?;
    for column in table.columns() {
        describing.execute(params![table.name, column.name, column.title, column.description()])?;
    }
    package.execute(
        "INSERT INTO gpkg_metadata (id, md_scope, md_standard_uri, mime_type, metadata)
         VALUES (1, 'dataset', 'https://json.org', 'application/json', ?1)",
        [table.about().to_string()],
    )?;
    package.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) VALUES ('table', ?1, 1)",
        [&table.name],
    )?;
    Ok(())
}

const fn shape_name(shapes: Shapes) -> &'static str {
    match shapes {
        Shapes::Points => "POINT",
        Shapes::Areas => "MULTIPOLYGON",
        Shapes::Mixed => "GEOMETRY",
    }
}

/// A name as SQL has it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn both(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    Rect::new(
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    )
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Unknown => rusqlite::types::Null.to_sql(),
            Self::Text(text) => text.to_sql(),
            Self::Integer(number) => number.to_sql(),
            Self::Real(number) => number.to_sql(),
        }
    }
}
