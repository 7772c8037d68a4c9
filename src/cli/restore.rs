//! `vigie restore`: a backup into an empty store.

use std::path::PathBuf;

use anyhow::Context as _;

use super::{
    StoreArgs, copy,
    moved::{self, Bar},
};
use crate::store::{archive, sqlite::SqliteStore};

/// The options of `vigie restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// What `vigie backup` wrote; it is not changed.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
    /// Say what was restored as JSON.
    #[arg(long, env = "VIGIE_RESTORE_JSON")]
    json: bool,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the file is not a whole backup, or the store is not empty.
pub fn run(args: &RestoreArgs) -> anyhow::Result<()> {
    let to = &args.store.url()?;
    let manifest = {
        let mut from = SqliteStore::open_backup(&args.file).context("reading the backup")?;
        let mut store = to.open()?;
        let bar = Bar::new("restoring")?;
        let copied = archive::copy(&mut from, &mut *store, &mut |progress| bar.tell(progress));
        copy::understood(copied, to)?
    };
    moved::tell(&manifest, args.file.display().to_string(), to.to_string(), args.json)
}
