//! `/buildings`: the footprints, with what a map needs to raise them.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, Problem, Query,
    caller::Caller,
    filter,
    geojson::{metres, rounded},
    page::{self, ListAddress},
    permits::ReadStock,
    problem::ProblemBody,
    query::parsed,
    sight,
    stock_list::stock_list,
    tracts::{self, TractPart},
};
use crate::{
    catalogue::{self, BuildingsQuery},
    stock::Hall,
    twin::{BuildingIx, SelectionError, StockIndex},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_buildings);
}

/// The buildings, in the order of ids.
#[utoipa::path(tag = "stock", params(BuildingsParams), responses(
    (status = 200, description = "A page of buildings", body = FeatureCollection<BuildingProperties>, content_type = "application/geo+json"),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/buildings")]
async fn list_buildings(
    caller: Caller<ReadStock>,
    request: HttpRequest,
    params: Query<BuildingsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let mut query = BuildingsQuery::try_from(params.0)?;
    query.landlord = sight::landlord(caller.scope(), query.landlord)?;
    if let Some(code) = &query.site
        && sight::site(caller.scope(), edge.app.snapshot().stock(), code).is_none()
    {
        return Err(SelectionError::UnknownSite(code.clone()).into());
    }
    let list = ListAddress::of(&request);
    stock_list(&request, &edge, caller.scope(), move |stock, now| {
        let found = catalogue::buildings(stock, &query)?;
        let features = found.items.iter().map(|ix| feature(stock, *ix)).collect();
        Ok(FeatureCollection::new(features, list.links(found.next), found.matched, now))
    })
    .await
}

/// Which buildings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BuildingsParams {
    /// `west,south,east,north` in degrees: buildings whose box meets it.
    bbox: Option<String>,
    /// Id of a landlord.
    landlord: Option<String>,
    /// Code of a site.
    site: Option<String>,
    /// Id, site code or site name, or a part of one; accents and case are ignored.
    q: Option<String>,
    /// Most items of the page, 1 to 10,000; 100 where it is left out.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Taken from a `next` link.
    after: Option<String>,
}

impl TryFrom<BuildingsParams> for BuildingsQuery {
    type Error = Problem;

    fn try_from(params: BuildingsParams) -> Result<Self, Problem> {
        Ok(Self {
            bbox: parsed("bbox", params.bbox.as_deref())?,
            landlord: filter::landlord(params.landlord.as_deref())?,
            site: parsed("site", params.site.as_deref())?,
            text: filter::words(params.q.as_deref())?,
            after: page::after(params.after.as_deref())?,
            limit: page::limit(params.limit.as_deref())?,
        })
    }
}

/// What is known of a building.
#[derive(Debug, Serialize, ToSchema)]
struct BuildingProperties {
    /// Unique in the stock.
    id: String,
    /// The site that it belongs to.
    #[schema(required = true)]
    site_code: Option<String>,
    /// Id of the landlord of that site.
    #[schema(required = true)]
    landlord: Option<String>,
    /// Height to draw, in metres: given, else by storeys, else a guess.
    height_m: f64,
    /// Storeys over ground.
    #[schema(required = true)]
    levels: Option<u16>,
    /// Dwellings counted in it.
    dwellings: u32,
    /// Its entrances.
    halls: Vec<HallBody>,
    /// The INSEE tracts that it stands in, each with the share of its ground.
    tracts: Vec<TractPart>,
}

/// An entrance of a building.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hall)]
struct HallBody {
    /// What is written over the door.
    label: String,
    /// Longitude of the door, WGS 84 degrees.
    lon: f64,
    /// Latitude of the door, WGS 84 degrees.
    lat: f64,
}

impl From<&Hall> for HallBody {
    fn from(hall: &Hall) -> Self {
        let [lon, lat] = rounded(hall.position.into());
        Self { label: hall.label.clone(), lon, lat }
    }
}

fn feature(stock: &StockIndex, ix: BuildingIx) -> Feature<BuildingProperties> {
    let building = stock.building(ix);
    let place = stock.place(stock.place_of_building(ix));
    let site = place.site.map(|site| stock.site(site));
    let properties = BuildingProperties {
        id: building.id.to_string(),
        site_code: site.map(|site| site.code.to_string()),
        landlord: site.map(|site| site.landlord.to_string()),
        height_m: metres(building.drawn_height_m()),
        levels: building.levels,
        dwellings: place.dwellings,
        halls: building.halls.iter().map(HallBody::from).collect(),
        tracts: tracts::parts(stock, stock.tract_shares().of_building(ix)),
    };
    Feature::new(&building.id, Some(building.footprint.polygons().into()), properties)
}
