//! `/events`: what happens, as it happens, by server-sent events.
//!
//! [`teller`] renders each change once, [`ring`] keeps the newest of them, and a client is no more than a
//! [`ring::Cursor`] into the ring: following live and catching up after a break are the same thing, a slow
//! client costs nothing and hinders nobody, and one that falls off the ring's end is let go.

mod audience;
mod message;
mod ring;
mod teller;

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName},
    web::{Bytes, Data},
};
use futures_util::stream;
use serde::Deserialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, timeout_at},
};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::{
    audience::Watcher,
    ring::{Cursor, Next, Ring},
};
use super::{
    Edge, Metrics, Problem, ProblemKind, Query,
    caller::Caller,
    limit::{HEARTBEAT, LISTENERS_MAX},
    permits::Listen,
    problem::ProblemBody,
};
use crate::{
    app::{App, Unavailable},
    correlation::RuleSet,
    event::Seq,
    time::Timestamp,
};

/// The media type of server-sent events.
const EVENT_STREAM: &str = "text/event-stream";
/// The header by which a client says what it had last. It stands above the parameter: a browser that comes back
/// repeats the URL that it began with.
const LAST_EVENT_ID: &str = "last-event-id";
/// Has nginx hand on each message at once.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(follow_events);
}

/// What this server tells, and how many may listen.
#[derive(Clone)]
pub struct Events {
    ring: Arc<Ring>,
    places: Arc<Semaphore>,
}

impl Events {
    /// Tells of every change of `app` from here on. To be called where tasks can be spawned.
    #[must_use]
    pub fn of(app: &App, rules: RuleSet) -> Self {
        let heard = app.listen();
        let ring = Arc::new(Ring::new(app.snapshot().seq()));
        actix_web::rt::spawn(teller::tell(app.clone(), rules, heard, Arc::clone(&ring)));
        Self { ring, places: Arc::new(Semaphore::new(LISTENERS_MAX)) }
    }
}

/// What happens, as it happens: server-sent events.
///
/// First `hello` (`{seq, server_time}`); then `incident`, `patrol` (each a feature as in the lists), `alert`, `situation`, `site` (as
/// `GET /sites/{code}`, when what crews are told of it changes) and `stock`, with the event's number as id (a landlord
/// whose site an incident has left hears `{id, gone: true}`); at most once a second `positions` (`{patrols: [{id, lon,
/// lat, recorded_at, accuracy_m}]}`), without id; and a comment every 15 s. `reset` (`{seq}`) says that the lists must
/// be read again. A client that comes back says what it had last, and misses nothing. See `docs/live.md`.
#[utoipa::path(tag = "operation", params(EventsParams,
    ("Last-Event-ID" = Option<u64>, Header, description = "The id that the client had last: what came after it follows"),
), responses(
    (status = 200, description = "A stream without end", body = String, content_type = "text/event-stream", headers(
        ("X-Accel-Buffering" = String, description = "`no`: what stands in front must not gather"),
    )),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such patrol or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "As many listen as may", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The server is stopping", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/events")]
async fn follow_events(
    caller: Caller<Listen>,
    request: HttpRequest,
    params: Query<EventsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let last = last_event_id(&request, params.0.last_event_id.as_deref())?;
    let watcher = Watcher::of(&params.0, &edge.app.snapshot(), caller.scope())?;
    let place = Arc::clone(&edge.events.places).try_acquire_owned().map_err(|_all_taken| {
        let detail = format!("{LISTENERS_MAX} clients listen already");
        Problem::new(ProblemKind::TooManyRequests, detail)
    })?;
    let stopping = || Problem::from(Unavailable::Stopping);
    let (cursor, bell) = edge.events.ring.enter(last).ok_or_else(stopping)?;
    let listening = Listening {
        greeting: Some(message::hello(&cursor, edge.app.now())?),
        watcher,
        caller,
        app: edge.app.clone(),
        cursor,
        bell,
        ring: Arc::clone(&edge.events.ring),
        beat_at: Instant::now() + HEARTBEAT,
        metrics: edge.metrics.clone(),
        _place: place,
    };
    listening.metrics.listener_came();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, EVENT_STREAM))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((ACCEL_BUFFERING, "no"))
        // Said, so that the compressing middleware does not hold messages back.
        .insert_header((CONTENT_ENCODING, "identity"))
        .streaming(stream::unfold(listening, async |mut listening| {
            let message = listening.next().await?;
            Some((Ok::<_, Problem>(message), listening))
        })))
}

/// Who listens, and from where on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct EventsParams {
    /// An account of a landlord or a patrol listens as that. Others: `dispatcher` (where it is left out) or `operator`: everything. `patrol`: its own missions, its own state. `landlord`:
    /// the incidents of its sites alone.
    role: Option<String>,
    /// Id of the patrol that listens; with `role=patrol` alone.
    patrol: Option<String>,
    /// Id of the landlord that listens; with `role=landlord` alone.
    landlord: Option<String>,
    /// As the header `Last-Event-ID`, which stands above it.
    #[param(value_type = Option<u64>)]
    last_event_id: Option<String>,
}

fn last_event_id(request: &HttpRequest, parameter: Option<&str>) -> Result<Option<Seq>, Problem> {
    let header = request.headers().get(LAST_EVENT_ID);
    let header = header.map(|value| value.to_str().unwrap_or("?"));
    let (field, text) = match (header.filter(|text| !text.is_empty()), parameter) {
        (Some(text), _) => ("Last-Event-ID", text),
        (None, Some(text)) => ("last_event_id", text),
        (None, None) => return Ok(None),
    };
    let refused = |_| Problem::field(field, text, "is the id of an event, a whole number");
    text.parse().map(|seq| Some(Seq(seq))).map_err(refused)
}

/// One client: where it stands in the ring.
struct Listening {
    greeting: Option<Bytes>,
    watcher: Watcher,
    caller: Caller<Listen>,
    app: App,
    cursor: Cursor,
    /// Rings at each new message.
    bell: watch::Receiver<()>,
    ring: Arc<Ring>,
    beat_at: Instant,
    metrics: Metrics,
    /// Goes back when the client goes.
    _place: OwnedSemaphorePermit,
}

impl Listening {
    /// The next message for this client, or `None` when it is to go. It is asked only once the client's socket has
    /// taken the messages before.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            // Whoever has lost its account hears no more, though its connection lasts.
            if !self.caller.is_still_known(&self.app.snapshot(), self.app.now()) {
                return None;
            }
            match self.ring.next(&mut self.cursor, &self.watcher) {
                Next::Message(message) => {
                    self.metrics.told();
                    return Some(message);
                }
                Next::FellOff => {
                    self.metrics.listener_dropped();
                    return None;
                }
                Next::Ended => return None,
                Next::Nothing => {}
            }
            match timeout_at(self.beat_at, self.bell.changed()).await {
                // The ring may have ended, which it says itself.
                Ok(_rung) => {}
                Err(_quiet) => {
                    self.beat_at = Instant::now() + HEARTBEAT;
                    return Some(match self.watcher {
                        // How much happens elsewhere is not told.
                        Watcher::Landlord(_) => message::quiet_heartbeat(),
                        _ => message::heartbeat(self.cursor.seq()),
                    });
                }
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.metrics.listener_left();
    }
}
