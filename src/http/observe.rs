//! Around every request: its id, its line in the log, its count, the headers of every answer, and a net
//! under panics. Nothing here sees a body, a query or an address.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::{self, BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use futures_util::FutureExt as _;
use tracing::Instrument as _;
use uuid::Uuid;

use super::{
    Edge, Problem, ProblemKind,
    caller::{Known, is_declared},
    cors,
    limit::URL_BYTES_MAX,
    problem::PROBLEM_JSON,
    session_cookie::is_encrypted,
};

use crate::audit::AccessEntry;

/// What the paths of the API begin with.
const API: &str = "/api/";
/// Which request an entry of the log is about.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// For how many seconds the state has not been compared with the store, where that is so.
const STALE: HeaderName = HeaderName::from_static("x-vigie-stale");
/// Headers of every answer. Of what a browser can do, the tablet's position is all that a page of ours asks for.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), serial=(), bluetooth=(), midi=(), \
         display-capture=()",
    ),
];
/// Where the connection is encrypted: whoever came by TLS once comes by nothing else for a year.
const HSTS: &str = "max-age=31536000";

/// The outermost middleware.
///
/// # Errors
///
/// Errors that have lost their request, such as a panic; they carry their whole answer.
pub async fn observe(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let asked = Asked::of(&request);
    if asked.method == Method::HEAD {
        // Answered as GET; the protocol's encoder leaves the body out.
        request.head_mut().method = Method::GET;
    }
    let span = tracing::info_span!("request", id = %asked.id);
    let answered = answer(request, next).instrument(span.clone()).await;
    let _in_span = span.enter();
    match answered {
        Ok(response) => {
            let mut response =
                if asked.method == Method::HEAD { without_stream(response) } else { response };
            let route = response.request().match_pattern();
            let known = response.request().extensions().get::<Known>().cloned();
            asked.take_down(known, route.as_deref(), response.status());
            asked.finish(response.response_mut(), route.as_deref(), started.elapsed());
            Ok(response)
        }
        Err(problem) => {
            let mut response = HttpResponse::from_error(problem);
            asked.take_down(None, None, response.status());
            asked.finish(&mut response, None, started.elapsed());
            Err(InternalError::from_response("the request was lost", response).into())
        }
    }
}

/// The head of an answer whose body may have no end: it is not waited for.
fn without_stream(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    response.map_body(|_, body| match body.size() {
        BodySize::Stream => BoxBody::new(body::None::new()),
        _ => body,
    })
}

/// What is kept of a request while it is answered.
struct Asked {
    id: Uuid,
    method: Method,
    is_of_api: bool,
    origin: Option<HeaderValue>,
    edge: Option<Data<Edge>>,
    is_encrypted: bool,
}

impl Asked {
    fn of(request: &ServiceRequest) -> Self {
        Self {
            id: Uuid::now_v7(),
            method: request.method().clone(),
            is_of_api: request.path().starts_with(API),
            origin: cors::allowed_origin(request),
            edge: request.app_data::<Data<Edge>>().cloned(),
            is_encrypted: is_encrypted(request.request()),
        }
    }

    /// Takes down in the access log that a request of the API was answered.
    fn take_down(&self, known: Option<Known>, route: Option<&str>, status: StatusCode) {
        let Some(edge) = self.edge.as_ref().filter(|_| self.is_of_api) else { return };
        let Some(log) = &edge.settings.access_log else { return };
        let (seat, account) = known.map_or((None, None), |who| (Some(who.seat), who.account));
        log.note(AccessEntry {
            at: edge.app.now(),
            seat,
            account,
            method: method_label(&self.method),
            route: route.unwrap_or("unknown").to_owned(),
            status: status.as_u16(),
        });
    }

    /// Puts the headers of every answer on `response`, logs it and counts it.
    fn finish<B>(self, response: &mut HttpResponse<B>, route: Option<&str>, took: Duration) {
        let status = response.status();
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.is_encrypted {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
        }
        if let Ok(id) =
            HeaderValue::from_str(self.id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
        {
            headers.insert(REQUEST_ID, id);
        }
        if let Some(edge) = &self.edge {
            headers.insert(header::CONTENT_SECURITY_POLICY, edge.content_security_policy.clone());
            if let Some(stale_s) = edge.app.stale_s() {
                headers.insert(STALE, stale_s.into());
            }
        }
        cors::allow(headers, self.origin);
        let (method, route) = (method_label(&self.method), route.unwrap_or("unknown"));
        log(method, route, status, took);
        if let Some(edge) = self.edge {
            edge.metrics.answered(method, route, status.as_str(), took);
        }
    }
}

async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Problem> {
    if request.uri().path_and_query().is_some_and(|url| url.as_str().len() > URL_BYTES_MAX) {
        let limit = format!("path and query have at most {URL_BYTES_MAX} bytes");
        return Err(Problem::new(ProblemKind::UrlTooLong, limit));
    }
    if let Some(edge) = request.app_data::<Data<Edge>>() {
        edge.rates.count_address(request.request())?;
    }
    if let Some(preflight) = cors::preflight(&request) {
        return Ok(request.into_response(preflight));
    }
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) if is_of_nobody(&response) => {
            Err(Problem::internal("a handler did not ask who calls: its answer is not given"))
        }
        Ok(Ok(response)) => Ok(in_problem_json(response.map_into_boxed_body())),
        Ok(Err(error)) => Err(of_status(error.as_response_error().status_code())),
        // Where it panicked is in the log already: see `cli::log`.
        Err(_panic) => {
            Err(Problem::new(ProblemKind::Internal, "see the server's log under the request id"))
        }
    }
}

/// Whether something is answered by a handler that has not asked who calls.
fn is_of_nobody<B>(response: &ServiceResponse<B>) -> bool {
    let status = response.status();
    !status.is_client_error() && !status.is_server_error() && !is_declared(response.request())
}

/// The same answer, but an error of the framework in the shape of all others.
fn in_problem_json(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if !is_error || content_type.is_some_and(|value| value == PROBLEM_JSON) {
        return response;
    }
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, HttpResponse::from_error(of_status(status)))
}

/// What the framework means by a status of its own.
fn of_status(status: StatusCode) -> Problem {
    let kind = match status {
        StatusCode::NOT_FOUND => ProblemKind::UnknownRoute,
        StatusCode::REQUEST_TIMEOUT => ProblemKind::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemKind::UnsupportedMediaType,
        status if status.is_client_error() => ProblemKind::UnreadableRequest,
        _ => ProblemKind::Internal,
    };
    Problem::new(kind, kind.entry().2)
}

fn log(method: &str, route: &str, status: StatusCode, took: Duration) {
    let duration_ms = (took.as_secs_f64() * 1e6).round() / 1e3;
    let status = status.as_u16();
    if status >= 500 {
        tracing::warn!(
            http.method = method,
            http.route = route,
            http.status = status,
            duration_ms,
            "answered"
        );
    } else {
        tracing::info!(
            http.method = method,
            http.route = route,
            http.status = status,
            duration_ms,
            "answered"
        );
    }
}

/// A method as a label: a client may invent methods without end.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
