//! `/ogc/collections/{collection}/{queryables,sortables}`: the properties by which features are asked for and sorted, as a JSON Schema.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use maud::html;
use serde_json::{Map, Value, json};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Asking,
    collection::Collection,
    collections::{SCHEMA_JSON, format_alone},
    format::{Format, Written, answered},
    html::Page,
    link::{Here, Link},
};
use crate::{
    export::{Column, ColumnKind, Shapes, Table},
    http::{
        Edge, Problem,
        caller::Caller,
        permits::ReadMeta,
        problem::ProblemBody,
        revision::{Revision, unless_known},
    },
};

/// What filters call the place of a feature.
pub const GEOMETRY: &str = "geometry";

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_queryables).service(show_sortables);
}

/// The properties by which features of a collection are asked for, each a parameter of `items`, as a JSON Schema.
#[utoipa::path(tag = "ogc", params(
    ("collection" = String, Path, description = "Name of the collection"),
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "A JSON Schema", content((serde_json::Value = "application/schema+json"), (String = "text/html"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such collection", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections/{collection}/queryables")]
async fn show_queryables(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    name: Path<String>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let asking = Asking { edge: &edge, caller: &caller };
    tell(&request, &asking, &name, Properties::Queryables).await
}

/// The properties by which features of a collection are sorted (`sortby`), as a JSON Schema.
#[utoipa::path(tag = "ogc", params(
    ("collection" = String, Path, description = "Name of the collection"),
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "A JSON Schema", content((serde_json::Value = "application/schema+json"), (String = "text/html"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such collection", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections/{collection}/sortables")]
async fn show_sortables(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    name: Path<String>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let asking = Asking { edge: &edge, caller: &caller };
    tell(&request, &asking, &name, Properties::Sortables).await
}

/// Which properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Properties {
    Queryables,
    Sortables,
}

async fn tell(
    request: &HttpRequest,
    asking: &Asking<'_>,
    name: &str,
    properties: Properties,
) -> Result<HttpResponse, Problem> {
    let of = asking.collection(name)?;
    let format = format_alone(request)?;
    let (reader, here) = (asking.reader(), Here::of(request));
    // The figures of tracts come with the stock.
    let revision = Revision::of_stock(reader.snapshot()).with((&here, format));
    let response = unless_known(request, revision, async || {
        let table = reader.table(of);
        let written = match format {
            Format::Json => {
                let mut schema = schema(of, &table, here.itself(format, SCHEMA_JSON));
                if properties == Properties::Queryables {
                    schema["properties"][GEOMETRY] = place(&table);
                }
                Written::json(SCHEMA_JSON, &schema)?
            }
            Format::Html => page(properties, &table, &here).written(),
        };
        Ok(written.respond())
    });
    Ok(answered(response.await?))
}

/// The schema of the columns of a table; its id is the address of this document.
fn schema(of: Collection, table: &Table, links: Vec<Link>) -> Value {
    let columns = table.columns().iter();
    let properties: Map<String, Value> =
        columns.map(|column| (column.name.clone(), property(of, column))).collect();
    let itself = links.into_iter().find(|link| link.rel == "self").map(|link| link.href);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": itself,
        "type": "object",
        "title": table.title,
        "description": table.description,
        "properties": properties,
        "additionalProperties": false,
    })
}

/// Where features are.
fn place(table: &Table) -> Value {
    let format = match table.shapes {
        Shapes::Points => "geometry-point",
        Shapes::Areas => "geometry-multipolygon",
        Shapes::Mixed => "geometry-any",
    };
    json!({ "title": "Where it is", "format": format, "x-ogc-role": "primary-geometry" })
}

fn property(of: Collection, column: &Column) -> Value {
    let mut schema = json!({
        "title": column.title,
        "description": column.description(),
        "type": match column.kind {
            ColumnKind::Text => "string",
            ColumnKind::Integer => "integer",
            ColumnKind::Real => "number",
        },
    });
    if of.is_time(&column.name) {
        schema["format"] = "date-time".into();
    }
    if let Some(unit) = &column.unit {
        schema["x-ogc-unit"] = unit.as_str().into();
    }
    schema
}

fn page(properties: Properties, table: &Table, here: &Here) -> Page {
    let rows = html! {
        section { table {
            tr { th { "property" } th { "what it is" } }
            @for column in table.columns() {
                tr { td { code { (column.name) } } td { (column.description()) } }
            }
        } }
    };
    let what = match properties {
        Properties::Queryables => "what may be asked for",
        Properties::Sortables => "what sorts",
    };
    let title = format!("{}: {what}", table.title);
    Page::new(&title, &here.itself(Format::Html, SCHEMA_JSON)).with(rows)
}
