//! What leaves the house of a month, over and above the units of the publication gate: its total, and its hours.

use crate::privacy::{CountClass, Estimate, Reading, SmallMean};

/// What partners may read of a month as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WholeMonth {
    /// All that was reported.
    pub total: Reading,
    /// By hour of the week; empty where it is not told.
    pub hours: Vec<Reading>,
}

/// The class of the total and of each hour, where they tell nothing of the `units` of the gate that these do not tell
/// themselves; else what the units tell of the total, and no hours.
///
/// A total joins all units: whoever knows it narrows a unit of 1 to 4 down only where the others cannot make up for
/// each of the four. The bounds of the total are those of its own class and those that the hours sum up to.
pub(super) fn whole_month(hours: &[u64], units: Estimate) -> WholeMonth {
    let class = |count: u64| CountClass::of(u32::try_from(count).unwrap_or(u32::MAX));
    let of_hours: Vec<CountClass> = hours.iter().map(|count| class(*count)).collect();
    let of_total = class(hours.iter().sum());
    let sum =
        |bound: fn((u64, u64)) -> u64| of_hours.iter().map(|c| bound(c.bounds())).sum::<u64>();
    let least = of_total.bounds().0.max(sum(|(least, _)| least));
    let greatest = of_total.bounds().1.min(sum(|(_, greatest)| greatest));

    // From 1 to 4, or from 4 to 1: so much may a unit differ from what it is.
    let (spread, known) = (CountClass::FEW.bounds().1 - 1, units.bounds());
    if greatest >= known.0 + spread && least + spread <= known.1 {
        let hours = of_hours.into_iter().map(reading).collect();
        WholeMonth { total: reading(of_total), hours }
    } else {
        WholeMonth { total: units.reading(), hours: Vec::new() }
    }
}

/// What is told of one count of that class.
fn reading(class: CountClass) -> Reading {
    let mut alone = Estimate::default();
    // Alone, a small one is told as `<5` whatever it stands for.
    alone.add(class, SmallMean::of_shares(1, 0));
    alone.reading()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(counts: &[u64]) -> Estimate {
        let mut sum = Estimate::default();
        for count in counts {
            sum.add(CountClass::of(*count as u32), SmallMean::of_shares(1, 0));
        }
        sum
    }

    #[test]
    fn the_total_of_few_units_is_not_told() {
        // Seven units of 1 to 4, and a total of 5 to 9: none of them could be four.
        let told = whole_month(&[7], units(&[1; 7]));
        assert_eq!(told.hours, []);
        let told = whole_month(&[40, 3, 0], units(&[4, 4, 3, 2, 5, 7, 8, 10]));
        assert_eq!(told.total, Reading::About(40));
        assert_eq!(told.hours, [Reading::About(40), Reading::Few, Reading::None]);
    }

    proptest! {
        #[test]
        fn whoever_knows_total_and_hours_knows_no_more_of_a_few_than_that_it_is_one_to_four(
            counts in proptest::collection::vec(0_u64..9, 1..12), cut in 0.0_f64..1.0,
        ) {
            let total: u64 = counts.iter().sum();
            let first = (total as f64 * cut) as u64;
            let told = whole_month(&[first, total - first], units(&counts));
            prop_assume!(!told.hours.is_empty());
            let bounds = |count: u64| CountClass::of(count as u32).bounds();
            let (a, b, t) = (bounds(first), bounds(total - first), bounds(total));
            let possible = t.0.max(a.0 + b.0)..=t.1.min(a.1 + b.1);
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
