//! Two rates side by side: whether they differ, exactly, also with few events.

use super::{
    sample::{Confidence, Interval, Unfit, sum},
    tail::beta_quantile_below,
};

/// Most events, or things of a table, that an exact test goes through one by one.
pub const EXACT_MAX: u64 = 10_000_000;

/// Largest exposure, and the inverse of the smallest: their ratio is still a number that others can be made of.
pub const EXPOSURE_MAX: f64 = 1e12;

/// Outcomes are as unlikely as the one seen also when rounding makes them seem likelier, by this share; as R has it.
const AS_UNLIKELY: f64 = 1.0 + 1e-7;

/// Events against what they were seen in: dwellings, hours, nights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposed {
    /// Events.
    pub events: u64,
    /// Exposure, above 0 (from 1 / [`EXPOSURE_MAX`] to [`EXPOSURE_MAX`]), in one unit for both that are compared.
    pub exposure: f64,
}

/// One rate over another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRatio {
    /// First rate over second; `None` where the second has no events.
    pub ratio: Option<f64>,
    /// Exact interval; the upper end is infinite where the second has no events.
    pub interval: Interval,
    /// Two-sided exact p-value of equal rates.
    pub p: f64,
}

/// The ratio of two rates with its exact conditional interval and p-value.
///
/// Given how many events there are in all, those of the first are binomial. The interval is Clopper and Pearson's;
/// the p-value adds up all outcomes that are no likelier than the one seen, so that the two may disagree near the
/// limit. Equal to `scipy.stats.binomtest` and its `proportion_ci("exact")`. `None` where neither has events.
///
/// # Errors
///
/// [`Unfit`]: an exposure out of range, more than [`EXACT_MAX`] events.
///
/// Source: Przyborowski and Wilenski (1940), Homogeneity of results in testing samples from Poisson series,
/// Biometrika 31, 313–323; Clopper and Pearson (1934), Biometrika 26, 404–413.
pub fn rate_ratio(
    first: Exposed,
    second: Exposed,
    confidence: Confidence,
) -> Result<Option<RateRatio>, Unfit> {
    for exposed in [first, second] {
        if !(1.0 / EXPOSURE_MAX..=EXPOSURE_MAX).contains(&exposed.exposure) {
            return Err(Unfit::Parameter { name: "exposure", value: exposed.exposure });
        }
    }
    let total = check_total([first.events, second.events])?;
    if total == 0 {
        return Ok(None);
    }
    let (a, b) = (first.events as f64, second.events as f64);
    let unit = second.exposure / first.exposure;
    let tail = confidence.tail();
    // Odds of the shares at both ends; the share above is one less the share below of the other side.
    let lower = if first.events == 0 { 0.0 } else { odds(beta_quantile_below(a, b + 1.0, tail)) };
    let upper = if second.events == 0 {
        f64::INFINITY
    } else {
        1.0 / odds(beta_quantile_below(b, a + 1.0, tail))
    };
    // Each outcome over the one before it: (n − k) / (k + 1) times the odds of the first, if rates are equal.
    let n = total as f64;
    let step = |k: f64| (n - k) / (k + 1.0) / unit;
    Ok(Some(RateRatio {
        ratio: (second.events > 0).then(|| a / b * unit),
        interval: Interval { lower, upper }.times(unit),
        p: as_unlikely(0, total, first.events, step),
    }))
}

/// A table of two groups and two outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// First group: with and without the outcome.
    pub first: [u64; 2],
    /// Second group: with and without the outcome.
    pub second: [u64; 2],
}

/// Fisher's exact test: two-sided p-value that the outcome is as frequent in both groups, all totals given.
///
/// Equal to `scipy.stats.fisher_exact`. 1 where a total is 0, since nothing can then be told.
///
/// # Errors
///
/// [`Unfit::TooMany`] beyond [`EXACT_MAX`] in all.
///
/// Source: Fisher (1935), The logic of inductive inference, J. R. Statist. Soc. 98, 39–82.
pub fn fisher_exact(table: Table) -> Result<f64, Unfit> {
    let Table { first: [a, b], second: [c, d] } = table;
    check_total([a, b, c, d])?;
    let (group, with, without) = (a + b, a + c, b + d);
    let (least, most) = (group.saturating_sub(without), group.min(with));
    // Each outcome over the one before it: (group − k)(with − k) / ((k + 1)(without − group + k + 1)).
    let (group, with, without) = (group as f64, with as f64, without as f64);
    let step = |k: f64| (group - k) * (with - k) / ((k + 1.0) * (without - group + k + 1.0));
    Ok(as_unlikely(least, most, a, step))
}

fn check_total<const N: usize>(events: [u64; N]) -> Result<u64, Unfit> {
    let total = events.into_iter().fold(0_u64, u64::saturating_add);
    if total > EXACT_MAX {
        let found = usize::try_from(total).unwrap_or(usize::MAX);
        return Err(Unfit::TooMany { found, most: EXACT_MAX as usize });
    }
    Ok(total)
}

/// The probability of all outcomes from `least` to `most` that are no likelier than `seen`; `step(k)` is the
/// probability of k + 1 over that of k, and falls.
fn as_unlikely(least: u64, most: u64, seen: u64, step: impl Fn(f64) -> f64) -> f64 {
    // From the likeliest outcome on both sides down, so that no probability overflows and small ones may vanish.
    let mode = likeliest(least, most, &step);
    let mut weights = vec![0.0; (most - least + 1) as usize];
    weights[(mode - least) as usize] = 1.0;
    for k in mode..most {
        weights[(k + 1 - least) as usize] = weights[(k - least) as usize] * step(k as f64);
    }
    for k in (least..mode).rev() {
        weights[(k - least) as usize] = weights[(k + 1 - least) as usize] / step(k as f64);
    }
    let limit = weights[(seen - least) as usize] * AS_UNLIKELY;
    let unlikely = sum(weights.iter().copied().filter(|weight| *weight <= limit));
    (unlikely / sum(weights)).min(1.0)
}

/// The first outcome whose next is less likely.
fn likeliest(least: u64, most: u64, step: impl Fn(f64) -> f64) -> u64 {
    let (mut low, mut high) = (least, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if step(middle as f64) > 1.0 { low = middle + 1 } else { high = middle }
    }
    low
}

fn odds(share: f64) -> f64 {
    share / (1.0 - share)
}
