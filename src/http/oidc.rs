//! `/session/oidc`: signing in by what an OpenID Connect provider says. A browser is sent there, and comes back.
//!
//! Both routes are opened by a browser and not by a program, so what goes wrong is told by the page where one signs in.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE},
    web::{self, Data},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, ProblemKind, Query,
    caller::Public,
    left,
    problem::ProblemBody,
    seal,
    session::cookie_for,
    session_cookie::{check_same_site, cookie_from_afar, is_without_tls, named},
    tried::Tried,
};
use crate::{
    access::{Account, AccountName},
    closed_list::{ClosedList as _, closed_list},
    oidc::{Flow, NotSignedIn, Provider},
    time::Timestamp,
};

/// For how long somebody may take to sign in there, in seconds.
const FLOW_S: i64 = 600;
/// The cookie of a sign-in that has begun. It comes back from another site, so it cannot be that of the session.
const FLOW_COOKIE: &str = "__Host-vigie-oidc";
/// Its name on this machine, without TLS.
const FLOW_COOKIE_HERE: &str = "vigie-oidc";
/// What it is sealed for.
const PURPOSE: &[u8] = b"vigie oidc 2";
/// Longest path to go to afterwards, in bytes.
const NEXT_BYTES_MAX: usize = 200;
/// What of a path stands in a query as `%…`.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'_').remove(b'-').remove(b'.');

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(go_to_provider).service(come_from_provider);
}

closed_list! {
    /// Why somebody is not signed in, as the page where one signs in is told.
    Failed {
        /// The provider, or whoever sat there, said no.
        Denied = "denied",
        /// This browser has begun no such sign-in, or too long ago.
        Expired = "expired",
        /// No group of theirs opens a post.
        Unbound = "unbound",
        /// The provider does not answer.
        Away = "away",
        /// What the provider said is not good.
        Refused = "refused",
        /// Too many have failed of late, or come at once.
        Wait = "wait",
    }
}

/// Sends the browser to the provider, to sign in there.
///
/// What it must bring back goes with it in a sealed cookie, for ten minutes; the server keeps nothing.
#[utoipa::path(tag = "access", params(BeginParams), responses(
    (status = 303, description = "To the provider; to `/signin?failed=…` where that is not possible"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "From a page of another site", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "This server knows no provider", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/session/oidc")]
async fn go_to_provider(
    _: Public,
    request: HttpRequest,
    params: Query<BeginParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let provider = provider(&edge)?;
    check_same_site(&request)?;
    let next = next_page(params.0.next.as_deref());
    if Tried::elsewhere(&request, &edge).is_err() {
        return Ok(back(&request, Failed::Wait, next));
    }
    let now = edge.app.now();
    let Ok((there, flow)) = provider.begin(left::anew_since(&request, now)) else {
        return Ok(back(&request, Failed::Away, next));
    };
    edge.app.ensure_seal().await?;
    let begun = Begun { until: now.plus_seconds(FLOW_S), flow, next: next.to_owned() };
    let sealed = seal::seal_text(&edge.seal_key()?, PURPOSE, &begun.plain());
    let sealed = sealed.ok_or_else(|| Problem::internal("nothing can be sealed"))?;
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, there))
        .insert_header((CACHE_CONTROL, "no-store"))
        .append_header((SET_COOKIE, cookie_from_afar(flow_cookie(&request), &sealed, FLOW_S)))
        .finish())
}

/// Takes the browser back from the provider: hands in the code, checks the token, and signs in to the first post that a
/// group in it opens.
#[utoipa::path(tag = "access", params(CallbackParams), responses(
    (status = 303, description = "Signed in: the cookie comes with it; to `/signin?failed=…` where somebody is not"),
    (status = 400, description = "A parameter comes twice", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "This server knows no provider", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/session/oidc/callback")]
async fn come_from_provider(
    _: Public,
    request: HttpRequest,
    params: Query<CallbackParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let provider = provider(&edge)?;
    let Ok(tried) = Tried::elsewhere(&request, &edge) else {
        return Ok(back(&request, Failed::Wait, "/"));
    };
    let Some(begun) = begun(&request, &edge, &params.0) else {
        tried.failed(&edge);
        return Ok(back(&request, Failed::Expired, "/"));
    };
    match account(&edge, provider, &begun.flow, params.0).await? {
        Ok(account) => {
            let session = cookie_for(&request, &edge, &account).await?;
            Ok(HttpResponse::SeeOther()
                .insert_header((LOCATION, begun.next))
                .insert_header((CACHE_CONTROL, "no-store"))
                .append_header((SET_COOKIE, session))
                .append_header((SET_COOKIE, cookie_from_afar(flow_cookie(&request), "", 0)))
                .append_header((SET_COOKIE, left::unmark(&request)))
                .finish())
        }
        Err(failed) => {
            if failed == Failed::Refused {
                tried.failed(&edge);
            }
            Ok(back(&request, failed, &begun.next))
        }
    }
}

/// Where to go afterwards.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BeginParams {
    /// A path of this server, with its fragment; anything else is `/`.
    next: Option<String>,
}

/// What the provider says. It may say more, which is not looked at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CallbackParams {
    /// What came with the request that this answers.
    state: Option<String>,
    /// What to ask for the token with.
    code: Option<String>,
    /// Why there is none.
    error: Option<String>,
    /// Which provider says so.
    iss: Option<String>,
}

/// A sign-in that has begun, as its cookie holds it.
struct Begun {
    until: Timestamp,
    flow: Flow,
    next: String,
}

impl Begun {
    /// `expiry state nonce verifier anew next`, one word after the other; `anew` is the instant, or `-`.
    fn plain(&self) -> String {
        let Flow { state, nonce, verifier, anew_since } = &self.flow;
        let anew = anew_since.map_or_else(|| "-".to_owned(), |since| since.unix_ms().to_string());
        format!("{} {state} {nonce} {verifier} {anew} {}", self.until.unix_ms(), self.next)
    }

    fn read(plain: &str) -> Option<Self> {
        let words: Vec<&str> = plain.split(' ').collect();
        let [until, state, nonce, verifier, anew, next] = words[..] else { return None };
        let [state, nonce, verifier] = [state, nonce, verifier].map(str::to_owned);
        let instant = |word: &str| Timestamp::from_unix_ms(word.parse().ok()?).ok();
        let anew_since = if anew == "-" { None } else { Some(instant(anew)?) };
        Some(Self {
            until: instant(until)?,
            flow: Flow { state, nonce, verifier, anew_since },
            next: next.to_owned(),
        })
    }
}

fn provider(edge: &Edge) -> Result<&Arc<Provider>, Problem> {
    edge.settings.provider.as_ref().ok_or_else(|| {
        Problem::new(ProblemKind::Conflict, "this server was started without --oidc-issuer")
    })
}

/// The sign-in that this answers, where this browser has begun it and it is not over.
fn begun(request: &HttpRequest, edge: &Edge, params: &CallbackParams) -> Option<Begun> {
    let (sealed, snapshot) = (named(request, flow_cookie(request))?, edge.app.snapshot());
    let begun = Begun::read(&seal::open_text(snapshot.accounts().seal()?, PURPOSE, &sealed)?)?;
    let said = params.state.as_deref()?;
    let is_this = edge.app.now() < begun.until && seal::same(&begun.flow.state, said);
    is_this.then_some(begun)
}

/// The account that is open to whoever comes back so.
async fn account(
    edge: &Edge,
    provider: &Arc<Provider>,
    flow: &Flow,
    params: CallbackParams,
) -> Result<Result<Arc<Account>, Failed>, Problem> {
    if params.iss.is_some_and(|issuer| !provider.is_issuer(&issuer)) {
        return Ok(Err(Failed::Refused));
    }
    let Some(code) = params.code.filter(|_| params.error.is_none()) else {
        return Ok(Err(Failed::Denied));
    };
    let Some(_exchange) = edge.sessions.exchange() else { return Ok(Err(Failed::Wait)) };
    let (asked, flow, now) = (Arc::clone(provider), flow.clone(), edge.app.now());
    let finished = web::block(move || asked.finish(&flow, code, now));
    Ok(match finished.await.map_err(Problem::internal)? {
        Ok(names) => in_force(edge, &names).ok_or(Failed::Unbound),
        Err(fault) => {
            tracing::warn!(oidc.fault = %fault, "nobody has signed in");
            Err(if fault == NotSignedIn::Away { Failed::Away } else { Failed::Refused })
        }
    })
}

/// The first of those accounts that is there, has a password like any post, and was not taken away.
fn in_force(edge: &Edge, names: &[AccountName]) -> Option<Arc<Account>> {
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let known = names.iter().filter_map(|name| snapshot.accounts().of_name(name));
    known.into_iter().find(|account| account.is_in_force(now)).cloned()
}

/// Back to the page where one signs in, which says why in words. The sign-in that had begun is over.
fn back(request: &HttpRequest, failed: Failed, next: &str) -> HttpResponse {
    let next = utf8_percent_encode(next, IN_QUERY);
    HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("/signin?failed={}&next={next}", failed.as_str())))
        .insert_header((CACHE_CONTROL, "no-store"))
        .append_header((SET_COOKIE, cookie_from_afar(flow_cookie(request), "", 0)))
        .finish()
}

fn flow_cookie(request: &HttpRequest) -> &'static str {
    if is_without_tls(request) { FLOW_COOKIE_HERE } else { FLOW_COOKIE }
}

/// Where to go once signed in: a page of ours, whatever the address says.
fn next_page(said: Option<&str>) -> &str {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_#/=&.,:;+%-".contains(c);
    let is_ours = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.starts_with("/api/")
            && path.len() <= NEXT_BYTES_MAX
            && path.chars().all(fits)
    };
    said.filter(is_ours).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn afterwards_one_comes_to_a_page_of_ours_and_nowhere_else() {
        for path in ["/", "/me", "/patrol/", "/#window=all&hours=18-2", "/accounts#a=b;c,d:e+f%20"]
        {
            assert_eq!(next_page(Some(path)), path);
        }
        for path in [
            "",
            "me",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/me?x",
            "/a b",
            "/a\r\nSet-Cookie: a=b",
            "/é",
            "/api/v1/session/oidc",
        ] {
            assert_eq!(next_page(Some(path)), "/", "{path}");
        }
        assert_eq!(next_page(Some(&format!("/{}", "a".repeat(NEXT_BYTES_MAX)))), "/");
        assert_eq!(next_page(None), "/");
    }

    #[test]
    fn what_has_begun_comes_back_and_fits_into_its_cookie() {
        let key = crate::access::SealKey::new([7; 32]);
        let word = |n: usize| "w".repeat(n);
        let until = Timestamp::from_unix_ms(1_800_000_000_000).unwrap();
        for anew_since in [None, Some(until.plus_seconds(-FLOW_S))] {
            let flow = Flow { state: word(22), nonce: word(22), verifier: word(43), anew_since };
            let next = format!("/{}", "a".repeat(NEXT_BYTES_MAX - 1));
            let begun = Begun { until, flow, next };
            let sealed = seal::seal_text(&key, PURPOSE, &begun.plain()).unwrap();
            let read = Begun::read(&seal::open_text(&key, PURPOSE, &sealed).unwrap()).unwrap();
            assert!(read.flow == begun.flow && read.next == begun.next && read.until == until);
            assert_eq!(seal::open_text(&key, b"vigie session 1", &sealed), None);
        }
    }

    #[test]
    fn a_path_goes_into_a_query_and_comes_out_of_it_the_same() {
        assert_eq!(
            utf8_percent_encode("/#a=b&c%20+é", IN_QUERY).to_string(),
            "/%23a%3Db%26c%2520%2B%C3%A9"
        );
    }
}
