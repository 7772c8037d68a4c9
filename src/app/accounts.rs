//! Accounts: given to people and programs, changed, and taken away.

use uuid::Uuid;

use super::{App, Unavailable, job::Job, passwords::random};
use crate::{
    access::{
        Account, AccountId, AccountName, Key, PasswordHash, RecoveryDigest, Role, SealKey, Seat,
        SecondFactor, TokenDigest,
    },
    patrol::PatrolId,
    stock::LandlordId,
    time::Timestamp,
    twin::Snapshot,
};

/// Most accounts and tokens of a store, those that were taken away among them.
pub const ACCOUNTS_MAX: usize = 10_000;
/// Most days for which a token may be good.
pub const TOKEN_DAYS_MAX: u32 = 3660;
/// What the program calls its own account.
const OWN_NAME: &str = "vigie";

/// An account as somebody gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// What it is called.
    pub name: AccountName,
    /// As what it asks.
    pub seat: Seat,
    /// The password that somebody signs in with.
    pub password: PasswordHash,
}

/// A token as somebody gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is called.
    pub label: AccountName,
    /// As what it asks.
    pub seat: Seat,
    /// From when on it is no longer good.
    pub expires_at: Option<Timestamp>,
}

impl NewToken {
    /// One that is good for so many days from `now` on, or until it is revoked.
    #[must_use]
    pub fn lasting(label: AccountName, seat: Seat, days: Option<u32>, now: Timestamp) -> Self {
        let expires_at = days.map(|days| now.plus_seconds(i64::from(days) * 86_400));
        Self { label, seat, expires_at }
    }
}

/// What is to become of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// Somebody is given one.
    Open(NewAccount),
    /// A program is given one, with that token.
    OpenToken(NewToken, TokenDigest),
    /// The program takes its own, with that key, where it has none.
    OpenOwn(SealKey),
    /// It has another password, and its sessions end.
    SetPassword(AccountId, PasswordHash),
    /// Its sessions end.
    EndSessions(AccountId),
    /// It is taken away.
    Disable(AccountId),
    /// It is given back. A token is not: it may have been lost in the meantime.
    Enable(AccountId),
    /// Whoever signs in to it shows a second factor from now on.
    AddSecondFactor(AccountId, SecondFactor),
    /// Nobody shows one any more. Its sessions end.
    ClearSecondFactor(AccountId),
    /// The code of that half minute of its authenticator is used up, and those before it.
    UseStep(AccountId, u64),
    /// That recovery code is used up.
    UseRecovery(AccountId, RecoveryDigest),
}

/// Which account asks for a change; `None` for whoever is at the terminal, and for a guest of a demo.
pub type Author = Option<AccountId>;

/// Why accounts stayed as they were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Another account is called so.
    #[error("an account is called `{0}` already")]
    NameTaken(AccountName),
    /// Nobody was given it.
    #[error("account `{0}` is not known")]
    UnknownAccount(AccountId),
    /// The stock holds no such landlord.
    #[error("landlord `{0}` is not in the stock")]
    UnknownLandlord(LandlordId),
    /// Nobody has that id.
    #[error("patrol `{0}` is not known")]
    UnknownPatrol(PatrolId),
    /// It has a token.
    #[error("account `{0}` is known by a token, and has no password")]
    NoPassword(AccountName),
    /// Nobody could give accounts any more.
    #[error("`{0}` is the last administrator")]
    LastAdmin(AccountName),
    /// It has another one.
    #[error("account `{0}` has a second factor already")]
    HasSecondFactor(AccountName),
    /// The code was used before, or is none.
    #[error("that code is not good, or not any more")]
    CodeNotGood,
    /// There is no room for another one.
    #[error("there are {ACCOUNTS_MAX} accounts and tokens, and no more may be")]
    TooMany,
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl App {
    /// Changes accounts, for whoever is at the terminal. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`AccountError`]; nothing is then recorded.
    pub async fn change_account(&self, change: AccountChange) -> Result<Account, AccountError> {
        self.change_account_by(None, change).await
    }

    /// Changes accounts, for `author`, whom the event names. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`AccountError`]; nothing is then recorded.
    pub async fn change_account_by(
        &self,
        author: Author,
        change: AccountChange,
    ) -> Result<Account, AccountError> {
        self.ask(|reply| Job::Account(author, Box::new(change), reply)).await?
    }

    /// Gives a program a token, for whoever is at the terminal. It is told here and never again.
    ///
    /// # Errors
    ///
    /// [`AccountError`]; nothing is then recorded.
    pub async fn give_token(&self, new: NewToken) -> Result<(String, Account), AccountError> {
        self.give_token_by(None, new).await
    }

    /// Gives a program a token, for `author`. It is told here and never again.
    ///
    /// # Errors
    ///
    /// [`AccountError`]; nothing is then recorded.
    pub async fn give_token_by(
        &self,
        author: Author,
        new: NewToken,
    ) -> Result<(String, Account), AccountError> {
        let (token, digest) = TokenDigest::new_token(&random()?);
        let account = self.change_account_by(author, AccountChange::OpenToken(new, digest)).await?;
        Ok((token, account))
    }

    /// Makes sure that there is a key to seal sessions with.
    ///
    /// # Errors
    ///
    /// [`AccountError`] when none could be recorded.
    pub async fn ensure_seal(&self) -> Result<(), AccountError> {
        if self.snapshot().accounts().seal().is_none() {
            self.change_account(AccountChange::OpenOwn(SealKey::new(random()?))).await?;
        }
        Ok(())
    }
}

/// The account that `change` leads to, decided against `state`.
///
/// # Errors
///
/// [`AccountError`]; nothing is then to be recorded.
pub(super) fn decide(
    state: &Snapshot,
    change: AccountChange,
    now: Timestamp,
) -> Result<Account, AccountError> {
    let known = |id| {
        let account = state.accounts().get(id).ok_or(AccountError::UnknownAccount(id))?;
        Ok::<_, AccountError>((**account).clone())
    };
    match change {
        AccountChange::Open(NewAccount { name, seat, password }) => {
            if state.accounts().of_name(&name).is_some() {
                return Err(AccountError::NameTaken(name));
            }
            check_room(state)?;
            check_seat(state, &seat)?;
            Ok(opened(name, seat, Key::Password(password), None, now))
        }
        AccountChange::OpenToken(NewToken { label, seat, expires_at }, digest) => {
            check_room(state)?;
            check_seat(state, &seat)?;
            Ok(opened(label, seat, Key::Token(digest), expires_at, now))
        }
        AccountChange::OpenOwn(key) => {
            let own = state.accounts().iter().find(|one| one.seat.role() == Role::System);
            let new = || opened(own_name(), Seat::SYSTEM, Key::Seal(key), None, now);
            Ok(own.map_or_else(new, |own| (**own).clone()))
        }
        AccountChange::SetPassword(id, password) => {
            let known = known(id)?;
            if !known.has_password() {
                return Err(AccountError::NoPassword(known.name));
            }
            Ok(Account { key: Key::Password(password), epoch: known.epoch + 1, ..known })
        }
        AccountChange::EndSessions(id) => {
            let known = known(id)?;
            Ok(Account { epoch: known.epoch + 1, ..known })
        }
        AccountChange::Disable(id) => {
            let known = known(id)?;
            if known.is_disabled() {
                return Ok(known);
            }
            let is_admin = |one: &Account| {
                one.seat.role() == Role::Admin && one.has_password() && one.is_in_force(now)
            };
            let others = state.accounts().iter().filter(|one| one.id != id && is_admin(one));
            if is_admin(&known) && others.count() == 0 {
                return Err(AccountError::LastAdmin(known.name));
            }
            Ok(Account { disabled_at: Some(now), epoch: known.epoch + 1, ..known })
        }
        AccountChange::Enable(id) => {
            let known = known(id)?;
            if !known.has_password() {
                return Err(AccountError::NoPassword(known.name));
            }
            Ok(Account { disabled_at: None, ..known })
        }
        AccountChange::AddSecondFactor(id, second) => {
            let known = known(id)?;
            if !known.has_password() {
                return Err(AccountError::NoPassword(known.name));
            }
            if known.second_factor.is_some() {
                return Err(AccountError::HasSecondFactor(known.name));
            }
            Ok(Account { second_factor: Some(second), ..known })
        }
        AccountChange::ClearSecondFactor(id) => {
            let known = known(id)?;
            if known.second_factor.is_none() {
                return Ok(known);
            }
            Ok(Account { second_factor: None, epoch: known.epoch + 1, ..known })
        }
        AccountChange::UseStep(id, step) => {
            let (known, second) = with_second_factor(known(id)?)?;
            if step <= second.used_step {
                return Err(AccountError::CodeNotGood);
            }
            let second_factor = Some(SecondFactor { used_step: step, ..second });
            Ok(Account { second_factor, ..known })
        }
        AccountChange::UseRecovery(id, code) => {
            let (known, mut second) = with_second_factor(known(id)?)?;
            let at = second.recovery.iter().position(|kept| *kept == code);
            second.recovery.remove(at.ok_or(AccountError::CodeNotGood)?);
            Ok(Account { second_factor: Some(second), ..known })
        }
    }
}

/// An account with the second factor that it has.
fn with_second_factor(known: Account) -> Result<(Account, SecondFactor), AccountError> {
    let second = known.second_factor.clone().ok_or(AccountError::CodeNotGood)?;
    Ok((known, second))
}

/// Refuses another account where there are as many as may be.
fn check_room(state: &Snapshot) -> Result<(), AccountError> {
    if state.accounts().iter().len() < ACCOUNTS_MAX { Ok(()) } else { Err(AccountError::TooMany) }
}

/// Refuses a seat for whom the state does not know.
fn check_seat(state: &Snapshot, seat: &Seat) -> Result<(), AccountError> {
    if let Some(landlord) = seat.scope().landlord()
        && state.stock().landlord(landlord).is_none()
    {
        return Err(AccountError::UnknownLandlord(landlord.clone()));
    }
    if let Some(patrol) = seat.scope().patrol()
        && state.patrols().get(patrol).is_none()
    {
        return Err(AccountError::UnknownPatrol(patrol.clone()));
    }
    Ok(())
}

fn opened(
    name: AccountName,
    seat: Seat,
    key: Key,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Account {
    let id = AccountId::new(Uuid::now_v7());
    Account {
        id,
        name,
        seat,
        key,
        second_factor: None,
        created_at: now,
        expires_at,
        disabled_at: None,
        epoch: 0,
    }
}

fn own_name() -> AccountName {
    OWN_NAME.parse().unwrap_or_else(|_| unreachable!("`{OWN_NAME}` is a name"))
}
