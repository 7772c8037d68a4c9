//! The HTTP edge: parse, ask one question, render. No geometry, no SQL, no state of its own.
//!
//! Uses everything but [`crate::store`] and [`crate::import`]. One resource a file; each opens with its
//! routes. [`observe`] stands around every request, [`problem`] is every error.

mod cors;
mod fallback;
mod geojson;
mod health;
mod json;
mod limit;
mod media;
mod metrics;
mod observe;
mod patrols;
mod positions;
mod problem;
mod query;
mod revision;
mod server;

use utoipa_actix_web::service_config::ServiceConfig;

pub use geojson::{Feature, FeatureCollection, GeoJson, Geometry, Link};
pub use json::Json;
pub use metrics::Metrics;
pub use problem::{PROBLEM_JSON, Problem, ProblemKind};
pub use query::Query;
pub use server::{Settings, listen};

use crate::{app::App, time::Timestamp};

/// What every request is answered from.
#[derive(Clone)]
pub struct Edge {
    /// The program.
    pub app: App,
    /// What whoever started the server chose.
    pub settings: Settings,
    /// Counters.
    pub metrics: Metrics,
    /// When the server started.
    pub started_at: Timestamp,
}

/// Every route, one line a resource.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(health::routes);
    cfg.service(
        utoipa_actix_web::scope("/api/v1").configure(patrols::routes).configure(positions::routes),
    );
}

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa_actix_web::AppExt as _;
    let (_, mut document) =
        actix_web::App::new().into_utoipa_app().configure(routes).split_for_parts();
    document.info.title = "Vigie".to_owned();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document
}
