//! `vigie hold`: what the data protection officer keeps beyond its term.

use std::io::{self, Write as _};

use super::{NotUnderstood, StoreArgs, account::on_a_store, of_list, tell_json};
use crate::{
    app::{HoldChange, HoldError, system_clock},
    http::HoldBody,
    incident::IncidentId,
    retention::{HoldId, HoldReason, HoldScope},
    stock::SiteCode,
    time::{TimeWindow, Timestamp},
};

/// The options of `vigie hold`.
#[derive(Debug, clap::Args)]
pub struct HoldArgs {
    #[command(subcommand)]
    command: HoldCommand,
}

/// What is done about holds.
#[derive(Debug, clap::Subcommand)]
enum HoldCommand {
    /// Keep an incident, those of a site, or those of a time beyond their term.
    Set(SetArgs),
    /// Let what a hold keeps go with the next purge.
    Lift(LiftArgs),
    /// List the holds, also those that are over.
    List(ListArgs),
}

#[derive(Debug, clap::Args)]
struct SetArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Keep this incident.
    #[arg(long, env = "VIGIE_HOLD_INCIDENT", value_name = "ID")]
    incident: Option<IncidentId>,
    /// Keep the incidents of this site.
    #[arg(long, env = "VIGIE_HOLD_SITE", value_name = "CODE")]
    site: Option<SiteCode>,
    /// Keep the incidents reported at this time or later, RFC 3339.
    #[arg(long, env = "VIGIE_HOLD_FROM", value_name = "TIME")]
    from: Option<Timestamp>,
    /// Keep the incidents reported before this time, RFC 3339.
    #[arg(long, env = "VIGIE_HOLD_TO", value_name = "TIME")]
    to: Option<Timestamp>,
    /// judicial_request, complaint, litigation, access_request or inspection.
    #[arg(long, env = "VIGIE_HOLD_REASON", value_parser = of_list::<HoldReason>)]
    reason: HoldReason,
    /// When it ends by itself, RFC 3339: at most 36 months ahead.
    #[arg(long, env = "VIGIE_HOLD_UNTIL", value_name = "TIME")]
    until: Timestamp,
}

#[derive(Debug, clap::Args)]
struct LiftArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Which.
    id: HoldId,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Say it as JSON.
    #[arg(long, env = "VIGIE_HOLD_JSON")]
    json: bool,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the store cannot be opened or written, or the hold cannot be.
pub fn run(args: HoldArgs) -> anyhow::Result<()> {
    let (store, change) = match args.command {
        HoldCommand::List(args) => return list(&args),
        HoldCommand::Lift(LiftArgs { store, id }) => (store, HoldChange::Lift { id, by: None }),
        HoldCommand::Set(args) => {
            let SetArgs { store, incident, site, from, to, reason, until } = args;
            let scope = HoldScope { incident, site, reported: TimeWindow { from, to } };
            (store, HoldChange::Set { scope, reason, until, by: None })
        }
    };
    on_a_store(&store, async |app| {
        let hold = app.change_hold(change).await.map_err(|refusal| match refusal {
            HoldError::Unavailable(away) => anyhow::Error::from(away),
            other => NotUnderstood(other.to_string()).into(),
        })?;
        writeln!(io::stdout().lock(), "{}", hold.id)?;
        Ok(())
    })
}

fn list(args: &ListArgs) -> anyhow::Result<()> {
    on_a_store(&args.store, async |app| {
        let (snapshot, now) = (app.snapshot(), system_clock());
        let holds: Vec<HoldBody> =
            snapshot.registers().holds().map(|hold| HoldBody::at(hold, now)).collect();
        if args.json {
            return tell_json(&holds);
        }
        let mut out = io::stdout().lock();
        for hold in holds {
            writeln!(out, "{}", hold.in_words())?;
        }
        Ok(())
    })
}
