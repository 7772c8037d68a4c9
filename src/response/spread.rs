//! [`Spread`]: how times are spread, by their quantiles.

/// The middle and the long end of some times.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// Half of them took no longer, in seconds; `None` where there are none.
    pub median_s: Option<f64>,
    /// Nine of ten took no longer, in seconds.
    pub p90_s: Option<f64>,
}

impl Spread {
    /// The spread of times in seconds, in any order.
    ///
    /// Quantiles are interpolated between the two nearest: type 7 of Hyndman & Fan, "Sample Quantiles in
    /// Statistical Packages" (1996), which is the default of R, NumPy and spreadsheets.
    #[must_use]
    pub fn of(mut times_s: Vec<f64>) -> Self {
        times_s.sort_unstable_by(f64::total_cmp);
        Self {
            count: times_s.len(),
            median_s: quantile(&times_s, 0.5),
            p90_s: quantile(&times_s, 0.9),
        }
    }
}

/// The quantile of sorted values.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let at = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(below + (above - below) * at.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy.quantile([10, 20, 30, 40], [0.5, 0.9])
        let spread = Spread::of(vec![40.0, 10.0, 30.0, 20.0]);
        assert_eq!((spread.count, spread.median_s), (4, Some(25.0)));
        assert!((spread.p90_s.unwrap() - 37.0).abs() < 1e-9);
        assert_eq!(Spread::of(vec![7.0]).p90_s, Some(7.0));
        assert_eq!(Spread::of(vec![]), Spread::default());
    }
}
