//! `/landlords`: who there is, and how much each has.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, Problem, Query, query::NoParams, stock_list::stock_list,
};
use crate::catalogue::{self, LandlordRow};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_landlords);
}

/// Every landlord, in the order of ids.
#[utoipa::path(tag = "stock", responses(
    (status = 200, description = "Every landlord, drawn as the box around its sites", body = FeatureCollection<LandlordProperties>, content_type = "application/geo+json"),
    (status = 304, description = "As the client knows it"),
))]
#[get("/landlords")]
async fn list_landlords(
    request: HttpRequest,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    stock_list(&request, &edge, move |stock, now| {
        let features = catalogue::landlords(stock).iter().map(feature).collect();
        Ok(FeatureCollection::whole(features, now))
    })
    .await
}

/// What is known of a landlord.
#[derive(Debug, Serialize, ToSchema)]
struct LandlordProperties {
    /// Made from the name, such as `paris-habitat`.
    id: String,
    /// What people call it.
    name: String,
    /// Sites.
    sites: usize,
    /// Buildings on them.
    buildings: usize,
    /// Dwellings on them.
    dwellings: u64,
}

fn feature(row: &LandlordRow<'_>) -> Feature<LandlordProperties> {
    let properties = LandlordProperties {
        id: row.landlord.id.to_string(),
        name: row.landlord.name.clone(),
        sites: row.sites,
        buildings: row.buildings,
        dwellings: row.dwellings,
    };
    Feature::new(&row.landlord.id, row.bounds.map(Into::into), properties)
}
