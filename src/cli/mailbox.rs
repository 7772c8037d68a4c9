//! `vigie mailbox`: where the morning reports of landlords go.

use std::io::{self, Write as _};

use anyhow::anyhow;

use super::{
    NotUnderstood, StoreArgs, account::on_a_store, report::landlord, tell_json, token::ListArgs,
};
use crate::{
    app::{App, MailboxError},
    http::MailboxBody,
    mailing::{MailAddress, Mailbox},
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

async fn list(app: &App, json: bool) -> anyhow::Result<()> {
    let mailboxes = app.mailboxes().await?;
    if json {
        return tell_json(&mailboxes.iter().map(MailboxBody::from).collect::<Vec<_>>());
    }
    let mut out = io::stdout().lock();
    for Mailbox { landlord, address, set_at } in mailboxes {
        writeln!(out, "{:<24} {:<40} since {set_at}", landlord.as_str(), address.as_str())?;
    }
    Ok(())
}
