//! [`examine`]: whether a file is there, ours, whole, writable, and has room to grow.

use std::{fs, path::Path};

use rusqlite::Connection;

use super::{
    export,
    fault::told,
    integrity::{self, Depth},
    opening, write,
};
use crate::{
    store::{
        Finding, StoreError,
        examination::{self, Head},
    },
    time::Timestamp,
};

/// Free bytes below which writes may fail soon: a write-ahead log may grow to 64 MB.
const ROOM_BYTES_MIN: u64 = 128 << 20;
/// `f_type` of file systems on which SQLite's locks cannot be trusted: NFS, SMB, SMB2, CIFS.
const NETWORK_FILE_SYSTEMS: [i64; 4] = [0x6969, 0x517b, 0xfe53_4d42, 0xff53_4d42];

/// See [`crate::store::StoreUrl::examine`].
pub(in crate::store) fn examine(path: &Path, now: Timestamp) -> Vec<Finding> {
    let mut connection = match opening::open_existing(path) {
        Ok(connection) => connection,
        Err(fault) => return vec![Finding::fail("store", fault, ADVICE_STORE)],
    };
    let bytes = fs::metadata(path).map_or(0, |file| file.len());
    let mut findings = vec![Finding::ok(
        "store",
        format!("SQLite file {}, {} MB", path.display(), bytes.div_ceil(1 << 20)),
    )];
    findings.push(schema(&connection));
    if findings.iter().all(|finding| finding.advice.is_none()) {
        findings.push(writing(write::probe(&mut connection)));
        findings.push(whole(&connection));
        findings.extend(held(&connection, now));
    }
    findings.extend(rights(path));
    findings.extend(room(path, bytes));
    findings
}

const ADVICE_STORE: &str = "check --store; `vigie import` or `vigie demo` make a store where there is none, \
    `vigie restore` makes one from a backup";

fn schema(connection: &Connection) -> Finding {
    let known = opening::known_version();
    match opening::version(connection) {
        Ok(found) => examination::schema(found, known),
        Err(fault) => Finding::fail("schema", fault, "restore a backup"),
    }
}

fn writing(probed: Result<(), StoreError>) -> Finding {
    match probed {
        Ok(()) => Finding::ok("writing", "a durable write went through"),
        Err(StoreError::Locked) => Finding::fail(
            "writing",
            StoreError::Locked,
            "look which program holds the file: fuser FILE",
        ),
        Err(fault) => {
            let advice = "check the rights of the file and of its folder, and the disk";
            Finding::fail("writing", fault, advice)
        }
    }
}

fn whole(connection: &Connection) -> Finding {
    match integrity::check(connection, Depth::Quick) {
        Ok(()) => Finding::ok("integrity", "pages, rows and references are whole"),
        Err(fault) => {
            let advice = "stop the servers, keep the file for an inquiry, restore the last backup";
            Finding::fail("integrity", fault, advice)
        }
    }
}

/// Numbers, times and counts.
fn held(connection: &Connection, now: Timestamp) -> Vec<Finding> {
    let head = "SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0), max(recorded_at), \
        min(recorded_at), (SELECT max(at) FROM purge) FROM event";
    let at = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_unix_ms(ms).ok());
    let head = connection
        .query_row(head, [], |row| {
            Ok(Head {
                count: row.get(0)?,
                first: row.get(1)?,
                last: row.get(2)?,
                recorded_at: at(row.get(3)?),
                begun_at: at(row.get(4)?),
                purged_at: at(row.get(5)?),
            })
        })
        .map_err(told);
    examination::held(head, export::counts(connection), now)
}

/// Whether anybody else may read the file.
#[cfg(unix)]
fn rights(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    Some(if mode & 0o077 == 0 {
        Finding::ok("rights", "for its user only")
    } else {
        let found = format!("other users may open the file (mode {mode:03o})");
        Finding::warn("rights", found, format!("chmod 600 {}", path.display()))
    })
}

/// The disk below the file.
fn room(path: &Path, bytes: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Ok(system) = rustix::fs::statfs(path)
        && NETWORK_FILE_SYSTEMS.contains(&system.f_type)
    {
        let advice = "move the file to a disk of this machine, or use PostgreSQL";
        findings.push(Finding::fail("disk", "the file is on a network drive", advice));
    }
    let free = match rustix::fs::statvfs(path) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(e) => return vec![Finding::warn("disk", e, "check the disk of the store")],
    };
    let found = format!("{} MB free", free >> 20);
    findings.push(if free < ROOM_BYTES_MIN {
        Finding::fail("disk", found, "free some space: writes fail soon")
    } else if free < 2 * bytes {
        let advice = "less than twice the store: a backup or an import may not fit";
        Finding::warn("disk", found, advice)
    } else {
        Finding::ok("disk", found)
    });
    findings
}
