//! False discoveries: of a thousand zones fifty pass a test at 5 % by chance alone; here they do not.

use super::sample::Unfit;

/// What the tests may have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependence {
    /// Independent, or positively dependent, as neighbouring zones mostly are: Benjamini and Hochberg (1995),
    /// Controlling the false discovery rate, J. R. Statist. Soc. B 57, 289–300.
    Positive,
    /// Any; costs power by a factor of about ln m: Benjamini and Yekutieli (2001), The control of the false
    /// discovery rate in multiple testing under dependency, Annals of Statistics 29, 1165–1188.
    Any,
}

/// The p-values adjusted for how many there are: whoever reports those at most q reports, on average, a share of
/// at most q that chance made up. In the order given; `None` was not tested, and does not count as a test.
///
/// Equal to `statsmodels.stats.multitest.multipletests` by `fdr_bh` and `fdr_by`. Costs O(m log m).
///
/// # Errors
///
/// [`Unfit::NotFinite`] names the first that is not between 0 and 1.
///
/// # Example
///
/// ```
/// use vigie::statistics::{Dependence, adjusted};
///
/// let found = adjusted(&[Some(0.01), None, Some(0.04)], Dependence::Positive)?;
/// assert_eq!(found, [Some(0.02), None, Some(0.04)]);
/// # Ok::<(), vigie::statistics::Unfit>(())
/// ```
pub fn adjusted(p: &[Option<f64>], dependence: Dependence) -> Result<Vec<Option<f64>>, Unfit> {
    let is_none_or_share = |p: &Option<f64>| p.is_none_or(|p| (0.0..=1.0).contains(&p));
    if let Some(at) = p.iter().position(|p| !is_none_or_share(p)) {
        return Err(Unfit::NotFinite { at });
    }
    let mut tested: Vec<(usize, f64)> =
        p.iter().enumerate().filter_map(|(at, p)| Some((at, (*p)?))).collect();
    tested.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
    let count = tested.len();
    let factor = match dependence {
        Dependence::Positive => 1.0,
        Dependence::Any => (1..=count).rev().map(|rank| 1.0 / rank as f64).sum(),
    };
    let mut adjusted = vec![None; p.len()];
    let mut least = 1.0_f64;
    for (from_last, (at, p)) in tested.into_iter().enumerate() {
        let rank = (count - from_last) as f64;
        least = least.min(p * factor * count as f64 / rank);
        adjusted[at] = Some(least);
    }
    Ok(adjusted)
}
