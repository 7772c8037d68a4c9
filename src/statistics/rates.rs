//! Rates for the dwellings of a zone: how many, how sure, and shrunk towards the whole where dwellings are few.
//!
//! Twenty dwellings with one call show 50 per 1,000, a tower of 400 with eight shows 20: the first looks worse and
//! is hardly known. Two answers: an interval that says so ([`rate`]), and empirical Bayes rates, which take of
//! each zone what its dwellings can bear and the rest from the mean ([`shrunk`], [`shrunk_locally`]).

use super::{
    sample::{Confidence, Interval, Unfit, check_lengths, sum},
    tail::{gamma_quantile_above, gamma_quantile_below},
    weights::Weights,
};

/// Largest count that an interval is computed for: 200 years of all landlords' calls, and to 8 digits of its width.
pub const COUNT_MAX: u64 = 10_000_000;

/// A rate and the interval that holds the true one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Events per 1,000 dwellings.
    pub per_1000: f64,
    /// The same, as an interval.
    pub interval: Interval,
}

/// The exact interval of the mean of a Poisson count (Garwood): holds the mean at least as often as it says.
///
/// From 0 events the lower end is 0 and the upper one at 95 % is 3.69: nothing seen is not nothing there.
///
/// # Errors
///
/// [`Unfit::Parameter`] above [`COUNT_MAX`].
///
/// Source: Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437–442: quantiles of the
/// gamma distributions of shape `count` and `count + 1`.
///
/// # Example
///
/// ```
/// use vigie::statistics::{Confidence, poisson_interval};
///
/// let interval = poisson_interval(0, Confidence::NINETY_FIVE)?;
/// assert_eq!(interval.lower, 0.0);
/// assert!((interval.upper - 3.6889).abs() < 1e-4);
/// # Ok::<(), vigie::statistics::Unfit>(())
/// ```
pub fn poisson_interval(count: u64, confidence: Confidence) -> Result<Interval, Unfit> {
    if count > COUNT_MAX {
        return Err(Unfit::Parameter { name: "count", value: count as f64 });
    }
    let (shape, tail) = (count as f64, confidence.tail());
    let lower = if count == 0 { 0.0 } else { gamma_quantile_below(shape, tail) };
    Ok(Interval { lower, upper: gamma_quantile_above(shape + 1.0, tail) })
}

/// Events per 1,000 dwellings with their exact interval; `None` where there are no dwellings, since nothing is
/// known then.
///
/// Dwellings are taken to be exact; only the count is uncertain.
///
/// # Errors
///
/// As [`poisson_interval`].
pub fn rate(count: u64, dwellings: u64, confidence: Confidence) -> Result<Option<Rate>, Unfit> {
    let interval = poisson_interval(count, confidence)?;
    if dwellings == 0 {
        return Ok(None);
    }
    let factor = 1000.0 / dwellings as f64;
    Ok(Some(Rate { per_1000: count as f64 * factor, interval: interval.times(factor) }))
}

/// Empirical Bayes rates per 1,000 dwellings, each drawn towards the rate of the whole, the more so the fewer
/// dwellings there are. `None` where a zone has no dwellings; such a zone's events count nowhere.
///
/// Where zones differ no more than chance would have it, every zone gets the rate of the whole. (`esda` lets the
/// variance between zones go below 0 there, and with it the weights out of \[0, 1\]; Marshall sets it to 0, and so
/// is it done here.)
///
/// # Errors
///
/// [`Unfit::Lengths`] of lists that do not belong together; [`Unfit::TooFew`] where no zone has dwellings.
///
/// Source: Marshall (1991), Mapping disease and mortality rates using empirical Bayes estimators, Applied
/// Statistics 40, 283–294, eq. 3 to 5.
pub fn shrunk(counts: &[u64], dwellings: &[u64]) -> Result<Vec<Option<f64>>, Unfit> {
    let inhabited = inhabited(counts, dwellings)?;
    let zones = inhabited.iter().flatten();
    let total = sum(zones.clone().map(|zone| zone.dwellings));
    let mean = sum(zones.clone().map(|zone| zone.count)) / total;
    let spread =
        sum(zones.clone().map(|zone| zone.dwellings * (zone.rate() - mean).powi(2))) / total;
    let between = (spread - mean * zones.count() as f64 / total).max(0.0);
    Ok(inhabited.iter().map(|zone| Some(zone.as_ref()?.drawn_to(mean, between))).collect())
}

/// Empirical Bayes rates per 1,000 dwellings, each drawn towards the rate of its own neighbourhood: itself and the
/// zones that `weights` names, whatever their weight. `None` where a zone has no dwellings; it is then nobody's
/// neighbour either.
///
/// # Errors
///
/// As [`shrunk`].
///
/// Source: Marshall (1991), section 3; `esda.smoothing.Spatial_Empirical_Bayes` with binary weights.
pub fn shrunk_locally(
    counts: &[u64],
    dwellings: &[u64],
    weights: &Weights,
) -> Result<Vec<Option<f64>>, Unfit> {
    let inhabited = inhabited(counts, dwellings)?;
    check_lengths(counts.len(), weights.len())?;
    let around = |at: usize| {
        let others = weights.neighbours(at).iter().map(|other| *other as usize);
        let zones = std::iter::once(at).chain(others);
        zones.filter_map(|zone| inhabited[zone].as_ref())
    };
    let shrunk = inhabited.iter().enumerate().map(|(at, zone)| {
        let zone = zone.as_ref()?;
        let total = sum(around(at).map(|zone| zone.dwellings));
        let mean = sum(around(at).map(|zone| zone.count)) / total;
        let spread =
            sum(around(at).map(|zone| zone.dwellings * (zone.rate() - mean).powi(2))) / total;
        let between = (spread - mean * around(at).count() as f64 / total).max(0.0);
        Some(zone.drawn_to(mean, between))
    });
    Ok(shrunk.collect())
}

/// A zone that has dwellings.
struct Inhabited {
    count: f64,
    dwellings: f64,
}

impl Inhabited {
    /// Events per dwelling.
    fn rate(&self) -> f64 {
        self.count / self.dwellings
    }

    /// Its rate per 1,000, between its own and `mean`; `between` is the variance of true rates.
    fn drawn_to(&self, mean: f64, between: f64) -> f64 {
        let own = if between > 0.0 { between / (between + mean / self.dwellings) } else { 0.0 };
        1000.0 * (mean + own * (self.rate() - mean))
    }
}

fn inhabited(counts: &[u64], dwellings: &[u64]) -> Result<Vec<Option<Inhabited>>, Unfit> {
    check_lengths(counts.len(), dwellings.len())?;
    let zones = counts.iter().zip(dwellings).map(|(count, dwellings)| {
        (*dwellings > 0).then_some(Inhabited { count: *count as f64, dwellings: *dwellings as f64 })
    });
    let zones: Vec<_> = zones.collect();
    if zones.iter().all(Option::is_none) {
        return Err(Unfit::TooFew { found: 0, needed: 1 });
    }
    Ok(zones)
}
