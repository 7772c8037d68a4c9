//! JSON bodies: read whole, at most [`JSON_BYTES_MAX`], and refused with the path of the field at fault.
//!
//! A refusal never repeats what the client wrote, only which field is at fault: a wrong field is where a
//! name or an address would be.

use std::{fmt, marker::PhantomData};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header::CACHE_CONTROL,
    web::BytesMut,
};
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{
    Problem, ProblemKind,
    limit::{BODY_TIMEOUT, JSON_BYTES_MAX},
    media,
    problem::said_name,
};

/// A JSON body of type `T`.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = media::check(request, &["application/json"]);
        let payload = payload.take();
        Box::pin(async move {
            media_type?;
            let read = tokio::time::timeout(BODY_TIMEOUT, collect(payload)).await;
            let body = read.map_err(|_elapsed| {
                let limit_s = BODY_TIMEOUT.as_secs();
                Problem::new(
                    ProblemKind::RequestTimeout,
                    format!("the body did not come within {limit_s} s"),
                )
            })??;
            parse(&body).map(Self)
        })
    }
}

async fn collect(mut payload: Payload) -> Result<BytesMut, Problem> {
    let mut body = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|e| Problem::new(ProblemKind::UnreadableRequest, e))?;
        if body.len() + piece.len() > JSON_BYTES_MAX {
            return Err(Problem::new(
                ProblemKind::BodyTooLarge,
                format!("a JSON body has at most {JSON_BYTES_MAX} bytes"),
            ));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Answers with `body`, which is so now: nobody is to keep it.
pub fn of_now(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body)
}

/// Reads one JSON text.
///
/// # Errors
///
/// 400 where it is no JSON, 422 where it is not a `T`; both name the field.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    if text.trim_ascii().is_empty() {
        return Err(Problem::new(ProblemKind::UnreadableRequest, "the body is empty"));
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|e| refusal(&e.path().to_string(), e.inner()))?;
    json.end().map_err(|e| refusal(".", &e))?;
    Ok(value)
}

/// What serde says, without the value that it quotes.
fn refusal(path: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let path = path.trim_end_matches(['.', '?']); // `.` is the whole, `?` a key that could not be read
    if !error.is_data() {
        let detail = format!("not JSON at line {}, column {}", error.line(), error.column());
        // What the JSON reader says of syntax quotes nothing: `expected value`, `number out of range`.
        return Problem::at_fault(
            ProblemKind::UnreadableRequest,
            if path.is_empty() { "body" } else { path },
            None,
            format!("{detail}: {message}"),
        );
    }
    let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let (field, reason) = if message.starts_with("missing field") {
        (join(path, quoted), "is required".to_owned())
    } else if message.starts_with("duplicate field") {
        (join(if path.ends_with(quoted) { parent } else { path }, quoted), "comes twice".to_owned())
    } else if message.starts_with("unknown field") {
        let known = message.split(", expected ").nth(1).unwrap_or("no field");
        let parent =
            if path.ends_with(quoted) { path.strip_suffix(quoted).unwrap_or(path) } else { path };
        (
            join(parent.trim_end_matches('.'), said_name(quoted)),
            format!("is not a field here: expected {known}"),
        )
    } else {
        let expected = message.rsplit_once(", expected ").map_or("something else", |(_, e)| e);
        let field = if path.is_empty() { "body" } else { path };
        (field.to_owned(), format!("must be {}", plain(expected)))
    };
    Problem::unsaid(&field, reason)
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

/// A type of Rust in plain words.
fn plain(expected: &str) -> &str {
    match expected {
        "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "a sequence" => "a list",
        other => other,
    }
}

/// Reads a `T` from a JSON object alone: a struct of serde would also take a list of its values in order.
///
/// # Errors
///
/// What the deserializer says.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    struct ObjectOnly<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectOnly<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    from.deserialize_map(ObjectOnly(PhantomData))
}

/// A `T` that is written as an object.
#[derive(Debug, Deserialize)]
#[serde(transparent, bound = "T: DeserializeOwned")]
pub struct Object<T>(#[serde(deserialize_with = "object")] pub T);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only the reading is tested")]
        name: String,
        #[expect(dead_code, reason = "only the reading is tested")]
        #[serde(deserialize_with = "object")]
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only the reading is tested")]
        lon: f64,
        #[expect(dead_code, reason = "only the reading is tested")]
        crew: Option<u8>,
    }

    #[track_caller]
    fn check(text: &str, status: u16, expected: &str) {
        let problem = parse::<Object<Outer>>(text.as_bytes()).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.to_string().as_str()), (status, expected));
    }

    #[test]
    fn a_refusal_names_the_field_and_never_repeats_what_it_held() {
        check("", 400, "the body is empty");
        check(r#"{"name":"a"}"#, 422, "inner: is required");
        check(r#"{"name":"a","inner":{}}"#, 422, "inner.lon: is required");
        check(
            r#"{"name":"a","inner":{"lon":"12 rue, expected Dupont"}}"#,
            422,
            "inner.lon: must be a number",
        );
        check(
            r#"{"name":"a","inner":{"lon":1,"crew":300}}"#,
            422,
            "inner.crew: must be a whole number",
        );
        check(r#"{"name":"a","name":"b"}"#, 422, "name: comes twice");
        check(r#"{"name":"a","inner":{"lon":1,"lon":2}}"#, 422, "inner.lon: comes twice");
        check(
            r#"{"caller":"Dupont"}"#,
            422,
            "caller: is not a field here: expected `name` or `inner`",
        );
        check(
            r#"{"name":"a","inner":{"phone":"0612345678"}}"#,
            422,
            "inner.phone: is not a field here: expected `lon` or `crew`",
        );
        check(
            r#"{"name":"a","inner":{"Mme Dupont. 2":1}}"#,
            422,
            "inner.(not repeated): is not a field here: expected `lon` or `crew`",
        );
        check(r#"["a",{"lon":1}]"#, 422, "body: must be an object");
        check(r#"{"name":"a","inner":[1]}"#, 422, "inner: must be an object");
    }

    #[test]
    fn what_is_not_json_is_told_by_line_and_column() {
        check("{\"name\":NaN}", 400, "name: not JSON at line 1, column 9: expected value");
        let problem = parse::<Object<Outer>>(b"{\"name\":\"\xff\"}").unwrap_err();
        assert_eq!(problem.status(), 400);
        let deep = format!("{{\"name\":{}", "[".repeat(100_000));
        assert_eq!(parse::<serde_json::Value>(deep.as_bytes()).unwrap_err().status(), 400);
        let huge = parse::<Object<Outer>>(br#"{"name":"a","inner":{"lon":1e999}}"#).unwrap_err();
        assert!(huge.to_string().starts_with("inner.lon: not JSON"), "{huge}");
    }

    #[test]
    fn a_key_that_cannot_be_read_is_told_of_the_body() {
        let broken = parse::<serde_json::Map<String, serde_json::Value>>(b"{bad").unwrap_err();
        assert!(broken.to_string().starts_with("body: not JSON"), "{broken}");
    }
}
