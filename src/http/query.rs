//! Query strings: raw texts first, so that a refused value is a 422 that names it; an unknown name is a 400.

use std::{fmt::Display, future::Ready, str::FromStr};

use actix_web::{FromRequest, HttpRequest, dev::Payload, error::QueryPayloadError, web};
use serde::{Deserialize, de::DeserializeOwned};

use super::{Problem, ProblemKind, problem::said_name};

/// The query string as a `T`, whose fields are texts.
pub struct Query<T>(pub T);

/// No parameter at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = web::Query::<T>::from_query(request.query_string());
        std::future::ready(read.map(|params| Self(params.into_inner())).map_err(unreadable))
    }
}

/// What serde says of names: the values are all texts, so it never quotes one.
fn unreadable(error: QueryPayloadError) -> Problem {
    let message = match error {
        QueryPayloadError::Deserialize(error) => error.to_string(),
        other => other.to_string(),
    };
    let name: Option<String> = message.split('`').nth(1).map(|name| said_name(name).to_owned());
    match name {
        None => Problem::new(ProblemKind::UnreadableRequest, message),
        Some(name) if message.starts_with("unknown field") => {
            let known = message.split(", expected ").nth(1).unwrap_or("none");
            let reason = format!("is not a parameter here: expected {known}");
            Problem::at_fault(ProblemKind::UnreadableRequest, &name, None, reason)
        }
        Some(name) if message.starts_with("duplicate field") => {
            Problem::at_fault(ProblemKind::UnreadableRequest, &name, None, "comes twice")
        }
        Some(name) => Problem::at_fault(ProblemKind::UnreadableRequest, &name, None, "is required"),
    }
}

/// The value of a parameter that may be left out.
///
/// # Errors
///
/// 422 with the field, the value and what `T` says of it.
pub fn parsed<T>(field: &str, value: Option<&str>) -> Result<Option<T>, Problem>
where
    T: FromStr<Err: Display>,
{
    value.map(|text| text.parse().map_err(|e| Problem::field(field, text, e))).transpose()
}

/// The number of a parameter that may be left out; `reason` says what it must be.
///
/// # Errors
///
/// 422 with the field, the value and `reason`.
pub fn number<T: FromStr>(
    field: &str,
    value: Option<&str>,
    reason: impl Display,
) -> Result<Option<T>, Problem> {
    value
        .map(|text| text.trim().parse().ok().ok_or_else(|| Problem::field(field, text, &reason)))
        .transpose()
}

/// The values of a comma-separated list; empty where it is left out.
///
/// # Errors
///
/// 422 with the field, the item at fault and what `T` says of it.
pub fn list<T>(
    field: &str,
    value: Option<&str>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Problem> {
    let Some(text) = value else { return Ok(Vec::new()) };
    let items = text.split(',').map(str::trim);
    items.map(|item| parse(item).map_err(|reason| Problem::field(field, item, reason))).collect()
}

/// One of a closed list of names, found by `of_name`.
///
/// # Errors
///
/// What `value` must be, as text.
pub fn name_of<T>(
    value: &str,
    of_name: impl Fn(&str) -> Option<T>,
    known: impl IntoIterator<Item = &'static str>,
) -> Result<T, String> {
    of_name(value).ok_or_else(|| {
        let known: Vec<&str> = known.into_iter().collect();
        format!("must be one of {}", known.join(", "))
    })
}
