//! The trend of a series as one slope with its interval, which a few outliers do not move (Theil and Sen).

use super::{
    sample::{Confidence, Interval, Unfit, check, check_lengths, median},
    tail::normal_quantile_above,
};

/// Most values: the slopes of all pairs are held at once, 100 MB of them.
pub const TREND_SERIES_MAX: usize = 5_000;

/// A line through a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Change for each unit of x: the median of the slopes between all pairs.
    pub slope: f64,
    /// Its interval.
    pub slope_interval: Interval,
    /// Value of the line at x = 0.
    pub intercept: f64,
}

/// The Theil-Sen line of `y` over `x`, with the interval of its slope by Kendall's S, ties allowed for.
///
/// An interval that holds 0 says that no trend is seen, not that there is none. Values that hang together from one
/// to the next (a week with its next) make it too narrow. Equal to `scipy.stats.theilslopes(method="separate")`.
/// `None` where all x are equal, or all y (the variance of S is then 0). Costs O(n² log n).
///
/// # Errors
///
/// [`Unfit`]: fewer than 2 values or more than [`TREND_SERIES_MAX`], one that is no number, lengths that differ.
///
/// Source: Sen (1968), Estimates of the regression coefficient based on Kendall's tau, JASA 63, 1379–1389,
/// eq. 2.6 and section 3.
pub fn trend(x: &[f64], y: &[f64], confidence: Confidence) -> Result<Option<Trend>, Unfit> {
    check_lengths(x.len(), y.len())?;
    if x.len() > TREND_SERIES_MAX {
        return Err(Unfit::TooMany { found: x.len(), most: TREND_SERIES_MAX });
    }
    check(x, 2)?;
    check(y, 2)?;
    let mut slopes = Vec::with_capacity(x.len() * (x.len() - 1) / 2);
    for (at, (x1, y1)) in x.iter().zip(y).enumerate() {
        for (x2, y2) in x[..at].iter().zip(&y[..at]) {
            if x1 != x2 {
                slopes.push((y1 - y2) / (x1 - x2));
            }
        }
    }
    let n = x.len() as f64;
    let ties = |values: &[f64]| -> f64 {
        let terms = tied(values).into_iter().map(|k| k * (k - 1.0) * (2.0 * k + 5.0));
        terms.sum()
    };
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - ties(x) - ties(y)) / 18.0;
    if slopes.is_empty() || variance <= 0.0 || slopes.iter().any(|slope| !slope.is_finite()) {
        return Ok(None);
    }
    let slope = median(&mut slopes);
    let intercept = median(&mut y.to_vec()) - slope * median(&mut x.to_vec());

    let count = slopes.len() as f64;
    let reach = normal_quantile_above(confidence.tail()) * variance.sqrt();
    // Python rounds halves to even, and so does this.
    let lower = (((count - reach) / 2.0).round_ties_even() - 1.0).max(0.0) as usize;
    let upper = ((count + reach) / 2.0).round_ties_even().min(count - 1.0) as usize;
    let slope_interval = Interval { lower: slopes[lower], upper: slopes[upper] };
    Ok(Some(Trend { slope, slope_interval, intercept }))
}

/// How many share each value that more than one has.
fn tied(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| run.len() as f64);
    runs.filter(|length| *length > 1.0).collect()
}
