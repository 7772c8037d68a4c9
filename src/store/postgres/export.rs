//! Reading everything, record by record, in the order of the archive.

use tokio_postgres::{binary_copy::BinaryCopyOutRow, types::Type};
use uuid::Uuid;

use super::{
    account_rows, alert_rows, anchor_rows, briefing_rows,
    column::Columns,
    connection::Connection,
    fault::unreadable,
    geometry, incident_rows, mailing_rows, patrol_rows, register_rows, road_rows, setting_rows,
    signal_rows, situation_rows, step_rows,
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
        archive::{Counts, EventRecord, Piece, ReceiptRecord, RecordKind, Subject, in_pieces},
    },
};

const EVENTS: &str = "
    SELECT seq, recorded_at, fact, incident, incident_reported_at, patrol, alert, account, author,
        setting, hold, purge, situation
    FROM event ORDER BY seq
";
const EVENT_TYPES: [Type; 13] = [
    Type::INT8,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::UUID,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::UUID,
    Type::UUID,
    Type::UUID,
    Type::TEXT,
    Type::UUID,
    Type::INT8,
    Type::UUID,
];

const RECEIPTS: &str = "SELECT key, request, seq FROM receipt ORDER BY key";
const RECEIPT_TYPES: [Type; 3] = [Type::BYTEA, Type::BYTEA, Type::INT8];

/// See [`crate::store::Store::export`]; `view` sees one state throughout. Keys are compared by their bytes
/// in every table, so each is read along the index of its key.
pub(super) fn export(
    view: &Connection<'_>,
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
        view.scan(&incidents, &incident_rows::TYPES, |row| add(incident_rows::read(row, 0)?))
    })?;
    let patrols = format!("SELECT {} FROM patrol ORDER BY id", patrol_rows::COLUMNS);
    in_pieces(each, Piece::Patrols, |add| {
        view.scan(&patrols, &patrol_rows::TYPES, |row| add(patrol_rows::read(row, 0)?))
    })?;
    let positions = format!("SELECT {} FROM position ORDER BY patrol", patrol_rows::FIX_COLUMNS);
    let types = [Type::TEXT, geometry::column_type(), Type::TIMESTAMPTZ, Type::FLOAT8];
    in_pieces(each, Piece::Positions, |add| {
        view.scan(&positions, &types, |row| add(patrol_rows::read_fix(row)?))
    })?;
    let steps = format!("SELECT {} FROM step ORDER BY incident, ordinal", step_rows::COLUMNS);
    in_pieces(each, Piece::Steps, |add| {
        view.scan(&steps, &step_rows::TYPES, |row| add(step_rows::read(row)?))
    })?;
    let alerts = format!("SELECT {} FROM alert ORDER BY id", alert_rows::COLUMNS);
    in_pieces(each, Piece::Alerts, |add| {
        view.scan(&alerts, &alert_rows::TYPES, |row| add(alert_rows::read(row, 0)?))
    })?;
    let signals = format!("SELECT {} FROM signal ORDER BY number", signal_rows::COLUMNS);
    in_pieces(each, Piece::Signals, |add| {
        view.scan(&signals, &signal_rows::types(), |row| add(signal_rows::read(row)?))
    })?;
    let situations = format!("SELECT {} FROM situation ORDER BY id", situation_rows::COLUMNS);
    in_pieces(each, Piece::Situations, |add| {
        view.scan(&situations, &situation_rows::TYPES, |row| add(situation_rows::read(row, 0)?))
    })?;
    let accounts = format!("SELECT {} FROM account ORDER BY id", account_rows::COLUMNS);
    in_pieces(each, Piece::Accounts, |add| {
        view.scan(&accounts, &account_rows::TYPES, |row| add(account_rows::read(row, 0)?))
    })?;
    let mailboxes =
        format!("SELECT {} FROM mailbox ORDER BY landlord", mailing_rows::MAILBOX_COLUMNS);
    in_pieces(each, Piece::Mailboxes, |add| {
        view.scan(&mailboxes, &mailing_rows::MAILBOX_TYPES, |row| {
            add(mailing_rows::read_mailbox(row)?)
        })
    })?;
    let mailings =
        format!("SELECT {} FROM mailing ORDER BY landlord, night, ordinal", mailing_rows::COLUMNS);
    in_pieces(each, Piece::Mailings, |add| {
        view.scan(&mailings, &mailing_rows::TYPES, |row| add(mailing_rows::read(row)?))
    })?;
    let anchors = format!("SELECT {} FROM access_anchor ORDER BY log, day", anchor_rows::COLUMNS);
    in_pieces(each, Piece::AccessAnchors, |add| {
        view.scan(&anchors, &anchor_rows::TYPES, |row| add(anchor_rows::read(row)?))
    })?;
    let settings = format!("SELECT {} FROM setting ORDER BY name", setting_rows::COLUMNS);
    in_pieces(each, Piece::Settings, |add| {
        view.scan(&settings, &setting_rows::TYPES, |row| add(setting_rows::read(row, 0)?))
    })?;
    let holds = format!("SELECT {} FROM hold ORDER BY id", register_rows::HOLD_COLUMNS);
    in_pieces(each, Piece::Holds, |add| {
        view.scan(&holds, &register_rows::HOLD_TYPES, |row| add(register_rows::read_hold(row)?))
    })?;
    let purges = format!("SELECT {} FROM purge ORDER BY number", register_rows::PURGE_COLUMNS);
    in_pieces(each, Piece::Purges, |add| {
        view.scan(&purges, &register_rows::PURGE_TYPES, |row| add(register_rows::read_purge(row)?))
    })?;
    in_pieces(each, Piece::Events, |add| view.scan(EVENTS, &EVENT_TYPES, |row| add(event(row)?)))?;
    in_pieces(each, Piece::Receipts, |add| {
        view.scan(RECEIPTS, &RECEIPT_TYPES, |row| add(receipt(row)?))
    })
}

/// See [`crate::store::Store::counts`].
pub(super) fn counts(view: &Connection<'_>) -> Result<Counts, StoreError> {
    let each = RecordKind::ALL.map(|kind| format!("(SELECT count(*) FROM {})", kind.singular()));
    let rows = view.query(&format!("SELECT {}", each.join(", ")), &[])?;
    let row = rows.first().ok_or_else(|| unreadable("the counts", "have no row"))?;
    Counts::of(|kind| row.number::<i64, u64>(kind as usize))
}

fn event(row: &BinaryCopyOutRow) -> Result<EventRecord, StoreError> {
    let subject = match row.column(2)? {
        "stock" => Subject::Stock,
        "incident" => {
            Subject::Incident { id: IncidentId::new(row.column(3)?), reported_at: row.instant(4)? }
        }
        "patrol" => {
            let id: &str = row.column(5)?;
            Subject::Patrol(id.parse().map_err(|e| unreadable("event.patrol", e))?)
        }
        "alert" => Subject::Alert(AlertId::new(row.column(6)?)),
        "situation" => Subject::Situation(SituationId::new(row.column(12)?)),
        "account" => Subject::Account(AccountId::new(row.column(7)?)),
        "setting" => Subject::Setting(row.list(9)?),
        "hold" => Subject::Hold(HoldId::new(row.column(10)?)),
        "purge" => Subject::Purge(row.number::<i64, u64>(11)?),
        "gone" => Subject::Gone,
        other => return Err(unreadable("event.fact", other)),
    };
    let author: Option<Uuid> = row.column(8)?;
    let author = author.map(AccountId::new);
    Ok(EventRecord { seq: row.seq(0)?, recorded_at: row.instant(1)?, subject, author })
}

fn receipt(row: &BinaryCopyOutRow) -> Result<ReceiptRecord, StoreError> {
    Ok(ReceiptRecord {
        key: IdempotencyKey::from_digest(row.digest(0)?),
        request: RequestDigest::from_digest(row.digest(1)?),
        seq: row.seq(2)?,
    })
}
