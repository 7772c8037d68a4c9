//! `vigie kinds`: prints the kinds of incident that are in force, as a file to begin with.

use std::io::{self, Write as _};

use super::kinds_args::KindsArgs;

/// Runs the subcommand.
///
/// # Errors
///
/// When the file of `--kinds` is no nomenclature, or standard output cannot be written.
pub fn run(args: &KindsArgs) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{}", args.nomenclature()?)?;
    Ok(out.flush()?)
}
