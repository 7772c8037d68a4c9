//! `/session/totp`: somebody who has signed in puts an authenticator beside the password, and takes it away again.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, HttpResponse, dev::Payload,
    http::header::AUTHORIZATION, post, put, web::Data,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, ProblemKind, Query,
    caller::{self, Declared, Known},
    json::{self, Object},
    problem::ProblemBody,
    qr::{self, QrBody},
    query::NoParams,
    seal, session,
    tried::Tried,
};
use crate::{
    access::{Account, AccountId, RecoveryDigest, SecondFactor, TOTP_SECRET_BYTES},
    app::{AccountChange, AccountError, TotpSecret, recovery_codes},
};

/// For how long a secret that was shown can be confirmed, in seconds.
const ENROLMENT_S: i64 = 15 * 60;
/// What a secret is sealed for between the two steps.
const PURPOSE: &[u8] = b"vigie totp enrolment 1";

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(begin).service(confirm).service(clear);
}

/// Somebody who has signed in, not a program with a token and not a guest of a demo. First among what a handler takes.
struct SignedIn(Arc<Account>);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl SignedIn {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let Known { seat, account, .. } = caller::known(request)?;
        let edge = request.app_data::<Data<Edge>>();
        let edge = edge.ok_or_else(|| Problem::internal("a request came without its edge"))?;
        let by_cookie = !request.headers().contains_key(AUTHORIZATION);
        let snapshot = edge.app.snapshot();
        let account = account.filter(|_| by_cookie).and_then(|id| snapshot.accounts().get(id));
        let account = account.ok_or_else(|| {
            let detail = "only whoever has signed in with a password has an authenticator";
            Problem::new(ProblemKind::Forbidden, detail)
        })?;
        request.extensions_mut().insert(Declared::to(seat));
        Ok(Self(Arc::clone(account)))
    }
}

/// Makes up a secret for an authenticator. Nothing is kept until a code of it is sent back.
///
/// The password is asked for again: whoever sits down at a page that was left open puts no authenticator of theirs there.
#[utoipa::path(tag = "access", request_body = Again, responses(
    (status = 200, description = "The secret, told once", body = Enrolment),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The account has one already", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "Too many failures: `Retry-After` says for how long", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/session/totp")]
async fn begin(
    signed_in: SignedIn,
    request: HttpRequest,
    _: Query<NoParams>,
    body: Json<Object<Again>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let SignedIn(account) = signed_in;
    if account.second_factor.is_some() {
        return Err(AccountError::HasSecondFactor(account.name.clone()).into());
    }
    session::checked(&request, &edge, account.name.as_str(), &body.0.0.password).await?;
    let secret = TotpSecret::made_up()?;
    let uri = secret.uri(&account.name);
    let told = Enrolment {
        secret: secret.base32(),
        qr: qr::drawn(&uri).map_err(Problem::internal)?,
        uri,
        enrolment: sealed(&edge, account.id, &secret)?,
    };
    Ok(json::of_now(&told))
}

/// Keeps the authenticator, once a code of it shows that it holds the secret. From now on it is asked for at sign-in.
///
/// The recovery codes are told in this answer alone; each is good once, in place of a code.
#[utoipa::path(tag = "access", request_body = Confirm, responses(
    (status = 200, description = "Kept; the recovery codes", body = Recovery),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The account has one already", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "The code is not good, or the secret was shown too long ago", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[put("/session/totp")]
async fn confirm(
    signed_in: SignedIn,
    _: Query<NoParams>,
    body: Json<Object<Confirm>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (SignedIn(account), Confirm { enrolment, code }) = (signed_in, body.0.0);
    let secret = opened(&edge, account.id, &enrolment)
        .ok_or_else(|| Problem::unsaid("enrolment", "is not ours, or too old: begin again"))?;
    let step = secret.step_of(&code, edge.app.now());
    let used_step = step.ok_or_else(|| Problem::unsaid("code", AccountError::CodeNotGood))?;
    let (told, recovery) = recovery_codes()?.into_iter().unzip();
    let second =
        SecondFactor { secret: secret.sealed(&edge.seal_key()?, account.id)?, used_step, recovery };
    let change = AccountChange::AddSecondFactor(account.id, second);
    edge.app.change_account_by(Some(account.id), change).await?;
    let body = Recovery { recovery_codes: told };
    Ok(json::of_now(&body))
}

/// Takes the authenticator away, for whoever shows a code of it or a recovery code. Every session of the account ends.
#[utoipa::path(tag = "access", request_body = Code, responses(
    (status = 200, description = "Taken away; sign in again", body = Cleared),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "Too many failures: `Retry-After` says for how long", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/session/totp/clear")]
async fn clear(
    signed_in: SignedIn,
    request: HttpRequest,
    _: Query<NoParams>,
    body: Json<Object<Code>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let SignedIn(account) = signed_in;
    let tried = Tried::of(&request, &edge, account.name.as_str())?;
    pass(&edge, &tried, Arc::clone(&account), Some(&body.0.0.code)).await?;
    let change = AccountChange::ClearSecondFactor(account.id);
    edge.app.change_account_by(Some(account.id), change).await?;
    Ok(json::of_now(&Cleared { cleared: true }))
}

/// Lets through whoever has no second factor, or shows it: then the code is used up, on every server.
///
/// # Errors
///
/// 401 that says that a code is asked for. A wrong one counts as a failure of that name and address.
pub async fn pass(
    edge: &Edge,
    tried: &Tried,
    account: Arc<Account>,
    code: Option<&str>,
) -> Result<Arc<Account>, Problem> {
    let Some(second) = &account.second_factor else { return Ok(account) };
    let Some(code) = code else {
        let detail = "a code of the authenticator, or a recovery code, must come with it";
        return Err(Problem::new(ProblemKind::CodeNeeded, detail));
    };
    let used = match use_of(edge, account.id, second, code) {
        Some(change) => edge.app.change_account_by(Some(account.id), change).await,
        None => Err(AccountError::CodeNotGood),
    };
    match used {
        Ok(account) => {
            tried.succeeded(edge);
            Ok(Arc::new(account))
        }
        Err(AccountError::CodeNotGood) => {
            tried.failed_code(edge);
            Err(Problem::new(ProblemKind::CodeNeeded, AccountError::CodeNotGood))
        }
        Err(other) => Err(other.into()),
    }
}

/// How `code` is used up, where it may be one.
fn use_of(edge: &Edge, id: AccountId, second: &SecondFactor, code: &str) -> Option<AccountChange> {
    let plain: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(AccountChange::UseRecovery(id, RecoveryDigest::of(&plain)));
    }
    let snapshot = edge.app.snapshot();
    let secret = TotpSecret::opened(snapshot.accounts().seal()?, id, &second.secret)?;
    Some(AccountChange::UseStep(id, secret.step_of(&plain, edge.app.now())?))
}

/// The secret between the two steps, for nobody but the account that asked.
fn sealed(edge: &Edge, id: AccountId, secret: &TotpSecret) -> Result<String, Problem> {
    let expiry = edge.app.now().plus_seconds(ENROLMENT_S).unix_ms();
    let plain = format!("{expiry} {id} {}", hex::encode(secret.bytes()));
    seal::seal_text(&edge.seal_key()?, PURPOSE, &plain)
        .ok_or_else(|| Problem::internal("nothing can be sealed"))
}

fn opened(edge: &Edge, id: AccountId, sealed: &str) -> Option<TotpSecret> {
    let snapshot = edge.app.snapshot();
    let plain = seal::open_text(snapshot.accounts().seal()?, PURPOSE, sealed)?;
    let words: Vec<&str> = plain.split(' ').collect();
    let [expiry, of, digits] = words[..] else { return None };
    if edge.app.now().unix_ms() >= expiry.parse::<i64>().ok()? || of != id.to_string() {
        return None;
    }
    let bytes: [u8; TOTP_SECRET_BYTES] = hex::decode(digits).ok()?.try_into().ok()?;
    Some(TotpSecret::new(bytes))
}

/// The password of whoever has signed in.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasswordAgain)]
#[serde(deny_unknown_fields)]
struct Again {
    /// Asked for again.
    password: String,
}

/// A secret for an authenticator, told once.
#[derive(Serialize, ToSchema)]
#[schema(as = TotpEnrolment)]
struct Enrolment {
    /// In base 32, to be typed into an authenticator.
    secret: String,
    /// `otpauth://totp/…`, which an authenticator reads.
    uri: String,
    /// The same as a picture.
    qr: QrBody,
    /// To be sent back with a code, within 15 minutes.
    enrolment: String,
}

/// A code that shows that an authenticator holds the secret.
#[derive(Deserialize, ToSchema)]
#[schema(as = TotpConfirmation)]
#[serde(deny_unknown_fields)]
struct Confirm {
    /// As it was told with the secret.
    enrolment: String,
    /// Six digits.
    code: String,
}

/// Recovery codes, told once.
#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryCodes)]
struct Recovery {
    /// Each is good once, in place of a code of the authenticator.
    recovery_codes: Vec<String>,
}

/// A code of an authenticator, or a recovery code.
#[derive(Deserialize, ToSchema)]
#[schema(as = SecondFactorCode)]
#[serde(deny_unknown_fields)]
struct Code {
    /// Six digits, or a recovery code.
    code: String,
}

/// That it is gone.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactorCleared)]
struct Cleared {
    /// True.
    cleared: bool,
}
