//! Getis-Ord Gi*: where high values gather, and where low ones do.

use super::{
    sample::{Unfit, centred, check_lengths, sum},
    tail::normal_beyond,
    weights::Weights,
};

/// How far the values in and around a zone are from what chance would put there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalG {
    /// Standard deviations above (hot) or below (cold) the mean of all arrangements of the same values.
    pub z: f64,
    /// Two-sided p-value by the normal approximation: how often an arrangement by chance is as far out.
    ///
    /// One of many: put all of them through [`super::adjusted`] before any is called a hot spot.
    pub p: f64,
}

/// Whether a zone's own value belongs to its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surroundings {
    /// Gi*: the zone and its neighbours, the zone counting as much as each of them.
    WithItself,
    /// Gi: the neighbours alone, compared with the other zones.
    NeighboursAlone,
}

/// Gi* or Gi of each zone, standardised. `None` where it is not defined: an island without itself, a zone whose
/// surroundings are all zones, or one without which nothing varies.
///
/// z = (Σ w x − x̄ Σ w) / (s √((n Σ w² − (Σ w)²) / (n − 1))), over the surroundings; for Gi, n, x̄ and s leave the
/// zone out. Binary and row-standardised weights give the same z. Equal to `esda.G_Local(transform="B").Zs`; with
/// `transform="R"`, its default, `esda` 2.9 takes Σ w for Σ w², and its z is too small by the root of the number of
/// surroundings. Costs O(n + neighbours).
///
/// The normal approximation asks for some eight neighbours, and fewer when values are not skewed: with rates of
/// rare events and few neighbours, small p-values are too small.
///
/// # Errors
///
/// [`Unfit`]: fewer than 3 zones, a value that is no number, lengths that differ, all values equal.
///
/// Source: Ord and Getis (1995), Local spatial autocorrelation statistics: distributional issues and an
/// application, Geographical Analysis 27, 286–306, eq. 7 and 14.
pub fn local_g(
    values: &[f64],
    weights: &Weights,
    surroundings: Surroundings,
) -> Result<Vec<Option<LocalG>>, Unfit> {
    check_lengths(values.len(), weights.len())?;
    let centred = centred(values, 3)?;
    let squares = sum(centred.iter().map(|value| value * value));
    let all = centred.len() as f64;
    let local = |zone: usize| {
        let own = centred[zone];
        let around = weights.neighbours(zone).iter().map(|other| centred[*other as usize]);
        let neighbours = around.len() as f64;
        // The centred values sum to 0, so those without one sum to its opposite.
        let (n, mean, spread, count, total) = match surroundings {
            Surroundings::WithItself => {
                (all, 0.0, squares, neighbours + 1.0, sum(around.chain([own])))
            }
            Surroundings::NeighboursAlone => {
                let mean = -own / (all - 1.0);
                (all - 1.0, mean, squares - own * own, neighbours, sum(around))
            }
        };
        let variance = spread / n - mean * mean;
        // What is left by rounding when nothing varies.
        if count == 0.0 || count >= n || variance <= 1e-12 * squares / all {
            return None;
        }
        let z = (total - mean * count) / (variance * count * (n - count) / (n - 1.0)).sqrt();
        Some(LocalG { z, p: normal_beyond(z) })
    };
    Ok((0..values.len()).map(local).collect())
}
