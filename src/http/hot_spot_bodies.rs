//! Hot spots on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Feature,
    geojson::{CollectionType, rounded},
    heatmap_body::{CountsBody, FiltersBody, Week, thousandths},
};
use crate::{
    closed_list::ClosedList as _,
    heatmap::{HeatmapQuery, PublishedHeatmap},
    hot_spot::{
        FALSE_DISCOVERY_RATE, Finding, HotSpots, Neighbourhood, REPEAT_DAYS, REPEAT_DISTANCES_M,
        Repeats, Series, Standing, Surface,
    },
    statistics::{Moran, Quadrant},
    time::Timestamp,
};

/// What a question about hot spots was understood as.
pub struct Asked {
    counts: CountsBody,
    filters: FiltersBody,
    cell: String,
    neighbourhood: Neighbourhood,
    sites_left_out: usize,
}

impl Asked {
    /// A question that exact counts answer.
    #[must_use]
    pub fn exact(query: &HeatmapQuery, week: Week<'_>, neighbourhood: Neighbourhood) -> Self {
        Self {
            counts: CountsBody::Exact,
            filters: FiltersBody::exact(&query.selection, week),
            cell: query.cell.to_string(),
            neighbourhood,
            sites_left_out: 0,
        }
    }

    /// A question that published counts answer.
    #[must_use]
    pub fn published(
        told: &PublishedHeatmap<'_>,
        query: &HeatmapQuery,
        neighbourhood: Neighbourhood,
    ) -> Self {
        Self {
            counts: CountsBody::Published,
            filters: FiltersBody::published(told, &query.selection),
            cell: query.cell.to_string(),
            neighbourhood,
            sites_left_out: told.sites_left_out,
        }
    }
}

/// Zones, and which of them stand out from chance.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HotSpotZones {
    r#type: CollectionType,
    /// In the order of ids.
    features: Vec<Feature<ZoneProperties>>,
    /// What the counts are.
    counts: CountsBody,
    /// How the ground is cut.
    cell: String,
    /// What was answered: the filters as they were understood and, where counts are published, widened.
    filters: FiltersBody,
    /// Incidents per 1,000 dwellings in all zones of which a rate is known.
    #[schema(required = true)]
    rate_per_1000: Option<f64>,
    /// Whether neighbours are alike over the whole; null where that cannot be told.
    #[schema(required = true)]
    moran: Option<MoranBody>,
    /// How the zones were tested.
    tests: TestsBody,
    /// How many zones have which standing.
    standings: StandingsBody,
    /// Sites that are not told of, because too few people live there; none where counts are exact.
    sites_left_out: usize,
    /// Zones in this answer.
    number_returned: usize,
    /// When the answer was made, RFC 3339.
    time_stamp: String,
}

/// How zones were tested: what whoever repeats it must know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HotSpotTests)]
#[serde(rename_all = "camelCase")]
struct TestsBody {
    /// Zones that were tested.
    tested: usize,
    /// Of the zones that are hot or cold, at most this share is so by chance, on average (Benjamini and Hochberg).
    false_discovery_rate: f64,
    /// What makes zones neighbours: `touching`, or `nearest_8`.
    #[schema(value_type = String)]
    neighbours: &'static str,
    /// Where p of Gi* comes from: `normal_approximation`.
    #[schema(value_type = String)]
    p_by: &'static str,
    /// Where p of local Moran's I comes from: `permutations`.
    #[schema(value_type = String)]
    local_p_by: &'static str,
    /// Permutations for each zone: the least p of local Moran's I is 2 over one more.
    permutations: u32,
    /// What permutations start from.
    seed: u64,
}

/// How many zones have which standing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HotSpotStandings)]
#[serde(rename_all = "camelCase")]
struct StandingsBody {
    /// High rates gather there.
    hot: usize,
    /// Low rates gather there.
    cold: usize,
    /// Not told apart from chance.
    not_apart: usize,
    /// Unknown: the count reads `<5`.
    not_told: usize,
    /// Without dwellings, and so without a rate.
    no_dwellings: usize,
    /// Without a neighbour of which a rate is known.
    alone: usize,
    /// Known, where too few are known for any to stand out.
    too_few_zones: usize,
}

/// Moran's I over all zones of which a rate is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MoranOfAll)]
struct MoranBody {
    /// Above `expected`: neighbours are alike.
    i: f64,
    /// Its mean where nothing gathers.
    expected: f64,
    /// Standard deviations from it, by randomisation.
    z: f64,
    /// Two-sided, by the normal approximation.
    p: f64,
}

/// A zone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HotSpotZone)]
#[serde(rename_all = "camelCase")]
struct ZoneProperties {
    /// `hot`, `cold`, `not_apart` (not told apart from chance), `not_told` (the count reads `<5`), `no_dwellings`, `alone` (no neighbour is known) or
    /// `too_few_zones`.
    #[schema(value_type = String)]
    standing: &'static str,
    /// Incidents; null where that reads `<5`.
    #[schema(required = true)]
    count: Option<u64>,
    /// Dwellings: what the count is measured by.
    dwellings: u64,
    /// Incidents per 1,000 dwellings; null where it is not known.
    #[schema(required = true)]
    rate_per_1000: Option<f64>,
    /// Lower end of its exact 95 % interval, of the count that is told.
    #[schema(required = true)]
    rate_low: Option<f64>,
    /// Upper end.
    #[schema(required = true)]
    rate_high: Option<f64>,
    /// The rate, drawn towards that of the whole where dwellings are few (empirical Bayes): what is tested.
    #[schema(required = true)]
    smoothed_per_1000: Option<f64>,
    /// Neighbours of which a rate is known.
    neighbours: usize,
    /// Gi*: standard deviations above or below what chance puts in and around it.
    #[schema(required = true)]
    z: Option<f64>,
    /// Its p, two-sided.
    #[schema(required = true)]
    p: Option<f64>,
    /// The same after Benjamini and Hochberg: at most 0.05 where it is hot or cold.
    #[schema(required = true)]
    p_adjusted: Option<f64>,
    /// Local Moran's I.
    #[schema(required = true)]
    local_i: Option<f64>,
    /// `high_high`, `low_high`, `low_low` or `high_low`: the zone, then its neighbours.
    #[schema(required = true, value_type = Option<String>)]
    quadrant: Option<&'static str>,
    /// Its p, two-sided.
    #[schema(required = true)]
    local_p: Option<f64>,
    /// The same after Benjamini and Hochberg.
    #[schema(required = true)]
    local_p_adjusted: Option<f64>,
}

impl HotSpotZones {
    /// The answer.
    #[must_use]
    pub fn of(found: &HotSpots<'_>, asked: Asked, now: Timestamp) -> Self {
        Self {
            r#type: CollectionType::FeatureCollection,
            features: found.findings.iter().map(feature).collect(),
            counts: asked.counts,
            cell: asked.cell,
            filters: asked.filters,
            rate_per_1000: found.rate_per_1000.map(thousandths),
            moran: found.moran.as_ref().map(MoranBody::from),
            tests: TestsBody {
                tested: found.tested,
                false_discovery_rate: FALSE_DISCOVERY_RATE,
                neighbours: asked.neighbourhood.as_str(),
                p_by: "normal_approximation",
                local_p_by: "permutations",
                permutations: found.permutations.count,
                seed: found.permutations.seed,
            },
            standings: StandingsBody::of(found),
            sites_left_out: asked.sites_left_out,
            number_returned: found.findings.len(),
            time_stamp: now.to_string(),
        }
    }
}

impl StandingsBody {
    fn of(found: &HotSpots<'_>) -> Self {
        Self {
            hot: found.count(Standing::Hot),
            cold: found.count(Standing::Cold),
            not_apart: found.count(Standing::NotApart),
            not_told: found.count(Standing::NotTold),
            no_dwellings: found.count(Standing::NoDwellings),
            alone: found.count(Standing::Alone),
            too_few_zones: found.count(Standing::TooFewZones),
        }
    }
}

impl From<&Moran> for MoranBody {
    fn from(moran: &Moran) -> Self {
        let Moran { i, expected, randomisation, .. } = moran;
        Self { i: *i, expected: *expected, z: randomisation.z, p: randomisation.p }
    }
}

fn feature(finding: &Finding<'_>) -> Feature<ZoneProperties> {
    let zone = &finding.zone;
    let (gathering, likeness) = (finding.gathering.as_ref(), finding.likeness.as_ref());
    let properties = ZoneProperties {
        standing: finding.standing.as_str(),
        count: zone.count,
        dwellings: zone.dwellings,
        rate_per_1000: finding.rate.map(|rate| thousandths(rate.per_1000)),
        rate_low: finding.rate.map(|rate| thousandths(rate.interval.lower)),
        rate_high: finding.rate.map(|rate| thousandths(rate.interval.upper)),
        smoothed_per_1000: finding.smoothed_per_1000.map(thousandths),
        neighbours: finding.neighbours,
        z: gathering.map(|found| found.z),
        p: gathering.map(|found| found.p),
        p_adjusted: gathering.map(|found| found.p_adjusted),
        local_i: likeness.map(|found| found.i),
        quadrant: likeness.map(|found| quadrant(found.quadrant)),
        local_p: likeness.map(|found| found.p),
        local_p_adjusted: likeness.map(|found| found.p_adjusted),
    };
    Feature::new(zone.id, Some(zone.shape.into()), properties)
}

const fn quadrant(quadrant: Quadrant) -> &'static str {
    match quadrant {
        Quadrant::HighHigh => "high_high",
        Quadrant::LowHigh => "low_high",
        Quadrant::LowLow => "low_low",
        Quadrant::HighLow => "high_low",
    }
}

/// Counts from step to step, and where their level changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HotSpotSeries)]
pub struct SeriesBody {
    /// `week` (Monday to Sunday in Paris), or `month` where counts are published.
    #[schema(value_type = String)]
    step: &'static str,
    /// Fewest steps for which a level lasts.
    stretch_min: usize,
    /// Whole steps that are over, in the order of time.
    points: Vec<PointBody>,
    /// Where the level changes (PELT, Poisson, penalty 3 ln n times the noise: in a series that does not change, one is found in
    /// less than 1 of 100 cases); null where the series is too short or a count is not told. The season of the year is not
    /// taken out.
    #[schema(required = true)]
    changes: Option<Vec<ChangeBody>>,
}

/// A step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HotSpotSeriesPoint)]
struct PointBody {
    /// Its first instant, RFC 3339.
    from: String,
    /// Incidents; null where that reads `<5`.
    #[schema(required = true)]
    count: Option<u64>,
}

/// A change of level.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HotSpotSeriesChange)]
struct ChangeBody {
    /// The first instant of the new level, RFC 3339.
    from: String,
    /// The mean of a step before.
    before: f64,
    /// The mean of a step after.
    after: f64,
}

impl SeriesBody {
    /// The answer.
    #[must_use]
    pub fn of(series: &Series) -> Self {
        let point = |(from, count): (Timestamp, _)| PointBody { from: from.to_string(), count };
        let changes = series.changes.as_ref().map(|changes| {
            let change = changes.iter().map(|change| ChangeBody {
                from: change.from.to_string(),
                before: thousandths(change.before),
                after: thousandths(change.after),
            });
            change.collect()
        });
        Self {
            step: series.step.as_str(),
            stretch_min: series.step.stretch_min(),
            points: series.points.iter().map(|one| point((one.from, one.count))).collect(),
            changes,
        }
    }
}

/// Near repeats.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NearRepeats)]
#[serde(rename_all = "camelCase")]
pub struct RepeatsBody {
    /// For each distance, each number of days, limits included; none where there are fewer than two incidents.
    table: Vec<RepeatBody>,
    /// Incidents that were compared.
    events: usize,
    /// Incidents that pass the filters and are older than those.
    left_out: usize,
    /// When the first of those that were compared was reported, RFC 3339.
    #[schema(required = true)]
    from: Option<String>,
    /// Permutations: the least p is 1 over one more.
    permutations: u32,
    /// What permutations start from.
    seed: u64,
}

/// Pairs of incidents that are at most so far apart in place and in time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NearRepeat)]
#[serde(rename_all = "camelCase")]
struct RepeatBody {
    /// True metres; 1 is the same building or site.
    distance_m: f64,
    /// Days.
    days: f64,
    /// Pairs.
    pairs: u64,
    /// Pairs, if times had nothing to do with places.
    expected: f64,
    /// `pairs` over `expected`; null where nothing is expected.
    #[schema(required = true)]
    ratio: Option<f64>,
    /// How often times dealt out by chance give as many pairs or more.
    p: f64,
    /// The same after Benjamini and Hochberg, over the table.
    p_adjusted: f64,
}

impl RepeatsBody {
    /// The answer.
    #[must_use]
    pub fn of(repeats: &Repeats) -> Self {
        let limits = REPEAT_DISTANCES_M
            .iter()
            .flat_map(|distance_m| REPEAT_DAYS.iter().map(move |days| (*distance_m, *days)));
        let table = limits.zip(repeats.table.iter().zip(&repeats.p_adjusted)).map(
            |((distance_m, days), (found, p_adjusted))| RepeatBody {
                distance_m,
                days,
                pairs: found.pairs,
                expected: thousandths(found.expected),
                ratio: found.ratio.map(thousandths),
                p: found.p,
                p_adjusted: *p_adjusted,
            },
        );
        Self {
            table: table.collect(),
            events: repeats.events,
            left_out: repeats.left_out,
            from: repeats.from.map(|from| from.to_string()),
            permutations: repeats.permutations.count,
            seed: repeats.permutations.seed,
        }
    }
}

/// A smooth surface.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DensitySurface)]
#[serde(rename_all = "camelCase")]
pub struct DensityBody {
    /// How far an incident spreads, in metres: the radius of the quartic kernel.
    bandwidth_m: f64,
    /// What the values are measured in.
    #[schema(value_type = String)]
    unit: &'static str,
    /// The grid; null where no place passes the filters.
    #[schema(required = true)]
    grid: Option<GridBody>,
}

/// Densities in the middles of cells.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DensityGrid)]
#[serde(rename_all = "camelCase")]
struct GridBody {
    /// West, south, east, north of the grid, in degrees; its rows are straight in them.
    bbox: [f64; 4],
    /// Side of a cell, in metres.
    cell_m: f64,
    /// Cells from west to east.
    columns: usize,
    /// Cells from south to north.
    rows: usize,
    /// The most south-western cell first, then those east of it; null outside of all tracts.
    values: Vec<Option<f64>>,
    /// Incidents that were spread.
    events: u64,
    /// Incidents that lie in no tract, and were left out.
    outside: u64,
    /// Whether what falls outside all tracts was made up for: so where there are tracts.
    edge_corrected: bool,
}

impl DensityBody {
    /// The answer.
    #[must_use]
    pub fn of(surface: Option<Surface>, bandwidth_m: f64) -> Self {
        let grid = surface.map(|surface| {
            let corner = |x, y| rounded(geo::Coord { x, y });
            let [west, south] = corner(surface.bbox.west(), surface.bbox.south());
            let [east, north] = corner(surface.bbox.east(), surface.bbox.north());
            GridBody {
                bbox: [west, south, east, north],
                cell_m: thousandths(surface.cell_m),
                columns: surface.columns,
                rows: surface.rows,
                values: surface.per_km2.into_iter().map(|value| value.map(short)).collect(),
                events: surface.events,
                outside: surface.outside,
                edge_corrected: surface.edge_corrected,
            }
        });
        Self { bandwidth_m, unit: "incidents per km²", grid }
    }
}

/// Three digits: more would say more than a bandwidth knows, in twice the bytes.
fn short(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let scale = 10_f64.powi(2 - value.log10().floor() as i32);
    (value * scale).round() / scale
}
