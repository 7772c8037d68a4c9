//! Change points: since when a series of counts runs at another level.

use super::sample::{Sum, Unfit, check, check_positive, sum};

/// Longest series: a search that finds nothing costs the square of it, some seconds.
pub const SERIES_MAX: usize = 50_000;

/// What a stretch of the series is taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Counts with one mean: costs are twice the log-likelihood of a Poisson distribution.
    Poisson,
    /// Values around one mean: costs are squares, as `ruptures` by `model="l2"`.
    LeastSquares,
}

/// What a change must be worth and how long a level must last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// The model.
    pub model: Model,
    /// What each change costs, above 0, in units of the model's cost; [`default_penalty`] gives one.
    pub penalty: f64,
    /// Fewest values of a stretch, at least 1.
    pub stretch_min: usize,
}

/// Where the series changes: the places, in order, of the first value of each stretch but the first. Empty where it
/// does not change.
///
/// The changes are the best there are, not a guess: of all ways to cut the series, the one whose cost and penalties
/// are least. Equal to `ruptures.Pelt(model="l2", jump=1)`. Costs O(n) when changes are many, O(n²) when there are
/// none.
///
/// # Errors
///
/// [`Unfit`]: shorter than a stretch, longer than [`SERIES_MAX`], a value that is no number, a negative one with
/// [`Model::Poisson`] (named by its place), a parameter out of range.
///
/// Source: Killick, Fearnhead and Eckley (2012), Optimal detection of changepoints with a linear computational
/// cost, JASA 107, 1590–1598. A start is left out only once the stretch that replaces it is long enough, which
/// keeps the result the best also with a least length.
pub fn change_points(series: &[f64], search: Search) -> Result<Vec<usize>, Unfit> {
    let Search { model, penalty, stretch_min } = search;
    check_positive("penalty", penalty)?;
    if stretch_min == 0 {
        return Err(Unfit::Parameter { name: "stretch_min", value: 0.0 });
    }
    if series.len() > SERIES_MAX {
        return Err(Unfit::TooMany { found: series.len(), most: SERIES_MAX });
    }
    check_model(series, model, stretch_min)?;
    let costs = Costs::of(series, model);
    let n = series.len();
    // Least cost of the first values, and where its last stretch begins.
    let mut least = vec![f64::INFINITY; n + 1];
    let mut start_of_last = vec![0; n + 1];
    least[0] = 0.0;
    // Starts, with the end from which on a later start does at least as well as this one.
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for end in stretch_min..=n {
        if least[end - stretch_min].is_finite() {
            starts.push((end - stretch_min, usize::MAX));
        }
        starts.retain(|(_, until)| end < *until);
        for (start, _) in &starts {
            let cost = least[*start] + costs.between(*start, end) + penalty;
            if cost < least[end] {
                (least[end], start_of_last[end]) = (cost, *start);
            }
        }
        for (start, until) in &mut starts {
            if least[*start] + costs.between(*start, end) > least[end] {
                *until = (*until).min(end + stretch_min);
            }
        }
    }
    let mut changes = Vec::new();
    let mut at = start_of_last[n];
    while at > 0 {
        changes.push(at);
        at = start_of_last[at];
    }
    changes.reverse();
    Ok(changes)
}

/// A penalty with a reason: 3 ln n for each change, in units of the noise.
///
/// A change adds a level and a place. Zhang and Siegmund's criterion charges 3 ln n for both: of 400 made series of
/// 100, 365 or 1,000 days without a change, one is found in 0 to 0.7 %, and in 1 to 3 % for 2 ln n (Schwarz), with
/// stretches of a week at least. The noise is the variance from one
/// value to the next (Rice), which a few changes of level hardly touch; for counts it is told in units of the
/// mean, and not below 1, since calls that come in clusters vary more than Poisson's. A weekly season counts as
/// noise: take it out first ([`super::decompose`]), or smaller changes stay unseen.
///
/// `None` where nothing varies from one value to the next: there is no noise, and no penalty that means anything.
///
/// # Errors
///
/// As [`change_points`] for the series; it has at least 2 values.
///
/// Source: Zhang and Siegmund (2007), A modified Bayes information criterion, Biometrics 63, 22–32, eq. 2; Rice
/// (1984), Bandwidth choice for nonparametric regression, Annals of Statistics 12, 1215–1230.
pub fn default_penalty(series: &[f64], model: Model) -> Result<Option<f64>, Unfit> {
    check_model(series, model, 2)?;
    let steps = series.windows(2).map(|pair| (pair[1] - pair[0]).powi(2));
    let variance = sum(steps) / (2.0 * (series.len() - 1) as f64);
    let mean = sum(series.iter().copied()) / series.len() as f64;
    if variance <= 0.0 {
        return Ok(None);
    }
    let noise = match model {
        Model::LeastSquares => variance,
        Model::Poisson => (variance / mean).max(1.0),
    };
    Ok(Some(3.0 * (series.len() as f64).ln() * noise))
}

fn check_model(series: &[f64], model: Model, needed: usize) -> Result<(), Unfit> {
    check(series, needed)?;
    let negative = series.iter().position(|value| *value < 0.0);
    match (model, negative) {
        (Model::Poisson, Some(at)) => Err(Unfit::NotFinite { at }),
        _ => Ok(()),
    }
}

/// Costs of any stretch in one step, from sums up to each place.
struct Costs {
    model: Model,
    /// Of the first values; for least squares, of their distances from the mean of all, so that little cancels.
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Costs {
    fn of(series: &[f64], model: Model) -> Self {
        let centre = match model {
            Model::Poisson => 0.0,
            Model::LeastSquares => sum(series.iter().copied()) / series.len() as f64,
        };
        let values = series.iter().map(|value| value - centre);
        Self {
            model,
            sums: running(values.clone()),
            squares: running(values.map(|value| value * value)),
        }
    }

    fn between(&self, start: usize, end: usize) -> f64 {
        let total = self.sums[end] - self.sums[start];
        let n = (end - start) as f64;
        match self.model {
            // −2 ln L, less what no cut changes: 2 Σ x ln(n / Σ x).
            Model::Poisson if total <= 0.0 => 0.0,
            Model::Poisson => 2.0 * total * (n / total).ln(),
            Model::LeastSquares => {
                (self.squares[end] - self.squares[start] - total * total / n).max(0.0)
            }
        }
    }
}

/// Sums of the first values, from none to all.
fn running(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let first = Sum::default();
    let sums = values.scan(first, |sum, value| {
        *sum = sum.plus(value);
        Some(*sum)
    });
    std::iter::once(first).chain(sums).map(Sum::value).collect()
}
