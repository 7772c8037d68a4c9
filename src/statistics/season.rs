//! Season and trend: what of a series comes back each week or year, what lasts, and what is left.

use super::sample::{Unfit, check};

/// Longest series: half a century of days, two years of hours.
pub const SEASONAL_SERIES_MAX: usize = 20_000;

/// A series taken apart: `seasonal + trend + remainder` is the series.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// What comes back each period.
    pub seasonal: Vec<f64>,
    /// What lasts.
    pub trend: Vec<f64>,
    /// What neither explains.
    pub remainder: Vec<f64>,
}

/// How far single values may pull the curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outliers {
    /// As far as any other: 5 inner rounds.
    Count,
    /// Hardly: 2 inner rounds in each of 15, between which outliers lose weight. For series with a riot in them.
    AreSetAside,
}

/// STL: season and trend by local regression (LOESS), both free to change slowly.
///
/// `seasonal_window` says over how many periods the season is smoothed: odd, at least 7 (so 7 years for a yearly
/// season). The windows of trend and low-pass are those of the authors: the least odd number from
/// 1.5 · period / (1 − 1.5 / `seasonal_window`), and from period + 1. Equal to `statsmodels.tsa.seasonal.STL` with
/// `seasonal`, `robust` and nothing else given; computed by the crate `stlrs`, as double-precision numbers.
/// Costs O(n · windows · rounds).
///
/// # Errors
///
/// [`Unfit`]: fewer than two periods, more than [`SEASONAL_SERIES_MAX`] values, one that is no number, a period
/// below 2, a window that is even, below 7 or longer than the series.
///
/// Source: Cleveland, Cleveland, McRae and Terpenning (1990), STL: a seasonal-trend decomposition procedure based
/// on loess, Journal of Official Statistics 6, 3–73.
pub fn decompose(
    series: &[f64],
    period: usize,
    seasonal_window: usize,
    outliers: Outliers,
) -> Result<Decomposition, Unfit> {
    if period < 2 {
        return Err(Unfit::Parameter { name: "period", value: period as f64 });
    }
    if series.len() > SEASONAL_SERIES_MAX {
        return Err(Unfit::TooMany { found: series.len(), most: SEASONAL_SERIES_MAX });
    }
    check(series, period.saturating_mul(2))?;
    if seasonal_window < 7
        || seasonal_window.is_multiple_of(2)
        || seasonal_window > series.len().max(7)
    {
        return Err(Unfit::Parameter { name: "seasonal_window", value: seasonal_window as f64 });
    }
    let (inner, outer) = match outliers {
        Outliers::Count => (5, 0),
        Outliers::AreSetAside => (2, 15),
    };
    let trend_window = 1.5 * period as f64 / (1.0 - 1.5 / seasonal_window as f64);
    let fit = stlrs::params()
        .seasonal_length(seasonal_window)
        .trend_length(odd_from(trend_window.ceil() as usize))
        .low_pass_length(odd_from(period + 1))
        .seasonal_degree(1)
        .trend_degree(1)
        .low_pass_degree(1)
        .seasonal_jump(1)
        .trend_jump(1)
        .low_pass_jump(1)
        .inner_loops(inner)
        .outer_loops(outer)
        .fit(series, period)
        .map_err(|_refused| Unfit::Parameter { name: "period", value: period as f64 })?;
    Ok(Decomposition {
        seasonal: fit.seasonal().to_vec(),
        trend: fit.trend().to_vec(),
        remainder: fit.remainder().to_vec(),
    })
}

/// The least odd number from `least` on.
fn odd_from(least: usize) -> usize {
    least | 1
}
