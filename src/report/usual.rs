//! [`Usual`]: what the same night of the week was like before.

/// How many weeks back a night is compared with: two months, long enough for a range, short enough for a season.
pub const USUAL_WEEKS: i32 = 8;

/// What the same weekday counted over the last [`USUAL_WEEKS`] weeks that the store covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// Half of those nights counted no more.
    pub median: f64,
    /// The quietest of them.
    pub low: u64,
    /// The busiest of them.
    pub high: u64,
    /// How many nights those are.
    pub nights: usize,
}

/// A count, and what is usual where anything is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Told {
    /// How many.
    pub count: u64,
    /// What is usual.
    pub usual: Option<Usual>,
}

impl Usual {
    /// What is usual, by the counts of earlier nights in any order; `None` where there are none.
    #[must_use]
    pub fn of(mut counts: Vec<u64>) -> Option<Self> {
        counts.sort_unstable();
        let (low, high) = (*counts.first()?, *counts.last()?);
        let nights = counts.len();
        let median = (counts[(nights - 1) / 2] + counts[nights / 2]) as f64 / 2.0;
        Some(Self { median, low, high, nights })
    }
}

impl Told {
    /// A count of tonight beside those of earlier nights.
    #[must_use]
    pub fn of(count: u64, before: Vec<u64>) -> Self {
        Self { count, usual: Usual::of(before) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_is_the_median_and_the_range() {
        let usual = Usual::of(vec![7, 1, 3, 4]).unwrap();
        assert_eq!((usual.median, usual.low, usual.high, usual.nights), (3.5, 1, 7, 4));
        assert_eq!(Usual::of(vec![5]).unwrap().median, 5.0);
        assert_eq!(Usual::of(vec![]), None);
    }
}
