//! Writing everything into an empty database, in one transaction.

use super::{
    account_rows, alert_rows, anchor_rows, briefing_rows,
    column::Columns as _,
    event_rows::{self, EventRow},
    export, incident_rows, mailing_rows, patrol_rows, register_rows, road_rows, setting_rows,
    signal_rows, situation_rows, step_rows,
    stock_put::{self, Changed},
    tract_rows,
    write::PostgresTransaction,
};
use crate::store::{
    Import, StoreError,
    archive::{EventRecord, Piece, Stamped, Subject},
};

/// Whether anything is there that an import could meet.
const IS_USED: &str = "
    SELECT EXISTS (SELECT FROM event) OR EXISTS (SELECT FROM landlord)
        OR EXISTS (SELECT FROM incident) OR EXISTS (SELECT FROM patrol) OR EXISTS (SELECT FROM account)
        OR EXISTS (SELECT FROM purge) OR EXISTS (SELECT FROM signal)
";

/// The stock comes before the events that its numbers refer to. Reading a large table back takes as long as
/// it takes, and between two pieces the other store is read.
const SETTINGS: &str = "
    SET CONSTRAINTS ALL DEFERRED;
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = '5min'
";

/// An import that has the lock of every writer. Dropping it rolls it back.
pub(super) struct PostgresImport<'a> {
    inner: PostgresTransaction<'a>,
}

impl<'a> PostgresImport<'a> {
    /// Makes an import of a transaction in an empty store.
    pub(super) fn begin(inner: PostgresTransaction<'a>) -> Result<Self, StoreError> {
        let rows = inner.connection().query(IS_USED, &[])?;
        if rows.first().map_or(Ok(true), |row| row.column(0))? {
            return Err(StoreError::NotEmpty);
        }
        inner.connection().run(SETTINGS)?;
        Ok(Self { inner })
    }
}

impl Import for PostgresImport<'_> {
    fn put(&mut self, piece: Piece) -> Result<(), StoreError> {
        let calls = match &piece {
            Piece::Landlords(all) => stock_put::landlords(&changed(all)),
            Piece::Sites(all) => stock_put::sites(&changed(all)),
            Piece::Buildings(all) => stock_put::buildings(&changed(all)),
            Piece::Surroundings(all) => stock_put::surroundings(&changed(all)),
            Piece::Tracts(all) => tract_rows::put_tracts(&changed(all)),
            Piece::Datasets(all) => tract_rows::put_datasets(&changed(all)),
            Piece::Roads(all) => road_rows::put_roads(&changed(all)),
            Piece::Turns(all) => road_rows::put_turns(&changed(all)),
            Piece::RoadSpeeds(all) => road_rows::put_speeds(&changed(all)),
            Piece::SiteNotes(all) => briefing_rows::put_notes(&changed(all)),
            Piece::Hazards(all) => briefing_rows::put_hazards(&changed(all)),
            Piece::Incidents(all) => incident_rows::put(&all.iter().collect::<Vec<_>>()),
            Piece::Patrols(all) => patrol_rows::put(&all.iter().collect::<Vec<_>>()),
            Piece::Positions(all) => patrol_rows::put_fixes(all),
            Piece::Steps(all) => {
                let rows = all.iter().map(|row| (row.incident, row.ordinal as usize, &row.step));
                step_rows::put(&rows.collect::<Vec<_>>())
            }
            Piece::Alerts(all) => alert_rows::put(&all.iter().collect::<Vec<_>>()),
            Piece::Signals(all) => signal_rows::put(all),
            Piece::Situations(all) => situation_rows::put(&all.iter().collect::<Vec<_>>()),
            Piece::Accounts(all) => account_rows::put(&all.iter().collect::<Vec<_>>()),
            Piece::Mailboxes(all) => vec![mailing_rows::put_mailboxes(all)],
            Piece::Mailings(all) => vec![mailing_rows::put(all)],
            Piece::AccessAnchors(all) => vec![anchor_rows::put(all)],
            Piece::Settings(all) => setting_rows::put(&all.iter().collect::<Vec<_>>()),
            Piece::Holds(all) => register_rows::put_holds(&all.iter().collect::<Vec<_>>()),
            Piece::Purges(all) => register_rows::put_purges(&all.iter().collect::<Vec<_>>()),
            Piece::Events(all) => event_rows::put(&all.iter().map(row).collect::<Vec<_>>()),
            Piece::Receipts(all) => {
                let rows = all.iter().map(|receipt| (&receipt.key, &receipt.request, receipt.seq));
                incident_rows::put_receipts(&rows.collect::<Vec<_>>())
            }
        };
        self.inner.connection().send(&calls)
    }

    fn export(
        &mut self,
        each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        export::export(self.inner.connection(), each)
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        // By itself, so that a reference to nothing is not told as a commit of unknown end.
        self.inner.connection().run("SET CONSTRAINTS ALL IMMEDIATE")?;
        self.inner.finish()
    }
}

fn changed<T>(all: &[Stamped<T>]) -> Vec<Changed<'_, T>> {
    all.iter().map(|row| (&row.item, row.seq)).collect()
}

fn row(event: &EventRecord) -> EventRow<'_> {
    let EventRecord { seq, recorded_at, ref subject, author } = *event;
    let about = EventRow { author, ..EventRow::about_nothing(seq, recorded_at, "stock") };
    match subject {
        Subject::Stock => about,
        Subject::Incident { id, reported_at } => {
            EventRow { fact: "incident", incident: Some((id.uuid(), *reported_at)), ..about }
        }
        Subject::Patrol(id) => EventRow { fact: "patrol", patrol: Some(id), ..about },
        Subject::Alert(id) => EventRow { fact: "alert", alert: Some(*id), ..about },
        Subject::Situation(id) => EventRow { fact: "situation", situation: Some(*id), ..about },
        Subject::Account(id) => EventRow { fact: "account", account: Some(*id), ..about },
        Subject::Setting(name) => EventRow { fact: "setting", setting: Some(*name), ..about },
        Subject::Hold(id) => EventRow { fact: "hold", hold: Some(*id), ..about },
        Subject::Purge(number) => EventRow { fact: "purge", purge: Some(*number), ..about },
        Subject::Gone => EventRow { fact: "gone", ..about },
    }
}
