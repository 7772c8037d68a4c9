//! Writing everything into an empty file, in one transaction.

use rusqlite::{Connection, TransactionBehavior};

use super::{
    account_rows, alert_rows, anchor_rows, briefing_rows, export, fault::told, incident_rows,
    mailing_rows, patrol_rows, register_rows, road_rows, setting_rows, signal_rows, situation_rows,
    step_rows, stock_put, tract_rows, write,
};
use crate::store::{Import, StoreError, archive::Piece};

/// Whether anything is there that an import could meet.
const IS_USED: &str = "
    SELECT EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM landlord)
        OR EXISTS (SELECT 1 FROM incident) OR EXISTS (SELECT 1 FROM patrol)
        OR EXISTS (SELECT 1 FROM account) OR EXISTS (SELECT 1 FROM purge)
        OR EXISTS (SELECT 1 FROM signal)
";

/// An import that has the write lock. Dropping it rolls it back.
pub(super) struct SqliteImport<'a> {
    inner: rusqlite::Transaction<'a>,
}

impl<'a> SqliteImport<'a> {
    /// Takes the write lock of an empty store.
    pub(super) fn begin(connection: &'a mut Connection) -> Result<Self, StoreError> {
        let inner =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)?;
        if inner.query_row(IS_USED, [], |row| row.get(0)).map_err(told)? {
            return Err(StoreError::NotEmpty);
        }
        // The stock comes before the events that its numbers refer to; the commit checks them all. The
        // setting ends with the transaction.
        inner.pragma_update(None, "defer_foreign_keys", true).map_err(told)?;
        Ok(Self { inner })
    }
}

impl Import for SqliteImport<'_> {
    fn put(&mut self, piece: Piece) -> Result<(), StoreError> {
        let to = &self.inner;
        match piece {
            Piece::Landlords(all) => {
                all.iter().try_for_each(|row| stock_put::landlord(to, &row.item, row.seq))
            }
            Piece::Sites(all) => {
                all.iter().try_for_each(|row| stock_put::site(to, &row.item, row.seq))
            }
            Piece::Buildings(all) => {
                all.iter().try_for_each(|row| stock_put::building(to, &row.item, row.seq))
            }
            Piece::Surroundings(all) => {
                all.iter().try_for_each(|row| stock_put::surrounding(to, &row.item, row.seq))
            }
            Piece::Tracts(all) => {
                all.iter().try_for_each(|row| tract_rows::put_tract(to, &row.item, row.seq))
            }
            Piece::Datasets(all) => {
                all.iter().try_for_each(|row| tract_rows::put_dataset(to, &row.item, row.seq))
            }
            Piece::Roads(all) => {
                all.iter().try_for_each(|row| road_rows::put_road(to, &row.item, row.seq))
            }
            Piece::Turns(all) => {
                all.iter().try_for_each(|row| road_rows::put_turn(to, &row.item, row.seq))
            }
            Piece::RoadSpeeds(all) => {
                all.iter().try_for_each(|row| road_rows::put_speeds(to, &row.item, row.seq))
            }
            Piece::SiteNotes(all) => {
                all.iter().try_for_each(|row| briefing_rows::put_note(to, &row.item, row.seq))
            }
            Piece::Hazards(all) => {
                all.iter().try_for_each(|row| briefing_rows::put_hazard(to, &row.item, row.seq))
            }
            Piece::Incidents(all) => {
                all.iter().try_for_each(|incident| incident_rows::put(to, incident))
            }
            Piece::Patrols(all) => all.iter().try_for_each(|patrol| patrol_rows::put(to, patrol)),
            Piece::Positions(all) => all.iter().try_for_each(|fix| patrol_rows::put_fix(to, fix)),
            Piece::Steps(all) => all.iter().try_for_each(|row| {
                step_rows::put(to, row.incident, row.ordinal as usize, &row.step)
            }),
            Piece::Alerts(all) => all.iter().try_for_each(|alert| alert_rows::put(to, alert)),
            Piece::Signals(all) => all.iter().try_for_each(|kept| signal_rows::put(to, kept)),
            Piece::Situations(all) => {
                all.iter().try_for_each(|situation| situation_rows::put(to, situation))
            }
            Piece::Accounts(all) => {
                all.iter().try_for_each(|account| account_rows::put(to, account))
            }
            Piece::Mailboxes(all) => {
                all.iter().try_for_each(|mailbox| mailing_rows::put_mailbox(to, mailbox))
            }
            Piece::Mailings(all) => {
                all.iter().try_for_each(|mailing| mailing_rows::put(to, mailing))
            }
            Piece::AccessAnchors(all) => {
                all.iter().try_for_each(|anchor| anchor_rows::put(to, anchor))
            }
            Piece::Settings(all) => {
                all.iter().try_for_each(|setting| setting_rows::put(to, setting))
            }
            Piece::Holds(all) => all.iter().try_for_each(|hold| register_rows::put_hold(to, hold)),
            Piece::Purges(all) => {
                all.iter().try_for_each(|purge| register_rows::put_purge(to, purge))
            }
            Piece::Events(all) => all.iter().try_for_each(|event| write::put_event(to, event)),
            Piece::Receipts(all) => all.iter().try_for_each(|receipt| {
                incident_rows::put_receipt(to, &receipt.key, &receipt.request, receipt.seq)
            }),
        }
    }

    fn export(
        &mut self,
        each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        export::export(&self.inner, each)
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit().map_err(told)
    }
}
