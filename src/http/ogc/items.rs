//! `/ogc/collections/{collection}/items`: the features, page by page or one by one.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{HeaderName, HeaderValue},
    web::{self, Data, Path},
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Asking,
    asked::Asked,
    collection::Collection,
    format::{Format, Written, answered},
    frame::Frame,
    html::{Page, sheet_of, table_of},
    item::{FeatureBody, PageBody},
    landing::JSON,
    link::{Here, Link},
    reader::Reader,
};
use crate::{
    closed_list::ClosedList as _,
    http::{
        Edge, Problem,
        caller::Caller,
        geojson::GEO_JSON,
        permits::ReadMeta,
        problem::ProblemBody,
        revision::{unkept, unless_known},
    },
};

/// The header that says in which reference system an answer is.
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_items).service(show_item);
}

/// The features of a collection that pass every filter, in the order of ids, of incidents the newest first, or as `sortby` says. Each property of
/// `queryables` is a parameter, too: features of that value.
#[utoipa::path(tag = "ogc", params(
    ("collection" = String, Path, description = "Name of the collection"),
    ("limit" = Option<u32>, Query, description = "Most features of the page; 100 where it is left out, 10,000 where it is more", minimum = 1, maximum = 10000),
    ("bbox" = Option<String>, Query, description = "Four numbers, or six with heights, in the order of axes of `bbox-crs`: features that meet the box"),
    ("bbox-crs" = Option<String>, Query, description = "URI of the reference system of `bbox`; CRS84 where it is left out"),
    ("datetime" = Option<String>, Query, description = "An RFC 3339 time, or two with `/` between, of which one may be `..`: features of that time"),
    ("crs" = Option<String>, Query, description = "URI of the reference system of the answer; CRS84 where it is left out"),
    ("filter" = Option<String>, Query, description = "CQL2 over `queryables`: features of which it is true; at most 4,096 bytes, 32 deep, 1,000 corners of shapes"),
    ("filter-lang" = Option<String>, Query, description = "`cql2-text` or `cql2-json`; the first where it is left out"),
    ("filter-crs" = Option<String>, Query, description = "URI of the reference system of shapes in `filter`; CRS84 where it is left out"),
    ("sortby" = Option<String>, Query, description = "At most four of `sortables`, separated by commas, each with `-` before it where the largest comes first"),
    ("after" = Option<String>, Query, description = "Taken from a `next` link"),
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "A page of features", content((serde_json::Value = "application/geo+json"), (String = "text/html"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "A parameter is unknown or refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such collection", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "As many pages are looked for as may", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "To look at each feature takes too long", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections/{collection}/items")]
async fn list_items(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    name: Path<String>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let asking = Asking { edge: &edge, caller: &caller };
    let of = asking.collection(&name)?;
    let reader = asking.reader();
    let mut asked = Asked::of(&request, of, &reader.table(of)).map_err(Problem::unreadable)?;
    let (format, frame, here) = (asked.format, asked.frame, Here::of(&request));
    let place = edge.walks.enter(&mut asked.wanted).await?;
    let make = move |reader: Reader| {
        let made = page(&reader, of, &asked, &here);
        drop(place);
        made
    };
    send(&request, (of, format, frame), reader, make).await
}

/// One feature.
#[utoipa::path(tag = "ogc", params(
    ("collection" = String, Path, description = "Name of the collection"),
    ("feature" = String, Path, description = "Id of the feature"),
    ("crs" = Option<String>, Query, description = "URI of the reference system of the answer; CRS84 where it is left out"),
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "The feature", content((serde_json::Value = "application/geo+json"), (String = "text/html"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "A parameter is unknown or refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such collection or feature", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections/{collection}/items/{feature}")]
async fn show_item(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    path: Path<(String, String)>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (name, id) = path.into_inner();
    let asking = Asking { edge: &edge, caller: &caller };
    let of = asking.collection(&name)?;
    let (format, frame) = Asked::of_one(&request).map_err(Problem::unreadable)?;
    let here = Here::of(&request);
    let reader = asking.reader();
    send(&request, (of, format, frame), reader, move |reader| {
        one(&reader, of, &id, (format, frame), &here)
    })
    .await
}

/// What `make` makes, away from the async threads, with the system that it is in.
async fn send(
    request: &HttpRequest,
    (of, format, frame): (Collection, Format, Frame),
    reader: Reader,
    make: impl FnOnce(Reader) -> Result<Written, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let revision = reader.revision(of);
    let render = async || {
        let made = web::block(move || make(reader)).await.map_err(Problem::internal)?;
        let mut response = made.map_err(Problem::unreadable)?.respond();
        let system = HeaderValue::from_str(&format!("<{}>", frame.uri()));
        let system = system.map_err(Problem::internal)?;
        response.headers_mut().insert(CONTENT_CRS, system);
        Ok(response)
    };
    let response = match revision {
        Some(revision) => {
            let revision = revision.with((Here::of(request), format));
            unless_known(request, revision, render).await?
        }
        None => unkept(render().await?),
    };
    Ok(answered(response))
}

fn page(reader: &Reader, of: Collection, asked: &Asked, here: &Here) -> Result<Written, Problem> {
    let (table, page) = (reader.table(of), reader.page(of, &asked.wanted)?);
    let mut links = here.itself(asked.format, GEO_JSON);
    links.extend(page.next.as_ref().map(|key| here.next(key, asked.format, GEO_JSON)));
    links.push(collection_link(here, of));
    if asked.format == Format::Html {
        let href = |item: &super::item::Item| address(of, &item.id);
        let rows = table_of(&table, &page.items, href);
        let title = format!("{}: {} of {}", table.title, page.items.len(), page.matched);
        return Ok(Page::new(&title, &links).with(rows).written());
    }
    let told = (page.matched, reader.now().to_string());
    let body = PageBody::new(&table, &page.items, asked.frame, links, told)?;
    Written::json(GEO_JSON, &body)
}

fn one(
    reader: &Reader,
    of: Collection,
    id: &str,
    (format, frame): (Format, Frame),
    here: &Here,
) -> Result<Written, Problem> {
    let item = reader.one(of, id)?.ok_or_else(|| {
        Problem::unknown("feature", id, format!("feature `{id}` is not in {}", of.as_str()))
    })?;
    let table = reader.table(of);
    let mut links = here.itself(format, GEO_JSON);
    links.push(collection_link(here, of));
    if format == Format::Html {
        return Ok(Page::new(&item.id, &links).with(sheet_of(&table, &item)).written());
    }
    let body = FeatureBody::new(&table, &item, frame, links)?;
    Written::json(GEO_JSON, &body)
}

fn collection_link(here: &Here, of: Collection) -> Link {
    let path = format!("/collections/{}", of.as_str());
    Link::new(here.ogc(&path), "collection", JSON, "The collection")
}

/// The page of a feature.
fn address(of: Collection, id: &str) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let id = utf8_percent_encode(id, NON_ALPHANUMERIC);
    format!("/ogc/collections/{}/items/{id}?f=html", of.as_str())
}
