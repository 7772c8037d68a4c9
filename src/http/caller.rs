//! [`Caller`]: who asks. It is the first thing that a handler takes, so that whoever may not ask learns nothing of
//! what else is wrong; [`Public`] stands in its place where anybody may.
//!
//! Both leave a mark on the request. An answer without one is not given ([`is_declared`]): a handler that forgets to
//! ask who calls answers nobody.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
    net::IpAddr,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderName},
    web::Data,
};

use super::{
    Edge, Problem, ProblemKind,
    named::Named,
    permits::{Permit, ReadMetrics},
    session_cookie,
};
use crate::{
    access::{Account, AccountId, Role, Scope, Seat, TokenDigest},
    closed_list::ClosedList as _,
    incident::ActorRole,
    patrol::PatrolId,
    twin::Snapshot,
};

/// Who is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Doors {
    /// Whoever has an account or a token.
    #[default]
    Closed,
    /// Whoever is on this machine, too, without either: a demo, where nothing is real.
    OpenOnLoopback,
}

/// Who asks, and may do what `P` is.
pub struct Caller<P> {
    seat: Seat,
    account: Option<AccountId>,
    epoch: u32,
    permit: PhantomData<P>,
}

/// Anybody asks.
pub struct Public;

/// Whoever reads the counters: a program of this machine, or who may.
pub struct Scraper;

/// Who somebody turned out to be.
#[derive(Debug, Clone)]
pub struct Known {
    /// As what.
    pub seat: Seat,
    /// By which account; `None` in a demo.
    pub account: Option<AccountId>,
    /// The account's epoch.
    pub epoch: u32,
}

/// The mark on a request whose handler has asked who calls, with what decides what the caller is shown.
#[derive(Debug, Clone, Hash)]
pub struct Declared(Option<Seat>);

impl Declared {
    /// The mark of a handler that answers whoever has that seat.
    pub const fn to(seat: Seat) -> Self {
        Self(Some(seat))
    }
}

/// Whether the handler of this request has asked who calls.
pub fn is_declared(request: &HttpRequest) -> bool {
    request.extensions().contains::<Declared>()
}

/// As what the request is answered; part of the tag of an answer.
pub fn declared(request: &HttpRequest) -> Option<Declared> {
    request.extensions().get::<Declared>().cloned()
}

impl<P: Permit> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl<P: Permit> Caller<P> {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let who = known(request)?;
        // Before it is refused, too: the access log says who was.
        request.extensions_mut().insert(who.clone());
        let Known { seat, account, epoch } = who;
        if let (Some(id), Some(edge)) = (account, request.app_data::<Data<Edge>>()) {
            edge.rates.count_account(request, id)?;
        }
        if !seat.may(P::PERMISSION) {
            return Err(Problem::forbidden(&seat, P::PERMISSION));
        }
        request.extensions_mut().insert(Declared(Some(seat.clone())));
        Ok(Self { seat, account, epoch, permit: PhantomData })
    }
}

impl<P> Caller<P> {
    /// Which part of the data the caller sees.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        self.seat.scope()
    }

    /// By which account the caller is known; `None` for a guest of a demo.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// As what the caller asks.
    #[must_use]
    pub const fn seat(&self) -> &Seat {
        &self.seat
    }

    /// Whether the caller is still who it was when it was let in: for answers that have no end.
    #[must_use]
    pub fn is_still_known(&self, snapshot: &Snapshot, now: crate::time::Timestamp) -> bool {
        self.account.is_none_or(|id| {
            let account = snapshot.accounts().get(id);
            account.is_some_and(|known| known.is_in_force(now) && known.epoch == self.epoch)
        })
    }

    /// In which role the caller acts, where the body says `stated`.
    ///
    /// # Errors
    ///
    /// 422 for no role, 403 for a role that is not the caller's.
    pub fn actor(&self, stated: Option<&str>) -> Result<ActorRole, Problem> {
        let own: &[ActorRole] = match self.seat.role() {
            Role::Operator => &[ActorRole::Operator],
            Role::Patrol => &[ActorRole::Patrol],
            Role::Dispatcher => &[ActorRole::Dispatcher, ActorRole::Supervisor],
            _ => &[
                ActorRole::Dispatcher,
                ActorRole::Operator,
                ActorRole::Patrol,
                ActorRole::Supervisor,
            ],
        };
        let Some(stated) = stated else { return Ok(own[0]) };
        let actor = Named::parse("actor", stated)?;
        if own.contains(&actor) {
            return Ok(actor);
        }
        let own: Vec<&str> = own.iter().map(|actor| actor.as_str()).collect();
        let reason = format!("whoever asks acts as {}", own.join(" or "));
        Err(Problem::at_fault(ProblemKind::Forbidden, "actor", None, reason))
    }

    /// Whether the caller is told of crews.
    #[must_use]
    pub const fn sees_agents(&self) -> bool {
        self.scope().landlord().is_none()
    }

    /// Whether the caller is told of that patrol.
    #[must_use]
    pub fn sees_patrol(&self, id: &PatrolId) -> bool {
        self.scope().shows_patrol(id)
    }
}

impl FromRequest for Public {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        request.extensions_mut().insert(Declared(None));
        ready(Ok(Self))
    }
}

impl Scraper {
    /// Whether whoever asks is one.
    #[must_use]
    pub fn is(request: &HttpRequest) -> bool {
        is_of_this_machine(request)
            || known(request).is_ok_and(|known| known.seat.may(ReadMetrics::PERMISSION))
    }
}

impl FromRequest for Scraper {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if is_of_this_machine(request) {
            request.extensions_mut().insert(Declared(None));
            return ready(Ok(Self));
        }
        ready(Caller::<ReadMetrics>::of(request).map(|_| Self))
    }
}

/// Who asks, by the token, by the session, or as a guest of a demo.
///
/// # Errors
///
/// 401 where that is nobody, 403 where a page of another site has the browser ask.
pub fn known(request: &HttpRequest) -> Result<Known, Problem> {
    let edge = request
        .app_data::<Data<Edge>>()
        .ok_or_else(|| Problem::internal("a request came without its edge"))?;
    let snapshot = edge.app.snapshot();
    if let Some(credentials) = request.headers().get(header::AUTHORIZATION) {
        let token = credentials.to_str().ok().and_then(bearer);
        let account = token.and_then(|token| snapshot.accounts().of_token(&token));
        let good = account.filter(|account| account.is_in_force(edge.app.now()));
        return good.map(|account| Known::from(&**account)).ok_or_else(Problem::unauthenticated);
    }
    if let Some(known) = session_cookie::signed_in(request, edge)? {
        return Ok(known);
    }
    if edge.settings.doors == Doors::OpenOnLoopback && is_of_this_machine(request) {
        // No cookie stands for a guest, so nothing else keeps pages of other sites from changing what is here.
        if !request.method().is_safe() {
            session_cookie::check_same_site(request)?;
        }
        return Ok(Known { seat: Seat::DEMO, account: None, epoch: 0 });
    }
    Err(Problem::unauthenticated())
}

impl From<&Account> for Known {
    fn from(account: &Account) -> Self {
        Self { seat: account.seat.clone(), account: Some(account.id), epoch: account.epoch }
    }
}

/// The token in `Authorization: Bearer …`.
fn bearer(credentials: &str) -> Option<TokenDigest> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| TokenDigest::of(token.trim()))?
}

/// Headers of proxies: whoever comes through one is not of this machine.
const FORWARDED: [HeaderName; 4] = [
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-real-ip"),
];

/// Whether the request was made on this machine, and for it: a page of another site that has its own name point
/// here (DNS rebinding) asks for another host.
pub fn is_of_this_machine(request: &HttpRequest) -> bool {
    let from_here = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let through_a_proxy = FORWARDED.iter().any(|name| request.headers().contains_key(name));
    from_here && !through_a_proxy && is_loopback_host(host(request))
}

/// The host that is asked, as the request itself says it: a page may write any other header.
pub fn host(request: &HttpRequest) -> &str {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| request.uri().authority().map(|of| of.as_str())).unwrap_or_default()
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_few_names() {
        for host in
            ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "127.9.9.9", "[::1]:8080", "[::1]"]
        {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example:8080",
            "127.0.0.1.evil.example",
            "",
            "10.0.0.1",
        ] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }

    #[test]
    fn a_token_comes_as_bearer_and_in_no_other_way() {
        let (token, digest) = TokenDigest::new_token(&[1; 32]);
        for scheme in ["Bearer", "bearer", "BEARER"] {
            assert!(bearer(&format!("{scheme} {token}")) == Some(digest));
        }
        for other in
            [token.clone(), format!("Basic {token}"), "Bearer".to_owned(), "Bearer ".to_owned()]
        {
            assert!(bearer(&other).is_none(), "{other}");
        }
    }
}
