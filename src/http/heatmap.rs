//! `/heatmap`: how many incidents, where.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data},
};
use geo::Coord;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, Problem, Query,
    caller::Caller,
    filter::Filters,
    geojson::{self, CollectionType, Geometry},
    permits::ReadHeatmap,
    problem::ProblemBody,
    query::name_of,
    revision::{Revision, unless_known},
    sight,
};
use crate::{
    crs,
    heatmap::{
        Cell, CellShape, GridProjection, Heatmap, HeatmapError, HeatmapQuery, Metric, heatmap,
    },
    time::Timestamp,
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

/// Incidents counted by cell, with dwellings and rates.
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
    let mut query = params.0.query()?;
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let scope = caller.scope().clone();
    query.selection = sight::within(&scope, snapshot.stock(), query.selection)?;
    unless_known(&request, Revision::of_events(&snapshot, &scope), async || {
        // The first question about a kind of cell works out the cell of every place: on a thread of its own.
        let counted = web::block(move || {
            let mut counted = heatmap(&snapshot, &query, &INSEE_GRID)?;
            counted.span = sight::span(&scope, &snapshot);
            geojson::write(&HeatmapCells::new(&counted, &query, &params.0, now))
        });
        Ok(geojson::written(counted.await.map_err(Problem::internal)??))
    })
    .await
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

impl From<HeatmapError> for Problem {
    fn from(error: HeatmapError) -> Self {
        match error {
            HeatmapError::Selection(error) => error.into(),
            HeatmapError::TooManyCells(_) => Self::unsaid("cell", error),
        }
    }
}

/// Counts by cell.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HeatmapCells {
    r#type: CollectionType,
    /// In the order of ids.
    features: Vec<Feature<CellProperties>>,
    /// Incidents that pass the filters.
    total: u64,
    /// Those of `total` whose place lies in no cell.
    outside: u64,
    /// How the ground is cut.
    cell: String,
    /// What `value` is.
    metric: MetricBody,
    /// What `value` is measured in.
    #[schema(value_type = String)]
    unit: &'static str,
    /// The filters as they were understood.
    filters: FiltersBody,
    /// Cells left out to protect people; none in this answer, which only operators see.
    suppressed: u64,
    /// The largest value; null where no cell has one.
    #[schema(required = true)]
    max: Option<f64>,
    /// When the first and the last incident of all were reported; null where there is none.
    #[schema(required = true)]
    span: Option<Span>,
    /// Cells in this answer.
    number_returned: usize,
    /// When the answer was made, RFC 3339.
    time_stamp: String,
}

/// The number that a cell shows.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Metric)]
#[serde(rename_all = "snake_case")]
enum MetricBody {
    /// Incidents.
    Count,
    /// Incidents per 1,000 dwellings.
    Rate,
    /// Incidents per km².
    Density,
}

/// From the first to the last incident.
#[derive(Debug, Serialize, ToSchema)]
struct Span {
    /// RFC 3339.
    from: String,
    /// RFC 3339.
    to: String,
}

/// The filters as they were understood; an empty list or null lets all pass.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Filters)]
struct FiltersBody {
    #[schema(required = true)]
    from: Option<String>,
    #[schema(required = true)]
    to: Option<String>,
    kind: Vec<String>,
    channel: Vec<String>,
    status: Vec<String>,
    site: Vec<String>,
    landlord: Vec<String>,
    #[schema(required = true)]
    bbox: Option<[f64; 4]>,
    #[schema(required = true)]
    hours: Option<String>,
    #[schema(required = true)]
    days: Option<String>,
}

/// What is counted in a cell.
#[derive(Debug, Serialize, ToSchema)]
struct CellProperties {
    /// Incidents.
    count: u64,
    /// Dwellings.
    dwellings: u64,
    /// Incidents per 1,000 dwellings; null without dwellings.
    #[schema(required = true)]
    rate_per_1000: Option<f64>,
    /// Incidents per km²; null without an area.
    #[schema(required = true)]
    density_per_km2: Option<f64>,
    /// The metric asked for.
    #[schema(required = true)]
    value: Option<f64>,
}

impl HeatmapCells {
    fn new(
        counted: &Heatmap<'_>,
        query: &HeatmapQuery,
        params: &HeatmapParams,
        now: Timestamp,
    ) -> Self {
        let span =
            counted.span.map(|(from, to)| Span { from: from.to_string(), to: to.to_string() });
        Self {
            r#type: CollectionType::FeatureCollection,
            features: counted.cells.iter().map(feature).collect(),
            total: counted.total,
            outside: counted.outside,
            cell: query.cell.to_string(),
            metric: query.metric.into(),
            unit: query.metric.unit(),
            filters: FiltersBody::new(&query.selection, params),
            suppressed: 0,
            max: counted.value_max.map(thousandths),
            span,
            number_returned: counted.cells.len(),
            time_stamp: now.to_string(),
        }
    }
}

impl From<Metric> for MetricBody {
    fn from(metric: Metric) -> Self {
        match metric {
            Metric::Count => Self::Count,
            Metric::Rate => Self::Rate,
            Metric::Density => Self::Density,
        }
    }
}

impl FiltersBody {
    fn new(selection: &Selection, params: &HeatmapParams) -> Self {
        fn texts<T: ToString>(items: &[T]) -> Vec<String> {
            items.iter().map(T::to_string).collect()
        }
        let Selection { window, kinds, channels, statuses, sites, landlords, bbox, .. } = selection;
        Self {
            from: window.from.map(|from| from.to_string()),
            to: window.to.map(|to| to.to_string()),
            kind: texts(kinds),
            channel: channels.iter().map(|channel| channel.as_str().to_owned()).collect(),
            status: statuses.iter().map(|status| status.as_str().to_owned()).collect(),
            site: texts(sites),
            landlord: texts(landlords),
            bbox: bbox.map(|b| [b.west(), b.south(), b.east(), b.north()]),
            hours: params.hours.clone(),
            days: params.days.clone(),
        }
    }
}

fn feature(cell: &Cell<'_>) -> Feature<CellProperties> {
    let properties = CellProperties {
        count: cell.count,
        dwellings: cell.dwellings,
        rate_per_1000: cell.rate_per_1000.map(thousandths),
        density_per_km2: cell.density_per_km2.map(thousandths),
        value: cell.value.map(thousandths),
    };
    Feature::new(cell.id, Some((&cell.shape).into()), properties)
}

impl From<&CellShape<'_>> for Geometry {
    fn from(shape: &CellShape<'_>) -> Self {
        match shape {
            CellShape::Ring(ring) => (*ring).into(),
            CellShape::Footprints(footprints) => {
                footprints.iter().map(|footprint| Self::from(footprint.polygons())).collect()
            }
            CellShape::Area(area) => (*area).into(),
            CellShape::Box(bbox) => (*bbox).into(),
            CellShape::Point(position) => (*position).into(),
        }
    }
}

/// More decimals would say more than the counts know.
fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
