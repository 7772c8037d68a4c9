//! GeoPackage: every feature table, or the one that is named. Source: OGC 12-128r18.

use std::{path::Path, sync::Arc};

use rusqlite::{Connection, OpenFlags, Row, types::ValueRef};

use super::{
    At, ImportError, Options, Progress,
    feature::{Each, Feature, RawGeometry, Value},
    summary::{Fault, Refusal},
    text::decode,
    wkb,
};
use crate::crs::Crs;

/// Fewest bytes that a row takes in the file.
const ROW_BYTES_MIN: u64 = 4;
/// Rows between two reports of progress.
const STEP_ROWS: u64 = 256;

/// A feature table, and the system of its geometries.
struct Layer {
    table: String,
    geometry_column: String,
    organization: String,
    code: i64,
    definition: String,
}

/// Hands each row of each feature table to `each`.
pub(super) fn read(
    path: &Path,
    options: &Options<'_>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    let fault = |e: rusqlite::Error| ImportError::malformed(path, e.to_string());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(path, flags).map_err(fault)?;
    for table in ["gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"] {
        check_is_table(&file, table, path)?;
    }
    let layers = layers(&file).map_err(fault)?;
    let wanted: Vec<&Layer> = layers
        .iter()
        .filter(|layer| options.layer.as_ref().is_none_or(|name| *name == layer.table))
        .collect();
    if wanted.is_empty() {
        let names: Vec<&str> = layers.iter().map(|layer| layer.table.as_str()).collect();
        let reason = match &options.layer {
            Some(name) => format!("no layer `{name}`; it has {}", names.join(", ")),
            None => "it has no feature table".to_owned(),
        };
        return Err(ImportError::unsupported(path, reason));
    }
    for layer in wanted {
        let crs = match options.crs {
            Some(_) => None,
            None => layer.crs(path)?,
        };
        read_layer(&file, layer, &Source { path, crs, progress: options.progress }, each)?;
    }
    Ok(())
}

/// Refuses what is no table with rows of its own: a view may go on for ever from a few bytes.
fn check_is_table(file: &Connection, name: &str, path: &Path) -> Result<(), ImportError> {
    let found: rusqlite::Result<(String, i64)> = file.query_row(
        "SELECT type, coalesce(rootpage, 0) FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
        [name],
        |row| Ok((row.get(0)?, row.get(1)?)),
    );
    match found {
        Ok((kind, root)) if kind == "table" && root > 0 => Ok(()),
        Ok(_) => {
            let reason = format!("`{name}` is a view or a virtual table: export it as a table");
            Err(ImportError::unsupported(path, reason))
        }
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            Err(ImportError::malformed(path, format!("no table `{name}`")))
        }
        Err(fault) => Err(ImportError::malformed(path, fault.to_string())),
    }
}

fn layers(file: &Connection) -> rusqlite::Result<Vec<Layer>> {
    let mut query = file.prepare(
        "SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.definition
         FROM gpkg_contents c
         JOIN gpkg_geometry_columns g USING (table_name)
         JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
         WHERE c.data_type = 'features' ORDER BY c.table_name",
    )?;
    let layers = query.query_map([], |row| {
        Ok(Layer {
            table: row.get(0)?,
            geometry_column: row.get(1)?,
            organization: row.get(2)?,
            code: row.get(3)?,
            definition: row.get(4)?,
        })
    })?;
    layers.collect()
}

impl Layer {
    /// The system that the table says; none where it says that it does not know.
    fn crs(&self, path: &Path) -> Result<Option<Crs>, ImportError> {
        let read = if self.organization.eq_ignore_ascii_case("EPSG") {
            format!("EPSG:{}", self.code).parse()
        } else if self.definition.contains('[') {
            Crs::from_wkt(&self.definition)
        } else {
            return Ok(None);
        };
        read.map(Some).map_err(|source| ImportError::Crs { path: path.to_owned(), source })
    }
}

fn read_layer(
    file: &Connection,
    layer: &Layer,
    source: &Source<'_>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    let fault = |e: rusqlite::Error| ImportError::malformed(source.path, e.to_string());
    check_is_table(file, &layer.table, source.path)?;
    check_names(file, &layer.table, source.path)?;
    let table = quoted(&layer.table);
    // Rows are not counted: pages that name each other could make that last for ever.
    let last = format!("SELECT max(rowid) FROM {table}");
    let last: Option<i64> = file.query_row(&last, [], |row| row.get(0)).map_err(fault)?;
    let total = last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0);
    let bytes = std::fs::metadata(source.path).map_err(|e| ImportError::io(source.path, e))?.len();
    let mut query = file.prepare(&format!("SELECT * FROM {table}")).map_err(fault)?;
    let columns: Vec<Arc<str>> = query.column_names().into_iter().map(Into::into).collect();
    let geometry_column =
        columns.iter().position(|name| name.eq_ignore_ascii_case(&layer.geometry_column));
    let mut rows = query.query([]).map_err(fault)?;
    let mut done = 0;
    while let Some(row) = rows.next().map_err(fault)? {
        done += 1;
        if done > bytes / ROW_BYTES_MIN {
            let reason = format!("`{}` has more rows than the file has room for", layer.table);
            return Err(ImportError::malformed(source.path, reason));
        }
        if done % STEP_ROWS == 0 || done == total {
            (source.progress)(Progress { done, total: total.max(done) });
        }
        let at = At::Named(format!("{} row {done}", layer.table));
        let read = feature(at, row, &columns, geometry_column, source.crs.as_ref());
        each(read.map_err(fault)?)?;
    }
    Ok(())
}

/// Refuses a table with a column whose name is no text: rusqlite panics where it is asked for one.
fn check_names(file: &Connection, table: &str, path: &Path) -> Result<(), ImportError> {
    let fault = |e: rusqlite::Error| ImportError::malformed(path, e.to_string());
    let mut query = file.prepare("SELECT name FROM pragma_table_xinfo(?1)").map_err(fault)?;
    let mut rows = query.query([table]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        let name = row.get_ref(0).map_err(fault)?.as_str();
        name.map_err(|_no_text| ImportError::malformed(path, "the name of a column is no text"))?;
    }
    Ok(())
}

/// What is the same for every row of a layer.
struct Source<'a> {
    path: &'a Path,
    crs: Option<Crs>,
    progress: &'a (dyn Fn(Progress) + Sync),
}

fn feature(
    at: At,
    row: &Row<'_>,
    columns: &[Arc<str>],
    geometry_column: Option<usize>,
    crs: Option<&Crs>,
) -> rusqlite::Result<Result<Feature, Refusal>> {
    let mut geometry: Option<RawGeometry> = None;
    let mut properties = Vec::with_capacity(columns.len());
    for (index, name) in columns.iter().enumerate() {
        let value = row.get_ref(index)?;
        if Some(index) == geometry_column {
            if let ValueRef::Blob(blob) = value {
                let Some(read) = wkb::read_gpkg(blob) else {
                    let fault = Fault::new("unreadable", "a broken geometry");
                    return Ok(Err(Refusal { at, fault }));
                };
                geometry = read;
            }
            continue;
        }
        let value = match value {
            ValueRef::Integer(n) => Some(Value::Integer(n)),
            ValueRef::Real(n) => Some(Value::Number(n)),
            ValueRef::Text(text) => Value::of_text(&decode(text)),
            ValueRef::Null | ValueRef::Blob(_) => None,
        };
        properties.extend(value.map(|value| (Arc::clone(name), value)));
    }
    Ok(Ok(Feature { at, id: None, properties, geometry, crs: crs.cloned(), mended: Vec::new() }))
}

/// A name as SQL takes it whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
