//! [`Format`]: JSON for programs, HTML for people.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, Accept, Header as _, HeaderValue},
};

use serde::Serialize;

use crate::http::{Problem, geojson};

/// What an answer is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For programs.
    Json,
    /// For people.
    Html,
}

impl Format {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Json, Self::Html];

    /// The format that `f` names, else the first that `Accept` prefers, else JSON.
    ///
    /// # Errors
    ///
    /// 422 where `f` names none.
    pub fn asked(request: &HttpRequest, f: Option<&str>) -> Result<Self, Problem> {
        match f {
            Some("json") => return Ok(Self::Json),
            Some("html") => return Ok(Self::Html),
            Some(other) => return Err(Problem::field("f", other, "must be json or html")),
            None => {}
        }
        let Ok(accept) = Accept::parse(request) else { return Ok(Self::Json) };
        let known = |essence: &str| match essence {
            "text/html" | "application/xhtml+xml" => Some(Self::Html),
            _ if essence.starts_with("application/") || essence == "*/*" => Some(Self::Json),
            _ => None,
        };
        let found = accept.ranked().iter().find_map(|accepted| known(accepted.essence_str()));
        Ok(found.unwrap_or(Self::Json))
    }

    /// What `f` calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
        }
    }

    /// Its media type, where JSON is of the type `json`.
    pub const fn media_type(self, json: &'static str) -> &'static str {
        match self {
            Self::Json => json,
            Self::Html => "text/html",
        }
    }
}

/// A document, before it is an answer: one that is made away from the async threads.
pub struct Written {
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl Written {
    /// The JSON of `body`.
    ///
    /// # Errors
    ///
    /// 500 where it is none, which only a mistake in its type can cause.
    pub fn json(media_type: &'static str, body: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self { media_type, bytes: geojson::write(body)? })
    }

    /// A page.
    pub fn html(page: String) -> Self {
        Self { media_type: "text/html; charset=utf-8", bytes: page.into_bytes() }
    }

    /// The answer.
    pub fn respond(self) -> HttpResponse {
        HttpResponse::Ok().insert_header((header::CONTENT_TYPE, self.media_type)).body(self.bytes)
    }
}

/// The answer with what it is, in both senses: `Accept` decides which.
pub fn answered(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}
