//! `--store`: which store to open.

use std::{path::PathBuf, str::FromStr};

use anyhow::bail;

use crate::store::Store;

/// The option of every subcommand that touches data.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreArgs {
    /// Where the data is: `sqlite:PATH`, a file that is made where there is none.
    #[arg(long, env = "VIGIE_STORE", default_value = "sqlite:vigie.db")]
    pub store: StoreAddress,
}

/// Which store to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// A file of SQLite.
    Sqlite(PathBuf),
}

impl FromStr for StoreAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            _ => Err("must be sqlite:PATH".to_owned()),
        }
    }
}

impl StoreAddress {
    /// Opens the store, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, with its address.
    pub fn open(&self) -> anyhow::Result<Box<dyn Store>> {
        match self {
            Self::Sqlite(path) => bail!("cannot open the store {}", path.display()),
        }
    }
}
