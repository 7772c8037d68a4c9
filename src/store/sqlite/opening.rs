//! Opening the file: whose it is, how it is written, and which schema it has.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::ErrorKind,
    path::Path,
    time::Duration,
};

use refinery::error::Kind;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::{column, fault};
use crate::{store::StoreError, time::Timestamp};

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// How long a write waits for that of another program: an import of a million footprints commits in less.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// Prepared statements that are kept: more than there are.
const STATEMENTS_MAX: usize = 64;
/// Tries to set up a file that other programs set up at the same time, and the pause between them.
const TRIES_MAX: usize = 100;
const PAUSE: Duration = Duration::from_millis(50);
/// `PRAGMA application_id` of our files, "VIGI".
const APPLICATION_ID: i64 = 0x5649_4749;

/// Settings of a connection.
///
/// `FULL` makes each commit wait for the disk. A checkpoint every 1000 pages (SQLite's own default) keeps
/// the write-ahead log at about 4 MB under a steady stream; after an import has made it larger, the limit
/// cuts it back. What is removed is overwritten in its page at
/// once (`secure_delete`), as far as pages that are divided and joined let it be: see `scrubbing`.
const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
";

/// Settings of a connection that leaves the file as it is.
const LOOK_SETTINGS: &str = "
    PRAGMA trusted_schema = OFF;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
";

/// Opens the file at `path` with the newest schema; makes it where it does not exist.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    create(path).map_err(|e| cannot_open(path, e))?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    settle(&connection, path)?;
    // A table that others refer to cannot be made anew while references are checked (SQLite, "Making Other Kinds
    // Of Table Schema Changes").
    connection.pragma_update(None, "foreign_keys", false).map_err(fault::told)?;
    migrate(&mut connection, path)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(fault::told)?;
    Ok(connection)
}

/// Opens the file at `path` with whatever schema and journal it has.
pub(super) fn open_existing(path: &Path) -> Result<Connection, StoreError> {
    check_existence(path)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch(LOOK_SETTINGS).map_err(|e| first_fault(path, e))?;
    Ok(connection)
}

/// Opens the file at `path` without changing anything, not even beside it.
pub(super) fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    check_existence(path)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch(LOOK_SETTINGS).map_err(|e| first_fault(path, e))?;
    match (version(&connection)?, known_version()) {
        (found, known) if found > known => Err(StoreError::TooNew { found, known }),
        (found, known) if found < known => {
            let reason = format!(
                "its schema has version {found}, older than {known}: copy the file, and bring the copy up \
                 by `vigie copy --from sqlite:COPY --to STORE`"
            );
            Err(StoreError::NotAStore { path: path.into(), reason })
        }
        _ => Ok(connection),
    }
}

/// Refuses a path where there is nothing.
pub(super) fn check_existence(path: &Path) -> Result<(), StoreError> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            Err(cannot_open(path, "there is no such file"))
        }
        Err(e) => Err(cannot_open(path, e)),
    }
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|e| first_fault(path, e))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fault::told)?;
    check_owner(&connection, path)?;
    Ok(connection)
}

/// Applies [`SETTINGS`]. Changing a new file to a write-ahead log does not wait for others as writes do.
fn settle(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    for _ in 1..TRIES_MAX {
        match connection.execute_batch(SETTINGS).map_err(|e| first_fault(path, e)) {
            Err(StoreError::Locked) => std::thread::sleep(PAUSE),
            settled => return settled,
        }
    }
    Err(StoreError::Locked)
}

/// Makes the folder and an empty file, for this user only. SQLite gives `-wal` and `-shm` the rights of the file.
fn create(path: &Path) -> std::io::Result<()> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    // An existing file is not even opened here: closing it would release the locks that another
    // connection of this process holds on it (POSIX advisory locks belong to the process).
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.create(parent)?;
    }
    match file.open(path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Refuses a database that is somebody else's, before anything is written to it.
fn check_owner(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    // In one statement, so in one state of the file. The history of migrations is there a moment before
    // the first of them, and alone if the program was killed then.
    let ask = "SELECT application_id, (
                   SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'refinery_schema_history'
               ) FROM pragma_application_id";
    let asked = connection.query_row(ask, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let (owner, tables): (i64, i64) = asked.map_err(|e| first_fault(path, e))?;
    if tables > 0 && owner != APPLICATION_ID {
        let reason = "it is a database of another program".to_owned();
        return Err(StoreError::NotAStore { path: path.into(), reason });
    }
    Ok(())
}

/// Brings the schema up to the newest version, or refuses one that is newer.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    // One transaction for a migration and its entry in the history: a crash leaves both or neither.
    let runner = embedded::migrations::runner().set_grouped(true);
    let known = known_version();
    let mut failure = String::new();
    for _ in 0..TRIES_MAX {
        let found = version(connection)?;
        if found > known {
            return Err(StoreError::TooNew { found, known });
        }
        if found > 0 {
            check_history(connection)?;
        }
        // Two programs that open a new file at once both try; the one that comes late fails, and finds
        // the next time that the work is done.
        match runner.run(connection) {
            Ok(_) => return Ok(()),
            Err(e) => match e.kind() {
                Kind::DivergentVersion(..) | Kind::MissingVersion(_) => {
                    let reason = format!("its schema was made by another program: {e}");
                    return Err(StoreError::NotAStore { path: path.into(), reason });
                }
                _ => failure = format!("{e}: {:?}", std::error::Error::source(&e)),
            },
        }
        std::thread::sleep(PAUSE);
    }
    Err(StoreError::Away(format!("the schema cannot be brought up to version {known}: {failure}")))
}

/// Refuses a history of migrations that is damaged: the runner panics at what it has not written itself.
fn check_history(connection: &Connection) -> Result<(), StoreError> {
    let rows = "SELECT applied_on, checksum FROM refinery_schema_history";
    let mut rows = connection.prepare_cached(rows).map_err(fault::told)?;
    let mut rows = rows.query([]).map_err(fault::told)?;
    while let Some(row) = rows.next().map_err(fault::told)? {
        let (applied_on, checksum) = (column::text(row, 0)?, column::text(row, 1)?);
        if !is_applied_on(applied_on) || checksum.parse::<u64>().is_err() {
            return Err(fault::unreadable("refinery_schema_history", "is damaged"));
        }
    }
    Ok(())
}

/// Whether that is an instant as the runner writes it, such as `2026-11-24T02:05:07.123456789Z`.
fn is_applied_on(text: &str) -> bool {
    let Some((whole, rest)) = text.split_at_checked("2026-11-24T02:05:07".len()) else {
        return false;
    };
    let is_fraction = |rest: &str| {
        rest.strip_prefix('.').is_some_and(|digits| {
            (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let fraction = rest.strip_suffix('Z');
    fraction.is_some_and(|rest| rest.is_empty() || is_fraction(rest))
        && whole.as_bytes()[10] == b'T'
        && !whole.ends_with(":60")
        && text.parse::<Timestamp>().is_ok()
}

/// The newest version of the schema that this program knows.
pub(super) fn known_version() -> u32 {
    let runner = embedded::migrations::runner();
    let newest = runner.get_migrations().iter().map(refinery::Migration::version).max();
    newest.and_then(|version| u32::try_from(version).ok()).unwrap_or(0)
}

/// The version of the schema; 0 for an empty file.
pub(super) fn version(connection: &Connection) -> Result<u32, StoreError> {
    let history = "SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    let has_history = connection.query_row(history, [], |_| Ok(())).optional();
    if has_history.map_err(fault::told)?.is_none() {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    connection.query_row(newest, [], |row| row.get(0)).map_err(fault::told)
}

fn cannot_open(path: &Path, reason: impl ToString) -> StoreError {
    StoreError::CannotOpen { path: path.into(), reason: reason.to_string() }
}

/// What an error of the first calls means, of which each may be the first to touch the file.
fn first_fault(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore {
            path: path.into(),
            reason: "it is not a database, or it is damaged".to_owned(),
        },
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            cannot_open(path, error)
        }
        _ => fault::told(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_of_the_history_is_one_that_the_runner_reads() {
        for good in ["2026-11-24T02:05:07.123456789Z", "2026-11-24T02:05:07Z"] {
            assert!(is_applied_on(good), "{good}");
        }
        for damaged in [
            "",
            "2026-11-24T02:05:07",
            "2026-13-24T02:05:07Z",
            "2026-11-24 02:05:07Z",
            "2026-11-24T02:05:60Z",
            "2026-11-24T02:05:07,5Z",
            "2026-11-24T02:05:07.Z",
            "2026-11-24T02:05:0\u{e9}Z",
        ] {
            assert!(!is_applied_on(damaged), "{damaged}");
        }
    }
}
