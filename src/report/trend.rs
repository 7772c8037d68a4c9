//! [`Rate`]: how busy the days of a month were, with what chance alone would change.

use crate::{
    privacy::{CLASS_WIDTH, Reading},
    time::Month,
};

/// 97.5 % of a normal distribution lie below it.
const Z_975: f64 = 1.959_963_984_540_054;
/// Days that a rate is told for: a month is compared with a shorter one.
const DAYS_TOLD: f64 = 30.0;
/// Fewer days than these tell no interval.
const DAYS_MIN: usize = 7;

/// Interventions in 30 days, with the interval that holds the mean of such days 19 times out of 20.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Of 30 days.
    pub per_30_days: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// A month of a trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthRate {
    /// Which.
    pub month: Month,
    /// Interventions in it; `None` where the store does not cover it.
    pub count: Option<Reading>,
    /// How busy its days were, where they are covered and the count is told.
    pub rate: Option<Rate>,
}

impl Rate {
    /// The rate of a month of which `told` is told, whose days have these counts; `None` for less than a week.
    ///
    /// The width of the interval comes from the days themselves, not from an assumption about calls: t · s / √n with
    /// Student's t of n − 1 degrees of freedom, made wider to steps of [`CLASS_WIDTH`]. Days follow each other, so the
    /// true interval is a little wider still.
    #[must_use]
    pub fn of_month(told: u64, counts: &[u64]) -> Option<Self> {
        let n = counts.len() as f64;
        if counts.len() < DAYS_MIN {
            return None;
        }
        let mean = counts.iter().sum::<u64>() as f64 / n;
        let squares: f64 = counts.iter().map(|count| (*count as f64 - mean).powi(2)).sum();
        let error = (squares / (n - 1.0) / n).sqrt();
        let half = t_975(n - 1.0) * error * DAYS_TOLD;
        let width = CLASS_WIDTH as f64;
        let half = (half / width).ceil() * width;
        let per_30_days = told as f64 / n * DAYS_TOLD;
        let low = (per_30_days - half).max(0.0);
        Some(Self { per_30_days, low, high: per_30_days + half })
    }
}

/// 97.5 % quantile of Student's t; right to 1 in 1,000 from 6 degrees of freedom on.
///
/// Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 26.7.5.
fn t_975(freedom: f64) -> f64 {
    let z = Z_975;
    let (z3, z5, z7) = (z.powi(3), z.powi(5), z.powi(7));
    z + (z3 + z) / (4.0 * freedom)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * freedom.powi(2))
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * freedom.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        for (freedom, tabled) in [(6.0, 2.4469), (27.0, 2.0518), (30.0, 2.0423)] {
            assert!((t_975(freedom) - tabled).abs() < 2e-3, "{freedom}: {}", t_975(freedom));
        }
    }

    #[test]
    fn the_interval_is_that_of_a_mean() {
        // scipy.stats.t.interval(0.95, 9, mean, sem) of 1..10: 5.5 ± 2.1659, which is 65.0 in 30 days.
        let rate = Rate::of_month(55, &(1..=10).collect::<Vec<_>>()).unwrap();
        assert!((rate.per_30_days - 165.0).abs() < 1e-9);
        assert!((rate.high - rate.per_30_days - 65.0).abs() < 1e-9, "{rate:?}");
        assert_eq!(Rate::of_month(18, &[3; 6]), None);
    }
}
