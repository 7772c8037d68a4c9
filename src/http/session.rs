//! `/session`: signing in and out from a browser, and the roles of a demo.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::header::{CACHE_CONTROL, SET_COOKIE},
    post,
    web::{self, Data},
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, ProblemKind, Query,
    account_body::post_name,
    attempts::Attempts,
    caller::{self, Doors, Known, Public, is_of_this_machine},
    json::Object,
    left,
    named::{Named, PermissionName, RoleName},
    problem::ProblemBody,
    query::NoParams,
    seal::{self, Ticket},
    second_factor,
    session_cookie::{
        NAME, NAME_HERE, SESSION_S, check_same_site, cookie, cookie_name, sealed, signed_in,
    },
    tried::Tried,
};
use crate::{
    access::{Account, AccountName, PasswordHash, Permission, Role, Seat},
    app::{AccountChange, App, NewAccount, Password},
    closed_list::ClosedList as _,
    time::Timestamp,
};

/// For how long the link is good that makes the first administrator, in seconds.
pub const FIRST_LINK_S: i64 = 30 * 60;
/// Passwords that are checked at once: each takes 19 MiB and a core.
const CHECKS_MAX: usize = 2;
/// Codes that are handed in to a provider at once: each takes a thread until the provider answers.
const EXCHANGES_MAX: usize = 8;
/// What is kept of a password that nobody has, so that an unknown name takes as long as a known one.
static NOBODYS: LazyLock<Option<PasswordHash>> =
    LazyLock::new(|| Password::made_up().and_then(|password| password.hash()).ok());

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_session).service(sign_in).service(sign_out).service(make_first);
}

/// Who may be signing in.
#[derive(Clone)]
pub struct Sessions {
    /// Who has failed of late.
    pub attempts: Arc<Attempts>,
    checks: Arc<Semaphore>,
    exchanges: Arc<Semaphore>,
    /// The digest of the code that makes the first administrator, and until when it does.
    first: Arc<Mutex<Option<(String, Timestamp)>>>,
}

impl Sessions {
    /// `first_code` makes the first administrator, once, until half an hour after `now`.
    #[must_use]
    pub fn new(first_code: Option<String>, now: Timestamp) -> Self {
        let first = first_code.map(|code| (code, now.plus_seconds(FIRST_LINK_S)));
        Self {
            attempts: Arc::default(),
            checks: Arc::new(Semaphore::new(CHECKS_MAX)),
            exchanges: Arc::new(Semaphore::new(EXCHANGES_MAX)),
            first: Arc::new(Mutex::new(first)),
        }
    }

    /// What is kept of `password`. As many are worked out at once as are checked.
    ///
    /// # Errors
    ///
    /// 503 where the system has no random bytes.
    pub async fn hashed(&self, password: Password) -> Result<PasswordHash, Problem> {
        let _check = self.checks.acquire().await.map_err(Problem::internal)?;
        Ok(web::block(move || password.hash()).await.map_err(Problem::internal)??)
    }

    /// Leave to hand in a code to a provider; `None` while as many are handed in as may be.
    pub fn exchange(&self) -> Option<SemaphorePermit<'_>> {
        self.exchanges.try_acquire().ok()
    }

    /// Takes the code, which is then good no more.
    fn take_first(&self, code: &str, now: Timestamp) -> bool {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        let good =
            first.as_ref().is_some_and(|(right, until)| now < *until && seal::same(right, code));
        if good {
            *first = None;
        }
        good
    }
}

/// Who is asking, and what a page needs to ask on.
#[utoipa::path(tag = "access", responses((status = 200, description = "Who is signed in", body = Session)))]
#[get("/session")]
async fn show_session(_: Public, request: HttpRequest, edge: Data<Edge>) -> HttpResponse {
    let known = caller::known(&request).ok();
    let sealed = known.as_ref().and_then(|_| sealed(&request));
    let mut session = session(&edge, known.as_ref(), sealed.as_deref());
    session.sign_out_there = left::sign_out_there(&request, &edge);
    told(HttpResponse::Ok(), session)
}

/// Signs in with a name and a password; in a demo, takes a role.
///
/// An unknown name and a wrong password have the same answer, after the same time. After four failures, each doubles
/// the wait of that address, up to a quarter of an hour. Failures from several addresses have the name wait, a minute at
/// most, but not where it signed in of late.
#[utoipa::path(tag = "access", request_body = SignIn, responses(
    (status = 200, description = "Signed in: the cookie comes with it", body = Session),
    (status = 401, description = "No such name, or another password; as `/problems/code-needed`: a second factor must come with it", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "From a page of another site", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "Too many failures: `Retry-After` says for how long", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/session")]
async fn sign_in(
    _: Public,
    request: HttpRequest,
    _: Query<NoParams>,
    body: Json<Object<SignIn>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    check_same_site(&request)?;
    match body.0.0 {
        SignIn { role: Some(role), landlord, patrol, name: None, password: None, code: None } => {
            let seat = guest(&request, &edge, &role, landlord.or(patrol).as_deref())?;
            let known = Known { seat: seat.clone(), account: None, epoch: 0 };
            begin(&request, &edge, &known, &Ticket::Guest(seat)).await
        }
        SignIn { name: Some(name), password: Some(password), role: None, code, .. } => {
            let (tried, account) = checked(&request, &edge, &name, &password).await?;
            let account = second_factor::pass(&edge, &tried, account, code.as_deref()).await?;
            let ticket = Ticket::Account(account.id, account.epoch);
            begin(&request, &edge, &Known::from(&*account), &ticket).await
        }
        _ => Err(Problem::unsaid("name", "name and password are required")),
    }
}

/// Signs out: every session of the account ends. In a demo, the role is put down.
#[utoipa::path(tag = "access", responses(
    (status = 200, description = "Signed out", body = Session),
    (status = 403, description = "Not from a page of this site, or without `X-Vigie-Csrf`", body = ProblemBody, content_type = "application/problem+json"),
))]
#[delete("/session")]
async fn sign_out(
    _: Public,
    request: HttpRequest,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    check_same_site(&request)?;
    if let Some(Known { account: Some(id), .. }) = signed_in(&request, &edge)? {
        edge.app.change_account_by(Some(id), AccountChange::EndSessions(id)).await?;
    }
    let mut response = HttpResponse::Ok();
    for name in [NAME, NAME_HERE] {
        response.append_header((SET_COOKIE, cookie(name, "", 0)));
    }
    if let Some(mark) = left::mark(&request, &edge) {
        response.append_header((SET_COOKIE, mark));
    }
    let open = (edge.settings.doors == Doors::OpenOnLoopback && is_of_this_machine(&request))
        .then_some(Known { seat: Seat::DEMO, account: None, epoch: 0 });
    Ok(told(response, session(&edge, open.as_ref(), None)))
}

/// Makes the first administrator, with the code of the link that the server printed when it started, once.
#[utoipa::path(tag = "access", request_body = First, responses(
    (status = 200, description = "Made, and signed in", body = Session),
    (status = 401, description = "No such code, or one that was used or is too old", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The name is taken", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/session/first")]
async fn make_first(
    _: Public,
    request: HttpRequest,
    _: Query<NoParams>,
    body: Json<Object<First>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    check_same_site(&request)?;
    let First { code, name, password } = body.0.0;
    let name = post_name("name", &name)?;
    let password: Password = password.parse().map_err(|e| Problem::unsaid("password", e))?;
    let tried = Tried::elsewhere(&request, &edge)?;
    if !edge.sessions.take_first(&code, edge.app.now()) || is_administered(&edge.app) {
        tried.failed(&edge);
        return Err(Problem::unauthenticated());
    }
    let hash = edge.sessions.hashed(password).await?;
    let seat = Seat::new(Role::Admin, None, None).map_err(Problem::internal)?;
    let account = edge
        .app
        .change_account(AccountChange::Open(NewAccount { name, seat, password: hash }))
        .await?;
    let ticket = Ticket::Account(account.id, account.epoch);
    begin(&request, &edge, &Known::from(&account), &ticket).await
}

/// A name and a password; in a demo, a role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// What the account is called.
    name: Option<String>,
    /// Its password.
    password: Option<String>,
    /// Where the account has a second factor: a code of the authenticator, or a recovery code.
    code: Option<String>,
    /// In a demo: the role to take.
    #[schema(value_type = Option<RoleName>)]
    role: Option<String>,
    /// Id of the landlord, with the role `landlord`; the first, where it is left out.
    landlord: Option<String>,
    /// Id of the patrol, with the role `patrol`; the first, where it is left out.
    patrol: Option<String>,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[schema(as = FirstAdministrator)]
#[serde(deny_unknown_fields)]
struct First {
    /// From the link.
    code: String,
    /// What the account is to be called: the name of a post.
    name: String,
    /// 12 characters at least.
    password: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    /// As what; null for nobody.
    #[schema(required = true)]
    role: Option<RoleName>,
    /// What that may do: what a page need not offer is what is not here.
    may: Vec<PermissionName>,
    /// What the account is called.
    #[schema(required = true)]
    name: Option<String>,
    /// Id of the landlord that the account is for.
    #[schema(required = true)]
    landlord: Option<String>,
    /// Id of the patrol that the account is for.
    #[schema(required = true)]
    patrol: Option<String>,
    /// To be sent as `X-Vigie-Csrf` with whatever changes something; null without a session.
    #[schema(required = true)]
    csrf: Option<String>,
    /// Whether the account has a second factor.
    second_factor: bool,
    /// What people call the OpenID Connect provider, where one may sign in with it.
    #[schema(required = true)]
    provider: Option<String>,
    /// Where somebody who has signed out in this browser ends the session at the provider too; null where nobody has, or
    /// the provider has no such place.
    #[schema(required = true)]
    sign_out_there: Option<String>,
    /// Whether roles may be taken without an account.
    demo: bool,
}

/// The seat that a guest of a demo asks for.
fn guest(
    request: &HttpRequest,
    edge: &Edge,
    role: &str,
    of: Option<&str>,
) -> Result<Seat, Problem> {
    if edge.settings.doors != Doors::OpenOnLoopback || !is_of_this_machine(request) {
        return Err(Problem::unsaid("role", "is taken in a demo alone"));
    }
    let role: Role = Named::parse("role", role)?;
    let snapshot = edge.app.snapshot();
    // Where it is not said for whom, for the first there is.
    let first = match role {
        Role::Landlord => snapshot.stock().landlords().first().map(|one| one.id.to_string()),
        Role::Patrol => snapshot.patrols().iter().next().map(|one| one.patrol.id.to_string()),
        _ => None,
    };
    let of = of.map(str::to_owned).or(first).unwrap_or_default();
    let seat = seal::guest(role, &of)
        .ok_or_else(|| Problem::unsaid("role", "goes with its landlord or its patrol"))?;
    if let Some(id) = seat.scope().landlord()
        && snapshot.stock().landlord(id).is_none()
    {
        return Err(Problem::unknown(
            "landlord",
            id,
            format!("landlord `{id}` is not in the stock"),
        ));
    }
    if let Some(id) = seat.scope().patrol()
        && snapshot.patrols().get(id).is_none()
    {
        return Err(Problem::unknown("patrol", id, format!("patrol `{id}` is not known")));
    }
    Ok(seat)
}

/// The account of that name, where the password is its own.
///
/// # Errors
///
/// 401 where there is none, and 429 where nothing more is tried for now.
pub async fn checked(
    request: &HttpRequest,
    edge: &Edge,
    name: &str,
    password: &str,
) -> Result<(Tried, Arc<Account>), Problem> {
    let (tried, now) = (Tried::of(request, edge, name)?, edge.app.now());
    let account = name
        .parse()
        .ok()
        .and_then(|name: AccountName| edge.app.snapshot().accounts().of_name(&name).cloned());
    let account = account.filter(|account| account.is_in_force(now));
    let kept = account.as_ref().and_then(|account| account.password().cloned());
    let typed = password.parse::<Password>().ok();
    let _check = edge.sessions.checks.acquire().await.map_err(Problem::internal)?;
    // Of many that came at once, those that waited for the first ones to fail wait as if they had come after.
    tried.check(edge)?;
    let is_right = web::block(move || {
        let kept = kept.or_else(|| NOBODYS.clone());
        // What is too short to be a password takes as long as one.
        let typed = typed.or_else(|| Password::made_up().ok());
        kept.zip(typed).is_some_and(|(kept, typed)| typed.is(&kept))
    });
    match (is_right.await.map_err(Problem::internal)?, account) {
        (true, Some(account)) => {
            // With a second factor, the password alone is no success: whoever has it must not try codes for ever.
            if account.second_factor.is_none() {
                tried.succeeded(edge);
            }
            Ok((tried, account))
        }
        _ => {
            tried.failed(edge);
            Err(Problem::new(ProblemKind::Unauthenticated, "no such name, or another password"))
        }
    }
}

/// Answers with a cookie that says who `known` is.
async fn begin(
    request: &HttpRequest,
    edge: &Edge,
    known: &Known,
    ticket: &Ticket,
) -> Result<HttpResponse, Problem> {
    let sealed = sealed_now(edge, ticket).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((SET_COOKIE, cookie(cookie_name(request), &sealed, SESSION_S)));
    Ok(told(response, session(edge, Some(known), Some(&sealed))))
}

/// The ticket as a session's cookie holds it from now on.
async fn sealed_now(edge: &Edge, ticket: &Ticket) -> Result<String, Problem> {
    edge.app.ensure_seal().await?;
    let sealed = seal::seal(&edge.seal_key()?, ticket, edge.app.now().plus_seconds(SESSION_S));
    sealed.ok_or_else(|| Problem::internal("nothing can be sealed"))
}

/// The cookie of somebody who has signed in to `account` in another way than with a password.
///
/// # Errors
///
/// 503 where the store is away.
pub async fn cookie_for(
    request: &HttpRequest,
    edge: &Edge,
    account: &Account,
) -> Result<String, Problem> {
    let sealed = sealed_now(edge, &Ticket::Account(account.id, account.epoch)).await?;
    Ok(cookie(cookie_name(request), &sealed, SESSION_S))
}

fn told(mut response: actix_web::HttpResponseBuilder, session: Session) -> HttpResponse {
    response.insert_header((CACHE_CONTROL, "no-store")).json(session)
}

fn session(edge: &Edge, known: Option<&Known>, sealed: Option<&str>) -> Session {
    let snapshot = edge.app.snapshot();
    let account = known.and_then(|known| snapshot.accounts().get(known.account?));
    let key = snapshot.accounts().seal();
    let scope = known.map(|known| known.seat.scope());
    Session {
        role: known.map(|known| Named(known.seat.role())),
        may: known.map_or_else(Vec::new, |known| permissions(&known.seat)),
        name: account.map(|account| account.name.to_string()),
        landlord: scope.and_then(|scope| scope.landlord()).map(ToString::to_string),
        patrol: scope.and_then(|scope| scope.patrol()).map(ToString::to_string),
        csrf: sealed.zip(key).map(|(sealed, key)| seal::csrf(key, sealed)),
        second_factor: account.is_some_and(|account| account.second_factor.is_some()),
        provider: edge.settings.provider.as_ref().map(|provider| provider.name().to_owned()),
        sign_out_there: None,
        demo: edge.settings.doors == Doors::OpenOnLoopback,
    }
}

fn permissions(seat: &Seat) -> Vec<PermissionName> {
    let may = Permission::ALL.iter().copied().filter(|permission| seat.may(*permission));
    may.map(Named).collect()
}

/// A code that makes the first administrator, where the program has none yet that somebody could sign in as.
#[must_use]
pub fn first_code(app: &App) -> Option<String> {
    if is_administered(app) {
        return None;
    }
    Password::made_up().ok().map(|code| code.told().to_owned())
}

/// Whether somebody can sign in to administer.
fn is_administered(app: &App) -> bool {
    let (snapshot, now) = (app.snapshot(), app.now());
    snapshot.accounts().iter().any(|account| {
        account.seat.role() == Role::Admin && account.has_password() && account.is_in_force(now)
    })
}
