//! `--store`: which store to open.

use crate::store::StoreUrl;

/// The option of every subcommand that touches data.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreArgs {
    /// Where the data is: `sqlite:PATH`, a file that is made where there is none, or
    /// `postgres://USER:PASSWORD@HOST/DATABASE`.
    #[arg(long, env = "VIGIE_STORE", hide_env_values = true, default_value = "sqlite:vigie.db")]
    pub store: StoreUrl,
}
