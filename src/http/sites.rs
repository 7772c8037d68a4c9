//! `/sites`: the residences.

use std::fmt::Display;

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, GeoJson, Problem, Query,
    caller::Caller,
    file::{self, Sending, point_of},
    filter,
    hazards::BriefingBody,
    named::FileFormatName,
    page::{self, ListAddress},
    permits::ReadStock,
    problem::ProblemBody,
    query::{NoParams, parsed},
    revision::Revision,
    sight,
    stock_list::stock_list,
    tracts::{self, TractPart},
};
use crate::{
    access::Scope,
    catalogue::{self, PageLimit, SitesQuery},
    export::{self, Column, ColumnKind, FileFormat, Row, Shapes, Table, Value},
    stock::SiteCode,
    time::Timestamp,
    twin::{SiteIx, Snapshot, StockIndex},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_sites).service(show_site);
}

/// The sites by code, or those that `q` may mean, best first: a page, or all of them as a file.
#[utoipa::path(tag = "stock", params(SitesParams), responses(
    (status = 200, description = "A page of sites, or a file", content((FeatureCollection<SiteProperties> = "application/geo+json"), (serde_json::Value = "application/vnd.geo+json"), (Vec<u8> = "application/geo+json-seq"), (String = "text/csv"), (Vec<u8> = "application/geopackage+sqlite3"), (Vec<u8> = "application/flatgeobuf"), (Vec<u8> = "application/vnd.apache.parquet"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/sites")]
async fn list_sites(
    caller: Caller<ReadStock>,
    request: HttpRequest,
    params: Query<SitesParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let format = file::asked(&request, params.0.f.as_deref())?;
    if format.is_some() {
        file::whole(params.0.limit.as_deref(), params.0.after.as_deref())?;
    }
    let mut query = SitesQuery::try_from(params.0)?;
    query.landlord = sight::landlord(caller.scope(), query.landlord)?;
    let named = caller.scope().names_sites();
    query.by_code_alone = !named;
    if let Some(format) = format {
        return send_sites(&request, &edge, query, named, format).await;
    }
    let list = ListAddress::of(&request);
    stock_list(&request, &edge, caller.seat(), move |stock, now| {
        let found = catalogue::sites(stock, &query)?;
        let features = found.items.iter().map(|ix| feature(stock, *ix, named)).collect();
        Ok(FeatureCollection::new(features, list.links(found.next), found.matched, now))
    })
    .await
}

async fn send_sites(
    request: &HttpRequest,
    edge: &Edge,
    query: SitesQuery,
    named: bool,
    format: FileFormat,
) -> Result<HttpResponse, Problem> {
    let snapshot = edge.app.snapshot();
    let revision = Some(Revision::of_stock(&snapshot));
    file::send(edge, Sending { request, format, stem: "vigie-sites", revision }, move || {
        let stock = snapshot.stock();
        let page = |after| {
            let query = SitesQuery { after, limit: PageLimit::MAX, ..query.clone() };
            Ok(catalogue::sites(stock, &query)?)
        };
        let sites = file::every(page)?;
        Ok(export::file(format, &table(), sites.into_iter().map(|ix| row(stock, ix, named)))?)
    })
    .await
}

/// One site, with the ids of its buildings and what crews are told of it.
#[utoipa::path(tag = "stock", params(("code" = String, Path, description = "Code of the site")), responses(
    (status = 200, description = "The site", body = Feature<SiteDetails>, content_type = "application/geo+json"),
    (status = 404, description = "No such site", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/sites/{code}")]
async fn show_site(
    caller: Caller<ReadStock>,
    code: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<GeoJson<Feature<SiteDetails>>, Problem> {
    let snapshot = edge.app.snapshot();
    // A text that is no code cannot be in the stock: 404 too.
    let ix = code.parse().ok();
    let ix = ix.and_then(|code: SiteCode| sight::site(caller.scope(), snapshot.stock(), &code));
    let ix = ix.ok_or_else(|| unknown_site(&code))?;
    // The first question after the stock changed works out the shares of all sites by tract.
    let now = edge.app.now();
    let told = web::block(move || details(&snapshot, ix, caller.scope(), now));
    Ok(GeoJson(told.await.map_err(Problem::internal)?))
}

/// Which sites.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SitesParams {
    /// `west,south,east,north` in degrees: sites whose position lies inside.
    bbox: Option<String>,
    /// Id of a landlord.
    landlord: Option<String>,
    /// Code or name, or a part of one; accents and case are ignored.
    q: Option<String>,
    /// Most items of the page, 1 to 10,000; 100 where it is left out.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Taken from a `next` link.
    after: Option<String>,
    /// A file of all that is asked for, without pages; `Accept` asks for one, too.
    #[param(inline, value_type = Option<FileFormatName>)]
    f: Option<String>,
}

impl TryFrom<SitesParams> for SitesQuery {
    type Error = Problem;

    fn try_from(params: SitesParams) -> Result<Self, Problem> {
        Ok(Self {
            bbox: parsed("bbox", params.bbox.as_deref())?,
            landlord: filter::landlord(params.landlord.as_deref())?,
            text: filter::words(params.q.as_deref())?,
            by_code_alone: false,
            after: page::after(params.after.as_deref())?,
            limit: page::limit(params.limit.as_deref())?,
        })
    }
}

/// What is known of a site.
#[derive(Debug, Serialize, ToSchema)]
struct SiteProperties {
    /// The landlord's own code.
    code: String,
    /// What people call it; its code again, for whoever is told no names.
    name: String,
    /// Id of its landlord.
    landlord: String,
    /// Name of its landlord.
    landlord_name: String,
    /// Dwellings on it.
    dwellings: u32,
    /// How many buildings are on it.
    buildings: usize,
}

/// What is known of a site, with its buildings and what crews are told of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SiteDetails {
    /// The landlord's own code.
    code: String,
    /// What people call it; its code again, for whoever is told no names.
    name: String,
    /// Id of its landlord.
    landlord: String,
    /// Name of its landlord.
    landlord_name: String,
    /// Dwellings on it.
    dwellings: u32,
    /// Ids of its buildings.
    buildings: Vec<String>,
    /// The INSEE tracts that it lies in, each with the share of its dwellings.
    tracts: Vec<TractPart>,
    /// What crews are told before they go there.
    #[serde(flatten)]
    briefing: BriefingBody,
}

fn feature(stock: &StockIndex, ix: SiteIx, named: bool) -> Feature<SiteProperties> {
    let site = stock.site(ix);
    let properties = SiteProperties {
        code: site.code.to_string(),
        name: name(stock, ix, named),
        landlord: site.landlord.to_string(),
        landlord_name: landlord_name(stock, ix),
        dwellings: site.dwellings,
        buildings: stock.buildings_of_site(ix).len(),
    };
    Feature::new(&site.code, Some(site.position.into()), properties)
}

/// The columns of a file of sites.
pub fn table() -> Table {
    use ColumnKind::{Integer, Text};
    let mut table = Table::new("sites", "Sites", "The residences of the stock.", Shapes::Points);
    table.add(Column::new("code", Text, "The landlord's own code"));
    table.add(Column::new(
        "name",
        Text,
        "What people call it; its code again, for whoever is told no names",
    ));
    table.add(Column::new("landlord", Text, "Id of its landlord"));
    table.add(Column::new("landlord_name", Text, "Name of its landlord"));
    table.add(Column::new("dwellings", Integer, "Dwellings on it").in_unit("dwellings"));
    table.add(
        Column::new("buildings", Integer, "How many buildings are on it").in_unit("buildings"),
    );
    table
}

/// The row of a site in such a file.
pub fn row(stock: &StockIndex, ix: SiteIx, named: bool) -> Row {
    let site = stock.site(ix);
    let buildings = i64::try_from(stock.buildings_of_site(ix).len()).ok();
    Row {
        shape: point_of(site.position),
        values: vec![
            Value::Text(site.code.to_string()),
            Value::Text(name(stock, ix, named)),
            site.landlord.as_str().into(),
            Value::Text(landlord_name(stock, ix)),
            Value::Integer(site.dwellings.into()),
            buildings.into(),
        ],
    }
}

/// The 404 about a site.
pub fn unknown_site(code: impl Display) -> Problem {
    Problem::unknown("code", &code, format!("site `{code}` is not in the stock"))
}

/// The site as it is told at that time to whoever sees that.
pub fn details(
    snapshot: &Snapshot,
    ix: SiteIx,
    scope: &Scope,
    now: Timestamp,
) -> Feature<SiteDetails> {
    let stock = snapshot.stock();
    let site = stock.site(ix);
    let named = scope.names_sites();
    let buildings = stock.buildings_of_site(ix).iter();
    let briefing = snapshot.briefings().of(&site.code).filter(|_| named);
    let properties = SiteDetails {
        code: site.code.to_string(),
        name: name(stock, ix, named),
        landlord: site.landlord.to_string(),
        landlord_name: landlord_name(stock, ix),
        dwellings: site.dwellings,
        buildings: buildings.map(|ix| stock.building(*ix).id.to_string()).collect(),
        tracts: tracts::parts(stock, stock.tract_shares().of_site(ix)),
        briefing: BriefingBody::of(briefing, now),
    };
    Feature::new(&site.code, Some(site.position.into()), properties)
}

/// What it is called, and where nobody is told that its code.
fn name(stock: &StockIndex, ix: SiteIx, named: bool) -> String {
    let site = stock.site(ix);
    if named { site.name.clone() } else { site.code.to_string() }
}

fn landlord_name(stock: &StockIndex, ix: SiteIx) -> String {
    let id = &stock.site(ix).landlord;
    stock.landlord(id).map_or_else(|| id.to_string(), |landlord| landlord.name.clone())
}
