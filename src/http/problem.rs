//! Errors on the wire: `application/problem+json`, [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457).

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;

use super::named::{AlertStateName, Named, RuleName};
use crate::{
    access::{Permission, Seat},
    alert::AlertState,
    app::Unavailable,
    closed_list::ClosedList,
    incident::Incident,
    privacy::{self, Purpose},
};

/// The media type of every problem.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// After how many seconds it makes sense to ask again when the store is away or the server busy.
const RETRY_AFTER_S: u32 = 2;

/// Every kind of problem that the server can answer: the public catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The request cannot be read.
    UnreadableRequest,
    /// Nobody that is known asks.
    Unauthenticated,
    /// The password is right; a second factor must come with it.
    CodeNeeded,
    /// Whoever asks may not.
    Forbidden,
    /// No such route.
    UnknownRoute,
    /// No such site, incident, … under this path.
    UnknownItem,
    /// The route exists, but not for this method.
    MethodNotAllowed,
    /// The body did not come in time.
    RequestTimeout,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The path and query are longer than the limit.
    UrlTooLong,
    /// The body has a media type that the route does not read.
    UnsupportedMediaType,
    /// A value was read and refused.
    InvalidField,
    /// It is not allowed in the state that things are in.
    Conflict,
    /// An idempotency key was used for another request.
    KeyReused,
    /// As many long requests run as the server takes at once.
    TooManyRequests,
    /// The store is away, or too much waits for it.
    Unavailable,
    /// The server is at fault; the cause is in its log under the request id.
    Internal,
}

impl ProblemKind {
    /// Status, `type` and `title` of each kind, in one place.
    #[must_use]
    pub const fn entry(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::UnreadableRequest => {
                (S::BAD_REQUEST, "/problems/unreadable-request", "The request cannot be read")
            }
            Self::Unauthenticated => {
                (S::UNAUTHORIZED, "/problems/unauthenticated", "Who asks is not known")
            }
            Self::CodeNeeded => (S::UNAUTHORIZED, "/problems/code-needed", "A code is asked for"),
            Self::Forbidden => (S::FORBIDDEN, "/problems/forbidden", "Whoever asks may not"),
            Self::UnknownRoute => (S::NOT_FOUND, "/problems/unknown-route", "No such route"),
            Self::UnknownItem => (S::NOT_FOUND, "/problems/unknown-item", "No such item"),
            Self::MethodNotAllowed => (
                S::METHOD_NOT_ALLOWED,
                "/problems/method-not-allowed",
                "The route does not take this method",
            ),
            Self::RequestTimeout => {
                (S::REQUEST_TIMEOUT, "/problems/request-timeout", "The request took too long")
            }
            Self::BodyTooLarge => {
                (S::PAYLOAD_TOO_LARGE, "/problems/body-too-large", "The body is too large")
            }
            Self::UrlTooLong => (S::URI_TOO_LONG, "/problems/url-too-long", "The URL is too long"),
            Self::UnsupportedMediaType => (
                S::UNSUPPORTED_MEDIA_TYPE,
                "/problems/unsupported-media-type",
                "The route does not read this media type",
            ),
            Self::InvalidField => {
                (S::UNPROCESSABLE_ENTITY, "/problems/invalid-field", "A value is refused")
            }
            Self::Conflict => (S::CONFLICT, "/problems/conflict", "Not allowed as things are now"),
            Self::KeyReused => (
                S::UNPROCESSABLE_ENTITY,
                "/problems/idempotency-key-reused",
                "The idempotency key was used for another request",
            ),
            Self::TooManyRequests => {
                (S::TOO_MANY_REQUESTS, "/problems/too-many-requests", "Too many requests at once")
            }
            Self::Unavailable => {
                (S::SERVICE_UNAVAILABLE, "/problems/unavailable", "The server cannot do it now")
            }
            Self::Internal => {
                (S::INTERNAL_SERVER_ERROR, "/problems/internal", "The server is at fault")
            }
        }
    }
}

/// Longest text that a refusal repeats, in bytes.
const REPEATED_LENGTH_MAX: usize = 32;
/// A text with as many digits may be a telephone number.
const TELEPHONE_DIGITS_MIN: usize = 8;

/// Whether a text has the form of a code or of the name of a field, and cannot be a telephone number: others may tell of
/// a person, and are not repeated.
pub fn is_code_like(text: &str) -> bool {
    let code_like = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.len() <= REPEATED_LENGTH_MAX
        && text.chars().all(code_like)
        && digits < TELEPHONE_DIGITS_MIN
}

/// What stands for a name that is not repeated.
const UNSAID: &str = "(not repeated)";

/// The name of a field or parameter that nobody knows, where it has the form of one and tells of nobody; any other may be what
/// somebody wrote.
pub fn said_name(name: &str) -> &str {
    let may_be_said = is_code_like(name) && privacy::check(name, Purpose::Post).is_ok();
    if may_be_said { name } else { UNSAID }
}

/// An answer that says what went wrong, and with which field.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: ProblemKind,
    detail: String,
    errors: Vec<FieldError>,
    allow: Option<String>,
    conflict: Option<Box<Conflict>>,
    alert_state: Option<AlertState>,
    retry_after_s: u32,
}

/// How things are, for a client that came late or asked for what is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// How far the incident has got.
    pub incident_status: &'static str,
    /// The steps that are allowed.
    pub allowed: Vec<&'static str>,
    /// The patrol that it is about.
    pub patrol: Option<String>,
    /// The incident that this patrol is on.
    pub mission: Option<String>,
    /// The rule about patrols that speaks against it, and that no `override` lifted.
    pub rule: Option<RuleName>,
}

impl Conflict {
    /// How that incident is.
    #[must_use]
    pub fn of(incident: &Incident) -> Self {
        Self {
            incident_status: incident.status.as_str(),
            allowed: incident.allowed().into_iter().map(ClosedList::as_str).collect(),
            patrol: None,
            mission: None,
            rule: None,
        }
    }
}

/// A field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Which parameter, header or member of the body: `location.lon`, `[3].patrol`.
    field: String,
    /// The value at fault; left out where it might tell of a person or a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// What is wrong with it.
    reason: String,
}

impl Problem {
    /// A problem whose detail is what `error` says.
    pub fn new(kind: ProblemKind, error: impl fmt::Display) -> Self {
        Self {
            kind,
            detail: error.to_string(),
            errors: Vec::new(),
            allow: None,
            conflict: None,
            alert_state: None,
            retry_after_s: RETRY_AFTER_S,
        }
    }

    /// A refused value, repeated in the answer.
    pub fn field(field: &str, value: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::at_fault(ProblemKind::InvalidField, field, Some(value.to_string()), reason)
    }

    /// A refused value that the answer does not repeat: it might tell of a person or a place.
    pub fn unsaid(field: &str, reason: impl fmt::Display) -> Self {
        Self::at_fault(ProblemKind::InvalidField, field, None, reason)
    }

    /// A 404: the request names an item that is not there.
    pub fn unknown(field: &str, value: impl fmt::Display, reason: impl fmt::Display) -> Self {
        let problem =
            Self::at_fault(ProblemKind::UnknownItem, field, Some(value.to_string()), &reason);
        Self { detail: reason.to_string(), ..problem }
    }

    /// A field at fault, as the given kind of problem.
    pub fn at_fault(
        kind: ProblemKind,
        field: &str,
        value: Option<String>,
        reason: impl fmt::Display,
    ) -> Self {
        let reason = reason.to_string();
        let detail = format!("{field}: {reason}");
        let errors = vec![FieldError { field: field.to_owned(), value, reason }];
        Self { errors, ..Self::new(kind, detail) }
    }

    /// The server is at fault. The cause goes to the log, once, and not to the client.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(ProblemKind::Internal, "see the server's log under the request id")
    }

    /// Nobody that is known asks. No credentials, unknown ones and old ones are told alike.
    #[must_use]
    pub fn unauthenticated() -> Self {
        let detail = "sign in, or send a token that is good: `Authorization: Bearer vgt_…`";
        Self::new(ProblemKind::Unauthenticated, detail)
    }

    /// Whoever has that seat may not do that.
    #[must_use]
    pub fn forbidden(seat: &Seat, permission: Permission) -> Self {
        let (role, needed) = (seat.role().as_str(), permission.as_str());
        Self::new(ProblemKind::Forbidden, format!("the role `{role}` has no permission `{needed}`"))
    }

    /// Somebody has failed too often, and waits for so many seconds.
    #[must_use]
    pub fn wait(wait_s: u32) -> Self {
        let detail = format!("too many failures: nothing is tried for {wait_s} s");
        Self { retry_after_s: wait_s, ..Self::new(ProblemKind::TooManyRequests, detail) }
    }

    /// Whoever asks has asked too much of late, and waits for so many seconds.
    #[must_use]
    pub fn too_fast(wait_s: u32) -> Self {
        let detail = format!("too many requests: ask again in {wait_s} s");
        Self { retry_after_s: wait_s, ..Self::new(ProblemKind::TooManyRequests, detail) }
    }

    /// The route exists for these methods only.
    #[must_use]
    pub fn method_not_allowed(allow: String) -> Self {
        let detail = format!("this route takes {allow}");
        Self { allow: Some(allow), ..Self::new(ProblemKind::MethodNotAllowed, detail) }
    }

    /// The same problem as a 400 where it is a refused value: that is how OGC API has it.
    #[must_use]
    pub fn unreadable(self) -> Self {
        let kind = match self.kind {
            ProblemKind::InvalidField => ProblemKind::UnreadableRequest,
            other => other,
        };
        Self { kind, ..self }
    }

    /// The same problem, with how things are.
    #[must_use]
    pub fn with(self, conflict: Conflict) -> Self {
        Self { conflict: Some(Box::new(conflict)), ..self }
    }

    /// The same problem, about an alert that is over.
    #[must_use]
    pub fn over(self) -> Self {
        Self { alert_state: Some(AlertState::Resolved), ..self }
    }

    /// Status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.kind.entry().0
    }

    /// The problem as the JSON that goes on the wire.
    #[must_use]
    pub fn body(&self) -> ProblemBody {
        let (status, r#type, title) = self.kind.entry();
        let conflict = self.conflict.as_deref();
        ProblemBody {
            r#type,
            title,
            status: status.as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
            incident_status: conflict.map(|known| known.incident_status),
            allowed: conflict.map(|known| known.allowed.clone()),
            patrol: conflict.and_then(|known| known.patrol.clone()),
            mission: conflict.and_then(|known| known.mission.clone()),
            rule: conflict.and_then(|known| known.rule),
            alert_state: self.alert_state.map(Named),
        }
    }
}

/// What went wrong: RFC 9457, with the fields at fault.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Names the kind of problem; stable.
    #[schema(value_type = String, example = "/problems/invalid-field")]
    r#type: &'static str,
    /// The kind in words.
    #[schema(value_type = String)]
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// This case in words.
    detail: String,
    /// The fields at fault, where there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
    /// How far the incident has got, with a 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::incident_body::StatusBody>, nullable = false)]
    incident_status: Option<&'static str>,
    /// The steps that are allowed, with a 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<super::named::ActionName>>, nullable = false)]
    allowed: Option<Vec<&'static str>>,
    /// The patrol that a 409 is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    patrol: Option<String>,
    /// The incident that this patrol is on, with a 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    mission: Option<String>,
    /// The rule about patrols that speaks against it, and that no `override` lifted, with a 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<RuleName>,
    /// How far the alert has got that it is about, with a 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    alert_state: Option<AlertStateName>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if matches!(self.kind, ProblemKind::Unavailable | ProblemKind::TooManyRequests) {
            response.insert_header((header::RETRY_AFTER, self.retry_after_s));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"vigie\""));
        }
        if let Some(allow) = &self.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        // The header first: `json` would else say `application/json`.
        response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON)).json(self.body())
    }
}

impl From<Unavailable> for Problem {
    fn from(error: Unavailable) -> Self {
        if error.breaks_our_own_rules() {
            return Self::internal(error);
        }
        if let Unavailable::Store(fault) = &error {
            tracing::error!(cause = %fault, "the store did not take it");
        }
        Self::new(ProblemKind::Unavailable, error.words_for_clients())
    }
}
