//! `/accounts`: who signs in. Whoever administers gives accounts, other passwords, and takes accounts away.

use actix_web::{
    HttpResponse, get,
    http::header::CACHE_CONTROL,
    post,
    web::{self, Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, Query,
    account_body::{AccountBody, AccountsBody, changed, meant, post_name, seat},
    caller::Caller,
    json::{self, Object},
    named::RoleName,
    permits::ManageAccounts,
    problem::ProblemBody,
    query::NoParams,
};
use crate::{
    access::Account,
    app::{AccountChange, NewAccount, Password},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_accounts)
        .service(give_account)
        .service(reset_password)
        .service(disable_account)
        .service(enable_account)
        .service(clear_second_factor);
}

/// Every account that somebody signs in to, oldest first; of passwords, nothing.
#[utoipa::path(tag = "access", responses(
    (status = 200, description = "Accounts, oldest first", body = AccountsBody),
))]
#[get("/accounts")]
async fn list_accounts(
    _: Caller<ManageAccounts>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let body = AccountsBody::of(&edge, Account::has_password);
    Ok(json::of_now(&body))
}

/// Gives somebody an account. Its password is made up, and told in this answer alone.
///
/// The name is that of a post, never of a person.
#[utoipa::path(tag = "access", request_body = NewAccountBody, responses(
    (status = 201, description = "The account, and its password", body = WithPassword),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such landlord or patrol", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The name is taken, or there are as many accounts as may be", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/accounts")]
async fn give_account(
    caller: Caller<ManageAccounts>,
    _: Query<NoParams>,
    body: Json<Object<NewAccountBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let NewAccountBody { name, role, landlord, patrol } = body.0.0;
    let name = post_name("name", &name)?;
    let seat = seat(&role, landlord.as_deref(), patrol.as_deref())?;
    let made = Password::made_up()?;
    let password = edge.sessions.hashed(made.clone()).await?;
    let change = AccountChange::Open(NewAccount { name, seat, password });
    let account = edge.app.change_account_by(caller.account(), change).await?;
    Ok(with_password(&edge, HttpResponse::Created(), &account, &made))
}

/// Gives an account another password, told in this answer alone. Its sessions end.
#[utoipa::path(tag = "access", params(("id" = String, Path, description = "Id of the account")), responses(
    (status = 200, description = "The account, and its new password", body = WithPassword),
    (status = 404, description = "No such account", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/accounts/{id}/password")]
async fn reset_password(
    caller: Caller<ManageAccounts>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let id = meant(&edge, &id, Account::has_password)?;
    let made = Password::made_up()?;
    let password = edge.sessions.hashed(made.clone()).await?;
    let change = AccountChange::SetPassword(id, password);
    let account = edge.app.change_account_by(caller.account(), change).await?;
    Ok(with_password(&edge, HttpResponse::Ok(), &account, &made))
}

/// Takes an account away. Its sessions end; it stays in the list, so that registers can name it.
///
/// The last administrator cannot be taken away. Asking twice is asking once.
#[utoipa::path(tag = "access", params(("id" = String, Path, description = "Id of the account")), responses(
    (status = 200, description = "The account", body = AccountBody),
    (status = 404, description = "No such account", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is the last administrator", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/accounts/{id}/disable")]
async fn disable_account(
    caller: Caller<ManageAccounts>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<web::Json<AccountBody>, Problem> {
    let id = meant(&edge, &id, Account::has_password)?;
    changed(&edge, &caller, AccountChange::Disable(id)).await
}

/// Gives an account back that was taken away, with the password that it had.
#[utoipa::path(tag = "access", params(("id" = String, Path, description = "Id of the account")), responses(
    (status = 200, description = "The account", body = AccountBody),
    (status = 404, description = "No such account", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/accounts/{id}/enable")]
async fn enable_account(
    caller: Caller<ManageAccounts>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<web::Json<AccountBody>, Problem> {
    let id = meant(&edge, &id, Account::has_password)?;
    changed(&edge, &caller, AccountChange::Enable(id)).await
}

/// Takes the second factor of an account away, for somebody who has lost both authenticator and recovery codes. Its
/// sessions end. Asking twice is asking once.
#[utoipa::path(tag = "access", params(("id" = String, Path, description = "Id of the account")), responses(
    (status = 200, description = "The account", body = AccountBody),
    (status = 404, description = "No such account", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/accounts/{id}/clear-second-factor")]
async fn clear_second_factor(
    caller: Caller<ManageAccounts>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<web::Json<AccountBody>, Problem> {
    let id = meant(&edge, &id, Account::has_password)?;
    changed(&edge, &caller, AccountChange::ClearSecondFactor(id)).await
}

/// An account as somebody gives it.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewAccount)]
#[serde(deny_unknown_fields)]
struct NewAccountBody {
    /// The name of a post: a-z, 0-9, `-`, `_` and `.`, 32 at most.
    name: String,
    /// As what it asks.
    #[schema(value_type = RoleName)]
    role: String,
    /// Id of the landlord, with the role `landlord`.
    landlord: Option<String>,
    /// Id of the patrol, with the role `patrol`.
    patrol: Option<String>,
}

/// An account, and the password that it has from now on.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountWithPassword)]
struct WithPassword {
    account: AccountBody,
    /// Told once.
    password: String,
}

fn with_password(
    edge: &Edge,
    mut response: actix_web::HttpResponseBuilder,
    account: &Account,
    password: &Password,
) -> HttpResponse {
    let account = AccountBody::of(account, edge.app.now());
    let body = WithPassword { account, password: password.told().to_owned() };
    response.insert_header((CACHE_CONTROL, "no-store")).json(body)
}
