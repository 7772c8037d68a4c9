//! What leaves the house of a month, over and above the units of the publication gate: its hours, and its times.

use crate::privacy::{CountClass, Estimate, Reading, SmallMean};

/// A second way to cut the incidents that the units count: how many they are, as far as what is told of it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    least: u64,
    greatest: u64,
}

impl Cut {
    /// The classes of these counts are told, which are those of all.
    pub(super) fn of_classes(counts: &[u64]) -> Self {
        let bounds = counts.iter().map(|count| class(*count).bounds());
        let none = Self { least: 0, greatest: 0 };
        bounds.fold(none, |sum, (least, greatest)| Self {
            least: sum.least.saturating_add(least),
            greatest: sum.greatest.saturating_add(greatest),
        })
    }

    /// So many are told to be there, or more.
    pub(super) const fn at_least(least: u64) -> Self {
        Self { least, greatest: u64::MAX }
    }
}

/// Whether all these cuts together tell nothing of the `units` of the gate that these do not tell themselves.
///
/// A cut bounds the sum of all units: whoever knows it narrows a unit of 1 to 4 down only where the others cannot make up for
/// each of the four.
pub(super) fn tell_no_more(units: Estimate, cuts: &[Cut]) -> bool {
    let least = cuts.iter().map(|cut| cut.least).max().unwrap_or(0);
    let greatest = cuts.iter().map(|cut| cut.greatest).min().unwrap_or(u64::MAX);
    // From 1 to 4, or from 4 to 1: so much may a unit differ from what it is.
    let (spread, known) = (CountClass::FEW.bounds().1 - 1, units.bounds());
    greatest >= known.0.saturating_add(spread) && least.saturating_add(spread) <= known.1
}

/// What is told of the count of an hour: `<5`, or the least of its class.
pub(super) fn reading(count: u64) -> Reading {
    let mut alone = Estimate::default();
    // Alone, a small one is told as `<5` whatever it stands for.
    alone.add(class(count), SmallMean::of_shares(1, 0));
    alone.reading()
}

fn class(count: u64) -> CountClass {
    CountClass::of(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(counts: &[u64]) -> Estimate {
        let mut sum = Estimate::default();
        for count in counts {
            sum.add(class(*count), SmallMean::of_shares(1, 0));
        }
        sum
    }

    #[test]
    fn the_hours_of_few_units_are_not_told() {
        // Seven units of 1 to 4, and hours that sum up to 5 to 9: none of the units could be four.
        assert!(!tell_no_more(units(&[1; 7]), &[Cut::of_classes(&[7])]));
        let many = units(&[4, 4, 3, 2, 5, 7, 8, 10]);
        assert!(tell_no_more(many, &[Cut::of_classes(&[40, 3, 0])]));
        assert_eq!([40, 3, 0].map(reading), [Reading::About(40), Reading::Few, Reading::None]);
    }

    #[test]
    fn times_of_many_are_not_told_where_each_unit_would_have_to_be_four() {
        let fours = units(&[4; 25]);
        assert!(!tell_no_more(fours, &[Cut::at_least(100)]));
        assert!(tell_no_more(units(&[4; 26]), &[Cut::at_least(100)]));
        // Either by itself leaves all open, and both together do not.
        let few = units(&[1, 1, 1, 1, 20]);
        let (hours, times) = (Cut::of_classes(&[24]), Cut::at_least(24));
        assert!(tell_no_more(few, &[times]) && !tell_no_more(few, &[hours]));
    }

    proptest! {
        #[test]
        fn whoever_knows_the_cuts_knows_no_more_of_a_few_than_that_it_is_one_to_four(
            counts in proptest::collection::vec(0_u64..9, 1..12), cut in 0.0_f64..1.0, floor in 0_u64..60,
        ) {
            let total: u64 = counts.iter().sum();
            let first = (total as f64 * cut) as u64;
            let least_told = floor.min(total);
            let cuts = [Cut::of_classes(&[first, total - first]), Cut::at_least(least_told)];
            prop_assume!(tell_no_more(units(&counts), &cuts));
            let bounds = |count: u64| class(count).bounds();
            let (a, b) = (bounds(first), bounds(total - first));
            let possible = least_told.max(a.0 + b.0)..=a.1 + b.1;
            let known: Vec<(u64, u64)> = counts.iter().map(|count| bounds(*count)).collect();
            for (at, _) in known.iter().enumerate().filter(|(_, known)| **known == (1, 4)) {
                let others = || known.iter().enumerate().filter(|(other, _)| *other != at);
                let least: u64 = others().map(|(_, known)| known.0).sum();
                let most: u64 = others().map(|(_, known)| known.1).sum();
                for value in 1..=4 {
                    let fits = (least + value..=most + value).any(|sum| possible.contains(&sum));
                    prop_assert!(fits, "{:?}: {} cannot be {}", counts, at, value);
                }
            }
        }
    }
}
