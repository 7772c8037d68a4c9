//! `vigie backup`: a store into one file, while servers write to it.

use std::path::PathBuf;

use super::{
    StoreArgs,
    moved::{self, Bar},
    new_file::{NewFile, Replaces},
};

/// The options of `vigie backup`.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// The file to write: a SQLite store of its own, whatever the store is.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
    /// Replace FILE if it is there.
    #[arg(long, env = "VIGIE_BACKUP_FORCE")]
    force: bool,
    /// Say what was backed up as JSON.
    #[arg(long, env = "VIGIE_BACKUP_JSON")]
    json: bool,
}

/// Runs the subcommand. `FILE` is there as a whole and verified, or as it was before.
///
/// # Errors
///
/// When the store cannot be read, the file is there already, or it cannot be written.
pub fn run(args: &BackupArgs) -> anyhow::Result<()> {
    let store = args.store.url()?;
    let file = &args.file;
    let written = NewFile::begin("backup", file, Replaces::forced(args.force))?;
    let manifest = {
        let bar = Bar::new("backing up")?;
        store.back_up(written.path(), &mut |progress| bar.tell(progress))?
    };
    written.place()?;
    moved::tell(&manifest, store.to_string(), file.display().to_string(), args.json)
}
