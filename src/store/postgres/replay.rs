//! Reading the whole state: one scan of each table, in pieces.

use tokio_postgres::{binary_copy::BinaryCopyOutRow, types::Type};

use super::{
    connection::Connection,
    incident_rows, log, patrol_rows,
    stock_read::{self, Wanted},
};
use crate::{
    event::{Fact, Seq},
    store::{PIECE_FACTS_MAX, StoreError},
};

/// See [`crate::store::Store::replay`]; `view` sees one state throughout.
pub(super) fn replay(
    view: &Connection<'_>,
    each: &mut dyn FnMut(Vec<Fact>),
) -> Result<Seq, StoreError> {
    let head = log::head(view)?;
    stock_read::stream(view, Wanted::All, &mut |piece| each(vec![Fact::StockChanged(piece)]))?;
    let patrols = format!("SELECT {} FROM patrol", patrol_rows::COLUMNS);
    scan(view, &patrols, &patrol_rows::TYPES, each, |row| {
        patrol_rows::read(row, 0).map(Fact::PatrolRecorded)
    })?;
    let incidents = format!("SELECT {} FROM incident", incident_rows::COLUMNS);
    scan(view, &incidents, &incident_rows::TYPES, each, |row| {
        incident_rows::read(row, 0).map(Fact::IncidentRecorded)
    })?;
    Ok(head)
}

fn scan(
    view: &Connection<'_>,
    select: &str,
    types: &[Type],
    each: &mut dyn FnMut(Vec<Fact>),
    read: impl Fn(&BinaryCopyOutRow) -> Result<Fact, StoreError>,
) -> Result<(), StoreError> {
    let mut piece = Vec::new();
    view.scan(select, types, |row| {
        piece.push(read(row)?);
        if piece.len() == PIECE_FACTS_MAX {
            each(std::mem::take(&mut piece));
        }
        Ok(())
    })?;
    if !piece.is_empty() {
        each(piece);
    }
    Ok(())
}
