//! `/heatmap`: how many incidents, where. Whoever may not be told exact counts is answered by the publication gate.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, HeaderValue},
    web::{self, Data},
};
use geo::Coord;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    filter::Filters,
    geojson,
    heatmap_body::{HeatmapCells, MetricBody, Week},
    permits::ReadHeatmap,
    problem::ProblemBody,
    query::name_of,
    revision::{Revision, unless_known},
    sight,
};
use crate::{
    access::{Permission, Scope},
    crs,
    heatmap::{
        GridProjection, HeatmapError, HeatmapQuery, Metric, NotTold, heatmap, published_heatmap,
    },
    twin::Selection,
};

/// The cells where the client does not say: hexagons of 10 hectares, a few blocks.
const CELL_DEFAULT: &str = "h3:9";

/// INSEE's grid, as PROJ projects it.
const INSEE_GRID: GridProjection = GridProjection {
    to_metres: |position| crs::to_epsg_3035(position).ok().map(|(x, y)| Coord { x, y }),
    to_degrees: |coord| crs::from_epsg_3035(coord.x, coord.y).ok(),
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_heatmap);
}

/// Incidents counted by cell, with dwellings and rates. To partners and planners counts are published: of whole months that
/// are over and whole families of kinds, to the nearest 5, and `<5` (null) from 1 to 4; filters by which counts are not
/// kept apart (`hours`, `days`, `channel`, `status`, `site`) are refused, and `filters` says what was answered.
#[utoipa::path(tag = "incidents", params(HeatmapParams), responses(
    (status = 200, description = "The cells, in the order of ids", body = HeatmapCells, content_type = "application/geo+json"),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/heatmap")]
async fn show_heatmap(
    caller: Caller<ReadHeatmap>,
    request: HttpRequest,
    params: Query<HeatmapParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let query = params.0.query()?;
    if caller.seat().may(Permission::CountExactly) {
        exact(&request, caller.scope().clone(), params.0, query, edge).await
    } else {
        published(query, edge).await
    }
}

/// The counts as they are, of what is shown.
async fn exact(
    request: &HttpRequest,
    scope: Scope,
    params: HeatmapParams,
    mut query: HeatmapQuery,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    query.selection = sight::within(&scope, snapshot.stock(), query.selection)?;
    unless_known(request, Revision::of_events(&snapshot, &scope), async || {
        // The first question about a kind of cell works out the cell of every place: on a thread of its own.
        let counted = web::block(move || {
            let mut counted = heatmap(&snapshot, &query, &INSEE_GRID)?;
            counted.span = sight::span(&scope, &snapshot);
            let week = Week { hours: params.hours.as_deref(), days: params.days.as_deref() };
            geojson::write(&HeatmapCells::exact(&counted, &query, week, now))
        });
        Ok(geojson::written(counted.await.map_err(Problem::internal)??))
    })
    .await
}

/// What the publication gate lets through. It has no `ETag`, which would tell when something was reported.
async fn published(query: HeatmapQuery, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let told = web::block(move || {
        let units = edge.published.of(&snapshot, now);
        let told = published_heatmap(&snapshot, &units, &query, &INSEE_GRID)?;
        geojson::write(&HeatmapCells::published(&told, &query, now))
    });
    let mut response = geojson::written(told.await.map_err(Problem::internal)??);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// Which incidents, by which cells.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct HeatmapParams {
    /// `h3:7` to `h3:11`, `grid:200` (INSEE's squares), `site`, `landlord` or `tract`; `h3:9` where it is left out.
    cell: Option<String>,
    /// The number that a cell shows; `count` where it is left out.
    #[param(value_type = Option<MetricBody>)]
    metric: Option<String>,
    /// First instant inside, RFC 3339.
    from: Option<String>,
    /// First instant after, RFC 3339.
    to: Option<String>,
    /// Kinds, separated by commas.
    kind: Option<String>,
    /// Channels, separated by commas: `call`, `patrol`, `caretaker`, `partner`, `sensor`.
    channel: Option<String>,
    /// Statuses, separated by commas.
    status: Option<String>,
    /// Site codes, separated by commas.
    site: Option<String>,
    /// Landlord ids, separated by commas.
    landlord: Option<String>,
    /// `west,south,east,north` in degrees.
    bbox: Option<String>,
    /// Hours of the day in Paris, the second excluded, such as `18-2`.
    hours: Option<String>,
    /// Days of the week in Paris, such as `fri,sat`.
    days: Option<String>,
}

impl HeatmapParams {
    fn query(&self) -> Result<HeatmapQuery, Problem> {
        let cell = self.cell.as_deref().unwrap_or(CELL_DEFAULT);
        let names = Metric::ALL.map(Metric::as_str);
        let metric = self.metric.as_deref().map(|name| {
            name_of(name, Metric::of_name, names).map_err(|e| Problem::field("metric", name, e))
        });
        Ok(HeatmapQuery {
            cell: cell.parse().map_err(|e| Problem::field("cell", cell, e))?,
            selection: Selection::try_from(Filters {
                from: self.from.as_deref(),
                to: self.to.as_deref(),
                kind: self.kind.as_deref(),
                channel: self.channel.as_deref(),
                status: self.status.as_deref(),
                site: self.site.as_deref(),
                landlord: self.landlord.as_deref(),
                bbox: self.bbox.as_deref(),
                hours: self.hours.as_deref(),
                days: self.days.as_deref(),
            })?,
            metric: metric.transpose()?.unwrap_or_default(),
        })
    }
}

impl From<NotTold> for Problem {
    fn from(refusal: NotTold) -> Self {
        match refusal {
            NotTold::Selection(error) => error.into(),
            NotTold::Filter(field) => Self::unsaid(field, refusal),
        }
    }
}

impl From<HeatmapError> for Problem {
    fn from(error: HeatmapError) -> Self {
        match error {
            HeatmapError::Selection(error) => error.into(),
            HeatmapError::TooManyCells(_) => Self::unsaid("cell", error),
        }
    }
}
