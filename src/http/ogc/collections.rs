//! `/ogc/collections`: what there is for whoever asks.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data, Path},
};
use maud::html;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Asking,
    collection::Collection,
    format::{Format, Written, answered},
    frame::Frame,
    html::Page,
    landing::JSON,
    link::{Here, Link},
    params::Params,
    reader::Reader,
    tilesets::TILESETS_VECTOR,
};
use crate::{
    closed_list::ClosedList as _,
    http::{
        Edge, Problem, caller::Caller, geojson::GEO_JSON, permits::ReadMeta, problem::ProblemBody,
        revision::unkept,
    },
    time::Timestamp,
};

/// The relation of a schema of what may be asked for.
pub const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
/// The relation of a schema of what sorts.
pub const SORTABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/sortables";
/// The media type of such a schema.
pub const SCHEMA_JSON: &str = "application/schema+json";

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_collections).service(show_collection);
}

/// The collections that the caller may read.
#[utoipa::path(tag = "ogc", params(
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "The collections", content((CollectionsBody = "application/json"), (String = "text/html"))),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections")]
async fn list_collections(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let format = format_alone(&request)?;
    let here = Here::of(&request);
    let reader = Asking { edge: &edge, caller: &caller }.reader();
    let made = web::block(move || {
        let all = Collection::ALL.iter().copied();
        let own = all.filter(|it| reader.seat().may(it.permission()));
        let collections = own.map(|it| CollectionBody::new(it, &reader, &here, format)).collect();
        let body = CollectionsBody {
            collections,
            crs: Frame::ALL.map(Frame::uri),
            links: here.itself(format, JSON),
        };
        let rows = html! {
            section { table {
                tr { th { "collection" } th { "what it is" } }
                @for one in &body.collections {
                    tr {
                        td { a href=(format!("/ogc/collections/{}?f=html", one.id)) { (one.title) } }
                        td { (one.description) }
                    }
                }
            } }
        };
        match format {
            Format::Json => Written::json(JSON, &body),
            Format::Html => Ok(Page::new("Collections", &body.links).with(rows).written()),
        }
    });
    Ok(kept_by_nobody(made.await.map_err(Problem::internal)??))
}

/// What a collection is, where its features are, and in which reference systems they are told.
#[utoipa::path(tag = "ogc", params(
    ("collection" = String, Path, description = "Name of the collection"),
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "The collection", content((CollectionBody = "application/json"), (String = "text/html"))),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such collection", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections/{collection}")]
async fn show_collection(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    name: Path<String>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let asking = Asking { edge: &edge, caller: &caller };
    let of = asking.collection(&name)?;
    let format = format_alone(&request)?;
    let (reader, here) = (asking.reader(), Here::of(&request));
    let made = web::block(move || {
        let mut body = CollectionBody::new(of, &reader, &here, format);
        body.links.splice(0..0, here.itself(format, JSON));
        let about = html! { p { (body.description) } };
        match format {
            Format::Json => Written::json(JSON, &body),
            Format::Html => Ok(Page::new(&body.title, &body.links).with(about).written()),
        }
    });
    Ok(kept_by_nobody(made.await.map_err(Problem::internal)??))
}

/// The format of an answer that takes no other parameter.
///
/// # Errors
///
/// 400 where `f` names none, or something else is asked for.
pub fn format_alone(request: &HttpRequest) -> Result<Format, Problem> {
    let mut params = Params::of(request)?;
    let format = Format::asked(request, params.take("f").as_deref());
    params.none_left()?;
    format.map_err(Problem::unreadable)
}

/// The answer, which changes with the stock and with what happens: nobody keeps it.
pub fn kept_by_nobody(written: Written) -> HttpResponse {
    answered(unkept(written.respond()))
}

/// The collections.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcCollections)]
struct CollectionsBody {
    /// Those that the caller may read.
    collections: Vec<CollectionBody>,
    /// Reference systems that every collection is told in.
    #[schema(value_type = Vec<String>)]
    crs: [&'static str; 4],
    /// This document as something else.
    links: Vec<Link>,
}

/// A collection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcCollection)]
#[serde(rename_all = "camelCase")]
struct CollectionBody {
    /// Its name.
    #[schema(value_type = String)]
    id: &'static str,
    /// What people call it.
    title: String,
    /// What it holds, and what one must know to read it.
    description: String,
    /// `feature`, always.
    #[schema(value_type = String)]
    item_type: &'static str,
    /// Where and when its features are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    extent: Option<ExtentBody>,
    /// Reference systems that its features are told in, the default first.
    #[schema(value_type = Vec<String>)]
    crs: [&'static str; 4],
    /// The one that they are kept in.
    #[schema(value_type = String)]
    storage_crs: &'static str,
    /// Where its features are.
    links: Vec<Link>,
}

/// Where and when the features of a collection are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcExtent)]
struct ExtentBody {
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    spatial: Option<SpatialBody>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    temporal: Option<TemporalBody>,
}

/// Where features are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcSpatialExtent)]
struct SpatialBody {
    /// `west, south, east, north` in degrees.
    bbox: [[f64; 4]; 1],
    /// CRS84.
    #[schema(value_type = String)]
    crs: &'static str,
}

/// When features are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTemporalExtent)]
struct TemporalBody {
    /// The first and the last, RFC 3339.
    interval: [[String; 2]; 1],
    /// The Gregorian calendar.
    #[schema(value_type = String)]
    trs: &'static str,
}

impl CollectionBody {
    fn new(of: Collection, reader: &Reader, here: &Here, format: Format) -> Self {
        let (id, table) = (of.as_str(), reader.table(of));
        let items = format!("/collections/{id}/items");
        let link =
            |path: &str, rel, r#type, title: &str| Link::new(here.ogc(path), rel, r#type, title);
        let json = link(&format!("{items}?f=json"), "items", GEO_JSON, "The features as GeoJSON");
        let html = link(&format!("{items}?f=html"), "items", "text/html", "The features as a page");
        let queryables = format!("/collections/{id}/queryables");
        let mut links = vec![json, html];
        if format == Format::Html {
            links.reverse();
        }
        links.push(link(&queryables, QUERYABLES, SCHEMA_JSON, "What may be asked for"));
        let sortables = format!("/collections/{id}/sortables");
        links.push(link(&sortables, SORTABLES, SCHEMA_JSON, "What sorts"));
        if of.layer().is_some() && reader.reads_stock() {
            let tiles = format!("/collections/{id}/tiles");
            links.push(link(&tiles, TILESETS_VECTOR, JSON, "The same as vector tiles"));
        }
        Self {
            id,
            title: table.title,
            description: table.description,
            item_type: "feature",
            extent: ExtentBody::of(of, reader),
            crs: Frame::ALL.map(Frame::uri),
            storage_crs: Frame::Crs84.uri(),
            links,
        }
    }
}

impl ExtentBody {
    fn of(of: Collection, reader: &Reader) -> Option<Self> {
        let spatial = reader.bounds(of).map(|bbox| SpatialBody {
            // Outwards, since coordinates are told to 7 decimals.
            bbox: [[
                (bbox.west() * 1e7).floor() / 1e7,
                (bbox.south() * 1e7).floor() / 1e7,
                (bbox.east() * 1e7).ceil() / 1e7,
                (bbox.north() * 1e7).ceil() / 1e7,
            ]],
            crs: Frame::Crs84.uri(),
        });
        let told = |(first, last): (Timestamp, Timestamp)| TemporalBody {
            interval: [[first.to_string(), last.to_string()]],
            trs: "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        };
        let temporal = reader.span(of).map(told);
        (spatial.is_some() || temporal.is_some()).then_some(Self { spatial, temporal })
    }
}
