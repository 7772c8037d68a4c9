//! Reading everything, record by record, in the order of the archive.

use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::{
    account_rows, alert_rows, anchor_rows, briefing_rows,
    column::{instant, list, seq, text},
    fault::{told, unreadable},
    incident_rows, mailing_rows, patrol_rows, register_rows, road_rows, setting_rows, signal_rows,
    situation_rows, step_rows,
    stock_read::{self, Wanted},
    tract_rows,
};
use crate::{
    access::AccountId,
    alert::AlertId,
    correlation::SituationId,
    incident::{IdempotencyKey, IncidentId, RequestDigest},
    retention::HoldId,
    store::{
        StoreError,
        archive::{Counts, EventRecord, Piece, ReceiptRecord, Subject, in_pieces},
    },
};

const EVENTS: &str = "
    SELECT seq, event.recorded_at, fact, incident, incident.reported_at, patrol, alert, account, author,
        setting, hold, purge, situation
    FROM event LEFT JOIN incident ON incident.id = event.incident ORDER BY seq
";
const RECEIPTS: &str = "SELECT key, request, seq FROM receipt ORDER BY key";

/// See [`crate::store::Store::export`]; `view` sees one state throughout. Each table is read along its
/// key, so that nothing is sorted.
pub(super) fn export(
    view: &Connection,
    each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let by_key = Wanted::AllByKey;
    in_pieces(each, Piece::Landlords, |add| stock_read::landlords(view, by_key, add))?;
    in_pieces(each, Piece::Sites, |add| stock_read::sites(view, by_key, add))?;
    in_pieces(each, Piece::Buildings, |add| stock_read::buildings(view, by_key, add))?;
    in_pieces(each, Piece::Surroundings, |add| stock_read::surroundings(view, by_key, add))?;
    in_pieces(each, Piece::Tracts, |add| tract_rows::tracts(view, by_key, add))?;
    in_pieces(each, Piece::Datasets, |add| tract_rows::datasets(view, by_key, add))?;
    in_pieces(each, Piece::Roads, |add| road_rows::roads(view, by_key, add))?;
    in_pieces(each, Piece::Turns, |add| road_rows::turns(view, by_key, add))?;
    in_pieces(each, Piece::RoadSpeeds, |add| road_rows::speeds(view, by_key, add))?;
    in_pieces(each, Piece::SiteNotes, |add| briefing_rows::notes(view, by_key, add))?;
    in_pieces(each, Piece::Hazards, |add| briefing_rows::hazards(view, by_key, add))?;
    let incidents = format!("SELECT {} FROM incident ORDER BY id", incident_rows::COLUMNS);
    in_pieces(each, Piece::Incidents, |add| {
        scan(view, &incidents, |row| add(incident_rows::read(row, 0)?))
    })?;
    let patrols = format!("SELECT {} FROM patrol ORDER BY id", patrol_rows::COLUMNS);
    in_pieces(each, Piece::Patrols, |add| {
        scan(view, &patrols, |row| add(patrol_rows::read(row, 0)?))
    })?;
    let positions = format!("SELECT {} FROM position ORDER BY patrol", patrol_rows::FIX_COLUMNS);
    in_pieces(each, Piece::Positions, |add| {
        scan(view, &positions, |row| add(patrol_rows::read_fix(row)?))
    })?;
    let steps = format!("SELECT {} FROM step ORDER BY incident, ordinal", step_rows::COLUMNS);
    in_pieces(each, Piece::Steps, |add| scan(view, &steps, |row| add(step_rows::read(row)?)))?;
    let alerts = format!("SELECT {} FROM alert ORDER BY id", alert_rows::COLUMNS);
    in_pieces(each, Piece::Alerts, |add| {
        scan(view, &alerts, |row| add(alert_rows::read(row, 0)?))
    })?;
    let signals = format!("SELECT {} FROM signal ORDER BY number", signal_rows::COLUMNS);
    in_pieces(each, Piece::Signals, |add| {
        scan(view, &signals, |row| add(signal_rows::read(row)?))
    })?;
    let situations = format!("SELECT {} FROM situation ORDER BY id", situation_rows::COLUMNS);
    in_pieces(each, Piece::Situations, |add| {
        scan(view, &situations, |row| add(situation_rows::read(row, 0)?))
    })?;
    let accounts = format!("SELECT {} FROM account ORDER BY id", account_rows::COLUMNS);
    in_pieces(each, Piece::Accounts, |add| {
        scan(view, &accounts, |row| add(account_rows::read(row, 0)?))
    })?;
    let mailboxes =
        format!("SELECT {} FROM mailbox ORDER BY landlord", mailing_rows::MAILBOX_COLUMNS);
    in_pieces(each, Piece::Mailboxes, |add| {
        scan(view, &mailboxes, |row| add(mailing_rows::read_mailbox(row)?))
    })?;
    let mailings =
        format!("SELECT {} FROM mailing ORDER BY landlord, night, ordinal", mailing_rows::COLUMNS);
    in_pieces(each, Piece::Mailings, |add| {
        scan(view, &mailings, |row| add(mailing_rows::read(row)?))
    })?;
    let anchors = format!("SELECT {} FROM access_anchor ORDER BY log, day", anchor_rows::COLUMNS);
    in_pieces(each, Piece::AccessAnchors, |add| {
        scan(view, &anchors, |row| add(anchor_rows::read(row)?))
    })?;
    let settings = format!("SELECT {} FROM setting ORDER BY name", setting_rows::COLUMNS);
    in_pieces(each, Piece::Settings, |add| {
        scan(view, &settings, |row| add(setting_rows::read(row, 0)?))
    })?;
    let holds = format!("SELECT {} FROM hold ORDER BY id", register_rows::HOLD_COLUMNS);
    in_pieces(each, Piece::Holds, |add| {
        scan(view, &holds, |row| add(register_rows::read_hold(row)?))
    })?;
    let purges = format!("SELECT {} FROM purge ORDER BY number", register_rows::PURGE_COLUMNS);
    in_pieces(each, Piece::Purges, |add| {
        scan(view, &purges, |row| add(register_rows::read_purge(row)?))
    })?;
    in_pieces(each, Piece::Events, |add| scan(view, EVENTS, |row| add(event(row)?)))?;
    in_pieces(each, Piece::Receipts, |add| scan(view, RECEIPTS, |row| add(receipt(row)?)))
}

/// See [`crate::store::Store::counts`].
pub(super) fn counts(view: &Connection) -> Result<Counts, StoreError> {
    Counts::of(|kind| {
        let count = format!("SELECT count(*) FROM {}", kind.singular());
        view.query_row(&count, [], |row| row.get(0)).map_err(told)
    })
}

fn scan(
    view: &Connection,
    sql: &str,
    mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = view.prepare_cached(sql).map_err(told)?;
    let mut rows = statement.query([]).map_err(told)?;
    while let Some(row) = rows.next().map_err(told)? {
        each(row)?;
    }
    Ok(())
}

fn event(row: &Row<'_>) -> Result<EventRecord, StoreError> {
    let subject = match text(row, 2)? {
        "stock" => Subject::Stock,
        "incident" => {
            let id: [u8; 16] = row.get(3).map_err(told)?;
            let id = IncidentId::new(Uuid::from_bytes(id));
            Subject::Incident { id, reported_at: instant(row, 4)? }
        }
        "patrol" => {
            Subject::Patrol(text(row, 5)?.parse().map_err(|e| unreadable("event.patrol", e))?)
        }
        "alert" => {
            let id: [u8; 16] = row.get(6).map_err(told)?;
            Subject::Alert(AlertId::new(Uuid::from_bytes(id)))
        }
        "situation" => {
            let id: [u8; 16] = row.get(12).map_err(told)?;
            Subject::Situation(SituationId::new(Uuid::from_bytes(id)))
        }
        "account" => {
            let id: [u8; 16] = row.get(7).map_err(told)?;
            Subject::Account(AccountId::new(Uuid::from_bytes(id)))
        }
        "setting" => Subject::Setting(list(row, 9)?),
        "hold" => {
            let id: [u8; 16] = row.get(10).map_err(told)?;
            Subject::Hold(HoldId::new(Uuid::from_bytes(id)))
        }
        "purge" => Subject::Purge(row.get(11).map_err(told)?),
        "gone" => Subject::Gone,
        other => return Err(unreadable("event.fact", other)),
    };
    let author: Option<[u8; 16]> = row.get(8).map_err(told)?;
    let author = author.map(|id| AccountId::new(Uuid::from_bytes(id)));
    Ok(EventRecord { seq: seq(row, 0)?, recorded_at: instant(row, 1)?, subject, author })
}

fn receipt(row: &Row<'_>) -> Result<ReceiptRecord, StoreError> {
    Ok(ReceiptRecord {
        key: IdempotencyKey::from_digest(row.get(0).map_err(told)?),
        request: RequestDigest::from_digest(row.get(1).map_err(told)?),
        seq: seq(row, 2)?,
    })
}
