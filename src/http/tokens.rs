//! `/tokens`: what programs send. Whoever administers gives tokens and takes them away.

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
    app::{AccountChange, NewToken, TOKEN_DAYS_MAX},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_tokens).service(give_token).service(revoke_token);
}

/// Every token, oldest first, without what a program sends.
#[utoipa::path(tag = "access", responses(
    (status = 200, description = "Tokens, oldest first", body = AccountsBody),
))]
#[get("/tokens")]
async fn list_tokens(
    _: Caller<ManageAccounts>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let body = AccountsBody::of(&edge, Account::is_token);
    Ok(json::of_now(&body))
}

/// Gives a program a token, told in this answer alone.
#[utoipa::path(tag = "access", request_body = NewTokenBody, responses(
    (status = 201, description = "The account of the token, and the token", body = WithToken),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such landlord or patrol", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "There are as many accounts as may be", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/tokens")]
async fn give_token(
    caller: Caller<ManageAccounts>,
    _: Query<NoParams>,
    body: Json<Object<NewTokenBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let NewTokenBody { label, role, landlord, patrol, days } = body.0.0;
    let label = post_name("label", &label)?;
    let seat = seat(&role, landlord.as_deref(), patrol.as_deref())?;
    if let Some(days) = days.filter(|days| !(1..=TOKEN_DAYS_MAX).contains(days)) {
        return Err(Problem::field("days", days, format!("must be 1 to {TOKEN_DAYS_MAX}")));
    }
    let new = NewToken::lasting(label, seat, days, edge.app.now());
    let (token, account) = edge.app.give_token_by(caller.account(), new).await?;
    let account = AccountBody::of(&account, edge.app.now());
    let mut response = HttpResponse::Created();
    Ok(response.insert_header((CACHE_CONTROL, "no-store")).json(WithToken { account, token }))
}

/// Takes a token away, at once and for good. Asking twice is asking once.
#[utoipa::path(tag = "access", params(("id" = String, Path, description = "Id of the account of the token")), responses(
    (status = 200, description = "The account of the token", body = AccountBody),
    (status = 404, description = "No such token", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/tokens/{id}/revoke")]
async fn revoke_token(
    caller: Caller<ManageAccounts>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<web::Json<AccountBody>, Problem> {
    let id = meant(&edge, &id, Account::is_token)?;
    changed(&edge, &caller, AccountChange::Disable(id)).await
}

/// A token as somebody gives it.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewToken)]
#[serde(deny_unknown_fields)]
struct NewTokenBody {
    /// What it is called: a-z, 0-9, `-`, `_` and `.`, 32 at most. Several tokens may be called alike.
    label: String,
    /// As what it asks.
    #[schema(value_type = RoleName)]
    role: String,
    /// Id of the landlord, with the role `landlord`.
    landlord: Option<String>,
    /// Id of the patrol, with the role `patrol`.
    patrol: Option<String>,
    /// For how many days it is good, 3660 at most; until it is revoked, where it is left out.
    #[schema(minimum = 1, maximum = 3660)]
    days: Option<u32>,
}

/// The account of a token, and the token.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountWithToken)]
struct WithToken {
    account: AccountBody,
    /// `vgt_…`, told once.
    token: String,
}
