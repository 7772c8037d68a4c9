//! Spearman's rank correlation: whether two figures of the same zones rise together.

use super::{
    sample::{Unfit, check, check_lengths, sum},
    tail::student_beyond_correlation,
};

/// A rank correlation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// Between −1 and 1.
    pub rho: f64,
    /// Two-sided p-value by Student's t with n − 2 degrees: good from some ten zones on. Zones near each other are
    /// alike, and so it is too small for most maps.
    pub p: f64,
}

/// The correlation of the ranks, ties sharing theirs. Equal to `scipy.stats.spearmanr`. Costs O(n log n).
///
/// # Errors
///
/// [`Unfit`]: fewer than 3 values, one that is no number, lengths that differ, a list in which all are equal.
///
/// Source: Kendall and Stuart (1973), The advanced theory of statistics 2, section 31.18 to 31.21.
pub fn spearman(a: &[f64], b: &[f64]) -> Result<Correlation, Unfit> {
    check_lengths(a.len(), b.len())?;
    check(a, 3)?;
    check(b, 3)?;
    let (a, b) = (centred_ranks(a), centred_ranks(b));
    let product = |a: &[f64], b: &[f64]| sum(a.iter().zip(b).map(|(a, b)| a * b));
    let squares = product(&a, &a) * product(&b, &b);
    if squares == 0.0 {
        return Err(Unfit::NoVariance);
    }
    let rho = (product(&a, &b) / squares.sqrt()).clamp(-1.0, 1.0);
    Ok(Correlation { rho, p: student_beyond_correlation(rho, a.len() as f64 - 2.0) })
}

/// Ranks less their mean; values that are equal share the mean of theirs. Exact: all are halves.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mean = (values.len() as f64 - 1.0) / 2.0;
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for run in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = first as f64 + (run.len() as f64 - 1.0) / 2.0;
        run.iter().for_each(|at| ranks[*at] = rank - mean);
        first += run.len();
    }
    ranks
}
