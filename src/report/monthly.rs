//! [`monthly`]: what a month was like, as sums that partners may read.

use super::{
    Area, MonthRate, Rate, ReportError,
    areas::{Counted, by_area},
    published::{Cut, reading, tell_no_more},
};
use crate::{
    incident::{KindCode, Nomenclature, Priority},
    privacy::{Estimate, Reading},
    publication::{Scope, Units},
    response::{ResponseTimes, Spread},
    time::{HourOfWeek, Month, TimeWindow, Timestamp},
    twin::{IncidentRow, Snapshot},
};

/// Months of the trend: the month itself, and as far back as the same month of the year before.
pub const TREND_MONTHS: i32 = 13;
/// Fewest interventions whose times are told, and whose share in time is: then a step of [`SHARE_STEP`] is five of them.
const TIMES_MIN: usize = 100;
/// Steps in which the share in time is told, in per cent.
const SHARE_STEP: u8 = 5;

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
    /// Whether the store has anything of it to tell.
    pub is_covered: bool,
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
    /// Times of all together, where they are told.
    pub times: Option<ToldTimes>,
    /// Times by priority, most urgent first, of those of which they are told.
    pub by_priority: Vec<(Priority, ToldTimes)>,
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

/// Times of a hundred interventions at least. How many they were is not told: that would cut what the units count a second time.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldTimes {
    /// From the call until it was qualified; here and below nothing where it is not known of a hundred.
    pub take_up: Spread,
    /// From then until a patrol was chosen.
    pub assignment: Spread,
    /// On the way.
    pub travel: Spread,
    /// From the call until a patrol was there.
    pub overall: Spread,
    /// On site.
    pub duration: Spread,
    /// Per cent to which a patrol came in time, of those that have a target: 5 (which is 5 or less), 10, … 95 (which is 95 or more).
    pub in_time_percent: Option<u8>,
}

impl ToldTimes {
    /// What is told of these; `None` where they are too few.
    fn of(times: &ResponseTimes) -> Option<Self> {
        let enough = |spread: Spread| Spread { count: 0, ..spread };
        let told = |spread: Spread| {
            if spread.count >= TIMES_MIN { enough(spread) } else { Spread::default() }
        };
        (times.incidents >= TIMES_MIN).then(|| Self {
            take_up: told(times.take_up),
            assignment: told(times.assignment),
            travel: told(times.travel),
            overall: told(times.overall),
            duration: told(times.duration),
            in_time_percent: in_time_percent(times.targets),
        })
    }
}

/// The share in time as it is told.
fn in_time_percent((with_target, in_time): (usize, usize)) -> Option<u8> {
    let steps = (100.0 / f64::from(SHARE_STEP) * in_time as f64 / with_target as f64).round();
    let percent = (steps as u8).saturating_mul(SHARE_STEP);
    (with_target >= TIMES_MIN).then(|| percent.clamp(SHARE_STEP, 100 - SHARE_STEP))
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
    let rows = snapshot.incidents().within(window, |row| units.tell_of(row.site));
    let beside = Beside::of(snapshot, nomenclature, &rows, now);
    let Beside { hours, times, by_priority, .. } = beside.told_beside(sum(&units, &scope));
    let (counted, elsewhere) = by_area(stock, &units, &scope);
    Ok(Monthly {
        month: query.month,
        window,
        landlords: stock.landlords().len(),
        sites: stock.sites().len(),
        dwellings: stock.sites().iter().map(|site| u64::from(site.dwellings)).sum(),
        is_covered: scope.window().from < scope.window().to,
        total: sum(&units, &scope).reading(),
        trend: trend(&units, query.month),
        families: families(snapshot, &units, window),
        hours,
        areas: counted.into_iter().map(AreaCount::from).collect(),
        elsewhere: elsewhere.reading(),
        times,
        by_priority,
    })
}

/// What is told beside the units: each a second way to cut the incidents that they count.
#[derive(Default)]
struct Beside {
    hours: Vec<Reading>,
    times: Option<ToldTimes>,
    by_priority: Vec<(Priority, ToldTimes)>,
    cuts: Vec<Cut>,
}

impl Beside {
    /// All that could be told of these rows, which are those of the zones.
    fn of(
        snapshot: &Snapshot,
        nomenclature: &Nomenclature,
        rows: &[IncidentRow],
        now: Timestamp,
    ) -> Self {
        let mut hours = vec![0; HourOfWeek::COUNT];
        for row in rows {
            hours[row.hour.index()] += 1;
        }
        let times = ToldTimes::of(&ResponseTimes::of_rows(snapshot, nomenclature, rows, now));
        let by_priority = by_priority(snapshot, nomenclature, rows, now);
        let groups = by_priority.len().max(usize::from(times.is_some()));
        let cuts = vec![Cut::of_classes(&hours), Cut::at_least((groups * TIMES_MIN) as u64)];
        Self { hours: hours.into_iter().map(reading).collect(), times, by_priority, cuts }
    }

    /// The same where it tells nothing of the units that they do not tell themselves, else nothing.
    fn told_beside(self, units: Estimate) -> Self {
        if tell_no_more(units, &self.cuts) { self } else { Self::default() }
    }
}

fn sum(units: &Units, scope: &Scope) -> Estimate {
    let zones = 0..units.zones().len();
    zones.fold(Estimate::default(), |sum, zone| sum.plus(units.estimate(zone, scope)))
}

fn trend(units: &Units, month: Month) -> Vec<MonthRate> {
    // Months before there is anything to tell of may be months without a store.
    let first = units.span().from;
    let months = (1 - TREND_MONTHS..=0).map(|back| month.plus_months(back));
    let told = months.map(|month| {
        let covered = first.is_some() && month.window().from >= first;
        if !covered {
            return MonthRate { month, count: None, rate: None };
        }
        let count = sum(units, &units.scope(month.window(), &[])).reading();
        let rate = count.number().and_then(|told| Rate::of_month(told, month.days().count()));
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
) -> Vec<(Priority, ToldTimes)> {
    let codes = snapshot.incidents().kinds();
    let priority_of = |row: &IncidentRow| {
        nomenclature.get(&codes[usize::from(row.kind)]).map(|kind| kind.priority)
    };
    let all = Priority::ALL.into_iter().filter_map(|priority| {
        let of = rows.iter().filter(|row| priority_of(row) == Some(priority));
        let times = ResponseTimes::of_rows(snapshot, nomenclature, of, now);
        Some((priority, ToldTimes::of(&times)?))
    });
    all.collect()
}
