//! Moran's I: whether neighbours are more alike than chance would have them, over the whole town.

use super::{
    sample::{Unfit, centred, check_lengths, sum},
    tail::normal_beyond,
    weights::Weights,
};

/// Moran's I and how far it is from what chance gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moran {
    /// Above [`expected`](Self::expected): neighbours are alike. Below: they differ.
    pub i: f64,
    /// Its mean when nothing gathers: −1 / (n − 1).
    pub expected: f64,
    /// If values were drawn from a normal distribution.
    pub normality: Score,
    /// If the same values were dealt out again, which asks nothing of their distribution.
    pub randomisation: Score,
}

/// Standard deviations from the expected value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Variance of I.
    pub variance: f64,
    /// (I − expected) / √variance.
    pub z: f64,
    /// Two-sided p-value by the normal approximation.
    pub p: f64,
}

impl Score {
    fn of(distance: f64, variance: f64) -> Option<Self> {
        // Where every zone neighbours every other, I is the same for each arrangement.
        if variance <= 1e-14 {
            return None;
        }
        let z = distance / variance.sqrt();
        Some(Self { variance, z, p: normal_beyond(z) })
    }
}

/// Moran's I of all zones, islands among them (they add nothing to the sum, but count in n).
///
/// `None` where nothing can be told: no zone has a neighbour, or every arrangement of the values gives the same I.
/// Equal to `esda.Moran` with the same weights. Costs O(n + neighbours · log neighbours).
///
/// # Errors
///
/// [`Unfit`]: fewer than 4 zones, a value that is no number, lengths that differ, all values equal.
///
/// Source: Cliff and Ord (1981), Spatial processes: models and applications, Pion, eq. 1.44 and section 2.3.
pub fn moran(values: &[f64], weights: &Weights) -> Result<Option<Moran>, Unfit> {
    check_lengths(values.len(), weights.len())?;
    let centred = centred(values, 4)?;
    let n = centred.len() as f64;
    let sums = weights.sums();
    if sums.s0 == 0.0 {
        return Ok(None);
    }
    let squares = sum(centred.iter().map(|value| value * value));
    let lag = weights.lag(&centred)?;
    let i = n / sums.s0 * sum(centred.iter().zip(&lag).map(|(value, lag)| value * lag)) / squares;
    let expected = -1.0 / (n - 1.0);

    let (s1, s2, s0_squared) = (sums.s1, sums.s2, sums.s0 * sums.s0);
    let normality = (n * n * s1 - n * s2 + 3.0 * s0_squared) / ((n - 1.0) * (n + 1.0) * s0_squared)
        - expected * expected;
    let kurtosis = sum(centred.iter().map(|value| value.powi(4))) / n / (squares / n).powi(2);
    let of_any = n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0_squared);
    let of_tails = kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0_squared);
    let randomisation = (of_any - of_tails) / ((n - 1.0) * (n - 2.0) * (n - 3.0) * s0_squared)
        - expected * expected;

    let scores = (Score::of(i - expected, normality), Score::of(i - expected, randomisation));
    let (Some(normality), Some(randomisation)) = scores else { return Ok(None) };
    Ok(Some(Moran { i, expected, normality, randomisation }))
}
