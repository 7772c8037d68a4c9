//! The cookie of a session, and what a request must say beside it.

use actix_web::{
    HttpRequest,
    http::header::{self, COOKIE, HeaderName},
};

use super::{
    Edge, Problem, ProblemKind,
    caller::{self, Doors, Known, is_of_this_machine},
    seal::{self, Ticket},
};

/// For how long a session lasts, in seconds: a shift.
pub const SESSION_S: i64 = 12 * 3600;
/// The cookie of a session. Browsers take the first name over TLS alone, for this host alone.
pub const NAME: &str = "__Host-vigie";
/// Its name on this machine, without TLS.
pub const NAME_HERE: &str = "vigie";
/// The header by which a page of ours shows that it is one.
const CSRF: &str = "x-vigie-csrf";

/// The cookie of the request, where there is one.
pub fn sealed(request: &HttpRequest) -> Option<String> {
    named(request, cookie_name(request))
}

/// The cookie of that name, where the request has one.
pub fn named(request: &HttpRequest, name: &str) -> Option<String> {
    let all = request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// Who asks by the cookie of the request, where that is somebody.
///
/// # Errors
///
/// 403 where something is to be changed and the request is not from a page of ours.
pub fn signed_in(request: &HttpRequest, edge: &Edge) -> Result<Option<Known>, Problem> {
    let Some(sealed) = sealed(request) else { return Ok(None) };
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let Some(key) = snapshot.accounts().seal() else { return Ok(None) };
    let known = match seal::open(key, &sealed, now) {
        Some(Ticket::Account(id, epoch)) => snapshot
            .accounts()
            .get(id)
            .filter(|known| known.epoch == epoch && known.is_in_force(now))
            .map(|known| Known::from(&**known)),
        Some(Ticket::Guest(seat)) if edge.settings.doors == Doors::OpenOnLoopback => {
            Some(Known { seat, account: None, epoch: 0 })
        }
        _ => None,
    };
    if known.is_some() && !request.method().is_safe() {
        check_same_site(request)?;
        let said = request.headers().get(CSRF).and_then(|value| value.to_str().ok());
        let right = seal::csrf(key, &sealed);
        if !said.is_some_and(|said| seal::same(said, &right)) {
            return Err(Problem::new(
                ProblemKind::Forbidden,
                "X-Vigie-Csrf must come with it: see GET /api/v1/session",
            ));
        }
    }
    Ok(known)
}

/// Refuses what a page of another site has a browser send.
///
/// # Errors
///
/// 403.
pub fn check_same_site(request: &HttpRequest) -> Result<(), Problem> {
    let header = |name| {
        request.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok())
    };
    let site = header(HeaderName::from_static("sec-fetch-site"));
    let host = caller::host(request);
    let foreign_origin = header(header::ORIGIN).is_some_and(|origin| {
        let of = origin.split_once("://").map(|(_, of)| of);
        of != Some(host)
    });
    if site.is_some_and(|site| site != "same-origin" && site != "none") || foreign_origin {
        return Err(Problem::new(
            ProblemKind::Forbidden,
            "only pages of this site may ask for that",
        ));
    }
    Ok(())
}

/// What the cookie of this request is called.
pub fn cookie_name(request: &HttpRequest) -> &'static str {
    if is_without_tls(request) { NAME_HERE } else { NAME }
}

/// Whether it is asked on this machine without TLS, where a browser would not send back what is `Secure`.
pub fn is_without_tls(request: &HttpRequest) -> bool {
    is_of_this_machine(request) && !is_encrypted(request)
}

/// Whether the connection itself is encrypted; nobody's word is taken for that.
pub fn is_encrypted(request: &HttpRequest) -> bool {
    request.app_config().secure()
}

/// A cookie that pages of this site alone bring back. It lasts for so many seconds; for none, it goes.
pub fn cookie(name: &str, value: &str, age_s: i64) -> String {
    cookie_from("Strict", name, value, age_s)
}

/// A cookie as [`cookie`] makes it, which whoever follows a link from another site brings back as well.
pub fn cookie_from_afar(name: &str, value: &str, age_s: i64) -> String {
    cookie_from("Lax", name, value, age_s)
}

fn cookie_from(site: &str, name: &str, value: &str, age_s: i64) -> String {
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite={site}{secure}")
}
