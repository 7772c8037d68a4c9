//! `vigie mailbox`: where the morning reports of landlords go.

use std::io::{self, Write as _};

use anyhow::anyhow;
use serde::Serialize;

use super::{NotUnderstood, StoreArgs, account::on_a_store, report::landlord, token::ListArgs};
use crate::{
    app::{App, MailboxError},
    mailing::MailAddress,
    stock::LandlordId,
};

/// The options of `vigie mailbox`.
#[derive(Debug, clap::Args)]
pub struct MailboxArgs {
    #[command(subcommand)]
    command: MailboxCommand,
}

/// What is done about mailboxes.
#[derive(Debug, clap::Subcommand)]
enum MailboxCommand {
    /// Have the reports of a landlord go to a mailbox: that of a post, never of a person.
    Set(SetArgs),
    /// Have them go nowhere: the landlord fetches them.
    Clear(ClearArgs),
    /// List the mailboxes there are.
    List(ListArgs),
}

#[derive(Debug, clap::Args)]
struct SetArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Id of the landlord, such as `paris-habitat`.
    #[arg(value_parser = landlord)]
    landlord: LandlordId,
    /// Such as `astreinte@bailleur.example`.
    address: MailAddress,
}

#[derive(Debug, clap::Args)]
struct ClearArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Id of the landlord, such as `paris-habitat`.
    #[arg(value_parser = landlord)]
    landlord: LandlordId,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the store cannot be opened or written, or does not hold the landlord.
pub fn run(args: MailboxArgs) -> anyhow::Result<()> {
    match args.command {
        MailboxCommand::Set(SetArgs { store, landlord, address }) => {
            on_a_store(&store, async |app| set(app, landlord, Some(address)).await)
        }
        MailboxCommand::Clear(ClearArgs { store, landlord }) => {
            on_a_store(&store, async |app| set(app, landlord, None).await)
        }
        MailboxCommand::List(args) => {
            on_a_store(&args.store, async |app| list(app, args.json).await)
        }
    }
}

async fn set(app: &App, landlord: LandlordId, address: Option<MailAddress>) -> anyhow::Result<()> {
    let told = address.as_ref().map_or("nowhere".to_owned(), ToString::to_string);
    app.set_mailbox(landlord.clone(), address).await.map_err(|error| match error {
        MailboxError::Unavailable(away) => away.into(),
        unknown @ MailboxError::UnknownLandlord(_) => anyhow!(NotUnderstood(unknown.to_string())),
    })?;
    eprintln!("reports of {landlord} go to {told} from now on");
    Ok(())
}

/// A mailbox as it is told.
#[derive(Debug, Serialize)]
struct Told {
    landlord: String,
    address: String,
    set_at: String,
}

async fn list(app: &App, json: bool) -> anyhow::Result<()> {
    let told = app.mailboxes().await?.into_iter().map(|mailbox| Told {
        landlord: mailbox.landlord.to_string(),
        address: mailbox.address.to_string(),
        set_at: mailbox.set_at.to_string(),
    });
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &told.collect::<Vec<_>>())?;
        return Ok(writeln!(out)?);
    }
    for Told { landlord, address, set_at } in told {
        writeln!(out, "{landlord:<24} {address:<40} since {set_at}")?;
    }
    Ok(())
}
