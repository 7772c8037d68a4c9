//! `vigie audit`: is the access log as it was written?

use std::io::{self, Write as _};

use anyhow::Context as _;

use super::{
    NotUnderstood, StoreArgs,
    access_log_args::{AccessLogArgs, key},
};
use crate::{
    app::{App, system_clock},
    audit::{Verified, verify},
    time::Date,
};

/// The options of `vigie audit`.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

/// What is done about the access log.
#[derive(Debug, clap::Subcommand)]
enum AuditCommand {
    /// Find every line of the access log that was altered, removed, moved or put in; ends with 3 where there is one.
    Verify(VerifyArgs),
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    access_log: AccessLogArgs,
}

/// The access log is not as it was written: the program ends with 3.
#[derive(Debug, thiserror::Error)]
#[error("the access log is not as it was written: {0} faults")]
pub(super) struct Tampered(usize);

/// Runs the subcommand.
///
/// # Errors
///
/// [`Tampered`] when anything is not as it was written; others when it cannot be read.
pub fn run(args: &AuditArgs) -> anyhow::Result<()> {
    let AuditCommand::Verify(VerifyArgs { store, access_log }) = &args.command;
    let url = store.url()?;
    let folder = access_log.folder(&url).ok_or_else(|| {
        NotUnderstood("say which folder the access log is in: --access-log DIR".to_owned())
    })?;
    let app = App::open(url.open_existing()?, system_clock)?;
    // Before the files are read: a server may go on meanwhile.
    let anchors = actix_web::rt::System::new().block_on(app.access_anchors())?;
    let key = key(&app);
    app.close();
    let key = key.context("the store has no key for an access log: no server has run on it")?;
    let verified = verify(&folder, &key, &anchors, Date::of(system_clock()))
        .with_context(|| format!("--access-log {}", folder.display()))?;
    let mut out = io::stdout().lock();
    let Verified { chains, files, lines, missed, mended, faults } = verified;
    for fault in &faults {
        writeln!(out, "{fault}")?;
    }
    writeln!(out, "{lines} lines in {files} files of {chains} servers, {} anchors", anchors.len())?;
    if missed > 0 {
        writeln!(out, "{missed} requests are in no line: the disk was full or slow, as lines say")?;
    }
    if mended > 0 {
        writeln!(out, "{mended} unfinished lines were cut off after a crash, as lines say")?;
    }
    if faults.is_empty() { Ok(()) } else { Err(Tampered(faults.len()).into()) }
}
