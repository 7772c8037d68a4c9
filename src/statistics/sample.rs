//! What every figure starts from: finite numbers, summed without loss, and how sure an interval is to be.

/// Largest magnitude of a value that is taken: its fourth power, summed over any list, is still a number.
pub const MAGNITUDE_MAX: f64 = 1e60;

/// Why numbers bear no figure.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// Fewer values than the figure is defined for.
    #[error("{found} values where at least {needed} are needed")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many there must be.
        needed: usize,
    },
    /// More than may be computed in one go.
    #[error("{found} where at most {most} may be")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// The value at that place is not a number, infinite or beyond [`MAGNITUDE_MAX`].
    #[error("value {at} is not a number of a size that can be computed with")]
    NotFinite {
        /// Place in the list, from 0.
        at: usize,
    },
    /// Two lists that belong together differ in length.
    #[error("{left} values beside {right}")]
    Lengths {
        /// Length of the first.
        left: usize,
        /// Length of the second.
        right: usize,
    },
    /// All values are equal: nothing varies, so nothing can be compared.
    #[error("all values are equal")]
    NoVariance,
    /// A parameter is out of its range.
    #[error("{name} is {value}, out of its range")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// What was given.
        value: f64,
    },
}

/// How often an interval made this way holds the truth: above 0 and below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 in 100, as most publications have it.
    pub const NINETY_FIVE: Self = Self(0.95);

    /// The confidence that is that share of 1.
    ///
    /// # Errors
    ///
    /// [`Unfit::Parameter`] unless `0 < share < 1`.
    pub fn new(share: f64) -> Result<Self, Unfit> {
        let fine = share > 0.0 && share < 1.0;
        fine.then_some(Self(share)).ok_or(Unfit::Parameter { name: "confidence", value: share })
    }

    /// The share, between 0 and 1.
    #[must_use]
    pub const fn share(self) -> f64 {
        self.0
    }

    /// The share left out on each side of a two-sided interval.
    pub(super) fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }
}

/// Two ends, both inside; an end that nothing bounds is infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

impl Interval {
    pub(super) fn times(self, factor: f64) -> Self {
        Self { lower: self.lower * factor, upper: self.upper * factor }
    }

    /// Whether `value` lies inside.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.lower..=self.upper).contains(&value)
    }
}

/// A sum with the rounding errors carried along: exact to about the last bit, whatever the order.
///
/// Source: Neumaier (1974), Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, ZAMM 54, 39–51.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// The sum with `value` added.
    pub(super) fn plus(self, value: f64) -> Self {
        let total = self.total + value;
        let lost = if self.total.abs() >= value.abs() {
            (self.total - total) + value
        } else {
            (value - total) + self.total
        };
        Self { total, lost: self.lost + lost }
    }

    /// The sum so far.
    pub(super) fn value(self) -> f64 {
        self.total + self.lost
    }
}

/// The [`Sum`] of all.
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(Sum::default(), Sum::plus).value()
}

/// Refuses what cannot be computed with.
pub(super) fn check(values: &[f64], needed: usize) -> Result<(), Unfit> {
    if values.len() < needed {
        return Err(Unfit::TooFew { found: values.len(), needed });
    }
    let bad = values.iter().position(|value| value.abs() > MAGNITUDE_MAX || value.is_nan());
    bad.map_or(Ok(()), |at| Err(Unfit::NotFinite { at }))
}

/// Refuses lists of two lengths.
pub(super) fn check_lengths(left: usize, right: usize) -> Result<(), Unfit> {
    if left == right { Ok(()) } else { Err(Unfit::Lengths { left, right }) }
}

/// Refuses a parameter that is not above 0, or too large to be computed with.
pub(super) fn check_positive(name: &'static str, value: f64) -> Result<(), Unfit> {
    if value > 0.0 && value <= MAGNITUDE_MAX {
        Ok(())
    } else {
        Err(Unfit::Parameter { name, value })
    }
}

/// Distances from the mean, divided by the largest of them: between -1 and 1, so that no power of one overflows.
///
/// For figures that do not change when all values are moved or stretched.
///
/// # Errors
///
/// As [`check`]; [`Unfit::NoVariance`] where all values are equal.
pub(super) fn centred(values: &[f64], needed: usize) -> Result<Vec<f64>, Unfit> {
    check(values, needed)?;
    if values.iter().all(|value| *value == values[0]) {
        return Err(Unfit::NoVariance);
    }
    let mean = sum(values.iter().copied()) / values.len() as f64;
    let mut centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let largest = centred.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    centred.iter_mut().for_each(|value| *value /= largest);
    Ok(centred)
}

/// The middle value, or half-way between the two in the middle. `values` is not empty; it is sorted on the way.
pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_values_beside_large_ones_are_not_lost() {
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum([]), 0.0);
    }

    #[test]
    fn what_cannot_be_computed_with_is_refused_with_its_place() {
        assert_eq!(check(&[1.0, f64::NAN], 1), Err(Unfit::NotFinite { at: 1 }));
        assert_eq!(check(&[f64::INFINITY], 1), Err(Unfit::NotFinite { at: 0 }));
        assert_eq!(check(&[1.0], 2), Err(Unfit::TooFew { found: 1, needed: 2 }));
        assert_eq!(centred(&[0.1; 7], 1), Err(Unfit::NoVariance));
        for share in [0.0, 1.0, f64::NAN, -1.0] {
            assert!(Confidence::new(share).is_err(), "{share}");
        }
    }

    proptest! {
        #[test]
        fn centred_values_sum_to_nothing_and_reach_one(values in prop::collection::vec(-1e9..1e9_f64, 2..50)) {
            let Ok(centred) = centred(&values, 2) else { return Ok(()) };
            prop_assert!(sum(centred.iter().copied()).abs() < 1e-6);
            prop_assert!(centred.iter().any(|value| value.abs() == 1.0));
        }
    }
}
