//! Media types of bodies: what a route reads, else 415.

use actix_web::{HttpMessage as _, HttpRequest, http::header};

use super::{Problem, ProblemKind};

/// The media type of the body, which must be one of `accepted`, and not compressed.
///
/// # Errors
///
/// 415 that names what the route reads.
pub fn check(request: &HttpRequest, accepted: &[&'static str]) -> Result<&'static str, Problem> {
    let unsupported = |header: &str, reason: String| {
        Problem::at_fault(ProblemKind::UnsupportedMediaType, header, None, reason)
    };
    // A compressed body could grow beyond every limit.
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(unsupported("Content-Encoding", "must be identity".to_owned()));
    }
    let given = request.content_type().trim();
    let known = accepted.iter().find(|known| known.eq_ignore_ascii_case(given)).copied();
    known.ok_or_else(|| unsupported("Content-Type", format!("must be {}", accepted.join(" or "))))
}
