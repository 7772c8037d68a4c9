//! `vigie token`: programs are given tokens, and lose them again.

use std::io::{self, Write as _};

use anyhow::{Context as _, anyhow};

use super::{
    NotUnderstood, StoreArgs,
    account::{SeatArgs, check_post, found, on_a_store, tell},
};
use crate::{
    access::{Account, AccountName},
    app::{AccountChange, NewToken, TOKEN_DAYS_MAX},
};

/// The options of `vigie token`.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

/// What is done about tokens.
#[derive(Debug, clap::Subcommand)]
enum TokenCommand {
    /// Make a token and print it, alone: it is told once.
    Create(CreateArgs),
    /// List the tokens there are, without what they are known by.
    List(ListArgs),
    /// Take a token away.
    Revoke(RevokeArgs),
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    seat: SeatArgs,
    /// What the token is called, such as `morning-export`.
    #[arg(long, env = "VIGIE_TOKEN_LABEL", default_value = "token", value_name = "NAME")]
    label: AccountName,
    /// For how many days it is good; without it, until it is revoked.
    #[arg(long, env = "VIGIE_TOKEN_DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(TOKEN_DAYS_MAX)))]
    days: Option<u32>,
}

/// The options of `vigie token list` and `vigie account list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) store: StoreArgs,
    /// Say it as JSON.
    #[arg(long, env = "VIGIE_LIST_JSON")]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
struct RevokeArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Its id or its label.
    token: String,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the store cannot be opened or written, or when what is named is not there.
pub fn run(args: TokenArgs) -> anyhow::Result<()> {
    match args.command {
        TokenCommand::Create(args) => create(args),
        TokenCommand::List(args) => {
            on_a_store(&args.store, async |app| tell(&app.snapshot(), Account::is_token, args.json))
        }
        TokenCommand::Revoke(args) => on_a_store(&args.store, async |app| {
            let token = found(&app.snapshot(), &args.token, Account::is_token)?;
            app.change_account(AccountChange::Disable(token.id)).await?;
            eprintln!("token {} ({}) is no longer good", token.name, token.id);
            Ok(())
        }),
    }
}

fn create(args: CreateArgs) -> anyhow::Result<()> {
    let seat = args.seat.seat()?;
    check_post("--label", &args.label)?;
    on_a_store(&args.store, async |app| {
        let (token, account) = app
            .give_token(NewToken::lasting(args.label, seat, args.days, app.now()))
            .await
            .map_err(|e| anyhow!(NotUnderstood(e.to_string())))?;
        writeln!(io::stdout().lock(), "{token}").context("the token could not be told")?;
        eprintln!("token {} ({}): keep it, it is not told again", account.name, account.id);
        Ok(())
    })
}
