//! `vigie account`: people are given accounts, other passwords, and lose their accounts again.

use std::io::{self, BufRead as _, Write as _};

use anyhow::{Context as _, anyhow, bail, ensure};
use serde::Serialize;

use super::{NotUnderstood, StoreArgs, tell_json, token::ListArgs};
use crate::{
    access::{Account, AccountName, Role, Seat},
    app::{AccountChange, AccountError, App, NewAccount, Password, system_clock},
    closed_list::ClosedList as _,
    patrol::PatrolId,
    privacy::{self, Purpose},
    stock::LandlordId,
    twin::Snapshot,
};

/// The options of `vigie account`.
#[derive(Debug, clap::Args)]
pub struct AccountArgs {
    #[command(subcommand)]
    command: AccountCommand,
}

/// What is done about accounts.
#[derive(Debug, clap::Subcommand)]
enum AccountCommand {
    /// Make an account; its password is made up and printed, alone, unless it is told.
    Create(CreateArgs),
    /// List the accounts there are, without what they are known by.
    List(ListArgs),
    /// Give an account another password; its sessions end.
    Password(PasswordArgs),
    /// Take an account away; its sessions end.
    Disable(DisableArgs),
}

/// As what an account or a token asks.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct SeatArgs {
    /// operator, dispatcher, patrol, landlord, partner, planner, dpo or admin.
    #[arg(long, env = "VIGIE_ROLE", value_name = "ROLE")]
    role: String,
    /// Id of the landlord, with the role landlord.
    #[arg(long, env = "VIGIE_LANDLORD", value_name = "ID")]
    landlord: Option<String>,
    /// Id of the patrol, with the role patrol.
    #[arg(long, env = "VIGIE_PATROL", value_name = "ID")]
    patrol: Option<PatrolId>,
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// What somebody signs in with, such as `regulation-2`: the name of a post, never of a person.
    name: AccountName,
    #[command(flatten)]
    seat: SeatArgs,
    /// Read the password from the first line of standard input.
    #[arg(long, env = "VIGIE_PASSWORD_STDIN")]
    password_stdin: bool,
}

#[derive(Debug, clap::Args)]
struct PasswordArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Which account.
    name: AccountName,
    /// Read the password from the first line of standard input.
    #[arg(long, env = "VIGIE_PASSWORD_STDIN")]
    password_stdin: bool,
}

#[derive(Debug, clap::Args)]
struct DisableArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Which account.
    name: AccountName,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the store cannot be opened or written, or when what is named is not there.
pub fn run(args: AccountArgs) -> anyhow::Result<()> {
    match args.command {
        AccountCommand::Create(args) => create(args),
        AccountCommand::List(args) => on_a_store(&args.store, async |app| {
            tell(&app.snapshot(), Account::has_password, args.json)
        }),
        AccountCommand::Password(args) => {
            let given = Given::read(args.password_stdin)?;
            on_a_store(&args.store, async |app| {
                let known = found(&app.snapshot(), args.name.as_str(), Account::has_password)?;
                let hash = given.password.hash()?;
                app.change_account(AccountChange::SetPassword(known.id, hash)).await?;
                given.tell()
            })
        }
        AccountCommand::Disable(args) => on_a_store(&args.store, async |app| {
            let known = found(&app.snapshot(), args.name.as_str(), Account::has_password)?;
            app.change_account(AccountChange::Disable(known.id)).await?;
            eprintln!("account {} is no longer good", known.name);
            Ok(())
        }),
    }
}

fn create(args: CreateArgs) -> anyhow::Result<()> {
    let seat = args.seat.seat()?;
    check_post("the name", &args.name)?;
    let given = Given::read(args.password_stdin)?;
    on_a_store(&args.store, async |app| {
        let password = given.password.hash()?;
        let new = NewAccount { name: args.name, seat, password };
        app.change_account(AccountChange::Open(new)).await.map_err(not_understood)?;
        given.tell()
    })
}

fn not_understood(error: AccountError) -> anyhow::Error {
    match error {
        AccountError::Unavailable(away) => away.into(),
        other => anyhow!(NotUnderstood(other.to_string())),
    }
}

impl SeatArgs {
    /// The seat that they say.
    ///
    /// # Errors
    ///
    /// [`NotUnderstood`] when they say none.
    pub(super) fn seat(&self) -> anyhow::Result<Seat> {
        let role = Role::of_name(&self.role).filter(|role| role.is_given()).ok_or_else(|| {
            let given = Role::ALL.iter().filter(|role| role.is_given());
            let names: Vec<&str> = given.map(|role| role.as_str()).collect();
            NotUnderstood(format!("--role is one of {}", names.join(", ")))
        })?;
        let landlord = self.landlord.as_deref().map(LandlordId::of_name).transpose();
        let landlord = landlord.map_err(|e| NotUnderstood(format!("--landlord: {e}")))?;
        let seat = Seat::new(role, landlord, self.patrol.clone());
        Ok(seat.map_err(|e| NotUnderstood(e.to_string()))?)
    }
}

/// A password, and whether whoever gives it has to be told.
struct Given {
    password: Password,
    made_up: bool,
}

impl Given {
    fn read(from_standard_input: bool) -> anyhow::Result<Self> {
        if !from_standard_input {
            return Ok(Self { password: Password::made_up()?, made_up: true });
        }
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("no password on standard input")?;
        let password = line.trim_end_matches(['\n', '\r']).parse();
        let password = password.map_err(|e| NotUnderstood(format!("the password {e}")))?;
        Ok(Self { password, made_up: false })
    }

    fn tell(&self) -> anyhow::Result<()> {
        if self.made_up {
            writeln!(io::stdout().lock(), "{}", self.password.told())
                .context("the password could not be told")?;
            eprintln!("this is the password: it is not told again");
        }
        Ok(())
    }
}

/// Refuses what an account or a token is to be called where it may be the name of a person.
///
/// # Errors
///
/// [`NotUnderstood`] names the option and the rule, and not the name.
pub(super) fn check_post(option: &str, name: &AccountName) -> anyhow::Result<()> {
    let judged = privacy::check(name.as_str(), Purpose::Post);
    Ok(judged.map_err(|e| NotUnderstood(format!("{option} {e}: say the name of a post")))?)
}

/// Does `work` on a store that servers may have open.
pub(super) fn on_a_store(
    store: &StoreArgs,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let app = App::open(store.url()?.open()?, system_clock)?;
    let done = actix_web::rt::System::new().block_on(work(&app));
    app.close();
    done
}

/// The one account that `name` names, by its name or its id, among those of a sort that are still good.
pub(super) fn found(
    snapshot: &Snapshot,
    name: &str,
    is_meant: fn(&Account) -> bool,
) -> anyhow::Result<Account> {
    let good = snapshot.accounts().iter().filter(|one| is_meant(one) && !one.is_disabled());
    let mut named = good.filter(|one| one.name.as_str() == name || one.id.to_string() == name);
    let Some(one) = named.next() else { bail!("there is no `{name}`") };
    ensure!(named.next().is_none(), "more than one is called `{name}`: say its id");
    Ok((**one).clone())
}

/// An account as it is told.
#[derive(Debug, Serialize)]
struct Told {
    id: String,
    name: String,
    role: &'static str,
    landlord: Option<String>,
    patrol: Option<String>,
    created_at: String,
    expires_at: Option<String>,
    in_force: bool,
}

impl From<&Account> for Told {
    fn from(account: &Account) -> Self {
        let scope = account.seat.scope();
        Self {
            id: account.id.to_string(),
            name: account.name.to_string(),
            role: account.seat.role().as_str(),
            landlord: scope.landlord().map(ToString::to_string),
            patrol: scope.patrol().map(ToString::to_string),
            created_at: account.created_at.to_string(),
            expires_at: account.expires_at.map(|at| at.to_string()),
            in_force: account.is_in_force(system_clock()),
        }
    }
}

/// Lists the accounts of a sort, as a table or as JSON.
pub(super) fn tell(
    snapshot: &Snapshot,
    is_meant: fn(&Account) -> bool,
    json: bool,
) -> anyhow::Result<()> {
    let accounts = snapshot.accounts().iter().filter(|account| is_meant(account));
    let told: Vec<Told> = accounts.map(|account| Told::from(&**account)).collect();
    if json {
        return tell_json(&told);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{:<36}  {:<20} {:<11} {:<20} {:<8} until", "id", "name", "role", "for", "good")?;
    for one in told {
        let of = one.landlord.or(one.patrol).unwrap_or_default();
        let good = if one.in_force { "yes" } else { "no" };
        let until = one.expires_at.unwrap_or_default();
        writeln!(
            out,
            "{:<36}  {:<20} {:<11} {of:<20} {good:<8} {until}",
            one.id, one.name, one.role
        )?;
    }
    Ok(())
}
