//! Reading what has happened: events after a number, and receipts.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    account_rows, alert_rows,
    column::{Columns, of_seq},
    connection::Connection,
    fault::unreadable,
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
/// Where the columns of an account begin.
const ACCOUNT_AT: usize =
    EVENT_COLUMNS + incident_rows::TYPES.len() + alert_rows::TYPES.len() + patrol_rows::TYPES.len();
/// Where those of a setting begin, and those of a situation.
const SETTING_AT: usize = ACCOUNT_AT + account_rows::TYPES.len();
const SITUATION_AT: usize = SETTING_AT + setting_rows::TYPES.len();
/// The incidents of the events that are read.
const OF_EVENTS: &str = "
    incident IN (SELECT incident FROM event WHERE seq > $1 ORDER BY seq LIMIT $2)
";
const OF_IDS: &str = "incident = ANY ($1)";

/// The last event; `Seq(0)` before the first.
pub(super) fn head(view: &Connection<'_>) -> Result<Seq, StoreError> {
    let rows = view.query("SELECT seq FROM head", &[])?;
    rows.first().ok_or_else(|| unreadable("head", "has no row"))?.seq(0)
}

/// See [`crate::store::Log::events_after`]; `view` sees one state throughout.
pub(super) fn events_after(view: &Connection<'_>, after: Seq) -> Result<Vec<Event>, StoreError> {
    let sql = format!(
        "SELECT event.seq, event.recorded_at, event.fact, event.hold, event.purge, {}, {}, {}, {}, {}, {}
         FROM event
         LEFT JOIN incident
             ON incident.id = event.incident AND incident.reported_at = event.incident_reported_at
         LEFT JOIN patrol ON patrol.id = event.patrol
         LEFT JOIN alert ON alert.id = event.alert
         LEFT JOIN account ON account.id = event.account
         LEFT JOIN setting ON setting.name = event.setting
         LEFT JOIN situation ON situation.id = event.situation
         WHERE event.seq > $1 ORDER BY event.seq LIMIT {PIECE_FACTS_MAX}",
        incident_rows::COLUMNS,
        alert_rows::COLUMNS,
        patrol_rows::COLUMNS,
        account_rows::COLUMNS,
        setting_rows::COLUMNS,
        situation_rows::COLUMNS
    );
    let steps =
        step_rows::of_incidents(view, OF_EVENTS, &[&of_seq(after), &(PIECE_FACTS_MAX as i64)])?;
    let mut events = Vec::new();
    let mut stock_is_told = false;
    for row in view.query(&sql, &[&of_seq(after)])? {
        let fact = match row.column(2)? {
            "incident" => {
                let mut incident = incident_rows::read(&row, EVENT_COLUMNS)?;
                incident.steps = steps.get(&incident.id).cloned().unwrap_or_default();
                Fact::IncidentRecorded(incident)
            }
            "alert" => {
                let at = EVENT_COLUMNS + incident_rows::TYPES.len();
                Fact::AlertRecorded(alert_rows::read(&row, at)?)
            }
            "patrol" => {
                let at = EVENT_COLUMNS + incident_rows::TYPES.len() + alert_rows::TYPES.len();
                Fact::PatrolRecorded(patrol_rows::read(&row, at)?)
            }
            "account" => Fact::AccountRecorded(account_rows::read(&row, ACCOUNT_AT)?),
            "setting" => Fact::SettingChanged(setting_rows::read(&row, SETTING_AT)?),
            "situation" => Fact::SituationRecorded(situation_rows::read(&row, SITUATION_AT)?),
            "hold" => Fact::HoldRecorded(register_rows::hold(view, row.column(3)?)?),
            "purge" => Fact::Purged(register_rows::purge(view, row.column(4)?)?),
            "gone" => Fact::Gone,
            "stock" if stock_is_told => Fact::StockChanged(StockChange::default()),
            "stock" => {
                stock_is_told = true;
                Fact::StockChanged(stock_after(view, after)?)
            }
            other => return Err(unreadable("event.fact", other)),
        };
        events.push(Event { seq: row.seq(0)?, recorded_at: row.instant(1)?, fact });
    }
    Ok(events)
}

/// All of the stock that events after `after` have changed.
fn stock_after(view: &Connection<'_>, after: Seq) -> Result<StockChange, StoreError> {
    let mut all = StockChange::default();
    stock_read::stream(view, Wanted::ChangedAfter(after), &mut |piece| all.extend(piece))?;
    Ok(all)
}

/// See [`crate::store::Log::receipts`].
pub(super) fn receipts(
    connection: &Connection<'_>,
    keys: &[IdempotencyKey],
) -> Result<Vec<Option<Receipt>>, StoreError> {
    let sql = format!(
        "SELECT receipt.key, receipt.request, receipt.seq, event.recorded_at, {} FROM receipt
         JOIN event ON event.seq = receipt.seq
         JOIN incident
             ON incident.id = event.incident AND incident.reported_at = event.incident_reported_at
         WHERE receipt.key = ANY ($1)",
        incident_rows::COLUMNS
    );
    let digests: Vec<&[u8]> = keys.iter().map(|key| &key.digest()[..]).collect();
    let rows = if keys.is_empty() { Vec::new() } else { connection.query(&sql, &[&digests])? };
    let mut known: HashMap<IdempotencyKey, Receipt> = HashMap::new();
    let mut ids: Vec<Uuid> = Vec::new();
    for row in &rows {
        let receipt = Receipt {
            digest: RequestDigest::from_digest(row.digest(1)?),
            seq: row.seq(2)?,
            recorded_at: row.instant(3)?,
            incident: incident_rows::read(row, 4)?,
        };
        ids.push(receipt.incident.id.uuid());
        known.insert(IdempotencyKey::from_digest(row.digest(0)?), receipt);
    }
    if !ids.is_empty() {
        let steps = step_rows::of_incidents(connection, OF_IDS, &[&ids])?;
        for receipt in known.values_mut() {
            receipt.incident.steps = steps.get(&receipt.incident.id).cloned().unwrap_or_default();
        }
    }
    Ok(keys.iter().map(|key| known.get(key).cloned()).collect())
}

/// See [`crate::store::Log::receipt`].
pub(super) fn receipt(
    connection: &Connection<'_>,
    key: &IdempotencyKey,
) -> Result<Option<Receipt>, StoreError> {
    Ok(receipts(connection, &[*key])?.pop().flatten())
}
