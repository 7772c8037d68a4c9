//! `/sites`: the residences.

use std::fmt::Display;

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, GeoJson, Problem, Query,
    caller::Caller,
    filter,
    hazards::BriefingBody,
    page::{self, ListAddress},
    permits::ReadStock,
    problem::ProblemBody,
    query::{NoParams, parsed},
    sight,
    stock_list::stock_list,
    tracts::{self, TractPart},
};
use crate::{
    access::Scope,
    catalogue::{self, SitesQuery},
    stock::SiteCode,
    time::Timestamp,
    twin::{SiteIx, Snapshot, StockIndex},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_sites).service(show_site);
}

/// The sites by code, or those that `q` may mean, best first.
#[utoipa::path(tag = "stock", params(SitesParams), responses(
    (status = 200, description = "A page of sites", body = FeatureCollection<SiteProperties>, content_type = "application/geo+json"),
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
    let mut query = SitesQuery::try_from(params.0)?;
    query.landlord = sight::landlord(caller.scope(), query.landlord)?;
    let named = caller.scope().names_sites();
    query.by_code_alone = !named;
    let list = ListAddress::of(&request);
    stock_list(&request, &edge, caller.scope(), move |stock, now| {
        let found = catalogue::sites(stock, &query)?;
        let features = found.items.iter().map(|ix| feature(stock, *ix, named)).collect();
        Ok(FeatureCollection::new(features, list.links(found.next), found.matched, now))
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
    Ok(GeoJson(details(&snapshot, ix, caller.scope(), edge.app.now())))
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
