//! [`Estimate`]: a mean over replications, and how far it may be off.

/// How sure a confidence interval is.
pub const CONFIDENCE: f64 = 0.95;

/// The 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom. Source: Fisher and Yates (1963),
/// Statistical tables for biological, agricultural and medical research, table III.
const T_975: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, //
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, //
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];
/// The same of the normal distribution.
const Z_975: f64 = 1.959_964;

/// A mean over replications with its 95 % confidence interval, by Student's t: replications are independent, and
/// means of runs are nearly normal (Law 2015, Simulation modeling and analysis, 5th ed., section 9.4.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Half of the width of the interval; `None` of one replication, which says nothing about the next.
    pub half_width: Option<f64>,
    /// Replications that had something to measure.
    pub replications: usize,
}

/// Whether a difference is more than chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval is below 0.
    Lower,
    /// The whole interval is above 0.
    Higher,
    /// 0 is in the interval.
    NotSignificant,
    /// There is no interval.
    Unknown,
}

impl Verdict {
    /// Its name for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::NotSignificant => "not_significant",
            Self::Unknown => "unknown",
        }
    }
}

impl Estimate {
    /// The estimate from one value a replication; `None` where there is none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().collect();
        let n = values.len();
        if n == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let half_width = (n > 1).then(|| {
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            t_975(n - 1) * (squares / (n - 1) as f64 / n as f64).sqrt()
        });
        Some(Self { mean, half_width, replications: n })
    }

    /// Whether `value` is in the interval.
    #[must_use]
    pub fn covers(&self, value: f64) -> bool {
        self.half_width.is_some_and(|half| (self.mean - value).abs() <= half)
    }

    /// What this says where it is a difference.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.half_width {
            None => Verdict::Unknown,
            Some(half) if self.mean + half < 0.0 => Verdict::Lower,
            Some(half) if self.mean - half > 0.0 => Verdict::Higher,
            Some(_) => Verdict::NotSignificant,
        }
    }
}

/// The 97.5 % quantile of Student's t. Beyond the table by the expansion of Fisher (1941), Abramowitz and Stegun
/// 26.7.5, which is right to four decimals there.
fn t_975(degrees: usize) -> f64 {
    if let Some(known) = T_975.get(degrees - 1) {
        return *known;
    }
    let (z, n) = (Z_975, degrees as f64);
    z + (z.powi(3) + z) / (4.0 * n)
        + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        for (degrees, known) in
            [(1, 12.706), (29, 2.045), (31, 2.0395), (40, 2.0211), (120, 1.9799)]
        {
            assert!((t_975(degrees) - known).abs() < 1e-4, "{degrees}: {}", t_975(degrees));
        }
    }

    #[test]
    fn an_estimate_has_the_interval_of_the_textbook() {
        // Mean 3, standard deviation 1.5811, t of 4 degrees 2.776: 3 ± 1.963.
        let estimate = Estimate::of([1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();

        assert_eq!(estimate.mean, 3.0);
        assert!((estimate.half_width.unwrap() - 1.963).abs() < 1e-3);
        assert!(estimate.covers(1.1) && !estimate.covers(1.0));
        assert_eq!(estimate.verdict(), Verdict::Higher);
        assert_eq!(Estimate::of([-1.0, 1.5]).unwrap().verdict(), Verdict::NotSignificant);
        assert_eq!(Estimate::of([2.0]).unwrap().verdict(), Verdict::Unknown);
        assert_eq!(Estimate::of([]), None);
    }
}
