//! `/healthz`, `/readyz`, `/metrics`: what whoever runs the server asks.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::Data,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, ProblemKind,
    caller::{Public, Scraper},
    json,
    problem::ProblemBody,
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(healthz).service(readyz).service(metrics);
}

/// What the server says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, else the answer is a problem.
    #[schema(value_type = String)]
    status: &'static str,
    /// The last event that the twin holds; null to whoever may not read the counters, since it tells when something
    /// happens.
    #[schema(required = true)]
    seq: Option<u64>,
}

/// Whether the program lives.
#[utoipa::path(tag = "operation", responses((status = 200, description = "It lives", body = Health)))]
#[get("/healthz")]
async fn healthz(_: Public, request: HttpRequest, edge: Data<Edge>) -> HttpResponse {
    healthy(&request, &edge)
}

/// Whether the store takes writes and the twin is built.
#[utoipa::path(tag = "operation", responses(
    (status = 200, description = "Ready", body = Health),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/readyz")]
async fn readyz(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    match edge.app.store_fault() {
        None => Ok(healthy(&request, &edge)),
        Some(_) => Err(Problem::new(ProblemKind::Unavailable, "the store is away")),
    }
}

fn healthy(request: &HttpRequest, edge: &Edge) -> HttpResponse {
    let seq = Scraper::is(request).then(|| edge.app.snapshot().seq().0);
    let health = Health { status: "ok", seq };
    json::of_now(&health)
}

/// Counts and latencies as Prometheus reads them.
#[utoipa::path(tag = "operation", responses((status = 200, description = "Prometheus text", body = String, content_type = "text/plain")))]
#[get("/metrics")]
async fn metrics(_: Scraper, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let text = edge.metrics.text(&edge.app).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text))
}
