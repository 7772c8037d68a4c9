//! `/ogc` and `/ogc/conformance`: where everything is, and which classes of requirements are met.

use actix_web::{HttpRequest, HttpResponse, get};
use maud::html;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    format::{Format, Written, answered},
    html::Page,
    link::{Here, Link},
    matrix_sets::TILING_SCHEMES,
    params::Params,
};
use crate::http::{
    Problem,
    caller::Caller,
    permits::ReadMeta,
    problem::ProblemBody,
    revision::{Revision, unless_known},
};

/// The media type of what is no GeoJSON.
pub const JSON: &str = "application/json";
/// What the service is called.
const TITLE: &str = "Vigie";
/// What it holds.
const DESCRIPTION: &str = "Sites, buildings, INSEE tracts, patrols and incidents of a group of social \
    landlords, as far as whoever asks may read them.";

/// The classes of requirements that are met; see `docs/conformance.md`.
const CLASSES: &[&str] = &[
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixsetlimits",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixsetlimits",
    "http://www.opengis.net/spec/tms/2.0/conf/tilesetmetadata",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata",
];

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_landing).service(show_conformance);
}

/// Where everything is, by OGC API – Features 1.0 and OGC API – Tiles 1.0.
#[utoipa::path(tag = "ogc", params(
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "Links", content((LandingBody = "application/json"), (String = "text/html"))),
    (status = 304, description = "As the client knows it"),
))]
#[get("")]
async fn show_landing(_: Caller<ReadMeta>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    document(&request, |here, format| {
        let mut links = here.itself(format, JSON);
        links.extend([
            Link::new(
                here.root("/openapi.json"),
                "service-desc",
                JSON,
                "The API as an OpenAPI 3.1 document",
            ),
            Link::new(here.root("/docs"), "service-doc", "text/html", "The API as a page to read"),
            Link::new(
                here.ogc("/conformance"),
                "conformance",
                JSON,
                "Classes of requirements that are met",
            ),
            Link::new(here.ogc("/collections"), "data", JSON, "The collections"),
            Link::new(here.ogc("/tileMatrixSets"), TILING_SCHEMES, JSON, "How tiles are cut"),
        ]);
        let body = LandingBody { title: TITLE, description: DESCRIPTION, links };
        let page = Page::new(TITLE, &body.links).with(html! { p { (DESCRIPTION) } });
        (body, page)
    })
    .await
}

/// The classes of requirements that are met.
#[utoipa::path(tag = "ogc", params(
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "Their URIs", content((ConformanceBody = "application/json"), (String = "text/html"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/conformance")]
async fn show_conformance(
    _: Caller<ReadMeta>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    document(&request, |here, format| {
        let body = ConformanceBody { conforms_to: CLASSES, links: here.itself(format, JSON) };
        let list = html! { ul { @for class in CLASSES { li { code { (class) } } } } };
        let page = Page::new("Conformance", &body.links).with(list);
        (body, page)
    })
    .await
}

/// A document that the program alone decides.
///
/// # Errors
///
/// 400 where a parameter is refused.
pub async fn document<T: Serialize>(
    request: &HttpRequest,
    make: impl FnOnce(&Here, Format) -> (T, Page),
) -> Result<HttpResponse, Problem> {
    let mut params = Params::of(request)?;
    let format =
        Format::asked(request, params.take("f").as_deref()).map_err(Problem::unreadable)?;
    params.none_left()?;
    let here = Here::of(request);
    let revision = Revision::PROGRAM.with((&here, format));
    let response = unless_known(request, revision, async || {
        let (body, page) = make(&here, format);
        let written = match format {
            Format::Json => Written::json(JSON, &body)?,
            Format::Html => page.written(),
        };
        Ok(written.respond())
    });
    Ok(answered(response.await?))
}

/// Where everything is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcLanding)]
struct LandingBody {
    /// What the service is called.
    #[schema(value_type = String)]
    title: &'static str,
    /// What it holds.
    #[schema(value_type = String)]
    description: &'static str,
    /// Where everything is.
    links: Vec<Link>,
}

/// The classes of requirements that are met.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcConformance)]
#[serde(rename_all = "camelCase")]
struct ConformanceBody {
    /// Their URIs.
    #[schema(value_type = Vec<String>)]
    conforms_to: &'static [&'static str],
    /// This document as something else.
    links: Vec<Link>,
}
