//! `/landlords`: who there is, and how much each has.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, Problem, Query,
    caller::Caller,
    page::{ListAddress, ShortListParams},
    permits::ReadStock,
    problem::ProblemBody,
    stock_list::stock_list,
};
use crate::catalogue::{self, LandlordRow, Page};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_landlords);
}

/// Landlords, in the order of ids.
#[utoipa::path(tag = "stock", params(ShortListParams), responses(
    (status = 200, description = "Every landlord, drawn as the box around its sites", body = FeatureCollection<LandlordProperties>, content_type = "application/geo+json"),
    (status = 304, description = "As the client knows it"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/landlords")]
async fn list_landlords(
    caller: Caller<ReadStock>,
    request: HttpRequest,
    params: Query<ShortListParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (limit, after) = params.0.parse()?;
    let list = ListAddress::of(&request);
    let scope = caller.scope().clone();
    stock_list(&request, &edge, caller.seat(), move |stock, now| {
        let mut all = catalogue::landlords(stock);
        all.retain(|row| scope.shows_landlord(&row.landlord.id));
        let id = |row: &LandlordRow<'_>| row.landlord.id.to_string();
        let page = Page::of_sorted(all.into_iter(), after, limit, id);
        let features = page.items.iter().map(feature).collect();
        Ok(FeatureCollection::new(features, list.links(page.next), page.matched, now))
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
