//! `--store`: which store to open.

use crate::store::StoreUrl;

/// The option of every subcommand that touches data.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreArgs {
    /// Where the data is: `sqlite:PATH`, a file that is made where there is none.
    #[arg(long, env = "VIGIE_STORE", default_value = "sqlite:vigie.db")]
    pub store: StoreUrl,
}
