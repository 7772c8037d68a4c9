//! `/openapi.json` and `/docs`: the reference of the API, for programs and for people, without outside assets.

use std::{fmt::Write as _, sync::LazyLock};

use actix_web::{
    HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{caller::Public, shared_answers};

/// What the reference begins with.
const FRONT_PAGE: &str = "Digital twin and operations server of a group of social landlords. Longitude comes \
    first, WGS 84; metres, seconds, RFC 3339 times. GeoJSON is RFC 7946, errors are RFC 9457 and name the field. \
    An unknown query parameter is a 400, an unknown field of a body a 422.";
/// The look of the page.
const STYLE: &str = include_str!("docs.css");

/// The document as it goes out.
static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| super::openapi().to_pretty_json().unwrap_or_default());
/// The page as it goes out.
static PAGE: LazyLock<String> = LazyLock::new(|| page(&DOCUMENT));

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_document).service(show_page);
}

/// The document with its title and its front page.
#[must_use]
pub fn with_front_page(mut document: OpenApi) -> OpenApi {
    document.info.title = "Vigie".to_owned();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description = Some(FRONT_PAGE.split_whitespace().collect::<Vec<_>>().join(" "));
    shared_answers::add_to(&mut document);
    document
}

/// The API as an OpenAPI 3.1 document.
#[utoipa::path(tag = "operation", responses((status = 200, description = "OpenAPI 3.1", body = Value)))]
#[get("/openapi.json")]
async fn show_document(_: Public) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(DOCUMENT.as_str())
}

/// The API as a page to read.
#[utoipa::path(tag = "operation", responses((status = 200, description = "A page", body = String, content_type = "text/html")))]
#[get("/docs")]
async fn show_page(_: Public) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(PAGE.as_str())
}

fn page(document: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let mut html = String::new();
    let title = format!("Vigie {} · API", text(&document["info"]["version"]));
    let _ = write!(
        html,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><link rel=\"icon\" href=\"/favicon.svg\"><title>{title}</title><style>{STYLE}</style></head><body><header>\
         <h1>{title}</h1><p>{}</p><p><a href=\"/openapi.json\">OpenAPI document</a> · <a href=\"/\">map</a></p>\
         </header><main>",
        text(&document["info"]["description"])
    );
    for (path, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            operation_section(&mut html, path, method, operation);
        }
    }
    html.push_str("<h2>Shapes</h2>");
    for (name, schema) in members(&document["components"]["schemas"]) {
        let _ = write!(html, "<section id=\"{0}\"><h3>{0}</h3>", escape(name));
        schema_table(&mut html, schema);
        html.push_str("</section>");
    }
    html.push_str("</main></body></html>");
    html
}

fn operation_section(html: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        html,
        "<section><h3><b class=\"{method}\">{}</b> <code>{}</code></h3><p>{} {}</p>",
        method.to_uppercase(),
        escape(path),
        text(&operation["summary"]),
        text(&operation["description"])
    );
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    if !parameters.is_empty() {
        html.push_str("<table><tr><th>parameter<th>in<th>type<th>meaning</tr>");
        for parameter in parameters {
            row(
                html,
                &[
                    format!("<code>{}</code>", text(&parameter["name"])),
                    text(&parameter["in"]),
                    type_of(&parameter["schema"]),
                    text(&parameter["description"]),
                ],
            );
        }
        html.push_str("</table>");
    }
    html.push_str("<table><tr><th>body<th>media type<th>shape</tr>");
    for (media_type, content) in members(&operation["requestBody"]["content"]) {
        let shape = type_of(&content["schema"]);
        row(html, &["request".to_owned(), escape(media_type), shape]);
    }
    for (status, response) in members(&operation["responses"]) {
        let status = format!("{status} {}", text(&response["description"]));
        let mut contents = members(&response["content"]).peekable();
        if contents.peek().is_none() {
            row(html, &[status.clone(), String::new(), String::new()]);
        }
        for (media_type, content) in contents {
            row(html, &[status.clone(), escape(media_type), type_of(&content["schema"])]);
        }
    }
    html.push_str("</table></section>");
}

fn schema_table(html: &mut String, schema: &Value) {
    let _ = write!(html, "<p>{}</p>", text(&schema["description"]));
    if schema["properties"].is_null() {
        let _ = write!(html, "<p>{}</p>", type_of(schema));
        return;
    }
    let required = schema["required"].as_array();
    html.push_str("<table><tr><th>member<th>type<th>meaning</tr>");
    for (name, property) in members(&schema["properties"]) {
        let always = required.is_some_and(|names| names.iter().any(|known| known == name));
        let mark = if always { "" } else { " (optional)" };
        let name = format!("<code>{}</code>{mark}", escape(name));
        row(html, &[name, type_of(property), text(&property["description"])]);
    }
    html.push_str("</table>");
}

/// A schema in a few words, with links to the shapes that it names.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#{0}\">{0}</a>", escape(name));
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(schemas) = schema[choice].as_array() {
            return schemas.iter().map(type_of).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().map(|value| format!("<code>{}</code>", text(value))).collect();
        return values.join(" | ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", type_of(&schema["items"])),
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

fn row(html: &mut String, cells: &[String]) {
    let _ = write!(html, "<tr><td>{}</tr>", cells.join("<td>"));
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
