//! A heatmap on the wire: the same shape whether its counts are exact or have passed the publication gate.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Feature,
    geojson::{CollectionType, Geometry},
};
use crate::{
    heatmap::{Cell, CellShape, Heatmap, HeatmapQuery, Metric, PublishedCell, PublishedHeatmap},
    privacy::Reading,
    time::{TimeWindow, Timestamp},
    twin::Selection,
};

/// Counts by cell.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeatmapCells {
    r#type: CollectionType,
    /// In the order of ids.
    features: Vec<Feature<CellProperties>>,
    /// What the numbers are.
    counts: CountsBody,
    /// Incidents that pass the filters; null where that reads `<5`.
    #[schema(required = true)]
    total: Option<u64>,
    /// Those of `total` whose place lies in no cell; null where that reads `<5`.
    #[schema(required = true)]
    outside: Option<u64>,
    /// How the ground is cut.
    cell: String,
    /// What `value` is.
    metric: MetricBody,
    /// What `value` is measured in.
    #[schema(value_type = String)]
    unit: &'static str,
    /// What was answered: the filters as they were understood and, where counts are published, widened.
    filters: FiltersBody,
    /// Cells whose count reads `<5`; none where counts are exact.
    suppressed: usize,
    /// Sites that are not told of, because too few people live there; none where counts are exact.
    sites_left_out: usize,
    /// The largest value; null where no cell has one.
    #[schema(required = true)]
    max: Option<f64>,
    /// When the first and the last incident of all were reported, or, where counts are published, the months that there
    /// is something to tell of; null where there is none.
    #[schema(required = true)]
    span: Option<Span>,
    /// Cells in this answer.
    number_returned: usize,
    /// When the answer was made, RFC 3339.
    time_stamp: String,
}

/// What the numbers of a heatmap are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CountsAre)]
#[serde(rename_all = "snake_case")]
pub(super) enum CountsBody {
    /// As they were counted.
    Exact,
    /// Past the publication gate: in whole months that are over and whole families of kinds, to the nearest 5.
    Published,
}

/// The number that a cell shows.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Metric)]
#[serde(rename_all = "snake_case")]
pub enum MetricBody {
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
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Filters)]
pub(super) struct FiltersBody {
    #[schema(required = true)]
    from: Option<String>,
    #[schema(required = true)]
    to: Option<String>,
    kind: Vec<String>,
    /// The families of kinds that the question was widened to, such as `OCC`; only where counts are published.
    family: Vec<String>,
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
    /// Incidents; null where that reads `<5`.
    #[schema(required = true)]
    count: Option<u64>,
    /// Dwellings.
    dwellings: u64,
    /// Incidents per 1,000 dwellings; null without dwellings, and where `count` is.
    #[schema(required = true)]
    rate_per_1000: Option<f64>,
    /// Incidents per km²; null without an area, and where `count` is.
    #[schema(required = true)]
    density_per_km2: Option<f64>,
    /// The metric asked for.
    #[schema(required = true)]
    value: Option<f64>,
}

/// The texts of the filters on hours and days, as they came.
#[derive(Debug, Clone, Copy)]
pub struct Week<'a> {
    /// Such as `18-2`.
    pub hours: Option<&'a str>,
    /// Such as `fri,sat`.
    pub days: Option<&'a str>,
}

impl HeatmapCells {
    /// The answer of the house.
    #[must_use]
    pub fn exact(
        counted: &Heatmap<'_>,
        query: &HeatmapQuery,
        week: Week<'_>,
        now: Timestamp,
    ) -> Self {
        let span =
            counted.span.map(|(from, to)| Span { from: from.to_string(), to: to.to_string() });
        Self {
            r#type: CollectionType::FeatureCollection,
            features: counted.cells.iter().map(exact_feature).collect(),
            counts: CountsBody::Exact,
            total: Some(counted.total),
            outside: Some(counted.outside),
            cell: query.cell.to_string(),
            metric: query.metric.into(),
            unit: query.metric.unit(),
            filters: FiltersBody::exact(&query.selection, week),
            suppressed: 0,
            sites_left_out: 0,
            max: counted.value_max.map(thousandths),
            span,
            number_returned: counted.cells.len(),
            time_stamp: now.to_string(),
        }
    }

    /// The answer of the publication gate.
    #[must_use]
    pub fn published(told: &PublishedHeatmap<'_>, query: &HeatmapQuery, now: Timestamp) -> Self {
        Self {
            r#type: CollectionType::FeatureCollection,
            features: told.cells.iter().map(published_feature).collect(),
            counts: CountsBody::Published,
            total: told.total.number(),
            outside: told.outside.number(),
            cell: query.cell.to_string(),
            metric: query.metric.into(),
            unit: query.metric.unit(),
            filters: FiltersBody::published(told, &query.selection),
            suppressed: told.suppressed,
            sites_left_out: told.sites_left_out,
            max: told.value_max.map(thousandths),
            span: Span::of(told.span),
            number_returned: told.cells.len(),
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

impl Span {
    /// A window with two ends, where there is time between them.
    fn of(window: TimeWindow) -> Option<Self> {
        let (from, to) = window.from.zip(window.to).filter(|(from, to)| from < to)?;
        Some(Self { from: from.to_string(), to: to.to_string() })
    }
}

impl FiltersBody {
    pub(super) fn exact(selection: &Selection, week: Week<'_>) -> Self {
        let Selection { kinds, channels, statuses, sites, .. } = selection;
        Self {
            kind: texts(kinds),
            channel: channels.iter().map(|channel| channel.as_str().to_owned()).collect(),
            status: statuses.iter().map(|status| status.as_str().to_owned()).collect(),
            site: texts(sites),
            hours: week.hours.map(str::to_owned),
            days: week.days.map(str::to_owned),
            ..Self::common(selection, selection.window)
        }
    }

    pub(super) fn published(told: &PublishedHeatmap<'_>, selection: &Selection) -> Self {
        Self { family: texts(&told.families), ..Self::common(selection, told.window) }
    }

    /// What both are restricted by.
    fn common(selection: &Selection, window: TimeWindow) -> Self {
        let bbox = selection.bbox;
        Self {
            from: window.from.map(|from| from.to_string()),
            to: window.to.map(|to| to.to_string()),
            landlord: texts(&selection.landlords),
            bbox: bbox.map(|b| [b.west(), b.south(), b.east(), b.north()]),
            ..Self::default()
        }
    }
}

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(T::to_string).collect()
}

fn exact_feature(cell: &Cell<'_>) -> Feature<CellProperties> {
    let properties = CellProperties {
        count: Some(cell.count),
        dwellings: cell.dwellings,
        rate_per_1000: cell.rate_per_1000.map(thousandths),
        density_per_km2: cell.density_per_km2.map(thousandths),
        value: cell.value.map(thousandths),
    };
    Feature::new(cell.id, Some((&cell.shape).into()), properties)
}

fn published_feature(cell: &PublishedCell<'_>) -> Feature<CellProperties> {
    let properties = CellProperties {
        count: Reading::number(cell.count),
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
pub(super) fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
