//! `vigie backup`: a store into one file, while servers write to it.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{
    StoreArgs,
    moved::{self, Bar},
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
    if !args.force && file.exists() {
        bail!(
            "{} is there already; name another file, or say --force to replace it",
            file.display()
        );
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Beside its place, so that renaming it is one step; for this user only (mode 0600), and removed
    // again where anything fails.
    let written = tempfile::Builder::new()
        .prefix(".vigie-backup-")
        .tempfile_in(folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    let manifest = {
        let bar = Bar::new("backing up")?;
        store.back_up(written.path(), &mut |progress| bar.tell(progress))?
    };
    // A handle of its own: SQLite's locks are gone, so closing it releases none.
    File::open(written.path())?.sync_all().context("the backup does not reach the disk")?;
    let placed = match args.force {
        true => written.persist(file).map(drop),
        false => written.persist_noclobber(file).map(drop),
    };
    placed.with_context(|| format!("cannot place {}", file.display()))?;
    File::open(folder)?.sync_all().context("the name of the backup does not reach the disk")?;
    moved::tell(&manifest, store.to_string(), file.display().to_string(), args.json)
}
