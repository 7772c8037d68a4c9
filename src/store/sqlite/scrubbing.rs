//! Leaving nothing in the file of what was removed.

use std::time::Duration;

use rusqlite::Connection;

use super::fault::told;
use crate::store::StoreError;

/// Tries to empty the log while others read it, and the pause between them.
const TRIES_MAX: usize = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// See [`crate::store::Store::scrub`]. `secure_delete` alone leaves a few of a thousand rows in pages that were
/// divided and joined, where the bytes are and no row is: so the file is written anew. The copy on the way is on the
/// disk, for the file may be larger than the memory.
pub(super) fn scrub(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("PRAGMA temp_store = FILE").map_err(told)?;
    let written = connection.execute_batch("VACUUM").map_err(told);
    connection.execute_batch("PRAGMA temp_store = MEMORY").map_err(told)?;
    written?;
    empty_log(connection)
}

/// Brings what is in the write-ahead log into the file, and makes the log empty: it holds pages as they were before
/// something was removed from them.
fn empty_log(connection: &Connection) -> Result<(), StoreError> {
    for _ in 0..TRIES_MAX {
        // 1 where a reader still needs the log.
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        match busy {
            Ok(0_i64) => return Ok(()),
            Ok(_) => {}
            Err(e) => match told(e) {
                StoreError::Locked => {}
                other => return Err(other),
            },
        }
        std::thread::sleep(PAUSE);
    }
    Err(StoreError::Locked)
}
