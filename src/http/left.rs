//! The mark of a browser in which somebody has signed out by hand: the next one is asked anew by the provider who they
//! are, and may end the session there, which goes on.

use actix_web::HttpRequest;

use super::{
    Edge,
    session_cookie::{cookie, is_without_tls, named},
};
use crate::time::Timestamp;

/// How long the mark stays, in seconds: longer than providers remember whom they have seen.
const MARK_S: i64 = 30 * 24 * 3600;
/// The cookie that is the mark. It names nobody.
const MARK: &str = "__Host-vigie-left";
/// Its name on this machine, without TLS.
const MARK_HERE: &str = "vigie-left";

/// The cookie that marks the browser; `None` where there is no provider that would take whoever comes next for the one
/// before.
pub fn mark(request: &HttpRequest, edge: &Edge) -> Option<String> {
    edge.settings.provider.as_ref().map(|_| cookie(mark_name(request), "1", MARK_S))
}

/// The cookie that takes the mark away: somebody has shown who they are.
pub fn unmark(request: &HttpRequest) -> String {
    cookie(mark_name(request), "", 0)
}

/// From when on somebody must have shown who they are; `None` where nobody has signed out here.
pub fn anew_since(request: &HttpRequest, now: Timestamp) -> Option<Timestamp> {
    is_marked(request).then_some(now)
}

/// Where the session at the provider ends, once somebody has signed out here; `None` where the provider has no such
/// place, or has not said so yet.
pub fn sign_out_there(request: &HttpRequest, edge: &Edge) -> Option<String> {
    edge.settings.provider.as_ref().filter(|_| is_marked(request))?.end_session_url()
}

fn is_marked(request: &HttpRequest) -> bool {
    named(request, mark_name(request)).is_some()
}

fn mark_name(request: &HttpRequest) -> &'static str {
    if is_without_tls(request) { MARK_HERE } else { MARK }
}
