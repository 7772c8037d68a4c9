//! The folder: one folder a chain in it, one file a day in that.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};
use uuid::Uuid;

use crate::time::{Date, Month};

/// For how many months lines are kept.
pub const KEPT_MONTHS: i32 = 12;
/// Servers that may write into one folder at once.
const CHAINS_MAX: u32 = 64;
/// The file that says which chain it is.
const ID_FILE: &str = "id";
/// The file that is locked by whoever writes.
const LOCK_FILE: &str = "lock";

/// The first day that is kept on that day: the first of its month a year ago, so that whole months go.
pub(super) fn first_kept(today: Date) -> Date {
    let (year, month, _) = today.parts();
    let this: Option<Month> = format!("{year:04}-{month:02}").parse().ok();
    let first = this.and_then(|this| this.plus_months(-KEPT_MONTHS).days().next());
    first.unwrap_or(today)
}

/// A chain that this process alone writes, for as long as it lives.
pub(super) struct OwnChain {
    /// Its folder.
    pub path: PathBuf,
    /// Which chain it is.
    pub id: Uuid,
    /// Held open, and so locked.
    _lock: File,
}

/// Takes the first chain of the folder `home` that no other server writes, and makes one where there is none.
pub(super) fn take_chain(home: &Path) -> io::Result<OwnChain> {
    for number in 1..=CHAINS_MAX {
        let path = home.join(number.to_string());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        let lock = private().create(true).write(true).truncate(false).open(path.join(LOCK_FILE))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let id = id_of(&path)?;
            return Ok(OwnChain { path, id, _lock: lock });
        }
    }
    Err(io::Error::other(format!("{CHAINS_MAX} servers write their access logs there already")))
}

/// The chains of the folder `home`, by their ids.
pub(super) fn chains(home: &Path) -> io::Result<Vec<(Uuid, PathBuf)>> {
    let mut chains = Vec::new();
    for entry in fs::read_dir(home)? {
        let path = entry?.path();
        if let Ok(text) = fs::read_to_string(path.join(ID_FILE))
            && let Ok(id) = text.trim().parse()
        {
            chains.push((id, path));
        }
    }
    chains.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(chains)
}

/// The days that a chain has files of, oldest first.
pub(super) fn days(chain: &Path) -> io::Result<Vec<Date>> {
    let mut days = Vec::new();
    for entry in fs::read_dir(chain)? {
        let name = entry?.file_name();
        let day: Option<Date> =
            name.to_str().and_then(|name| name.strip_suffix(".jsonl")?.parse().ok());
        days.extend(day);
    }
    days.sort();
    Ok(days)
}

/// The file of a day.
pub(super) fn file(chain: &Path, day: Date) -> PathBuf {
    chain.join(format!("{day}.jsonl"))
}

/// Opens the file of a day to append to it.
pub(super) fn append(chain: &Path, day: Date) -> io::Result<File> {
    private().create(true).append(true).read(true).open(file(chain, day))
}

fn id_of(chain: &Path) -> io::Result<Uuid> {
    let path = chain.join(ID_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().map_err(io::Error::other),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            let id = Uuid::now_v7();
            let mut file = private().create_new(true).write(true).open(&path)?;
            writeln!(file, "{id}")?;
            file.sync_all()?;
            Ok(id)
        }
        Err(fault) => Err(fault),
    }
}

/// Files for this user alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}
