//! [`back_up`]: SQLite's online backup, page by page, while others write.

use std::{path::Path, time::Duration};

use rusqlite::{
    Connection, Transaction,
    backup::{Backup, StepResult},
};

use super::{SqliteStore, fault::told, log, opening};
use crate::store::{
    StoreError,
    archive::{self, CopyError, Manifest, Progress},
};

/// Pages that are copied at once: 4 MB, between two looks at the progress.
const PAGES_AT_ONCE: i32 = 1024;
/// Tries of a step that finds the file locked, and the pause between them.
const TRIES_MAX: usize = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// Copies the store at `source`, as it is at one instant, into the empty file at `target`, whatever its
/// schema. The result is one file without a write-ahead log, checked as a whole.
pub(in crate::store) fn back_up(
    source: &Path,
    target: &Path,
    tell: &mut dyn FnMut(Progress),
) -> Result<Manifest, CopyError> {
    let mut source = opening::open_existing(source).map_err(CopyError::Source)?;
    // The backup reads within this transaction. Without it, each write of another program would make
    // the backup begin anew, and under a steady stream it would never end.
    let view = source.transaction().map_err(|e| CopyError::Source(told(e)))?;
    log::head(&view).map_err(CopyError::Source)?; // the first reading fixes the instant
    copy_pages(&view, target, tell).map_err(CopyError::Target)?;
    let mut result = SqliteStore::open_backup(target).map_err(CopyError::Target)?;
    archive::survey(&mut result).map_err(CopyError::Target)
}

fn copy_pages(
    view: &Transaction<'_>,
    target: &Path,
    tell: &mut dyn FnMut(Progress),
) -> Result<(), StoreError> {
    let mut target = Connection::open(target).map_err(told)?;
    {
        let backup = Backup::new(view, &mut target).map_err(told)?;
        let mut tries = 0;
        loop {
            match backup.step(PAGES_AT_ONCE).map_err(told)? {
                StepResult::Done => break,
                StepResult::More => tries = 0,
                _locked if tries < TRIES_MAX => {
                    tries += 1;
                    std::thread::sleep(PAUSE);
                }
                _locked => return Err(StoreError::Locked),
            }
            let pages = backup.progress();
            let count = |pages: i32| u64::try_from(pages).unwrap_or(0);
            let total = count(pages.pagecount);
            tell(Progress { done: total - count(pages.remaining).min(total), total });
        }
    }
    seal(&target)?;
    target.close().map_err(|(_, e)| told(e))
}

/// Makes the file whole without a write-ahead log beside it: a backup is one file, that can be read where
/// nothing can be written.
pub(super) fn seal(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "journal_mode", "DELETE").map_err(told)
}
