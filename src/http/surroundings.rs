//! `/surroundings`: what lies around the stock.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, Problem, Query,
    caller::Caller,
    geojson::{Geometry, metres},
    page::{self, ListAddress},
    permits::ReadStock,
    problem::ProblemBody,
    query::{list, name_of},
    stock_list::stock_list,
};
use crate::{
    catalogue::{self, SurroundingsQuery},
    stock::{Surrounding, SurroundingClass, SurroundingShape},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_surroundings);
}

/// Streets, water and parks to draw under the stock; no answer is made from them.
#[utoipa::path(tag = "stock", params(SurroundingsParams), responses(
    (status = 200, description = "A page of surroundings", body = FeatureCollection<SurroundingProperties>, content_type = "application/geo+json"),
    (status = 304, description = "As the client knows it"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/surroundings")]
async fn list_surroundings(
    caller: Caller<ReadStock>,
    request: HttpRequest,
    params: Query<SurroundingsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let query = SurroundingsQuery::try_from(params.0)?;
    let list = ListAddress::of(&request);
    stock_list(&request, &edge, caller.seat(), move |stock, now| {
        let found = catalogue::surroundings(stock, &query);
        let features = found.items.into_iter().map(surrounding).collect();
        Ok(FeatureCollection::new(features, list.links(found.next), found.matched, now))
    })
    .await
}

/// Which surroundings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SurroundingsParams {
    /// `street`, `rail`, `water`, `green`, `building`, separated by commas; all where it is left out.
    class: Option<String>,
    /// Most items of the page, 1 to 10,000; 100 where it is left out.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Taken from a `next` link.
    after: Option<String>,
}

impl TryFrom<SurroundingsParams> for SurroundingsQuery {
    type Error = Problem;

    fn try_from(params: SurroundingsParams) -> Result<Self, Problem> {
        let names = SurroundingClass::ALL.map(SurroundingClass::as_str);
        Ok(Self {
            classes: list("class", params.class.as_deref(), |name| {
                name_of(name, SurroundingClass::of_name, names)
            })?,
            after: page::after(params.after.as_deref())?,
            limit: page::limit(params.limit.as_deref())?,
        })
    }
}

/// What is known of something around the stock.
#[derive(Debug, Serialize, ToSchema)]
struct SurroundingProperties {
    /// What it is.
    class: SurroundingClassBody,
    /// What the map calls it.
    #[schema(required = true)]
    name: Option<String>,
    /// 1 main, 2 middle, 3 small.
    rank: u8,
    /// Height to draw, in metres, for class `building`.
    #[serde(skip_serializing_if = "Option::is_none")]
    height_m: Option<f64>,
}

/// What something around the stock is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = SurroundingClass)]
#[serde(rename_all = "snake_case")]
enum SurroundingClassBody {
    Street,
    Rail,
    Water,
    Green,
    Building,
}

impl From<SurroundingClass> for SurroundingClassBody {
    fn from(class: SurroundingClass) -> Self {
        match class {
            SurroundingClass::Street => Self::Street,
            SurroundingClass::Rail => Self::Rail,
            SurroundingClass::Water => Self::Water,
            SurroundingClass::Green => Self::Green,
            SurroundingClass::Building => Self::Building,
        }
    }
}

fn surrounding(item: &Surrounding) -> Feature<SurroundingProperties> {
    let geometry = match &item.shape {
        SurroundingShape::Line(line) => Geometry::from(line),
        SurroundingShape::Area(area) => Geometry::from(area),
    };
    let properties = SurroundingProperties {
        class: item.class.into(),
        name: item.name.clone(),
        rank: item.rank,
        height_m: item.height_m.map(metres),
    };
    Feature::new(&item.id, Some(geometry), properties)
}
