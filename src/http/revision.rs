//! `ETag` and `If-None-Match`: an answer that cannot have changed is a 304 before anything is rendered.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::{HttpRequest, HttpResponse, Responder, http::header, web::Data};

use super::Edge;
use crate::twin::Snapshot;

/// What an answer depends on. Two answers to one URL at one revision say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(u64);

impl Revision {
    /// That of an answer which the program alone decides.
    pub const PROGRAM: Self = Self(0);

    /// That of an answer about the stock.
    #[must_use]
    pub fn of_stock(snapshot: &Snapshot) -> Self {
        Self(snapshot.stock().revision().0)
    }

    /// That of an answer about incidents.
    #[must_use]
    pub fn of_events(snapshot: &Snapshot) -> Self {
        Self(snapshot.seq().0)
    }

    /// That of an answer about patrols: positions take no number among the events. How old a position is
    /// grows without changing it, so an answer holds as of its `timeStamp`.
    #[must_use]
    pub fn of_patrols(snapshot: &Snapshot) -> Self {
        let mut hasher = DefaultHasher::new();
        snapshot.seq().hash(&mut hasher);
        for state in snapshot.patrols().iter() {
            state.last_fix.as_ref().map(|fix| fix.recorded_at).hash(&mut hasher);
        }
        Self(hasher.finish())
    }
}

/// Answers 304 where the client has this revision already; else what `render` makes, with its `ETag`.
pub fn unless_known<R: Responder>(
    request: &HttpRequest,
    revision: Revision,
    render: impl FnOnce() -> R,
) -> HttpResponse {
    // The start of the server is part of it: another store behind the same address has other events.
    let started_at = request.app_data::<Data<Edge>>().map_or(0, |edge| edge.started_at.unix_ms());
    // Weak: compression and `timeStamp` change the bytes and not what they say.
    let tag = format!("W/\"{started_at:x}-{:x}\"", revision.0);
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let opaque = tag.trim_start_matches("W/");
    let is_known = known.is_some_and(|known| {
        known.split(',').any(|one| {
            matches!(one.trim().trim_start_matches("W/"), "*")
                || one.trim().trim_start_matches("W/") == opaque
        })
    });
    let mut response = if is_known {
        HttpResponse::NotModified().finish()
    } else {
        render().respond_to(request).map_into_boxed_body()
    };
    if let Ok(value) = header::HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    let caching = header::HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, caching);
    response
}
