//! What was moved from one store to another, told as a table or as JSON, and the bar that is drawn meanwhile.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use indicatif::ProgressBar;
use serde::Serialize;

use super::{progress, tell_json};
use crate::store::archive::{Manifest, Progress, RecordKind};

/// What is said at the end.
#[derive(Debug, Serialize)]
struct Account {
    from: String,
    to: String,
    records: u64,
    kinds: BTreeMap<&'static str, KindAccount>,
}

#[derive(Debug, Serialize)]
struct KindAccount {
    count: u64,
    sha256: String,
}

/// Says what was moved from `from` to `to`.
///
/// # Errors
///
/// When standard output cannot be written.
pub(super) fn tell(
    manifest: &Manifest,
    from: String,
    to: String,
    json: bool,
) -> anyhow::Result<()> {
    let records = RecordKind::ALL.map(|kind| manifest.tally(kind).count).into_iter().sum();
    if json {
        let kinds = RecordKind::ALL.map(|kind| {
            let tally = manifest.tally(kind);
            (kind.plural(), KindAccount { count: tally.count, sha256: tally.sha256_hex() })
        });
        let account = Account { from, to, records, kinds: kinds.into() };
        return tell_json(&account);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{:<14} {:>10}  SHA-256", "", "count")?;
    for kind in RecordKind::ALL {
        let tally = manifest.tally(kind);
        writeln!(out, "{:<14} {:>10}  {}", kind.plural(), tally.count, tally.sha256_hex())?;
    }
    writeln!(out, "{records} records from {from} are in {to}, verified")?;
    Ok(())
}

/// A bar, and what moves it on.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Draws a bar called `message`, on a terminal only.
    ///
    /// # Errors
    ///
    /// When the bar cannot be drawn at all.
    pub(super) fn new(message: &str) -> anyhow::Result<Self> {
        Ok(Self(progress::bar(message)?))
    }

    /// Moves it on.
    pub(super) fn tell(&self, Progress { done, total }: Progress) {
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
