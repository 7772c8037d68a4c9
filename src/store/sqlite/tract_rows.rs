//! Rows of `tract`, and of `dataset` with `variable` and `dataset_row`.

use rusqlite::{Connection, Row, params};

use super::{
    column::{list, optional_text, seq, text},
    fault::{told, unreadable},
    stock_put::execute,
    stock_read::{Orders, Wanted, scan},
    wkb,
};
use crate::{
    closed_list::ClosedList as _,
    event::Seq,
    store::{StoreError, archive::Stamped},
    tract::{Dataset, DatasetRow, Tract, TractKind, Variable, Vintage},
};

const PUT_TRACT: &str = "
    INSERT INTO tract (code, vintage, name, kind, area, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (code, vintage) DO UPDATE SET
        name = excluded.name, kind = excluded.kind, area = excluded.area, seq = excluded.seq
";
const PUT_DATASET: &str = "
    INSERT INTO dataset (id, source, vintage, division, seq) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET
        source = excluded.source, vintage = excluded.vintage, division = excluded.division,
        seq = excluded.seq
";
const CLEAR_VARIABLES: &str = "DELETE FROM variable WHERE dataset = ?1";
const PUT_VARIABLE: &str =
    "INSERT INTO variable (dataset, ordinal, name, label, unit) VALUES (?1, ?2, ?3, ?4, ?5)";
const CLEAR_ROWS: &str = "DELETE FROM dataset_row WHERE dataset = ?1";
const PUT_ROW: &str = "INSERT INTO dataset_row (dataset, code, figures) VALUES (?1, ?2, ?3)";

const TRACTS: &str = "SELECT code, vintage, name, kind, area, seq FROM tract";
const DATASETS: &str = "SELECT id, source, vintage, division, seq FROM dataset";
const VARIABLES: &str =
    "SELECT name, label, unit FROM variable WHERE dataset = ?1 ORDER BY ordinal";
const ROWS: &str = "SELECT code, figures FROM dataset_row WHERE dataset = ?1 ORDER BY code";

/// Writes a tract as changed by event `seq`.
pub(super) fn put_tract(connection: &Connection, item: &Tract, seq: Seq) -> Result<(), StoreError> {
    let area = wkb::of_polygons(&item.area)?;
    let (code, vintage) = (item.code.as_str(), stored(item.vintage));
    execute(
        connection,
        PUT_TRACT,
        params![code, vintage, item.name, item.kind.letter(), area, seq.0],
    )
}

/// Writes a dataset as changed by event `seq`, with its rows in place of those it had.
pub(super) fn put_dataset(
    connection: &Connection,
    item: &Dataset,
    seq: Seq,
) -> Result<(), StoreError> {
    let (id, vintage) = (item.id.as_str(), stored(item.vintage));
    let values = params![id, item.source, vintage, item.division.as_str(), seq.0];
    execute(connection, PUT_DATASET, values)?;
    execute(connection, CLEAR_VARIABLES, params![id])?;
    execute(connection, CLEAR_ROWS, params![id])?;
    for (ordinal, variable) in item.variables.iter().enumerate() {
        let Variable { name, label, unit } = variable;
        execute(connection, PUT_VARIABLE, params![id, ordinal, name, label, unit])?;
    }
    item.rows.iter().try_for_each(|row| {
        let figures = serde_json::to_string(&row.figures);
        let figures = figures.map_err(|e| unreadable("dataset_row.figures", e))?;
        execute(connection, PUT_ROW, params![id, row.code, figures])
    })
}

/// Hands every tract to `each`.
pub(super) fn tracts(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Tract>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "code, vintage" };
    scan(view, TRACTS, orders, wanted, |row| each(Stamped { item: tract(row)?, seq: seq(row, 5)? }))
}

/// Hands every dataset to `each`.
pub(super) fn datasets(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Dataset>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "id" };
    scan(view, DATASETS, orders, wanted, |row| {
        let mut item = dataset(row)?;
        item.variables = of_dataset(view, VARIABLES, &item, variable)?;
        item.rows = of_dataset(view, ROWS, &item, |row| figures(row, item.variables.len()))?;
        each(Stamped { item, seq: seq(row, 4)? })
    })
}

/// What `select` finds of a dataset.
fn of_dataset<T>(
    view: &Connection,
    select: &str,
    dataset: &Dataset,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = view.prepare_cached(select).map_err(told)?;
    let mut rows = statement.query(params![dataset.id.as_str()]).map_err(told)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(told)? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn tract(row: &Row<'_>) -> Result<Tract, StoreError> {
    let kind = text(row, 3)?;
    let area = row.get_ref(4).map_err(told)?.as_blob();
    let area = area.map_err(|e| unreadable("tract.area", e))?;
    Ok(Tract {
        code: text(row, 0)?.parse().map_err(|e| unreadable("tract.code", e))?,
        vintage: vintage(row, 1)?,
        name: text(row, 2)?.to_owned(),
        kind: TractKind::of_letter(kind).ok_or_else(|| unreadable("tract.kind", kind))?,
        area: wkb::polygons("tract.area", area)?,
    })
}

fn dataset(row: &Row<'_>) -> Result<Dataset, StoreError> {
    Ok(Dataset {
        id: text(row, 0)?.parse().map_err(|e| unreadable("dataset.id", e))?,
        source: text(row, 1)?.to_owned(),
        vintage: vintage(row, 2)?,
        division: list(row, 3)?,
        variables: Vec::new(),
        rows: Vec::new(),
    })
}

fn variable(row: &Row<'_>) -> Result<Variable, StoreError> {
    Ok(Variable {
        name: text(row, 0)?.into(),
        label: optional_text(row, 1)?.map(str::to_owned),
        unit: optional_text(row, 2)?.map(str::to_owned),
    })
}

fn figures(row: &Row<'_>, count: usize) -> Result<DatasetRow, StoreError> {
    let figures: Vec<Option<f64>> =
        serde_json::from_str(text(row, 1)?).map_err(|e| unreadable("dataset_row.figures", e))?;
    if figures.len() != count {
        return Err(unreadable("dataset_row.figures", "not one for each variable"));
    }
    Ok(DatasetRow { code: text(row, 0)?.into(), figures: figures.into() })
}

/// A vintage as its column has it: 0 where nobody told, for it is part of a key.
fn stored(vintage: Option<Vintage>) -> u16 {
    vintage.map_or(0, Vintage::year)
}

fn vintage(row: &Row<'_>, at: usize) -> Result<Option<Vintage>, StoreError> {
    let year: u16 = row.get(at).map_err(told)?;
    let told = (year != 0).then(|| Vintage::new(year)).transpose();
    told.map_err(|e| unreadable("a vintage", e))
}
