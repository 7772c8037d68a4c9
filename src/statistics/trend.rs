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
    let variance = variance_of_s(x.len(), &[x, y]);
    Ok(line(slopes, variance, (x, y), confidence))
}

/// The line of a series that comes back each `period`, by slopes between values of the same season alone, one or more
/// periods apart: the season is then in none of them, and need not be estimated. x is counted in periods.
///
/// To take the season out first and look for a trend in the rest finds one too often, since the season was made of the
/// same values: of series of 36 months without a trend, a seventh and more. Here it is one in 40 to 1 in 1,000 (a test tries
/// it). `None` where all values of each season are equal. Costs O(n² / period · log n).
///
/// # Errors
///
/// [`Unfit`]: a period below 2, fewer than two periods, more than [`TREND_SERIES_MAX`] values, one that is no number.
///
/// Source: Hirsch, Slack and Smith (1982), Techniques of trend analysis for monthly water quality data, Water Resources
/// Research 18, 107–121; the interval by Gilbert (1987), Statistical methods for environmental pollution monitoring, 17.4.
pub fn seasonal_trend(
    y: &[f64],
    period: usize,
    confidence: Confidence,
) -> Result<Option<Trend>, Unfit> {
    if period < 2 {
        return Err(Unfit::Parameter { name: "period", value: period as f64 });
    }
    if y.len() > TREND_SERIES_MAX {
        return Err(Unfit::TooMany { found: y.len(), most: TREND_SERIES_MAX });
    }
    check(y, period.saturating_mul(2))?;
    let (mut slopes, mut variance) = (Vec::new(), 0.0);
    for season in 0..period {
        let of_season: Vec<f64> = y[season..].iter().step_by(period).copied().collect();
        for (later, y1) in of_season.iter().enumerate() {
            let earlier = of_season[..later].iter().enumerate();
            slopes.extend(earlier.map(|(at, y2)| (y1 - y2) / (later - at) as f64));
        }
        variance += variance_of_s(of_season.len(), &[&of_season]);
    }
    let x: Vec<f64> = (0..y.len()).map(|at| at as f64 / period as f64).collect();
    Ok(line(slopes, variance, (&x, y), confidence))
}

/// The variance of Kendall's S of `count` pairs, those that tie in one of the lists allowed for.
fn variance_of_s(count: usize, lists: &[&[f64]]) -> f64 {
    let term = |k: f64| k * (k - 1.0) * (2.0 * k + 5.0);
    let ties: f64 = lists.iter().flat_map(|values| tied(values)).map(term).sum();
    (term(count as f64) - ties) / 18.0
}

/// The line with the median of these slopes, and the interval that a normal S leaves to it.
fn line(
    mut slopes: Vec<f64>,
    variance: f64,
    (x, y): (&[f64], &[f64]),
    confidence: Confidence,
) -> Option<Trend> {
    if slopes.is_empty() || variance <= 0.0 || slopes.iter().any(|slope| !slope.is_finite()) {
        return None;
    }
    let slope = median(&mut slopes);
    let intercept = median(&mut y.to_vec()) - slope * median(&mut x.to_vec());

    let count = slopes.len() as f64;
    let reach = normal_quantile_above(confidence.tail()) * variance.sqrt();
    // Python rounds halves to even, and so does this.
    let lower = (((count - reach) / 2.0).round_ties_even() - 1.0).max(0.0) as usize;
    let upper = ((count + reach) / 2.0).round_ties_even().min(count - 1.0) as usize;
    let slope_interval = Interval { lower: slopes[lower], upper: slopes[upper] };
    Some(Trend { slope, slope_interval, intercept })
}

/// How many share each value that more than one has.
fn tied(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| run.len() as f64);
    runs.filter(|length| *length > 1.0).collect()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// A count by chance with that mean (Knuth's product of uniforms).
    fn count(mean: f64, rng: &mut ChaCha8Rng) -> f64 {
        let (limit, mut product, mut count) = ((-mean).exp(), 1.0, 0);
        loop {
            product *= rng.random::<f64>();
            if product <= limit {
                return f64::from(count);
            }
            count += 1;
        }
    }

    /// Months with a summer, about `mean` each in the first year and `rise` more in each year after.
    fn months(mean: f64, rise: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let summer = |month: usize| 1.0 + 0.5 * (month as f64 * std::f64::consts::TAU / 12.0).sin();
        (0..36)
            .map(|month| count((mean + rise * month as f64 / 12.0) * summer(month), rng))
            .collect()
    }

    #[test]
    fn slopes_of_one_season_are_those_between_its_values() {
        // Two seasons of three periods: slopes 1, 1, 1 and 4, 5, 6.
        let line = seasonal_trend(&[0.0, 10.0, 1.0, 14.0, 2.0, 20.0], 2, Confidence::NINETY_FIVE);
        let line = line.unwrap().unwrap();
        assert_eq!(line.slope, 2.5);
        assert_eq!((line.slope_interval.lower, line.slope_interval.upper), (1.0, 6.0));
        assert_eq!(seasonal_trend(&[1.0, 9.0, 1.0, 9.0], 2, Confidence::NINETY_FIVE), Ok(None));
        let short = seasonal_trend(&[1.0; 23], 12, Confidence::NINETY_FIVE);
        assert_eq!(short, Err(Unfit::TooFew { found: 23, needed: 24 }));
    }

    #[test]
    fn a_trend_is_seldom_found_where_there_is_none_and_mostly_where_there_is_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut found = |mean: f64, rise: f64| {
            let found = (0..400).filter(|_| {
                let series = months(mean, rise, &mut rng);
                let line = seasonal_trend(&series, 12, Confidence::NINETY_FIVE).unwrap();
                line.is_some_and(|line| !line.slope_interval.contains(0.0))
            });
            found.count()
        };
        let none = [2.0, 10.0, 40.0].map(|mean| found(mean, 0.0));
        assert!(none.iter().all(|found| *found <= 20), "of 400 without a trend: {none:?}");
        assert!(found(40.0, 12.0) > 350, "of 400 that rise by a third a year");
    }
}
