//! `vigie copy`: everything of one store into another, empty one.

use anyhow::anyhow;

use super::{
    StoreName,
    moved::{self, Bar},
};
use crate::store::{
    StoreError, StoreUrl,
    archive::{self, CopyError, Manifest},
};

/// The options of `vigie copy`.
#[derive(Debug, clap::Args)]
pub struct CopyArgs {
    /// The store to read; servers may go on writing to it, what they write later is not copied.
    #[arg(long, env = "VIGIE_COPY_FROM", hide_env_values = true, value_name = "STORE")]
    from: StoreName,
    /// The store to write: empty, or not there yet.
    #[arg(long, env = "VIGIE_COPY_TO", hide_env_values = true, value_name = "STORE")]
    to: StoreName,
    /// Say what was copied as JSON.
    #[arg(long, env = "VIGIE_COPY_JSON")]
    json: bool,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When a store cannot be opened, the target is not empty, or the copy is not what the source is.
pub fn run(args: &CopyArgs) -> anyhow::Result<()> {
    let (source, target) = (args.from.url("--from")?, args.to.url("--to")?);
    let manifest = {
        let mut from = source.open_existing()?;
        let mut to = target.open()?;
        let bar = Bar::new("copying")?;
        let copied = archive::copy(&mut *from, &mut *to, &mut |progress| bar.tell(progress));
        understood(copied, &target)?
    };
    moved::tell(&manifest, source.to_string(), target.to_string(), args.json)
}

/// Says what to do about a target that is not empty.
pub(super) fn understood(
    copied: Result<Manifest, CopyError>,
    to: &StoreUrl,
) -> anyhow::Result<Manifest> {
    copied.map_err(|fault| match fault {
        CopyError::Target(StoreError::NotEmpty) => anyhow!(
            "{to} is not empty, and nothing was changed. Name a new store, look at it by \
             `vigie doctor --store NEW`, then start the servers on it; or stop the servers, move what is \
             there away, and try again"
        ),
        other => other.into(),
    })
}
