//! The shared store: a database of PostgreSQL with PostGIS, which many programs may use at once.
//!
//! Uses what [`crate::store`] may use. The schema is in `migrations/postgres`, which travels inside the
//! program; everything lives in the database schema `vigie`.
//!
//! | file | owns |
//! | --- | --- |
//! | `url`, `tls` | where the database is, and which server is believed |
//! | `database`, `connection` | connecting, and calls that are bounded in time |
//! | `opening` | whether it is fit, and its migrations |
//! | `write` | the transaction: numbering and committing |
//! | `log` | reading events and receipts |
//! | `replay` | reading the whole state |
//! | `purging` | what a purge finds, removes, and leaves no trace of |
//! | `examine` | whether the database is well |
//! | `export`, `import` | reading and writing everything, for the archive |
//! | `…_rows`, `stock_…` | what a row of each table is, both ways |
//! | `column`, `geometry` | what a value in a column is |
//! | `watch` | hearing when others commit |
//! | `fault` | what an error of PostgreSQL means |

use self::{column::Columns as _, database::Database, watch::Watch, write::PostgresTransaction};
use super::{
    Import, KeptSignal, Log, Receipt, Store, StoreError, Transaction,
    archive::{Counts, Piece},
};
use crate::{
    access::AccessAnchor,
    event::{Event, Fact, Seq},
    incident::IdempotencyKey,
    mailing::{Mailbox, Mailing},
    patrol::PositionFix,
    retention::{RegisterEnds, Removed},
    time::{Date, Timestamp},
};

mod account_rows;
mod alert_rows;
mod anchor_rows;
mod briefing_rows;
mod column;
mod connection;
mod database;
mod event_rows;
mod examine;
mod export;
mod fault;
mod geometry;
mod import;
mod incident_rows;
mod last_of_each;
mod log;
mod mailing_rows;
mod opening;
mod patrol_rows;
mod purging;
mod register_rows;
mod replay;
mod road_rows;
mod setting_rows;
mod signal_rows;
mod situation_rows;
mod step_rows;
mod stock_put;
mod stock_read;
mod tls;
mod tract_rows;
mod url;
mod watch;
mod write;

pub(super) use examine::examine;
pub(super) use opening::check_existence;
pub use url::{InvalidPostgresUrl, PostgresUrl};

/// A store in a database of PostgreSQL.
///
/// It is connected to when it is needed. A call on which the connection breaks fails, the next one connects
/// again; no call takes much longer than 20 s. It must not be opened nor used from within a runtime of tokio.
pub struct PostgresStore {
    database: Database,
    /// The number of commits, as far as we know of them.
    seen_commits: u64,
    watch: Option<Watch>,
}

impl PostgresStore {
    /// Opens the store in the database at `url`, and makes the schema where it does not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError`] says what is wrong and what to do.
    pub fn open(url: &PostgresUrl) -> Result<Self, StoreError> {
        let mut store = Self { database: opening::open(url)?, seen_commits: 0, watch: None };
        store.has_foreign_commits()?;
        Ok(store)
    }

    fn write(&mut self) -> Result<PostgresTransaction<'_>, StoreError> {
        let (database, seen) = (&self.database, &mut self.seen_commits);
        PostgresTransaction::begin(database.connection()?, database.name(), seen)
    }
}

impl Log for PostgresStore {
    fn events_after(&mut self, seq: Seq) -> Result<Vec<Event>, StoreError> {
        log::events_after(&self.database.view()?, seq)
    }

    fn last_fixes(&mut self) -> Result<Vec<PositionFix>, StoreError> {
        patrol_rows::last_fixes(&self.database.connection()?)
    }

    fn receipt(&mut self, key: &IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        log::receipt(&self.database.connection()?, key)
    }

    fn receipts(&mut self, keys: &[IdempotencyKey]) -> Result<Vec<Option<Receipt>>, StoreError> {
        log::receipts(&self.database.connection()?, keys)
    }

    fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError> {
        mailing_rows::mailboxes(&self.database.connection()?)
    }

    fn mailings(&mut self, first: Date, last: Date) -> Result<Vec<Mailing>, StoreError> {
        mailing_rows::mailings(&self.database.connection()?, first, last)
    }

    fn access_anchors(&mut self) -> Result<Vec<AccessAnchor>, StoreError> {
        anchor_rows::all(&self.database.connection()?)
    }

    fn signals_after(
        &mut self,
        number: u64,
        since: Timestamp,
    ) -> Result<Vec<KeptSignal>, StoreError> {
        signal_rows::after(&self.database.connection()?, number, since)
    }

    fn register_ends(&mut self) -> Result<RegisterEnds, StoreError> {
        register_rows::ends(&self.database.connection()?)
    }
}

impl Store for PostgresStore {
    fn replay(&mut self, each: &mut dyn FnMut(Vec<Fact>)) -> Result<Seq, StoreError> {
        replay::replay(&self.database.view()?, each)
    }

    fn has_foreign_commits(&mut self) -> Result<bool, StoreError> {
        let rows = self.database.connection()?.query("SELECT commits FROM head", &[])?;
        let row = rows.first().ok_or_else(|| fault::unreadable("head", "has no row"))?;
        let now = row.number::<i64, u64>(0)?;
        let before = std::mem::replace(&mut self.seen_commits, now);
        Ok(now != before)
    }

    fn watch(&mut self, wake: Box<dyn Fn() + Send>) {
        // Where nobody can listen, the store is asked now and then, as one that has no news.
        self.watch = self.database.watch(wake).ok();
    }

    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        Ok(Box::new(self.write()?))
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        write::probe(self.database.connection()?)
    }

    fn scrub(&mut self, removed: &[Removed]) -> Result<(), StoreError> {
        purging::scrub(&self.database.connection()?, removed)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        export::counts(&self.database.view()?)
    }

    fn export(
        &mut self,
        each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        export::export(&self.database.view()?, each)
    }

    fn begin_import(&mut self) -> Result<Box<dyn Import + '_>, StoreError> {
        Ok(Box::new(import::PostgresImport::begin(self.write()?)?))
    }
}
