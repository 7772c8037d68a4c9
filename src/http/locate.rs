//! `/locate`: which site and building a position is in, or next to.

use actix_web::{
    get,
    web::{self, Data},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query, caller::Caller, geojson::metres, permits::Locate, place::Coordinates,
    problem::ProblemBody, query::number,
};
use crate::{
    geo::LonLat,
    locate::{Located, Method, locate},
    twin::{BuildingIx, SiteIx, StockIndex},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(locate_position);
}

/// The site and building that a position is inside, else within 50 m of, else none.
#[utoipa::path(tag = "stock", params(LocateParams), responses(
    (status = 200, description = "Where it is", body = LocateAnswer),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/locate")]
async fn locate_position(
    _: Caller<Locate>,
    params: Query<LocateParams>,
    edge: Data<Edge>,
) -> Result<web::Json<LocateAnswer>, Problem> {
    let position = params.0.position()?;
    let snapshot = edge.app.snapshot();
    let located = locate(snapshot.stock(), position);
    Ok(web::Json(LocateAnswer::new(snapshot.stock(), &located)))
}

/// A position: `lon` and `lat`, or `x`, `y` and `crs`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LocateParams {
    /// Longitude, WGS 84 degrees.
    #[param(value_type = Option<f64>)]
    lon: Option<String>,
    /// Latitude, WGS 84 degrees.
    #[param(value_type = Option<f64>)]
    lat: Option<String>,
    /// Easting in `crs`.
    #[param(value_type = Option<f64>)]
    x: Option<String>,
    /// Northing in `crs`.
    #[param(value_type = Option<f64>)]
    y: Option<String>,
    /// Reference system of `x` and `y`, such as `EPSG:2154`.
    crs: Option<String>,
}

impl LocateParams {
    fn position(&self) -> Result<LonLat, Problem> {
        let read =
            |field, text: &Option<String>| number(field, text.as_deref(), "must be a number");
        let coordinates = Coordinates {
            lon: read("lon", &self.lon)?,
            lat: read("lat", &self.lat)?,
            x: read("x", &self.x)?,
            y: read("y", &self.y)?,
            crs: self.crs.as_deref(),
        };
        Ok(coordinates.position()?)
    }
}

/// Where a position is.
#[derive(Debug, Serialize, ToSchema)]
pub struct LocateAnswer {
    /// Code of the site; null where no site is near.
    #[schema(required = true)]
    pub site_code: Option<String>,
    /// Id of the building; null where the site has none.
    #[schema(required = true)]
    pub building_id: Option<String>,
    /// How it was found.
    pub method: MethodBody,
    /// Metres to the nearest wall; 0 inside; null where nothing is near.
    #[schema(required = true)]
    pub distance_m: Option<f64>,
    /// The places that might be meant, nearest first, where there is more than one.
    candidates: Vec<CandidateBody>,
}

/// A place that might be meant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Candidate)]
struct CandidateBody {
    /// Code of its site.
    #[schema(required = true)]
    site_code: Option<String>,
    /// Id of the building.
    #[schema(required = true)]
    building_id: Option<String>,
    /// Metres to its nearest wall; 0 inside.
    distance_m: f64,
}

/// How a position was put on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LocateMethod)]
#[serde(rename_all = "snake_case")]
pub enum MethodBody {
    /// It lies inside a footprint.
    Inside,
    /// It lies within 50 m of one.
    Nearest,
    /// Nothing is near.
    None,
}

impl MethodBody {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Nearest => "nearest",
            Self::None => "none",
        }
    }
}

impl LocateAnswer {
    /// What is told of `located`.
    #[must_use]
    pub fn new(stock: &StockIndex, located: &Located) -> Self {
        let candidates = located.candidates.iter().map(|candidate| CandidateBody {
            site_code: code(stock, candidate.site),
            building_id: id(stock, candidate.building),
            distance_m: metres(candidate.distance_m),
        });
        Self {
            site_code: code(stock, located.site),
            building_id: id(stock, located.building),
            method: match located.method {
                Method::Inside => MethodBody::Inside,
                Method::Nearest => MethodBody::Nearest,
                Method::None => MethodBody::None,
            },
            distance_m: located.distance_m.map(metres),
            candidates: candidates.collect(),
        }
    }
}

fn code(stock: &StockIndex, site: Option<SiteIx>) -> Option<String> {
    site.map(|ix| stock.site(ix).code.to_string())
}

fn id(stock: &StockIndex, building: Option<BuildingIx>) -> Option<String> {
    building.map(|ix| stock.building(ix).id.to_string())
}
