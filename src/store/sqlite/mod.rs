//! The embedded store: one SQLite file, nothing to install.
//!
//! Uses what [`crate::store`] may use. The schema is in `migrations/sqlite`, which travels inside the program.
//!
//! | file | owns |
//! | --- | --- |
//! | `opening` | the file, its settings and its migrations |
//! | `write` | the transaction: numbering and committing |
//! | `log` | reading events and receipts |
//! | `replay` | reading the whole state |
//! | `export`, `import` | reading and writing everything, for the archive |
//! | `backup` | the file's pages as they are at one instant, into another file |
//! | `purging`, `scrubbing` | what a purge finds and removes, and leaving nothing of it in the file |
//! | `examine`, `integrity` | whether the file is well |
//! | `…_rows` | what a row of each table is, both ways |
//! | `column`, `wkb` | what a value in a column is |
//! | `fault` | what an error of SQLite means |

use std::path::Path;

use rusqlite::Connection;

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
mod backup;
mod briefing_rows;
mod column;
mod examine;
mod export;
mod fault;
mod import;
mod incident_rows;
mod integrity;
mod log;
mod mailing_rows;
mod opening;
mod patrol_rows;
mod purging;
mod register_rows;
mod replay;
mod road_rows;
mod scrubbing;
mod setting_rows;
mod signal_rows;
mod situation_rows;
mod step_rows;
mod stock_put;
mod stock_read;
mod tract_rows;
mod wkb;
mod write;

pub(super) use backup::back_up;
pub(super) use examine::examine;
use integrity::Depth;

/// A store in one SQLite file (with its `-wal` and `-shm` beside it while it is open).
///
/// Several programs may have it open at once, on one machine; a file on a network drive does not work.
pub struct SqliteStore {
    connection: Connection,
    /// `PRAGMA data_version` when it was last asked: it changes when another connection commits.
    data_version: i64,
}

impl SqliteStore {
    /// Opens the store at `path`, and makes the file and its folder, for this user only, where they do
    /// not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError`] says what is wrong and what to do.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::over(opening::open(path)?)
    }

    /// Opens a backup at `path` to read it, and changes nothing, not even beside it. Its integrity is
    /// checked first: a damaged index could hide rows.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not a whole store with the newest schema.
    pub fn open_backup(path: &Path) -> Result<Self, StoreError> {
        let connection = opening::open_read_only(path)?;
        integrity::check(&connection, Depth::Full)?;
        Self::over(connection)
    }

    /// Ends the use of the store as a backup: one file, without a write-ahead log beside it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when another connection has it open, or it cannot be written.
    pub fn seal(self) -> Result<(), StoreError> {
        backup::seal(&self.connection)
    }

    fn over(connection: Connection) -> Result<Self, StoreError> {
        let data_version = data_version(&connection)?;
        Ok(Self { connection, data_version })
    }
}

impl Log for SqliteStore {
    fn events_after(&mut self, seq: Seq) -> Result<Vec<Event>, StoreError> {
        let view = self.connection.transaction().map_err(fault::told)?;
        log::events_after(&view, seq)
    }

    fn last_fixes(&mut self) -> Result<Vec<PositionFix>, StoreError> {
        patrol_rows::last_fixes(&self.connection)
    }

    fn receipt(&mut self, key: &IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        log::receipt(&self.connection, key)
    }

    fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError> {
        mailing_rows::mailboxes(&self.connection)
    }

    fn mailings(&mut self, first: Date, last: Date) -> Result<Vec<Mailing>, StoreError> {
        mailing_rows::mailings(&self.connection, first, last)
    }

    fn access_anchors(&mut self) -> Result<Vec<AccessAnchor>, StoreError> {
        anchor_rows::all(&self.connection)
    }

    fn signals_after(
        &mut self,
        number: u64,
        since: Timestamp,
    ) -> Result<Vec<KeptSignal>, StoreError> {
        signal_rows::after(&self.connection, number, since)
    }

    fn register_ends(&mut self) -> Result<RegisterEnds, StoreError> {
        register_rows::ends(&self.connection)
    }
}

impl Store for SqliteStore {
    fn replay(&mut self, each: &mut dyn FnMut(Vec<Fact>)) -> Result<Seq, StoreError> {
        let view = self.connection.transaction().map_err(fault::told)?;
        replay::replay(&view, each)
    }

    fn has_foreign_commits(&mut self) -> Result<bool, StoreError> {
        let now = data_version(&self.connection)?;
        let before = std::mem::replace(&mut self.data_version, now);
        Ok(now != before)
    }

    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        Ok(Box::new(write::SqliteTransaction::begin(&mut self.connection)?))
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        write::probe(&mut self.connection)
    }

    fn scrub(&mut self, _removed: &[Removed]) -> Result<(), StoreError> {
        scrubbing::scrub(&self.connection)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        let view = self.connection.transaction().map_err(fault::told)?;
        export::counts(&view)
    }

    fn export(
        &mut self,
        each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let view = self.connection.transaction().map_err(fault::told)?;
        export::export(&view, each)
    }

    fn begin_import(&mut self) -> Result<Box<dyn Import + '_>, StoreError> {
        Ok(Box::new(import::SqliteImport::begin(&mut self.connection)?))
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // Statistics for the query planner, where it finds that they are missing: not worth a failure.
        let _ = self.connection.execute_batch("PRAGMA optimize");
    }
}

/// Refuses a path where there is no file.
///
/// # Errors
///
/// [`StoreError::CannotOpen`].
pub(super) fn check_existence(path: &Path) -> Result<(), StoreError> {
    opening::check_existence(path)
}

fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    let mut asked = connection.prepare_cached("PRAGMA data_version").map_err(fault::told)?;
    asked.query_row([], |row| row.get(0)).map_err(fault::told)
}
