//! Reading the whole state: one scan of each table, in pieces.

use tokio_postgres::{binary_copy::BinaryCopyOutRow, types::Type};

use super::{
    account_rows, alert_rows,
    connection::Connection,
    incident_rows, log, patrol_rows, register_rows, setting_rows, situation_rows, step_rows,
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
    let mut steps = step_rows::all(view)?;
    scan(view, &incidents, &incident_rows::TYPES, each, |row| {
        let mut incident = incident_rows::read(row, 0)?;
        incident.steps = steps.remove(&incident.id).unwrap_or_default();
        Ok(Fact::IncidentRecorded(incident))
    })?;
    let alerts = format!("SELECT {} FROM alert", alert_rows::COLUMNS);
    scan(view, &alerts, &alert_rows::TYPES, each, |row| {
        alert_rows::read(row, 0).map(Fact::AlertRecorded)
    })?;
    let situations = format!("SELECT {} FROM situation ORDER BY id", situation_rows::COLUMNS);
    scan(view, &situations, &situation_rows::TYPES, each, |row| {
        situation_rows::read(row, 0).map(Fact::SituationRecorded)
    })?;
    let accounts = format!("SELECT {} FROM account", account_rows::COLUMNS);
    scan(view, &accounts, &account_rows::TYPES, each, |row| {
        account_rows::read(row, 0).map(Fact::AccountRecorded)
    })?;
    let settings = format!("SELECT {} FROM setting", setting_rows::COLUMNS);
    scan(view, &settings, &setting_rows::TYPES, each, |row| {
        setting_rows::read(row, 0).map(Fact::SettingChanged)
    })?;
    let holds = format!("SELECT {} FROM hold", register_rows::HOLD_COLUMNS);
    scan(view, &holds, &register_rows::HOLD_TYPES, each, |row| {
        register_rows::read_hold(row).map(Fact::HoldRecorded)
    })?;
    let purges = format!("SELECT {} FROM purge ORDER BY number", register_rows::PURGE_COLUMNS);
    scan(view, &purges, &register_rows::PURGE_TYPES, each, |row| {
        register_rows::read_purge(row).map(Fact::Purged)
    })?;
    Ok(head)
}

fn scan(
    view: &Connection<'_>,
    select: &str,
    types: &[Type],
    each: &mut dyn FnMut(Vec<Fact>),
    mut read: impl FnMut(&BinaryCopyOutRow) -> Result<Fact, StoreError>,
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
