//! `vigie purge`: what is over is removed, or told; the register of what was removed is checked.

use std::io::{self, Write as _};

use anyhow::Context as _;
use serde::Serialize;

use super::{StoreArgs, account::on_a_store, tell_json};
use crate::{
    app::{App, system_clock},
    closed_list::ClosedList as _,
    http::{PurgeBody, RemovedBody},
    retention::{Kept, Purge, Removed, Signer, Term, check_register},
};

/// The options of `vigie purge`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct PurgeArgs {
    #[command(subcommand)]
    command: Option<PurgeCommand>,
    #[command(flatten)]
    now: NowArgs,
}

/// What is done about the register.
#[derive(Debug, clap::Subcommand)]
enum PurgeCommand {
    /// Print the register of purges.
    List(RegisterArgs),
    /// Check that no row of the register is missing, also at its end, changed, or signed by another store.
    Verify(RegisterArgs),
}

/// The options of `vigie purge` alone.
#[derive(Debug, clap::Args)]
struct NowArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Say what would go, and change nothing.
    #[arg(long, env = "VIGIE_PURGE_DRY_RUN")]
    dry_run: bool,
    /// Say it as JSON.
    #[arg(long, env = "VIGIE_PURGE_JSON")]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct RegisterArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Say it as JSON.
    #[arg(long, env = "VIGIE_PURGE_JSON")]
    json: bool,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the store cannot be opened or written, or its register is not to be believed.
pub fn run(args: PurgeArgs) -> anyhow::Result<()> {
    match args.command {
        None if args.now.dry_run => {
            on_a_store(&args.now.store, async |app| tell_due(&app.due().await?, args.now.json))
        }
        None => on_a_store(&args.now.store, async |app| {
            let rows = app.purge().await?;
            tell(&rows, args.now.json)
        }),
        Some(PurgeCommand::List(args)) => on_a_store(&args.store, async |app| {
            tell(app.snapshot().registers().purges(), args.json)
        }),
        Some(PurgeCommand::Verify(args)) => {
            on_a_store(&args.store, async |app| verify(app, args.json).await)
        }
    }
}

fn tell_due(due: &[Removed], json: bool) -> anyhow::Result<()> {
    if json {
        return tell_json(&due.iter().map(RemovedBody::from).collect::<Vec<_>>());
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{:<15} {:<10} {:<30} {:>9}  over before", "what", "kept", "from", "would go")?;
    for Removed { what, before, count } in due {
        let (name, from) = (what.as_str(), what.counts_from());
        writeln!(out, "{name:<15} {:<10} {from:<30} {count:>9}  {before}", term(*what))?;
    }
    Ok(())
}

fn term(what: Kept) -> String {
    match what.term() {
        Term::Months(months) => format!("{months} months"),
        Term::Hours(hours) => format!("{hours} h"),
    }
}

fn tell(rows: &[Purge], json: bool) -> anyhow::Result<()> {
    if json {
        return tell_json(&rows.iter().map(PurgeBody::from).collect::<Vec<_>>());
    }
    let mut out = io::stdout().lock();
    for row in rows {
        let PurgeBody { text, signature, .. } = PurgeBody::from(row);
        writeln!(out, "{text}signature {signature}\n")?;
    }
    Ok(())
}

/// What a check of the register found.
#[derive(Debug, Serialize)]
struct Verified {
    purges: usize,
    last: Option<String>,
    public_key: Option<String>,
}

async fn verify(app: &App, json: bool) -> anyhow::Result<()> {
    let snapshot = app.snapshot();
    let rows = snapshot.registers().purges();
    let key = snapshot.accounts().seal().map(|key| Signer::of(key).public_key());
    let ends = app.register_ends().await?;
    check_register(rows, ends, key.as_ref())
        .context("the register of purges is not to be believed")?;
    let last = rows.last();
    if json {
        return tell_json(&Verified {
            purges: rows.len(),
            last: last.map(|row| row.at.to_string()),
            public_key: last.map(|row| hex::encode(row.public_key)),
        });
    }
    let mut out = io::stdout().lock();
    match last {
        None => writeln!(out, "no purge yet")?,
        Some(row) => {
            let age_h = system_clock().seconds_since(row.at) / 3600.0;
            let key = hex::encode(row.public_key);
            writeln!(out, "{} purges, each signed and chained to the one before", rows.len())?;
            writeln!(out, "last {} ({age_h:.0} h ago), public key {key}", row.at)?;
        }
    }
    Ok(())
}
