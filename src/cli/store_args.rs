//! `--store`: which store to open.

use std::{convert::Infallible, fmt, str::FromStr};

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
