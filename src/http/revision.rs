//! `ETag` and `If-None-Match`: an answer that cannot have changed is a 304 before anything is rendered.

use std::hash::{BuildHasher as _, DefaultHasher, Hash, Hasher};

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    http::header::{self, HeaderValue},
    web::Data,
};

use super::{Edge, Problem, caller::declared};
use crate::{access::Scope, time::Timestamp, twin::Snapshot};

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

    /// That of an answer about roads.
    #[must_use]
    pub fn of_roads(snapshot: &Snapshot) -> Self {
        Self(snapshot.roads().network().revision())
    }

    /// That of an answer about incidents that goes with the time as well, in steps of so many seconds.
    #[must_use]
    pub fn of_events_within(
        snapshot: &Snapshot,
        scope: &Scope,
        now: Timestamp,
        step_s: i64,
    ) -> Self {
        Self::of_events(snapshot, scope).with(now.unix_ms().div_euclid(step_s * 1000))
    }

    /// That of an answer that goes with `rest` as well.
    #[must_use]
    pub fn with(self, rest: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        (self.0, rest).hash(&mut hasher);
        Self(hasher.finish())
    }

    /// That of an answer that the events alone decide: for a landlord those on its sites, so that the tag does not
    /// tell when something happens elsewhere.
    #[must_use]
    pub fn of_events(snapshot: &Snapshot, scope: &Scope) -> Self {
        let Some(own) = scope.landlord() else { return Self(snapshot.seq().0) };
        let mut hasher = DefaultHasher::new();
        (snapshot.last_incident_of(own), snapshot.stock().revision()).hash(&mut hasher);
        Self(hasher.finish())
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
///
/// # Errors
///
/// What `render` says.
pub async fn unless_known<R: Responder>(
    request: &HttpRequest,
    revision: Revision,
    render: impl AsyncFnOnce() -> Result<R, Problem>,
) -> Result<HttpResponse, Problem> {
    let tag = tag(request, revision);
    let mut response = if knows(request, &tag) {
        HttpResponse::NotModified().finish()
    } else {
        render().await?.respond_to(request).map_into_boxed_body()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).map_err(Problem::internal)?);
    let vary = headers.get_all(header::VARY).filter_map(|value| value.to_str().ok());
    let vary: Vec<&str> = vary.chain(["authorization, cookie"]).collect();
    let vary = HeaderValue::from_str(&vary.join(", ")).map_err(Problem::internal)?;
    headers.insert(header::VARY, vary);
    Ok(response)
}

/// The answer where nobody is to keep it: one of published counts, whose `ETag` would tell when something was reported.
pub fn unkept(mut response: HttpResponse) -> HttpResponse {
    let nobody = HeaderValue::from_static("private, no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, nobody);
    response
}

/// Weak: compression and `timeStamp` change the bytes and not what they say. It is made with a key of this process,
/// since another store behind the same address numbers other events, and nobody is to read a number out of it; and of
/// the caller's seat, since no two of them need see the same.
fn tag(request: &HttpRequest, revision: Revision) -> String {
    let key = request.app_data::<Data<Edge>>().map(|edge| edge.tag_key.clone());
    let told = key.unwrap_or_default().hash_one((declared(request), revision.0));
    format!("W/\"{told:x}\"")
}

/// Whether `If-None-Match` has `tag` in it, by the weak comparison of RFC 9110, 8.8.3.2.
fn knows(request: &HttpRequest, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| {
        known.trim() == "*" || known.split(',').any(|one| opaque(one) == opaque(tag))
    })
}
