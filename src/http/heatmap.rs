//! `/heatmap`: how many incidents, where. Whoever may not be told exact counts is answered by the publication gate.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data},
};
use geo::Coord;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    file::{self, Sending},
    filter::Filters,
    geojson,
    heatmap_body::{HeatmapCells, MetricBody, Week},
    heatmap_file,
    named::FileFormatName,
    permits::ReadHeatmap,
    problem::ProblemBody,
    query::name_of,
    revision::{Revision, unkept, unless_known},
    sight,
};
use crate::{
    access::{Permission, Scope},
    crs,
    export::FileFormat,
    heatmap::{
        GridProjection, HeatmapError, HeatmapQuery, Metric, NotTold, heatmap, published_heatmap,
    },
    twin::Selection,
};

/// The cells where the client does not say: hexagons of 10 hectares, a few blocks.
const CELL_DEFAULT: &str = "h3:9";

/// INSEE's grid, as PROJ projects it.
pub(super) const INSEE_GRID: GridProjection = GridProjection {
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
    (status = 200, description = "The cells, in the order of ids", content((HeatmapCells = "application/geo+json"), (serde_json::Value = "application/vnd.geo+json"), (Vec<u8> = "application/geo+json-seq"), (String = "text/csv"), (Vec<u8> = "application/geopackage+sqlite3"), (Vec<u8> = "application/flatgeobuf"), (Vec<u8> = "application/vnd.apache.parquet"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Whoever asks takes no counts out of the house", body = ProblemBody, content_type = "application/problem+json"),
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
    let format = file::asked(&request, params.0.f.as_deref())?;
    let query = params.0.query()?;
    if let Some(format) = format {
        return send_heatmap(&caller, &request, query, edge, format).await;
    }
    if caller.seat().may(Permission::CountExactly) {
        exact(&request, caller.scope().clone(), params.0, query, edge).await
    } else {
        published(query, edge).await
    }
}

/// The cells as a file, for whoever may take counts out of the house. Nobody keeps it, and no tag tells when something was reported.
async fn send_heatmap(
    caller: &Caller<ReadHeatmap>,
    request: &HttpRequest,
    mut query: HeatmapQuery,
    edge: Data<Edge>,
    format: FileFormat,
) -> Result<HttpResponse, Problem> {
    file::counts_may_leave(caller.seat())?;
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let exactly = caller.seat().may(Permission::CountExactly);
    if exactly {
        query.selection = sight::within(caller.scope(), snapshot.stock(), query.selection)?;
    }
    let counting = edge.clone();
    let sending = Sending { request, format, stem: "vigie-heatmap", revision: None };
    file::send(&edge, sending, move || {
        if exactly {
            let counted = heatmap(&snapshot, &query, &INSEE_GRID)?;
            return heatmap_file::exact(&counted, &query, format);
        }
        let units = counting.published.of(&snapshot, now);
        let told = published_heatmap(&snapshot, &units, &query, &INSEE_GRID)?;
        heatmap_file::published(&told, &query, format)
    })
    .await
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
    Ok(unkept(geojson::written(told.await.map_err(Problem::internal)??)))
}

/// Which incidents, by which cells.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct HeatmapParams {
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
    /// A file of the cells (not of a tile); `Accept` asks for one, too. For whoever reads reports: the room exports nothing.
    #[param(inline, value_type = Option<FileFormatName>)]
    f: Option<String>,
}

impl HeatmapParams {
    /// A tile is no file.
    ///
    /// # Errors
    ///
    /// 422 where one is asked for.
    pub(super) fn check_tile(&self) -> Result<(), Problem> {
        match self.f {
            None => Ok(()),
            Some(_) => Err(Problem::unsaid("f", "is for the list of cells, and a tile is no file")),
        }
    }

    pub(super) fn query(&self) -> Result<HeatmapQuery, Problem> {
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
