//! `--store`: which store to open.

use std::{convert::Infallible, fmt, fs, path::Path, str::FromStr};

use anyhow::{Context as _, bail};
use rustix::fs::{Access, access};

use super::NotUnderstood;
use crate::store::StoreUrl;

/// The option of every subcommand that touches data.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreArgs {
    /// Where the data is: `sqlite:PATH`, a file that is made where there is none, or
    /// `postgres://USER:PASSWORD@HOST/DATABASE`.
    #[arg(long, env = "VIGIE_STORE", hide_env_values = true, default_value = "sqlite:vigie.db")]
    store: StoreName,
}

impl StoreArgs {
    /// Where the store is.
    ///
    /// # Errors
    ///
    /// When the name means no store.
    pub fn url(&self) -> anyhow::Result<StoreUrl> {
        self.store.url("--store")
    }

    /// Whether it names a store that may be there: nothing is opened, and no server is asked.
    ///
    /// # Errors
    ///
    /// When it means no store, or its file could not be written.
    pub fn check(&self) -> anyhow::Result<()> {
        match self.url()? {
            StoreUrl::Sqlite(file) if file.exists() => check_access("--store", &file),
            StoreUrl::Sqlite(file) => {
                check_folder("--store", file.parent().unwrap_or(Path::new("")))
            }
            StoreUrl::Postgres(_) => Ok(()),
        }
    }
}

/// Whether files can be made in a folder, or it can be made itself; `option` has named it.
///
/// # Errors
///
/// Where they cannot.
pub fn check_folder(option: &str, folder: &Path) -> anyhow::Result<()> {
    let there = folder.ancestors().find(|one| one.as_os_str().is_empty() || one.exists());
    let there = there.filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let said = || format!("{option} {}", there.display());
    if !fs::metadata(there).with_context(said)?.is_dir() {
        bail!("{} is no folder", said());
    }
    check_access(option, there)
}

fn check_access(option: &str, path: &Path) -> anyhow::Result<()> {
    access(path, Access::WRITE_OK)
        .with_context(|| format!("{option} {} cannot be written", path.display()))
}

/// A store as it was named. It is understood after the command line is, whose errors repeat what they refuse:
/// here that may be a password.
#[derive(Clone)]
pub struct StoreName(String);

impl StoreName {
    /// Where the store is; `option` has named it.
    ///
    /// # Errors
    ///
    /// When the name means no store.
    pub fn url(&self, option: &str) -> anyhow::Result<StoreUrl> {
        Ok(self.0.parse().map_err(|e| NotUnderstood(format!("{option}: {e}")))?)
    }
}

impl FromStr for StoreName {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreName(…)")
    }
}
