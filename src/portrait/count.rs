//! [`Count`]: how many were reported, as whoever asks may know it, and [`Rate`], how many that is for the dwellings.

use crate::{
    privacy::{Estimate, Reading},
    publication::{Scope, Units},
    statistics::{Confidence, Exposed, Interval, poisson_interval, rate_ratio},
    twin::{PlaceIx, Snapshot},
};

/// Dwellings that rates are told for.
const RATE_DWELLINGS: f64 = 1_000.0;

/// Where counts come from.
#[derive(Debug, Clone, Copy)]
pub enum Counts<'a> {
    /// From the incidents themselves.
    Exact,
    /// From the units of the publication gate alone.
    Published(&'a Units),
}

/// How many, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// What is told.
    pub told: Reading,
    /// It is no less.
    least: u64,
    /// It is no more.
    greatest: u64,
    /// What it is, as far as one can tell.
    likely: f64,
}

/// Reports for 1,000 dwellings and a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// How many.
    pub per_1000: f64,
    /// The exact interval (Garwood) that holds the true rate at least 95 times in 100; wider where the count itself is
    /// known between two bounds only.
    pub interval: Interval,
}

/// What reports are counted against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Exposure {
    pub dwellings: u64,
    pub years: f64,
}

/// One rate over another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ratio {
    pub ratio: Option<f64>,
    pub interval: Interval,
}

impl Count {
    /// A count that is known.
    #[must_use]
    pub const fn exact(count: u64) -> Self {
        let told = if count == 0 { Reading::None } else { Reading::About(count) };
        Self { told, least: count, greatest: count, likely: count as f64 }
    }

    /// A sum of which the classes are known.
    #[must_use]
    pub fn published(estimate: Estimate) -> Self {
        let (least, greatest) = estimate.bounds();
        Self { told: estimate.reading(), least, greatest, likely: estimate.likely() }
    }

    /// The least and the greatest that it may be.
    #[must_use]
    pub const fn bounds(&self) -> (u64, u64) {
        (self.least, self.greatest)
    }

    /// What it is, as far as one can tell: for sums of classes the middle of each, which says no more than they do.
    #[must_use]
    pub const fn likely(&self) -> f64 {
        self.likely
    }

    /// The rate; none where the count is not told, or there is nothing to count against.
    pub(super) fn rate(&self, against: Exposure) -> Option<Rate> {
        let number = self.told.number()?;
        let exposure = against.amount()?;
        let lower = poisson_interval(self.least, Confidence::NINETY_FIVE).ok()?.lower;
        let upper = poisson_interval(self.greatest, Confidence::NINETY_FIVE).ok()?.upper;
        let per_1000 = number as f64 / exposure;
        Some(Rate {
            per_1000,
            interval: Interval { lower: lower / exposure, upper: upper / exposure },
        })
    }

    /// The rate over that of another, with an interval that holds the true one whatever the counts are between their
    /// bounds. None where neither has any, or there is nothing to count against.
    pub(super) fn over(
        &self,
        own: Exposure,
        other: &Self,
        theirs: Exposure,
        confidence: Confidence,
    ) -> Option<Ratio> {
        let [own_amount, their_amount] = [own.amount()?, theirs.amount()?];
        let (own_number, their_number) = (self.told.number()?, other.told.number()?);
        let between = |own_events: u64, their_events: u64| {
            let first = Exposed { events: own_events, exposure: own_amount };
            let second = Exposed { events: their_events, exposure: their_amount };
            rate_ratio(first, second, confidence).ok().flatten()
        };
        let low = between(self.least, other.greatest)?.interval.lower;
        let high = between(self.greatest, other.least)?.interval.upper;
        let ratio = (their_number > 0)
            .then(|| own_number as f64 / own_amount * their_amount / their_number as f64);
        Some(Ratio { ratio, interval: Interval { lower: low, upper: high } })
    }
}

impl Exposure {
    /// Thousands of dwellings over years; none where it is nothing.
    fn amount(self) -> Option<f64> {
        let amount = self.dwellings as f64 / RATE_DWELLINGS * self.years;
        (amount > 0.0).then_some(amount)
    }
}

/// What was counted, place by place or unit by unit, to be summed over any piece of ground.
pub(super) enum Ledger<'a> {
    /// Reports at each place.
    ByPlace(Vec<u32>),
    /// Units of the gate, and which of them the question is about.
    ByUnit(&'a Units, Scope),
}

/// How many on a piece of ground, for how many dwellings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub count: Count,
    pub dwellings: u64,
    /// Sites on it of which the count does not tell.
    pub sites_left_out: usize,
}

impl Ledger<'_> {
    /// What is on the places that `holds` says. A zone of the gate counts where all its sites are there, else not at all.
    pub fn measure(&self, snapshot: &Snapshot, holds: &[bool]) -> Measured {
        let stock = snapshot.stock();
        let all = || stock.places().iter().zip(holds).enumerate().filter(|(_, (_, held))| **held);
        match self {
            Self::ByPlace(counts) => Measured {
                count: Count::exact(all().map(|(row, _)| u64::from(counts[row])).sum()),
                dwellings: all()
                    .filter(|(_, (place, _))| place.site.is_some())
                    .map(|(_, (place, _))| u64::from(place.dwellings))
                    .sum(),
                sites_left_out: 0,
            },
            Self::ByUnit(units, scope) => {
                let inside = whole_zones(snapshot, units, holds);
                let mut estimate = Estimate::default();
                let (mut dwellings, mut sites) = (0, 0);
                for row in inside {
                    let zone = &units.zones()[row];
                    estimate = estimate.plus(units.estimate(row, scope));
                    dwellings += zone.dwellings;
                    sites += zone.sites.len();
                }
                let held = sites_held(snapshot, holds);
                Measured {
                    count: Count::published(estimate),
                    dwellings,
                    sites_left_out: held.saturating_sub(sites),
                }
            }
        }
    }
}

/// The zones all of whose sites lie on the places that `holds` says, as rows of [`Units::zones`].
pub(super) fn whole_zones(snapshot: &Snapshot, units: &Units, holds: &[bool]) -> Vec<usize> {
    let stock = snapshot.stock();
    let is_held = |at: PlaceIx| holds[at.0 as usize];
    let zones = units.zones().iter().enumerate();
    zones
        .filter(|(_, zone)| zone.sites.iter().all(|site| is_held(stock.place_of_site(*site))))
        .map(|(row, _)| row)
        .collect()
}

/// Sites whose own place is held.
fn sites_held(snapshot: &Snapshot, holds: &[bool]) -> usize {
    let places = snapshot.stock().places().iter().zip(holds);
    places
        .filter(|(place, held)| **held && place.building.is_none() && place.site.is_some())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::{CountClass, SmallMean};

    const YEAR: Exposure = Exposure { dwellings: 100, years: 1.0 };

    fn published(counts: &[u32]) -> Count {
        let mut sum = Estimate::default();
        counts.iter().for_each(|n| sum.add(CountClass::of(*n), SmallMean::of_shares(1, 0)));
        Count::published(sum)
    }

    #[test]
    fn a_rate_has_the_exact_interval_and_a_published_one_a_wider_one() {
        let exact = Count::exact(10).rate(YEAR).unwrap();
        // 10 events: 4.795 to 18.390 (Garwood), for a tenth of 1,000 dwellings.
        assert!((exact.per_1000 - 100.0).abs() < 1e-9);
        assert!((exact.interval.lower - 47.954).abs() < 1e-2, "{exact:?}");
        assert!((exact.interval.upper - 183.904).abs() < 1e-2, "{exact:?}");
        let told = published(&[10]).rate(YEAR).unwrap();
        assert!(told.interval.lower <= exact.interval.lower);
        assert!(told.interval.upper > exact.interval.upper);
        assert_eq!(published(&[3]).rate(YEAR), None, "one to four is not told");
        assert_eq!(Count::exact(3).rate(Exposure { dwellings: 0, years: 1.0 }), None);
    }

    #[test]
    fn a_ratio_holds_the_one_of_every_count_between_the_bounds() {
        let sure = Confidence::NINETY_FIVE;
        let (a, b) = (published(&[12, 7]), published(&[6, 6]));
        let told = a.over(YEAR, &b, YEAR, sure).unwrap().interval;
        for first in a.bounds().0..=a.bounds().1 {
            for second in b.bounds().0..=b.bounds().1 {
                let exact = Count::exact(first).over(YEAR, &Count::exact(second), YEAR, sure);
                let exact = exact.unwrap().interval;
                assert!(told.lower <= exact.lower + 1e-12 && exact.upper <= told.upper + 1e-12);
            }
        }
        assert!(Count::exact(0).over(YEAR, &Count::exact(0), YEAR, sure).is_none());
    }
}
