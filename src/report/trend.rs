//! [`Rate`]: how busy the days of a month were, with what chance alone would change.

use crate::{
    privacy::{CLASS_WIDTH, Reading},
    statistics::{Confidence, poisson_interval},
    time::Month,
};

/// Days that a rate is told for: a month is compared with a shorter one.
const DAYS_TOLD: f64 = 30.0;

/// Interventions in 30 days, with the interval that holds their true rate 19 times out of 20, were they independent.
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
    /// The rate of a month of so many `days`, of which `told` is told.
    ///
    /// The interval is the exact one of Poisson's distribution around what is told, made wider to steps of [`CLASS_WIDTH`] and by half
    /// of one, since what is told is rounded. It is worked out from what everybody may read and from nothing else: one that
    /// followed the days themselves would tell how many there were. Calls that come in clusters vary more.
    #[must_use]
    pub fn of_month(told: u64, days: usize) -> Option<Self> {
        if days == 0 {
            return None;
        }
        let exact = poisson_interval(told, Confidence::NINETY_FIVE).ok()?;
        let (width, of_days) = (CLASS_WIDTH as f64, DAYS_TOLD / days as f64);
        let low = ((exact.lower - width / 2.0) / width).floor().max(0.0) * width;
        let high = ((exact.upper + width / 2.0) / width).ceil() * width;
        Some(Self { per_30_days: told as f64 * of_days, low: low * of_days, high: high * of_days })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_what_is_told() {
        // scipy.stats.chi2.ppf gives 79.8 to 120.6 around 98, and 81.4 to 121.6 around 100.
        let rate = Rate::of_month(100, 30).unwrap();
        assert_eq!((rate.low, rate.per_30_days, rate.high), (75.0, 100.0, 125.0));
        let of_31_days = Rate::of_month(0, 31).unwrap();
        assert_eq!((of_31_days.low, of_31_days.per_30_days), (0.0, 0.0));
        assert!((of_31_days.high - 10.0 * 30.0 / 31.0).abs() < 1e-9, "{of_31_days:?}");
        assert_eq!(Rate::of_month(18, 0), None);
    }
}
