//! [`Course`]: month by month, with the season taken out, and whether it rises or falls.

use super::Count;
use crate::{
    closed_list::closed_list,
    statistics::{Confidence, Interval, Outliers, Trend, decompose, seasonal_trend, trend},
    time::Month,
};

/// Months of a year: the season that comes back.
const PERIOD: usize = 12;
/// Over how many years the season is smoothed: as STL's authors have it, the least that they advise.
const SEASONAL_YEARS: usize = 7;
/// Fewer months than these say nothing of a trend.
const MONTHS_MIN: usize = 6;
/// Months are told as if all had as many days.
const DAYS_TOLD: f64 = 30.0;

closed_list! {
    /// What became of the season.
    Season {
        /// It was taken out, by STL.
        TakenOut = "taken_out",
        /// There are fewer than two years: it still is in the figures.
        TooShort = "too_short",
    }
}

closed_list! {
    /// Which way it goes.
    Direction {
        /// More and more: the interval of the slope lies above 0.
        Rises = "rises",
        /// Less and less: it lies below 0.
        Falls = "falls",
        /// The interval holds 0: no change is told apart from chance.
        NotToldApart = "not_told_apart",
        /// There are too few months, or too few reports, to say.
        Unknown = "unknown",
    }
}

/// The months of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Oldest first.
    pub months: Vec<MonthPoint>,
    /// What became of the season.
    pub season: Season,
    /// The slope, where there is enough to say.
    pub slope: Option<Slope>,
    /// Which way it goes.
    pub direction: Direction,
}

/// A month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthPoint {
    /// Which.
    pub month: Month,
    /// Reported in it.
    pub count: Count,
    /// For 30 days; none where the count is not told.
    pub per_30_days: Option<f64>,
    /// The same without the season, never below 0; none where the season was not taken out or the course is not told.
    pub adjusted: Option<f64>,
}

/// The line of Theil and Sen, from two years on by slopes between the same months of different years alone, so that the
/// season is in none of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// Change in a year, of reports for 30 days.
    pub per_year: f64,
    /// Its interval, 95 %. Months that hang together make the true one wider.
    pub interval: Interval,
    /// Where the line begins, reports for 30 days.
    pub first: f64,
    /// Where it ends.
    pub last: f64,
    /// The mean of the months, reports for 30 days: what a change is to be compared with.
    pub mean: f64,
}

impl Course {
    /// The course of months that follow each other without a gap.
    #[must_use]
    pub fn of(months: &[(Month, Count)]) -> Self {
        let days = |month: Month| month.days().count() as f64;
        let likely: Vec<f64> =
            months.iter().map(|(month, count)| count.likely() / days(*month) * DAYS_TOLD).collect();
        // Where most months read `<5`, what stands for them would make the trend.
        let told = months.iter().filter(|(_, count)| count.told.number().is_some()).count();
        let is_told = told * 2 >= months.len() && months.len() >= MONTHS_MIN;
        let parts = decompose(&likely, PERIOD, SEASONAL_YEARS, Outliers::AreSetAside).ok();
        let without_season: Option<Vec<f64>> = parts.map(|parts| {
            let rest = parts.trend.iter().zip(&parts.remainder);
            rest.map(|(trend, remainder)| trend + remainder).collect()
        });
        let slope = is_told.then(|| slope(&likely)).flatten();
        let adjusted = without_season.as_ref().filter(|_| is_told);
        let points = months.iter().enumerate().map(|(at, (month, count))| MonthPoint {
            month: *month,
            count: *count,
            per_30_days: count.told.number().map(|number| number as f64 / days(*month) * DAYS_TOLD),
            adjusted: adjusted.map(|adjusted| adjusted[at].max(0.0)),
        });
        Self {
            months: points.collect(),
            season: if without_season.is_some() { Season::TakenOut } else { Season::TooShort },
            slope,
            direction: if is_told { Direction::of(slope) } else { Direction::Unknown },
        }
    }
}

fn slope(series: &[f64]) -> Option<Slope> {
    let years: Vec<f64> = (0..series.len()).map(|month| month as f64 / PERIOD as f64).collect();
    let sure = Confidence::NINETY_FIVE;
    let line: Trend = if series.len() < 2 * PERIOD {
        trend(&years, series, sure).ok()??
    } else {
        seasonal_trend(series, PERIOD, sure).ok()??
    };
    // Where most months have none, nearly all slopes are 0, and an interval without width would look sure of it.
    if line.slope_interval.lower >= line.slope_interval.upper {
        return None;
    }
    Some(Slope {
        per_year: line.slope,
        interval: line.slope_interval,
        first: line.intercept,
        last: line.intercept + line.slope * years.last().copied()?,
        mean: series.iter().sum::<f64>() / series.len() as f64,
    })
}

impl Direction {
    /// Where the same is reported each month there is no slope to tell, and no change.
    fn of(slope: Option<Slope>) -> Self {
        match slope {
            None => Self::NotToldApart,
            Some(slope) if slope.interval.lower > 0.0 => Self::Rises,
            Some(slope) if slope.interval.upper < 0.0 => Self::Falls,
            Some(_) => Self::NotToldApart,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(counts: impl Iterator<Item = u64>) -> Course {
        let first: Month = "2023-01".parse().unwrap();
        let months: Vec<_> = counts
            .enumerate()
            .map(|(at, count)| (first.plus_months(at as i32), Count::exact(count)))
            .collect();
        Course::of(&months)
    }

    #[test]
    fn a_summer_that_comes_back_is_no_trend_and_a_rise_below_it_is_one() {
        let summer = |month: u64| if (5..9).contains(&(month % 12)) { 40 } else { 0 };
        // Scattered by the golden ratio: the same month of different years hangs together no more than others do.
        let noise = |month: u64| (month.wrapping_mul(11_400_714_819_323_198_485) >> 20) % 13;
        let flat = course((0..36).map(|month| 30 + summer(month) + noise(month)));
        assert_eq!(flat.season, Season::TakenOut);
        assert_eq!(flat.direction, Direction::NotToldApart, "{:?}", flat.slope);
        let spread = |values: Vec<f64>| {
            values.iter().copied().fold(0.0, f64::max) - values.iter().copied().fold(1e9, f64::min)
        };
        let raw = spread(flat.months.iter().filter_map(|point| point.per_30_days).collect());
        let rest = spread(flat.months.iter().filter_map(|point| point.adjusted).collect());
        assert!(rest < raw / 2.0, "{rest} of {raw} is left without the summers");

        let rising = course((0..36).map(|month| 30 + month + summer(month) + noise(month)));
        assert_eq!(rising.direction, Direction::Rises);
        let slope = rising.slope.unwrap();
        assert!(slope.interval.contains(12.0), "twelve more a year: {slope:?}");
    }

    #[test]
    fn less_than_two_years_keep_their_season_and_less_than_half_a_year_has_no_trend() {
        let short = course((0..18).map(|month| 10 + month % 3));
        assert_eq!(short.season, Season::TooShort);
        assert!(short.slope.is_some() && short.months.iter().all(|point| point.adjusted.is_none()));
        assert_eq!(course((0..5).map(|month| month * 10)).direction, Direction::Unknown);
        assert_eq!(course((0..30).map(|_| 0)).direction, Direction::NotToldApart);
        assert_eq!(course(std::iter::empty()).direction, Direction::Unknown);
    }
}
