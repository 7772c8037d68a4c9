//! An account as it is told and as it is asked for: what it is known by is in neither.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Edge, Problem, ProblemKind,
    caller::Caller,
    named::{Named, RoleName},
    permits::ManageAccounts,
};
use crate::{
    access::{Account, AccountId, AccountName, InvalidSeat, Role, Seat},
    app::{AccountChange, AccountError},
    closed_list::ClosedList as _,
    patrol::PatrolId,
    privacy::{self, Purpose},
    stock::LandlordId,
    time::Timestamp,
};

/// An account or a token, without what it is known by.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountBody {
    /// UUID.
    id: String,
    /// What it is called: the name of a post, or the label of a token.
    name: String,
    /// As what it asks.
    role: RoleName,
    /// Id of the landlord that it is for.
    #[schema(required = true)]
    landlord: Option<String>,
    /// Id of the patrol that it is for.
    #[schema(required = true)]
    patrol: Option<String>,
    /// Since when it is there, RFC 3339.
    created_at: String,
    /// From when on it is no longer good, RFC 3339; null where it has no end.
    #[schema(required = true)]
    expires_at: Option<String>,
    /// Whether somebody shows a second factor beside the password.
    second_factor: bool,
    /// Whether it was taken away.
    disabled: bool,
    /// Whether it is good now.
    in_force: bool,
}

impl AccountBody {
    /// As it is told at that time.
    pub fn of(account: &Account, now: Timestamp) -> Self {
        let scope = account.seat.scope();
        Self {
            id: account.id.to_string(),
            name: account.name.to_string(),
            role: Named(account.seat.role()),
            landlord: scope.landlord().map(ToString::to_string),
            patrol: scope.patrol().map(ToString::to_string),
            created_at: account.created_at.to_string(),
            expires_at: account.expires_at.map(|at| at.to_string()),
            second_factor: account.second_factor.is_some(),
            disabled: account.is_disabled(),
            in_force: account.is_in_force(now),
        }
    }
}

/// Accounts, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Accounts)]
pub struct AccountsBody {
    /// Those that were taken away among them.
    accounts: Vec<AccountBody>,
    /// When it was so, RFC 3339.
    #[serde(rename = "timeStamp")]
    time_stamp: String,
}

impl AccountsBody {
    /// The accounts of a sort.
    pub fn of(edge: &Edge, is_meant: fn(&Account) -> bool) -> Self {
        let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
        let meant = snapshot.accounts().iter().filter(|account| is_meant(account));
        let accounts = meant.map(|account| AccountBody::of(account, now)).collect();
        Self { accounts, time_stamp: now.to_string() }
    }
}

/// The account with that id, where it is of the sort that is meant.
///
/// # Errors
///
/// 404: another sort is answered like none.
pub fn meant(edge: &Edge, id: &str, is_meant: fn(&Account) -> bool) -> Result<AccountId, Problem> {
    let unknown = || Problem::unknown("id", id, format!("account `{id}` is not known"));
    let parsed: AccountId = id.parse().map_err(|_no_id| unknown())?;
    let snapshot = edge.app.snapshot();
    let account = snapshot.accounts().get(parsed).filter(|account| is_meant(account));
    account.map(|account| account.id).ok_or_else(unknown)
}

/// Makes a change to an account, and tells the account as it then is.
///
/// # Errors
///
/// Why it stays as it was.
pub async fn changed(
    edge: &Edge,
    caller: &Caller<ManageAccounts>,
    change: AccountChange,
) -> Result<web::Json<AccountBody>, Problem> {
    let account = edge.app.change_account_by(caller.account(), change).await?;
    Ok(web::Json(AccountBody::of(&account, edge.app.now())))
}

/// What an account or a token is to be called: the name of a post.
///
/// # Errors
///
/// 422 with the field, and the rule where it may be the name of a person; it is not repeated.
pub fn post_name(field: &str, name: &str) -> Result<AccountName, Problem> {
    let name: AccountName = name.parse().map_err(|e| Problem::unsaid(field, e))?;
    privacy::check(name.as_str(), Purpose::Post).map_err(|e| Problem::unsaid(field, e))?;
    Ok(name)
}

/// The seat that the fields of a body say.
///
/// # Errors
///
/// 422 with the field.
pub fn seat(role: &str, landlord: Option<&str>, patrol: Option<&str>) -> Result<Seat, Problem> {
    let role = Role::of_name(role).filter(|role| role.is_given()).ok_or_else(|| {
        let given = Role::ALL.iter().filter(|role| role.is_given());
        let names: Vec<&str> = given.map(|role| role.as_str()).collect();
        Problem::unsaid("role", format!("must be one of {}", names.join(", ")))
    })?;
    let landlord = landlord
        .map(|name| LandlordId::of_name(name).map_err(|e| Problem::field("landlord", name, e)));
    let patrol =
        patrol.map(|id| id.parse::<PatrolId>().map_err(|e| Problem::field("patrol", id, e)));
    Ok(Seat::new(role, landlord.transpose()?, patrol.transpose()?)?)
}

impl From<InvalidSeat> for Problem {
    fn from(error: InvalidSeat) -> Self {
        match error {
            InvalidSeat::LandlordMissing => Self::unsaid("landlord", error),
            InvalidSeat::PatrolMissing => Self::unsaid("patrol", error),
            InvalidSeat::Needless | InvalidSeat::NotGiven(_) => Self::unsaid("role", error),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let reason = error.to_string();
        let conflict = |field, value| Self::at_fault(ProblemKind::Conflict, field, value, &reason);
        match error {
            AccountError::NameTaken(name) => conflict("name", Some(name.to_string())),
            AccountError::LastAdmin(_) | AccountError::HasSecondFactor(_) => conflict("id", None),
            AccountError::CodeNotGood => Self::new(ProblemKind::CodeNeeded, reason),
            AccountError::TooMany => Self::new(ProblemKind::Conflict, reason),
            AccountError::UnknownAccount(id) => Self::unknown("id", id, reason),
            AccountError::UnknownLandlord(id) => Self::unknown("landlord", id, reason),
            AccountError::UnknownPatrol(id) => Self::unknown("patrol", id, reason),
            AccountError::NoPassword(_) => Self::unsaid("password", reason),
            AccountError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}
