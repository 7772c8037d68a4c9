//! Reading what has happened: events after a number, and receipts.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    account_rows, alert_rows,
    column::{instant, seq, text},
    fault::{told, unreadable},
    incident_rows, patrol_rows, register_rows, setting_rows, situation_rows, step_rows,
    stock_read::{self, Wanted},
};
use crate::{
    event::{Event, Fact, Seq},
    incident::{IdempotencyKey, RequestDigest},
    stock::StockChange,
    store::{PIECE_FACTS_MAX, Receipt, StoreError},
};

/// Columns of an event before those of an incident and of a patrol.
const EVENT_COLUMNS: usize = 5;
/// Columns of an incident.
const INCIDENT_COLUMNS: usize = 7;
/// Where the columns of an account begin.
const ACCOUNT_AT: usize =
    EVENT_COLUMNS + INCIDENT_COLUMNS + alert_rows::COLUMN_COUNT + patrol_rows::COLUMN_COUNT;
/// Where those of a setting begin, and those of a situation.
const SETTING_AT: usize = ACCOUNT_AT + account_rows::COLUMN_COUNT;
const SITUATION_AT: usize = SETTING_AT + setting_rows::COLUMN_COUNT;
/// The incidents of the events that are read.
const OF_EVENTS: &str = "
    incident IN (SELECT incident FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2)
";

/// The last event; `Seq(0)` before the first.
pub(super) fn head(connection: &Connection) -> Result<Seq, StoreError> {
    let last = "SELECT coalesce(max(seq), 0) FROM event";
    let mut last = connection.prepare_cached(last).map_err(told)?;
    last.query_row([], |row| row.get(0)).map(Seq).map_err(told)
}

/// See [`crate::store::Log::events_after`]; `view` sees one state throughout.
pub(super) fn events_after(view: &Connection, after: Seq) -> Result<Vec<Event>, StoreError> {
    let sql = format!(
        "SELECT event.seq, event.recorded_at, event.fact, event.hold, event.purge, {}, {}, {}, {}, {}, {}
         FROM event
         LEFT JOIN incident ON incident.id = event.incident
         LEFT JOIN patrol ON patrol.id = event.patrol
         LEFT JOIN alert ON alert.id = event.alert
         LEFT JOIN account ON account.id = event.account
         LEFT JOIN setting ON setting.name = event.setting
         LEFT JOIN situation ON situation.id = event.situation
         WHERE event.seq > ?1 ORDER BY event.seq LIMIT {PIECE_FACTS_MAX}",
        incident_rows::COLUMNS,
        alert_rows::COLUMNS,
        patrol_rows::COLUMNS,
        account_rows::COLUMNS,
        setting_rows::COLUMNS,
        situation_rows::COLUMNS
    );
    let steps = step_rows::of_incidents(view, OF_EVENTS, params![after.0, PIECE_FACTS_MAX])?;
    let mut statement = view.prepare_cached(&sql).map_err(told)?;
    let mut rows = statement.query([after.0]).map_err(told)?;
    let mut events = Vec::new();
    let mut stock_is_told = false;
    while let Some(row) = rows.next().map_err(told)? {
        let fact = match text(row, 2)? {
            "incident" => {
                let mut incident = incident_rows::read(row, EVENT_COLUMNS)?;
                incident.steps = steps.get(&incident.id).cloned().unwrap_or_default();
                Fact::IncidentRecorded(incident)
            }
            "alert" => {
                Fact::AlertRecorded(alert_rows::read(row, EVENT_COLUMNS + INCIDENT_COLUMNS)?)
            }
            "patrol" => {
                let at = EVENT_COLUMNS + INCIDENT_COLUMNS + alert_rows::COLUMN_COUNT;
                Fact::PatrolRecorded(patrol_rows::read(row, at)?)
            }
            "account" => Fact::AccountRecorded(account_rows::read(row, ACCOUNT_AT)?),
            "setting" => Fact::SettingChanged(setting_rows::read(row, SETTING_AT)?),
            "situation" => Fact::SituationRecorded(situation_rows::read(row, SITUATION_AT)?),
            "hold" => {
                let id = row.get(3).map_err(told)?;
                Fact::HoldRecorded(register_rows::hold(view, id)?)
            }
            "purge" => {
                let number = row.get(4).map_err(told)?;
                Fact::Purged(register_rows::purge(view, number)?)
            }
            "gone" => Fact::Gone,
            "stock" if stock_is_told => Fact::StockChanged(StockChange::default()),
            "stock" => {
                stock_is_told = true;
                Fact::StockChanged(stock_after(view, after)?)
            }
            other => return Err(unreadable("event.fact", other)),
        };
        events.push(Event { seq: seq(row, 0)?, recorded_at: instant(row, 1)?, fact });
    }
    Ok(events)
}

/// All of the stock that events after `after` have changed.
fn stock_after(view: &Connection, after: Seq) -> Result<StockChange, StoreError> {
    let mut all = StockChange::default();
    stock_read::stream(view, Wanted::ChangedAfter(after), &mut |piece| all.extend(piece))?;
    Ok(all)
}

/// See [`crate::store::Log::receipt`].
pub(super) fn receipt(
    connection: &Connection,
    key: &IdempotencyKey,
) -> Result<Option<Receipt>, StoreError> {
    let sql = format!(
        "SELECT receipt.request, receipt.seq, event.recorded_at, {} FROM receipt
         JOIN event ON event.seq = receipt.seq
         JOIN incident ON incident.id = event.incident
         WHERE receipt.key = ?1",
        incident_rows::COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql).map_err(told)?;
    let read = |row: &Row<'_>| -> Result<Receipt, StoreError> {
        Ok(Receipt {
            digest: RequestDigest::from_digest(row.get(0).map_err(told)?),
            seq: seq(row, 1)?,
            recorded_at: instant(row, 2)?,
            incident: incident_rows::read(row, 3)?,
        })
    };
    let receipt = statement.query_row([key.digest()], |row| Ok(read(row))).optional();
    let Some(receipt) = receipt.map_err(told)?.transpose()? else { return Ok(None) };
    let incident = step_rows::with_steps(connection, receipt.incident)?;
    Ok(Some(Receipt { incident, ..receipt }))
}
