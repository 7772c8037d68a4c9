//! The publication gate: what may be known outside of a count, and of sums of counts.
//!
//! A count is made in a fixed unit (a zone × a month × a family of kinds, see [`crate::publication`]) and known
//! outside by its [`CountClass`] alone. Every answer is worked out from classes, never from counts, so that nobody
//! learns more by asking more: towns whose small counts differ, but not in class, answer every question alike.
//! `docs/publication-gate.md` argues this and measures what it costs.

use std::fmt;

/// Fewest households that a figure about dwellings may be about.
pub const HOUSEHOLDS_MIN: u64 = 11;
/// Counts in a class: a count from 1 to 4 is told as `<5`, and what is told of larger ones is as coarse.
pub const CLASS_WIDTH: u64 = 5;

/// What is known outside of a count: none, 1 to 4, 5 to 9, 10 to 14, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CountClass(u32);

impl CountClass {
    /// The class of 0 alone.
    pub const NONE: Self = Self(0);
    /// The class of 1 to 4.
    pub const FEW: Self = Self(1);

    /// The class of a count.
    #[must_use]
    pub const fn of(count: u32) -> Self {
        if count == 0 { Self::NONE } else { Self(1 + count / CLASS_WIDTH as u32) }
    }

    /// The least and the greatest count in it.
    #[must_use]
    pub const fn bounds(self) -> (u64, u64) {
        match self.0 {
            0 => (0, 0),
            1 => (1, CLASS_WIDTH - 1),
            class => {
                let least = (class as u64 - 1) * CLASS_WIDTH;
                (least, least + CLASS_WIDTH - 1)
            }
        }
    }

    /// What a count of this class adds to a sum: `small_mean` for 1 to 4, the middle for others.
    fn stand_in(self, small_mean: SmallMean) -> f64 {
        match self {
            Self::NONE => 0.0,
            Self::FEW => small_mean.0,
            _ => {
                let (least, greatest) = self.bounds();
                (least + greatest) as f64 / 2.0
            }
        }
    }
}

/// The mean of counts from 1 to 4, as their classes let one expect it.
///
/// It is worked out from how many counts of the same sort are 0, which everybody may know, as if they came by
/// chance (Poisson): where most are 0, a small one is mostly 1; where few are, it is nearer to 3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SmallMean(f64);

impl SmallMean {
    /// That of `units` counts of which `empty` are 0.
    #[must_use]
    pub fn of_shares(units: usize, empty: usize) -> Self {
        // Half a count more, so that a rate is finite where none or all are 0.
        let share = (empty.min(units) as f64 + 0.5) / (units as f64 + 1.0);
        let rate = -share.ln();
        let (mut weight, mut weights, mut sum) = (1.0, 0.0, 0.0);
        for count in 1..CLASS_WIDTH {
            weight *= rate / count as f64;
            weights += weight;
            sum += weight * count as f64;
        }
        Self(sum / weights)
    }
}

/// A sum of counts of which only the classes are known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Estimate {
    /// The sum is no less.
    least: u64,
    /// The sum is no more.
    greatest: u64,
    /// What the sum is, as far as one can tell.
    likely: f64,
}

impl Estimate {
    /// Adds a count of that class.
    pub fn add(&mut self, class: CountClass, small_mean: SmallMean) {
        let (least, greatest) = class.bounds();
        self.least += least;
        self.greatest += greatest;
        self.likely += class.stand_in(small_mean);
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            least: self.least + other.least,
            greatest: self.greatest + other.greatest,
            likely: self.likely + other.likely,
        }
    }

    /// The least and the greatest sum that its classes allow.
    #[must_use]
    pub const fn bounds(self) -> (u64, u64) {
        (self.least, self.greatest)
    }

    /// What the sum is, as far as its classes let one tell: as they do, it says nothing else of the counts.
    #[must_use]
    pub const fn likely(self) -> f64 {
        self.likely
    }

    /// What is told of it. A sum from 1 to 4 is never told otherwise than as `<5`; a larger one may be told so
    /// too, where its classes leave open whether it is.
    #[must_use]
    pub fn reading(self) -> Reading {
        let width = CLASS_WIDTH as f64;
        match self.least {
            0 => Reading::None,
            1..CLASS_WIDTH => Reading::Few,
            _ => Reading::About((self.likely / width).round() as u64 * CLASS_WIDTH),
        }
    }
}

/// What is told of a count or of a sum of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Nothing was counted.
    None,
    /// At least one, and fewer than five as far as classes tell.
    Few,
    /// About so many: a multiple of [`CLASS_WIDTH`], at least that.
    About(u64),
}

impl Reading {
    /// The number, where one is told.
    #[must_use]
    pub const fn number(self) -> Option<u64> {
        match self {
            Self::None => Some(0),
            Self::Few => None,
            Self::About(number) => Some(number),
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("0"),
            Self::Few => write!(f, "<{CLASS_WIDTH}"),
            Self::About(number) => number.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_the_counts_that_it_says_and_no_small_count_is_alone_in_one() {
        for count in 0..200_u32 {
            let (least, greatest) = CountClass::of(count).bounds();
            assert!((least..=greatest).contains(&u64::from(count)), "{count}");
            assert_eq!(count == 0, greatest - least < 3, "{count}");
        }
        assert_eq!(CountClass::of(4), CountClass::FEW);
        assert_eq!(CountClass::of(5).bounds(), (5, 9));
    }

    #[test]
    fn one_to_four_reads_as_fewer_than_five_and_larger_ones_as_multiples_of_five() {
        let alone = |count| {
            let mut estimate = Estimate::default();
            estimate.add(CountClass::of(count), SmallMean::of_shares(12, 0));
            estimate.reading().to_string()
        };
        let read: Vec<String> = [0, 1, 4, 5, 9, 10, 14, 1000].into_iter().map(alone).collect();
        assert_eq!(read, ["0", "<5", "<5", "5", "5", "10", "10", "1000"]);
    }

    #[test]
    fn a_sum_from_one_to_four_is_never_told_otherwise_than_as_fewer_than_five() {
        for counts in (0..5_u32.pow(4)).map(|n| [n % 5, n / 5 % 5, n / 25 % 5, n / 125]) {
            let mut sum = Estimate::default();
            for count in counts {
                sum.add(CountClass::of(count), SmallMean::of_shares(4, 1));
            }
            match counts.iter().sum() {
                0 => assert_eq!(sum.reading(), Reading::None),
                1..5 => assert_eq!(sum.reading(), Reading::Few, "{counts:?}"),
                _ => assert_ne!(sum.reading(), Reading::None),
            }
        }
    }

    #[test]
    fn a_small_count_is_mostly_one_where_most_are_none_and_never_beyond_its_class() {
        let mean = |units, empty| SmallMean::of_shares(units, empty).0;
        assert!((mean(1000, 990) - 1.0).abs() < 0.01);
        assert!(mean(1000, 500) > mean(1000, 900));
        for (units, empty) in [(0, 0), (1, 0), (1, 1), (60, 0), (60, 60), (1_000_000, 0)] {
            assert!((1.0..=4.0).contains(&mean(units, empty)), "{units} {empty}");
        }
    }
}
