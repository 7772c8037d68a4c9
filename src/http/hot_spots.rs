//! `/hotspots`: where incidents gather more than chance would have it, since when, and how sure that is. Whoever may not
//! be told exact counts is answered from published ones alone.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    filter::Filters,
    geojson,
    heatmap::INSEE_GRID,
    heatmap_body::Week,
    hot_spot_bodies::{Asked, DensityBody, HotSpotZones, RepeatsBody, SeriesBody},
    permits::{CountExactly, ReadHeatmap},
    problem::ProblemBody,
    query::{number, parsed},
    revision::{Revision, unkept, unless_known},
    sight,
};
use crate::{
    access::Permission,
    heatmap::{HeatmapQuery, Metric, heatmap, published_heatmap},
    hot_spot::{
        BANDWIDTH_M, HotSpotError, Neighbourhood, NoNeighbourhood, SurfaceError, counted,
        hot_spots, monthly, repeats, surface, told, weekly,
    },
    twin::{CellKind, Selection},
};

/// The zones where the client does not say: INSEE's, which have some 2,000 inhabitants each.
const CELL_DEFAULT: CellKind = CellKind::Tract;
/// What chance starts from where the client does not say.
const SEED_DEFAULT: u64 = 1;
const BANDWIDTH_DEFAULT_M: f64 = 250.0;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_hot_spots).service(show_density).service(list_repeats).service(show_series);
}

/// Zones with their rates, how sure each is, and which stand out from chance: empirical Bayes rates, Gi* (p by the normal
/// approximation) and local Moran's I (p by permutations), after Benjamini and Hochberg. To partners and planners all of it
/// is worked out of published counts: a zone whose count reads `<5` is unknown, and left out. Descriptive: nothing in the
/// dispatch reads it.
#[utoipa::path(tag = "hot spots", params(HotSpotParams), responses(
    (status = 200, description = "The zones, in the order of ids", body = HotSpotZones, content_type = "application/geo+json"),
    (status = 304, description = "As the client knows it"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/hotspots")]
async fn list_hot_spots(
    caller: Caller<ReadHeatmap>,
    request: HttpRequest,
    params: Query<HotSpotParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let params = params.0;
    let cell = parsed("cell", params.cell.as_deref())?.unwrap_or(CELL_DEFAULT);
    let neighbourhood = Neighbourhood::of(cell)?;
    let seed = seed(params.seed.as_deref())?;
    let mut selection = Selection::try_from(params.filters())?;
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    if !caller.seat().may(Permission::CountExactly) {
        return undated(move || {
            let units = edge.published.of(&snapshot, now);
            let query = HeatmapQuery { cell, selection, metric: Metric::Rate };
            let known = published_heatmap(&snapshot, &units, &query, &INSEE_GRID)?;
            let zones = told(&known);
            let found = hot_spots(&zones, &neighbourhood.among(&zones)?, seed)?;
            let asked = Asked::published(&known, &query, neighbourhood);
            geojson::write(&HotSpotZones::of(&found, asked, now))
        })
        .await
        .map(|body| unkept(geojson::written(body)));
    }
    selection = sight::within(caller.scope(), snapshot.stock(), selection)?;
    unless_known(&request, Revision::of_events(&snapshot, caller.scope()), async || {
        let made = web::block(move || {
            let query = HeatmapQuery { cell, selection, metric: Metric::Rate };
            let known = heatmap(&snapshot, &query, &INSEE_GRID)?;
            let zones = counted(&known);
            let found = hot_spots(&zones, &neighbourhood.among(&zones)?, seed)?;
            let week = Week { hours: params.hours.as_deref(), days: params.days.as_deref() };
            let asked = Asked::exact(&query, week, neighbourhood);
            geojson::write(&HotSpotZones::of(&found, asked, now))
        });
        Ok(geojson::written(made.await.map_err(Problem::internal)??))
    })
    .await
}

/// Incidents from week to week with the weeks since which they run at another level; to partners and planners published
/// counts from month to month.
#[utoipa::path(tag = "hot spots", params(SeriesParams), responses(
    (status = 200, description = "The series, in the order of time", body = SeriesBody),
    (status = 304, description = "As the client knows it"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/hotspots/series")]
async fn show_series(
    caller: Caller<ReadHeatmap>,
    request: HttpRequest,
    params: Query<SeriesParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let mut selection = Selection::try_from(params.0.filters())?;
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    if !caller.seat().may(Permission::CountExactly) {
        return undated(move || {
            let units = edge.published.of(&snapshot, now);
            let series = monthly(&snapshot, &units, &selection, &INSEE_GRID)?;
            geojson::write(&SeriesBody::of(&series))
        })
        .await
        .map(|body| unkept(HttpResponse::Ok().content_type("application/json").body(body)));
    }
    selection = sight::within(caller.scope(), snapshot.stock(), selection)?;
    const DAY_S: i64 = 86_400;
    let revision = Revision::of_events_within(&snapshot, caller.scope(), now, DAY_S);
    unless_known(&request, revision, async || {
        let made = web::block(move || weekly(&snapshot, &selection, now));
        Ok(web::Json(SeriesBody::of(&made.await.map_err(Problem::internal)??)))
    })
    .await
}

/// Near repeats (Knox): how many pairs of incidents are near each other in place and in time, against what chance would
/// give. Of at most 2,000 incidents, the last ones. Only to whoever may be told exact counts.
#[utoipa::path(tag = "hot spots", params(RepeatsParams), responses(
    (status = 200, description = "For each distance, each number of days", body = RepeatsBody),
    (status = 304, description = "As the client knows it"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/hotspots/repeats")]
async fn list_repeats(
    caller: Caller<CountExactly>,
    request: HttpRequest,
    params: Query<RepeatsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let seed = seed(params.0.seed.as_deref())?;
    let selection = Selection::try_from(params.0.filters())?;
    let snapshot = edge.app.snapshot();
    let selection = sight::within(caller.scope(), snapshot.stock(), selection)?;
    unless_known(&request, Revision::of_events(&snapshot, caller.scope()), async || {
        let made = web::block(move || repeats(&snapshot, &selection, seed));
        Ok(web::Json(RepeatsBody::of(&made.await.map_err(Problem::internal)??)))
    })
    .await
}

/// Incidents per km² as a smooth surface (quartic kernel, what falls outside all tracts made up for). It says where they
/// are dense, not whether that is chance. Only to whoever may be told exact counts.
#[utoipa::path(tag = "hot spots", params(DensityParams), responses(
    (status = 200, description = "A grid of densities", body = DensityBody),
    (status = 304, description = "As the client knows it"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/hotspots/density")]
async fn show_density(
    caller: Caller<CountExactly>,
    request: HttpRequest,
    params: Query<DensityParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let bandwidth_m = bandwidth(params.0.bandwidth.as_deref())?;
    let selection = Selection::try_from(params.0.filters())?;
    let snapshot = edge.app.snapshot();
    let selection = sight::within(caller.scope(), snapshot.stock(), selection)?;
    unless_known(&request, Revision::of_events(&snapshot, caller.scope()), async || {
        let made = web::block(move || {
            let surface = surface(&snapshot, &selection, bandwidth_m)?;
            Ok::<_, Problem>(DensityBody::of(surface, bandwidth_m))
        });
        Ok(web::Json(made.await.map_err(Problem::internal)??))
    })
    .await
}

/// What `make` makes, away from the async threads.
async fn undated(
    make: impl FnOnce() -> Result<Vec<u8>, Problem> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    web::block(make).await.map_err(Problem::internal)?
}

fn seed(text: Option<&str>) -> Result<u64, Problem> {
    Ok(number("seed", text, "must be a whole number from 0")?.unwrap_or(SEED_DEFAULT))
}

fn bandwidth(text: Option<&str>) -> Result<f64, Problem> {
    let reason = format!("must be {} to {} metres", BANDWIDTH_M.start(), BANDWIDTH_M.end());
    let bandwidth_m: f64 = number("bandwidth", text, &reason)?.unwrap_or(BANDWIDTH_DEFAULT_M);
    match BANDWIDTH_M.contains(&bandwidth_m) {
        true => Ok(bandwidth_m),
        false => Err(Problem::field("bandwidth", bandwidth_m.to_string(), reason)),
    }
}

/// Which incidents, in which zones.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct HotSpotParams {
    /// `tract`, `grid:200` (INSEE's squares), `h3:7` to `h3:11`, or `site`; `tract` where it is left out.
    cell: Option<String>,
    /// What permutations start from: the same seed gives the same p-values; 1 where it is left out.
    #[param(value_type = Option<u64>)]
    seed: Option<String>,
    /// First instant inside, RFC 3339.
    from: Option<String>,
    /// First instant after, RFC 3339.
    to: Option<String>,
    /// Kinds, separated by commas.
    kind: Option<String>,
    /// Channels, separated by commas: `call` for what residents report, `patrol` for what patrols find where they are sent.
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

/// Which incidents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SeriesParams {
    /// First instant inside, RFC 3339.
    from: Option<String>,
    /// First instant after, RFC 3339.
    to: Option<String>,
    /// Kinds, separated by commas.
    kind: Option<String>,
    /// Channels, separated by commas: `call` for what residents report, `patrol` for what patrols find where they are sent.
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

/// Which incidents, and what chance starts from.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RepeatsParams {
    /// What permutations start from: the same seed gives the same p-values; 1 where it is left out.
    #[param(value_type = Option<u64>)]
    seed: Option<String>,
    /// First instant inside, RFC 3339.
    from: Option<String>,
    /// First instant after, RFC 3339.
    to: Option<String>,
    /// Kinds, separated by commas.
    kind: Option<String>,
    /// Channels, separated by commas: `call` for what residents report, `patrol` for what patrols find where they are sent.
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

/// Which incidents, and how far each spreads.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DensityParams {
    /// How far an incident spreads, 50 to 2,000 metres; 250 where it is left out.
    #[param(value_type = Option<f64>)]
    bandwidth: Option<String>,
    /// First instant inside, RFC 3339.
    from: Option<String>,
    /// First instant after, RFC 3339.
    to: Option<String>,
    /// Kinds, separated by commas.
    kind: Option<String>,
    /// Channels, separated by commas: `call` for what residents report, `patrol` for what patrols find where they are sent.
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

/// The filters of a question, which all of them have.
macro_rules! filters {
    ($($params:ident)+) => {
        $(impl $params {
            fn filters(&self) -> Filters<'_> {
                Filters {
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
                }
            }
        })+
    };
}
filters!(HotSpotParams SeriesParams RepeatsParams DensityParams);

impl From<HotSpotError> for Problem {
    fn from(error: HotSpotError) -> Self {
        match error {
            HotSpotError::TooManyZones(_) => Self::unsaid("cell", error),
            HotSpotError::Neighbourhood(error) => error.into(),
            HotSpotError::Unfit(error) => Self::internal(error),
        }
    }
}

impl From<NoNeighbourhood> for Problem {
    fn from(error: NoNeighbourhood) -> Self {
        match error {
            NoNeighbourhood::OfLandlords => Self::unsaid("cell", error),
            NoNeighbourhood::Zones(_) | NoNeighbourhood::Unfit(_) => Self::internal(error),
        }
    }
}

impl From<SurfaceError> for Problem {
    fn from(error: SurfaceError) -> Self {
        match error {
            SurfaceError::Selection(error) => error.into(),
            // Places near a pole, or farther apart than a grid reaches.
            SurfaceError::Unfit(_) | SurfaceError::OffTheGlobe(_) => Self::unsaid("bbox", error),
        }
    }
}
