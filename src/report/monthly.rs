//! [`monthly`]: what a month was like, as sums that partners may read.

use super::{
    Area, MonthRate, Rate, ReportError,
    areas::{Counted, by_area},
    published::{WholeMonth, whole_month},
};
use crate::{
    incident::{KindCode, Nomenclature, Priority},
    privacy::{CLASS_WIDTH, Estimate, Reading},
    publication::{Scope, Units},
    response::ResponseTimes,
    time::{HourOfWeek, Month, TimeWindow, Timestamp},
    twin::{IncidentRow, Snapshot},
};

/// Months of the trend: the month itself, and as far back as the same month of the year before.
pub const TREND_MONTHS: i32 = 13;

/// Which month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthlyQuery {
    /// The month.
    pub month: Month,
}

/// A month, all landlords together. Every count is what the publication gate lets through.
#[derive(Debug, Clone)]
pub struct Monthly {
    /// Which.
    pub month: Month,
    /// From its first instant in Paris to the first of the next one.
    pub window: TimeWindow,
    /// Landlords that it is about.
    pub landlords: usize,
    /// Their sites.
    pub sites: usize,
    /// Their dwellings.
    pub dwellings: u64,
    /// All that was reported.
    pub total: Reading,
    /// This month and those before it, oldest first.
    pub trend: Vec<MonthRate>,
    /// By family of kinds, most first.
    pub families: Vec<(String, Reading)>,
    /// By hour of the Paris week, from Monday 00:00; empty where it is not told.
    pub hours: Vec<Reading>,
    /// By commune, arrondissement or hexagon, in the order of codes.
    pub areas: Vec<AreaCount>,
    /// In none of those.
    pub elsewhere: Reading,
    /// Times of all together, where there are enough.
    pub times: Option<ResponseTimes>,
    /// Times by priority, most urgent first, where there are enough.
    pub by_priority: Vec<PriorityTimes>,
}

/// An area in a month.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaCount {
    /// Where.
    pub area: Area,
    /// What was reported.
    pub count: Reading,
    /// Dwellings of the landlords.
    pub dwellings: u64,
    /// For 1,000 dwellings, worked out from what is told.
    pub per_1000: Option<f64>,
}

/// The times of a priority.
#[derive(Debug, Clone, PartialEq)]
pub struct PriorityTimes {
    /// Which.
    pub priority: Priority,
    /// Its times.
    pub times: ResponseTimes,
}

/// What the month was like, as it is known at `now`. O(incidents + zones × families × months).
///
/// # Errors
///
/// [`ReportError::NotOver`].
pub fn monthly(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    query: MonthlyQuery,
    now: Timestamp,
) -> Result<Monthly, ReportError> {
    let window = query.month.window();
    if window.to > Some(now) {
        return Err(ReportError::NotOver(query.month.to_string()));
    }
    let stock = snapshot.stock();
    let units = Units::of(snapshot, now);
    let scope = units.scope(window, &[]);
    let rows = snapshot.incidents().within(window, |_| true);
    let WholeMonth { total, hours } = whole(&rows, &units, &scope);
    let (counted, elsewhere) = by_area(stock, &units, &scope);
    let times = ResponseTimes::of_rows(snapshot, nomenclature, &rows, now);
    Ok(Monthly {
        month: query.month,
        window,
        landlords: stock.landlords().len(),
        sites: stock.sites().len(),
        dwellings: stock.sites().iter().map(|site| u64::from(site.dwellings)).sum(),
        total,
        trend: trend(snapshot, &units, query.month),
        families: families(snapshot, &units, window),
        hours,
        areas: counted.into_iter().map(AreaCount::from).collect(),
        elsewhere: elsewhere.reading(),
        times: is_enough(&times).then_some(times),
        by_priority: by_priority(snapshot, nomenclature, &rows, now),
    })
}

/// What is told of these rows, which are all of `scope`.
fn whole(rows: &[IncidentRow], units: &Units, scope: &Scope) -> WholeMonth {
    let mut hours = [0; HourOfWeek::COUNT];
    for row in rows {
        hours[row.hour.index()] += 1;
    }
    whole_month(&hours, sum(units, scope))
}

fn sum(units: &Units, scope: &Scope) -> Estimate {
    let zones = 0..units.zones().len();
    zones.fold(Estimate::default(), |sum, zone| sum.plus(units.estimate(zone, scope)))
}

fn trend(snapshot: &Snapshot, units: &Units, month: Month) -> Vec<MonthRate> {
    let first = snapshot.incidents().span().map(|(first, _)| first);
    let months = (1 - TREND_MONTHS..=0).map(|back| month.plus_months(back));
    let told = months.map(|month| {
        // Days without incidents may be days without a store.
        let covered = first.is_some_and(|first| month.window().from >= Some(first));
        if !covered {
            return MonthRate { month, count: None, rate: None };
        }
        let rows = snapshot.incidents().within(month.window(), |_| true);
        let count = whole(&rows, units, &units.scope(month.window(), &[])).total;
        let of_day =
            |day: TimeWindow| rows.iter().filter(|row| day.contains(row.reported_at)).count();
        let days: Vec<u64> = month.days().map(|date| of_day(date.day()) as u64).collect();
        let rate = count.number().and_then(|told| Rate::of_month(told, &days));
        MonthRate { month, count: Some(count), rate }
    });
    told.collect()
}

fn families(snapshot: &Snapshot, units: &Units, window: TimeWindow) -> Vec<(String, Reading)> {
    let kinds = snapshot.incidents().kinds();
    let mut all: Vec<(String, Reading)> = units
        .families()
        .iter()
        .filter_map(|name| {
            let kind: &KindCode = kinds.iter().find(|kind| kind.family() == &**name)?;
            let scope = units.scope(window, std::slice::from_ref(kind));
            Some((name.to_string(), sum(units, &scope).reading()))
        })
        .filter(|(_, count)| *count != Reading::None)
        .collect();
    all.sort_by(|(a_name, a), (b_name, b)| b.cmp(a).then(a_name.cmp(b_name)));
    all
}

impl From<Counted> for AreaCount {
    fn from(Counted { area, count, dwellings }: Counted) -> Self {
        let count = count.reading();
        let per_1000 = count
            .number()
            .filter(|_| dwellings > 0)
            .map(|number| number as f64 * 1000.0 / dwellings as f64);
        Self { area, count, dwellings, per_1000 }
    }
}

fn by_priority(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    rows: &[IncidentRow],
    now: Timestamp,
) -> Vec<PriorityTimes> {
    let codes = snapshot.incidents().kinds();
    let priority_of = |row: &IncidentRow| {
        nomenclature.get(&codes[usize::from(row.kind)]).map(|kind| kind.priority)
    };
    let all = Priority::ALL.into_iter().map(|priority| {
        let of = rows.iter().filter(|row| priority_of(row) == Some(priority));
        PriorityTimes { priority, times: ResponseTimes::of_rows(snapshot, nomenclature, of, now) }
    });
    all.filter(|of| is_enough(&of.times)).collect()
}

/// Whether times are those of enough incidents to be told.
fn is_enough(times: &ResponseTimes) -> bool {
    times.incidents as u64 >= CLASS_WIDTH
}
