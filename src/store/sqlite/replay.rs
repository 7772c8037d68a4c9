//! Reading the whole state: one scan of each table, in pieces.

use rusqlite::{Connection, Row};

use super::{
    account_rows, alert_rows,
    fault::told,
    incident_rows, log, patrol_rows, register_rows, setting_rows, situation_rows, step_rows,
    stock_read::{self, Wanted},
};
use crate::{
    event::{Fact, Seq},
    store::{PIECE_FACTS_MAX, StoreError},
};

/// See [`crate::store::Store::replay`]; `view` sees one state throughout.
pub(super) fn replay(
    view: &Connection,
    each: &mut dyn FnMut(Vec<Fact>),
) -> Result<Seq, StoreError> {
    let head = log::head(view)?;
    stock_read::stream(view, Wanted::All, &mut |piece| each(vec![Fact::StockChanged(piece)]))?;
    let patrols = format!("SELECT {} FROM patrol", patrol_rows::COLUMNS);
    scan(view, &patrols, each, |row| patrol_rows::read(row, 0).map(Fact::PatrolRecorded))?;
    let incidents = format!("SELECT {} FROM incident", incident_rows::COLUMNS);
    let mut steps = step_rows::of_incidents(view, "true", [])?;
    scan(view, &incidents, each, |row| {
        let mut incident = incident_rows::read(row, 0)?;
        incident.steps = steps.remove(&incident.id).unwrap_or_default();
        Ok(Fact::IncidentRecorded(incident))
    })?;
    let alerts = format!("SELECT {} FROM alert", alert_rows::COLUMNS);
    scan(view, &alerts, each, |row| alert_rows::read(row, 0).map(Fact::AlertRecorded))?;
    let situations = format!("SELECT {} FROM situation ORDER BY id", situation_rows::COLUMNS);
    scan(view, &situations, each, |row| situation_rows::read(row, 0).map(Fact::SituationRecorded))?;
    let accounts = format!("SELECT {} FROM account", account_rows::COLUMNS);
    scan(view, &accounts, each, |row| account_rows::read(row, 0).map(Fact::AccountRecorded))?;
    let settings = format!("SELECT {} FROM setting", setting_rows::COLUMNS);
    scan(view, &settings, each, |row| setting_rows::read(row, 0).map(Fact::SettingChanged))?;
    let holds = format!("SELECT {} FROM hold", register_rows::HOLD_COLUMNS);
    scan(view, &holds, each, |row| register_rows::read_hold(row).map(Fact::HoldRecorded))?;
    let purges = format!("SELECT {} FROM purge ORDER BY number", register_rows::PURGE_COLUMNS);
    scan(view, &purges, each, |row| register_rows::read_purge(row).map(Fact::Purged))?;
    Ok(head)
}

fn scan(
    view: &Connection,
    sql: &str,
    each: &mut dyn FnMut(Vec<Fact>),
    mut read: impl FnMut(&Row<'_>) -> Result<Fact, StoreError>,
) -> Result<(), StoreError> {
    let mut statement = view.prepare_cached(sql).map_err(told)?;
    let mut rows = statement.query([]).map_err(told)?;
    let mut piece = Vec::new();
    while let Some(row) = rows.next().map_err(told)? {
        piece.push(read(row)?);
        if piece.len() == PIECE_FACTS_MAX {
            each(std::mem::take(&mut piece));
        }
    }
    if !piece.is_empty() {
        each(piece);
    }
    Ok(())
}
