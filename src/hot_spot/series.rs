//! [`weekly`] and [`monthly`]: how many incidents there were from week to week, and since when at another level.

use crate::{
    heatmap::{GridProjection, HeatmapQuery, Metric, NotTold, published_heatmap},
    publication::Units,
    statistics::{Model, Search, Unfit, change_points, default_penalty},
    time::{Date, Month, TimeWindow, Timestamp},
    twin::{CellKind, Selection, SelectionError, Snapshot},
};

/// Most weeks: 20 years; the last ones are told of.
pub const WEEKS_MAX: usize = 1_040;

/// From one point of a series to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Monday to Sunday in Paris.
    Week,
    /// A month in Paris, past the publication gate.
    Month,
}

impl Step {
    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Fewest points for which a level lasts: a month, and a quarter.
    #[must_use]
    pub const fn stretch_min(self) -> usize {
        match self {
            Self::Week => 4,
            Self::Month => 3,
        }
    }
}

/// Counts from step to step.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The step.
    pub step: Step,
    /// Whole steps that are over, in order.
    pub points: Vec<Point>,
    /// Where the level changes; `None` where that cannot be told, since a count is not told.
    pub changes: Option<Vec<Change>>,
}

/// A step and its count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Its first instant.
    pub from: Timestamp,
    /// Incidents; `None` where that is not told.
    pub count: Option<u64>,
}

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first instant of the new level.
    pub from: Timestamp,
    /// The mean of a step on the level before.
    pub before: f64,
    /// The mean of a step on the new level.
    pub after: f64,
}

/// Incidents of a selection by week: the whole weeks that are over and lie in its window, from the first in which there
/// is something where the window has no beginning. O(incidents + weeks²).
///
/// # Errors
///
/// [`SelectionError`].
pub fn weekly(
    snapshot: &Snapshot,
    selection: &Selection,
    now: Timestamp,
) -> Result<Series, SelectionError> {
    let filter = selection.filter(snapshot)?;
    let starts = weeks(snapshot, selection.window, now);
    let mut counts = vec![0_u64; starts.len().saturating_sub(1)];
    if let (Some(first), Some(last)) = (starts.first(), starts.last()) {
        let window = TimeWindow { from: Some(*first), to: Some(*last) };
        for columns in snapshot.incidents().parts() {
            let mut week = 0;
            filter.each(columns, columns.within(window), |row| {
                // Rows ascend in time.
                let at = columns.reported_at()[row];
                while week + 2 < starts.len() && starts[week + 1] <= at {
                    week += 1;
                }
                counts[week] += 1;
            });
        }
    }
    let empty = if selection.window.from.is_some() {
        0
    } else {
        counts.iter().take_while(|count| **count == 0).count()
    };
    let points = starts.iter().zip(&counts).skip(empty);
    let points = points.map(|(from, count)| Point { from: *from, count: Some(*count) });
    Ok(Series::of(Step::Week, points.collect()))
}

/// The first instants of the weeks, and that after the last.
fn weeks(snapshot: &Snapshot, window: TimeWindow, now: Timestamp) -> Vec<Timestamp> {
    let Some((first, _)) = snapshot.incidents().span() else { return Vec::new() };
    let from = window.from.unwrap_or(first).max(first);
    let to = window.to.unwrap_or(now).min(now);
    let day = Date::of(from);
    let monday = day.plus_days(-(day.weekday() as i32));
    // The week in which a window begins is whole only where it begins with it.
    let whole = window.from.is_none_or(|asked| monday.at_hour(0) >= asked || asked < first);
    let monday = if whole { monday } else { monday.plus_days(7) };
    let starts = (0..).map(|week| monday.plus_days(7 * week).at_hour(0));
    let mut starts: Vec<Timestamp> = starts.take_while(|start| *start <= to).collect();
    let early = starts.len().saturating_sub(WEEKS_MAX + 1);
    starts.drain(..early);
    starts
}

/// Published counts of a selection by month, each of them as [`published_heatmap`] tells it: so nothing in the series is not
/// told there.
///
/// # Errors
///
/// [`NotTold`].
pub fn monthly(
    snapshot: &Snapshot,
    units: &Units,
    selection: &Selection,
    projection: &GridProjection,
) -> Result<Series, NotTold> {
    let total = |window: TimeWindow| {
        let selection = Selection { window, ..selection.clone() };
        let query = HeatmapQuery { cell: CellKind::Landlord, selection, metric: Metric::Count };
        published_heatmap(snapshot, units, &query, projection)
    };
    let window = total(selection.window)?.window;
    let mut points = Vec::new();
    if let TimeWindow { from: Some(from), to: Some(to) } = window {
        let mut month = Month::of(from);
        while let Some(start) = month.window().from
            && start < to
        {
            points.push(Point { from: start, count: total(month.window())?.total.number() });
            month = month.plus_months(1);
        }
    }
    Ok(Series::of(Step::Month, points))
}

impl Series {
    /// These points, with the changes of their level.
    fn of(step: Step, points: Vec<Point>) -> Self {
        let counts: Option<Vec<f64>> =
            points.iter().map(|point| point.count.map(|count| count as f64)).collect();
        let changes = counts.and_then(|counts| changes(step, &points, &counts).ok());
        Self { step, points, changes }
    }
}

/// The changes of a series of which every count is known.
fn changes(step: Step, points: &[Point], counts: &[f64]) -> Result<Vec<Change>, Unfit> {
    let stretch_min = step.stretch_min();
    if counts.len() < 2 * stretch_min {
        return Err(Unfit::TooFew { found: counts.len(), needed: 2 * stretch_min });
    }
    let model = Model::Poisson;
    let Some(penalty) = default_penalty(counts, model)? else { return Ok(Vec::new()) };
    let places = change_points(counts, Search { model, penalty, stretch_min })?;
    let ends: Vec<usize> = [0].into_iter().chain(places).chain([counts.len()]).collect();
    let mean = |from: usize, to: usize| counts[from..to].iter().sum::<f64>() / (to - from) as f64;
    let changes = ends.windows(3).map(|ends| Change {
        from: points[ends[1]].from,
        before: mean(ends[0], ends[1]),
        after: mean(ends[1], ends[2]),
    });
    Ok(changes.collect())
}
