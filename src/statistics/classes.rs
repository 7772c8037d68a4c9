//! [`Classes`]: the steps of a coloured map, and which zone is in which.

use super::{
    natural_breaks::natural_breaks,
    sample::{Unfit, check},
};

/// Most classes: beyond, no eye tells colours apart.
pub const CLASSES_MAX: usize = 20;

/// How values are cut.
#[derive(Debug, Clone, PartialEq)]
pub enum Cut {
    /// As many zones in each class; says who is high among others, not how high.
    Quantiles(usize),
    /// Steps of one width; a few large values leave the rest in one class.
    EqualIntervals(usize),
    /// Fisher and Jenks: the classes in which values are nearest to their mean, the best there are.
    NaturalBreaks(usize),
    /// Upper limits, rising; what lies above the last is in a class of its own that ends at the largest value.
    /// The only one by which maps of two years can be compared.
    Manual(Vec<f64>),
}

/// Values in classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// Largest value of each class, rising; a class holds what is above the limit before and up to its own.
    pub upper: Vec<f64>,
    /// Class of each value, from 0; `None` where the value is not known.
    pub of: Vec<Option<usize>>,
    /// How many are in each class.
    pub counts: Vec<usize>,
}

/// Sorts known values into classes; unknown ones stay apart.
///
/// There are fewer classes than asked for when values are few or many of them equal: equal values are never in two
/// classes, and no limit stands twice. Equal to `mapclassify` (`Quantiles`, `EqualInterval`, `FisherJenks`,
/// `UserDefined`), which for `FisherJenks` computes with single precision and may miss the best cut by its
/// rounding. Costs O(n log n), for natural breaks O(k n log n).
///
/// # Errors
///
/// [`Unfit`]: no known value, one that is no number, no class or more than [`CLASSES_MAX`], limits that do not rise.
pub fn classify(values: &[Option<f64>], cut: &Cut) -> Result<Classes, Unfit> {
    let mut sorted: Vec<f64> = values.iter().flatten().copied().collect();
    check_known(values)?;
    check(&sorted, 1)?;
    sorted.sort_unstable_by(f64::total_cmp);
    let classes = match cut {
        Cut::Quantiles(count) | Cut::EqualIntervals(count) | Cut::NaturalBreaks(count) => *count,
        Cut::Manual(upper) => upper.len(),
    };
    if classes == 0 || classes > CLASSES_MAX {
        return Err(Unfit::Parameter { name: "classes", value: classes as f64 });
    }
    let mut upper = match cut {
        Cut::Quantiles(count) => quantiles(&sorted, *count),
        Cut::EqualIntervals(count) => equal_intervals(&sorted, *count),
        Cut::NaturalBreaks(count) => natural_breaks(&sorted, *count),
        Cut::Manual(upper) => manual(&sorted, upper)?,
    };
    upper.dedup();
    let class = |value: &f64| upper.partition_point(|limit| limit < value);
    let of: Vec<Option<usize>> = values.iter().map(|value| value.as_ref().map(class)).collect();
    let mut counts = vec![0; upper.len()];
    of.iter().flatten().for_each(|class| counts[*class] += 1);
    Ok(Classes { upper, of, counts })
}

/// Names the place of a bad value among all, known or not.
fn check_known(values: &[Option<f64>]) -> Result<(), Unfit> {
    let known: Vec<f64> = values.iter().map(|value| value.unwrap_or(0.0)).collect();
    check(&known, 0)
}

/// Limits below which the same share of values lies, between two values in proportion (type 7 of Hyndman and Fan
/// (1996), Sample quantiles in statistical packages, American Statistician 50, 361–365).
fn quantiles(sorted: &[f64], count: usize) -> Vec<f64> {
    let last = sorted.len() - 1;
    let quantile = |class: usize| {
        if class == count {
            return sorted[last];
        }
        let place = class as f64 / count as f64 * last as f64;
        let below = place.floor() as usize;
        let share = place - place.floor();
        let above = sorted[(below + 1).min(last)];
        sorted[below] + (above - sorted[below]) * share
    };
    (1..=count).map(quantile).collect()
}

/// One class where all values are equal. Limits are rounded as `numpy.arange` rounds them, so that a value that
/// lies on one is in the same class as there.
fn equal_intervals(sorted: &[f64], count: usize) -> Vec<f64> {
    let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
    let width = (most - least) / count as f64;
    if width == 0.0 {
        return vec![most];
    }
    let first = least + width;
    let step = (first + width) - first;
    (0..count - 1).map(|class| first + step * class as f64).chain([most]).collect()
}

fn manual(sorted: &[f64], upper: &[f64]) -> Result<Vec<f64>, Unfit> {
    check(upper, 1)?;
    if let Some(pair) = upper.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Err(Unfit::Parameter { name: "upper", value: pair[1] });
    }
    let most = sorted[sorted.len() - 1];
    let beyond = (most > upper[upper.len() - 1]).then_some(most);
    Ok(upper.iter().copied().chain(beyond).collect())
}
