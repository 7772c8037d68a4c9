//! Rows of `tract`, and of `dataset` with `variable` and `dataset_row`.

use tokio_postgres::{binary_copy::BinaryCopyOutRow, types::Type};

use super::{
    column::{Columns as _, column, of_seq},
    connection::{Call, Connection},
    fault::unreadable,
    geometry,
    last_of_each::last_of_each,
    stock_put::Changed,
    stock_read::Wanted,
};
use crate::{
    closed_list::ClosedList as _,
    store::{PIECE_FACTS_MAX, StoreError, archive::Stamped},
    tract::{Dataset, DatasetRow, Tract, TractKind, Variable, Vintage},
};

const PUT_TRACTS: &str = "
    INSERT INTO tract (code, vintage, name, kind, area, seq)
    SELECT * FROM unnest(
        $1::TEXT[], $2::SMALLINT[], $3::TEXT[], $4::TEXT[], $5::GEOMETRY[], $6::BIGINT[]
    )
    ON CONFLICT (code, vintage) DO UPDATE SET
        name = excluded.name, kind = excluded.kind, area = excluded.area, seq = excluded.seq
";
const PUT_DATASETS: &str = "
    INSERT INTO dataset (id, source, vintage, division, seq)
    SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::SMALLINT[], $4::TEXT[], $5::BIGINT[])
    ON CONFLICT (id) DO UPDATE SET
        source = excluded.source, vintage = excluded.vintage, division = excluded.division,
        seq = excluded.seq
";
const CLEAR_VARIABLES: &str = "DELETE FROM variable WHERE dataset = ANY ($1::TEXT[])";
const CLEAR_ROWS: &str = "DELETE FROM dataset_row WHERE dataset = ANY ($1::TEXT[])";
const PUT_VARIABLES: &str = "
    INSERT INTO variable (dataset, ordinal, name, label, unit)
    SELECT * FROM unnest($1::TEXT[], $2::INTEGER[], $3::TEXT[], $4::TEXT[], $5::TEXT[])
";
/// An array of arrays is a rectangle to PostgreSQL, so each row of figures comes as the text of its array.
const PUT_ROWS: &str = "
    INSERT INTO dataset_row (dataset, code, figures)
    SELECT dataset, code, figures::DOUBLE PRECISION[]
    FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[]) AS of_row (dataset, code, figures)
";

/// Writes tracts, new or known.
pub(super) fn put_tracts<'a>(piece: &[Changed<'a, Tract>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| item.key());
    let values = [
        column(&rows, |(item, _)| item.code.as_str()),
        column(&rows, |(item, _)| stored(item.vintage)),
        column(&rows, |(item, _)| item.name.as_str()),
        column(&rows, |(item, _)| item.kind.letter()),
        column(&rows, |(item, _)| geometry::of_polygons(&item.area)),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_TRACTS, values)]
}

/// Writes datasets, new or known, with their rows in place of those they had.
pub(super) fn put_datasets<'a>(piece: &[Changed<'a, Dataset>]) -> Vec<Call<'a>> {
    let items = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let values = [
        column(&items, |(item, _)| item.id.as_str()),
        column(&items, |(item, _)| item.source.as_str()),
        column(&items, |(item, _)| stored(item.vintage)),
        column(&items, |(item, _)| item.division.as_str()),
        column(&items, |(_, seq)| of_seq(*seq)),
    ];
    let mut calls = vec![
        Call::new(PUT_DATASETS, values),
        Call::new(CLEAR_VARIABLES, [column(&items, |(item, _)| item.id.as_str())]),
        Call::new(CLEAR_ROWS, [column(&items, |(item, _)| item.id.as_str())]),
    ];
    for (item, _) in items {
        calls.push(variables(item));
        calls.extend(item.rows.chunks(PIECE_FACTS_MAX).map(|rows| figures(item, rows)));
    }
    calls
}

fn variables<'a>(item: &'a Dataset) -> Call<'a> {
    let rows: Vec<(i32, &'a Variable)> = (0_i32..).zip(&item.variables).collect();
    let values = [
        column(&rows, |_| item.id.as_str()),
        column(&rows, |(ordinal, _)| *ordinal),
        column(&rows, |(_, variable)| &*variable.name),
        column(&rows, |(_, variable)| variable.label.as_deref()),
        column(&rows, |(_, variable)| variable.unit.as_deref()),
    ];
    Call::new(PUT_VARIABLES, values)
}

fn figures<'a>(item: &'a Dataset, rows: &'a [DatasetRow]) -> Call<'a> {
    let array = |row: &DatasetRow| {
        let figure = |figure: &Option<f64>| figure.map_or("NULL".to_owned(), |it| it.to_string());
        format!("{{{}}}", row.figures.iter().map(figure).collect::<Vec<_>>().join(","))
    };
    let values = [
        column(rows, |_| item.id.as_str()),
        column(rows, |row| row.code.to_string()),
        column(rows, array),
    ];
    Call::new(PUT_ROWS, values)
}

/// Hands every tract to `each`.
pub(super) fn tracts(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Tract>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT seq, code, vintage, name, kind, area FROM tract {}",
        wanted.clauses("code, vintage")
    );
    let types =
        [Type::INT8, Type::TEXT, Type::INT2, Type::TEXT, Type::TEXT, geometry::column_type()];
    view.scan(&select, &types, |row| each(Stamped { seq: row.seq(0)?, item: tract(row)? }))
}

/// Hands every dataset to `each`.
pub(super) fn datasets(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Dataset>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select =
        format!("SELECT seq, id, source, vintage, division FROM dataset {}", wanted.clauses("id"));
    let types = [Type::INT8, Type::TEXT, Type::TEXT, Type::INT2, Type::TEXT];
    let mut found = Vec::new(); // a connection reads one table at a time
    view.scan(&select, &types, |row| {
        found.push(Stamped { seq: row.seq(0)?, item: dataset(row)? });
        Ok(())
    })?;
    for mut stamped in found {
        fill(view, &mut stamped.item)?;
        each(stamped)?;
    }
    Ok(())
}

/// Reads the variables and the rows of a dataset. Its id has no sign that a literal would have to escape.
fn fill(view: &Connection<'_>, dataset: &mut Dataset) -> Result<(), StoreError> {
    let id = dataset.id.as_str();
    let select =
        format!("SELECT name, label, unit FROM variable WHERE dataset = '{id}' ORDER BY ordinal");
    let variables = &mut dataset.variables;
    view.scan(&select, &[Type::TEXT, Type::TEXT, Type::TEXT], |row| {
        let name: &str = row.column(0)?;
        variables.push(Variable { name: name.into(), label: row.column(1)?, unit: row.column(2)? });
        Ok(())
    })?;
    let select =
        format!("SELECT code, figures FROM dataset_row WHERE dataset = '{id}' ORDER BY code");
    let (rows, count) = (&mut dataset.rows, dataset.variables.len());
    view.scan(&select, &[Type::TEXT, Type::FLOAT8_ARRAY], |row| {
        let (code, figures): (&str, Vec<Option<f64>>) = (row.column(0)?, row.column(1)?);
        if figures.len() != count {
            return Err(unreadable("dataset_row.figures", "not one for each variable"));
        }
        rows.push(DatasetRow { code: code.into(), figures: figures.into() });
        Ok(())
    })
}

fn tract(row: &BinaryCopyOutRow) -> Result<Tract, StoreError> {
    let (code, kind): (&str, &str) = (row.column(1)?, row.column(4)?);
    Ok(Tract {
        code: code.parse().map_err(|e| unreadable("tract.code", e))?,
        vintage: vintage(row, 2)?,
        name: row.column(3)?,
        kind: TractKind::of_letter(kind).ok_or_else(|| unreadable("tract.kind", kind))?,
        area: geometry::polygons(&row.column(5)?),
    })
}

fn dataset(row: &BinaryCopyOutRow) -> Result<Dataset, StoreError> {
    let id: &str = row.column(1)?;
    Ok(Dataset {
        id: id.parse().map_err(|e| unreadable("dataset.id", e))?,
        source: row.column(2)?,
        vintage: vintage(row, 3)?,
        division: row.list(4)?,
        variables: Vec::new(),
        rows: Vec::new(),
    })
}

/// A vintage as its column has it: 0 where nobody told, for it is part of a key.
fn stored(vintage: Option<Vintage>) -> i16 {
    vintage.map_or(0, Vintage::year).cast_signed()
}

fn vintage(row: &BinaryCopyOutRow, at: usize) -> Result<Option<Vintage>, StoreError> {
    let year: u16 = row.number::<i16, u16>(at)?;
    let told = (year != 0).then(|| Vintage::new(year)).transpose();
    told.map_err(|e| unreadable("a vintage", e))
}
