//! [`Insee`]: what INSEE says of the tracts that a place touches, and how far that can be said of the place.

use std::sync::Arc;

use super::ground::{Ground, Touched};
use crate::{
    catalogue::{Indicator, IndicatorName},
    closed_list::closed_list,
    tract::{Dataset, Division, Tract, Variable, Vintage},
    twin::StockIndex,
};

/// The variables of a portrait where nobody chooses others, most telling first. `##` stands for two digits of a year.
const CHOSEN: &str = include_str!("indicators.csv");
/// Units of which the figures of two tracts may be added.
const COUNTED_IN: [&str; 4] = ["habitants", "personnes", "ménages", "logements"];
/// A tract that is covered to this part is covered whole.
const WHOLE: f64 = 1.0 - 1e-6;

closed_list! {
    /// What the tracts were weighed by for a mean.
    Weighing {
        /// Nothing: one tract, covered whole or the only one, so that its figure is the figure.
        Single = "single",
        /// Households of each tract, times the part of it that the place covers.
        Households = "households",
        /// The part of the place that lies in each tract, because households are not known or the place covers no ground.
        Place = "place",
    }
}

/// The tracts that a place touches, and figures of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Insee<'a> {
    /// In the order of codes.
    pub tracts: Vec<TractPart<'a>>,
    /// Households in all of them together, as far as they are known.
    pub households: Option<f64>,
    /// In the order in which they were asked for.
    pub figures: Vec<Figure>,
}

/// A tract that a place touches.
#[derive(Debug, Clone, PartialEq)]
pub struct TractPart<'a> {
    /// Which.
    pub tract: &'a Tract,
    /// Which part of the place's dwellings lies in it; of its ground where it has no dwellings.
    pub of_place: f64,
    /// Which part of the tract the place covers; none for sites and landlords, whose walls say nothing of where people
    /// live.
    pub of_tract: Option<f64>,
    /// Households in the whole tract; none where no table tells.
    pub households: Option<f64>,
    /// By figure; none where INSEE gives none.
    pub values: Vec<Option<f64>>,
}

/// A figure of INSEE about a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// INSEE's name, such as `DISP_MED18`.
    pub name: String,
    /// The table that it is of.
    pub dataset: String,
    /// What it says, in French.
    pub label: Option<String>,
    /// What it is counted in.
    pub unit: Option<String>,
    /// Who says so.
    pub source: String,
    /// Of which year.
    pub vintage: Option<Vintage>,
    /// How many of the tracts it is known of.
    pub known: usize,
    /// Households of those; none where they are not known.
    pub households: Option<f64>,
    /// How much.
    pub value: Known,
}

/// How far a figure of tracts is one of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    /// A number of people, households or dwellings.
    Sum {
        /// By the part of each tract that the place covers, as if people were spread evenly; none for sites and landlords.
        estimate: Option<f64>,
        /// Of the tracts that the place covers whole: it is no less.
        least: f64,
        /// Of all the tracts that it touches: it is no more.
        greatest: f64,
    },
    /// A median, a share, an index: cannot be summed.
    Range {
        /// The lowest of the tracts.
        least: f64,
        /// The highest.
        greatest: f64,
        /// The mean of the tracts, weighed: an approximation, for the median of several tracts is not the mean of theirs.
        mean: f64,
        /// By what.
        weighed_by: Weighing,
    },
    /// INSEE gives none for any of the tracts.
    Unknown,
}

/// The names of the variables that a portrait shows where nobody chooses, of the tables that are there: of each the newest.
pub(super) fn chosen(stock: &StockIndex) -> Vec<IndicatorName> {
    let patterns = CHOSEN.lines().skip(1).filter_map(|line| line.split(';').next());
    patterns.filter_map(|pattern| newest(stock, pattern)).collect()
}

/// The newest variable of that pattern in a table about tracts; of two of one year the one of the first table.
fn newest(stock: &StockIndex, pattern: &str) -> Option<IndicatorName> {
    let datasets = stock.tract_index().datasets().iter();
    let of_tracts = datasets.filter(|dataset| dataset.division == Division::Tract);
    let found = of_tracts.flat_map(|dataset| {
        let fitting = dataset.variables.iter().filter(|variable| fits(&variable.name, pattern));
        fitting.map(move |variable| (dataset, variable))
    });
    // Of two of one year the first: `max_by_key` would take the last.
    let best = found.fold(None, |best: Option<(&Arc<Dataset>, &Variable)>, one| match best {
        Some(best) if best.0.vintage >= one.0.vintage => Some(best),
        _ => Some(one),
    });
    let (dataset, variable) = best?;
    format!("{}:{}", dataset.id, variable.name).parse().ok()
}

/// Whether a name is of a pattern, where `#` is any digit.
fn fits(name: &str, pattern: &str) -> bool {
    name.len() == pattern.len()
        && name.bytes().zip(pattern.bytes()).all(|(letter, wanted)| match wanted {
            b'#' => letter.is_ascii_digit(),
            wanted => letter.eq_ignore_ascii_case(&wanted),
        })
}

/// Households by tract, as the newest table tells them.
fn households(stock: &StockIndex) -> Option<Indicator> {
    let patterns = CHOSEN.lines().filter_map(|line| line.strip_suffix(";households"));
    let mut names = patterns.filter_map(|pattern| newest(stock, pattern));
    Indicator::find(stock, &names.next()?).ok()
}

/// What INSEE says of the tracts that `ground` touches.
pub(super) fn insee<'a>(
    stock: &'a StockIndex,
    ground: &Ground,
    indicators: &[Indicator],
) -> Insee<'a> {
    let of_households = households(stock);
    let tracts: Vec<TractPart<'a>> = ground
        .touches
        .iter()
        .map(|touched: &Touched| {
            let tract = &stock.tracts()[touched.tract as usize];
            TractPart {
                tract,
                of_place: touched.of_place,
                of_tract: touched.of_tract,
                households: of_households.as_ref().and_then(|one| one.figure(tract)),
                values: indicators.iter().map(|one| one.figure(tract)).collect(),
            }
        })
        .collect();
    let figures =
        indicators.iter().enumerate().map(|(column, one)| figure(one, column, &tracts)).collect();
    Insee { households: sum_of_known(tracts.iter().map(|part| part.households)), figures, tracts }
}

fn sum_of_known(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

fn figure(indicator: &Indicator, column: usize, tracts: &[TractPart<'_>]) -> Figure {
    let variable = indicator.variable();
    let known: Vec<(&TractPart<'_>, f64)> =
        tracts.iter().filter_map(|part| Some((part, part.values[column]?))).collect();
    let is_count = variable.unit.as_deref().is_some_and(|unit| COUNTED_IN.contains(&unit));
    // A number of a commune is told of each of its tracts, and must not be added up.
    let of_tracts = indicator.dataset.division == Division::Tract;
    let value = match (&known[..], is_count && of_tracts) {
        ([], _) => Known::Unknown,
        (known, true) => sum(known),
        (known, false) => range(known),
    };
    let all_known = known.iter().all(|(part, _)| part.households.is_some());
    Figure {
        name: variable.name.to_string(),
        dataset: indicator.dataset.id.to_string(),
        label: variable.label.clone(),
        unit: variable.unit.clone(),
        source: indicator.dataset.source.clone(),
        vintage: indicator.dataset.vintage,
        known: known.len(),
        households: all_known
            .then(|| sum_of_known(known.iter().map(|(part, _)| part.households)))
            .flatten(),
        value,
    }
}

fn sum(known: &[(&TractPart<'_>, f64)]) -> Known {
    let is_whole = |part: &TractPart<'_>| part.of_tract.is_some_and(|share| share >= WHOLE);
    let covers_ground = known.iter().all(|(part, _)| part.of_tract.is_some());
    let parts = known.iter().map(|(part, value)| part.of_tract.unwrap_or(0.0) * value);
    Known::Sum {
        estimate: covers_ground.then(|| parts.sum()),
        least: known.iter().filter(|(part, _)| is_whole(part)).map(|(_, value)| value).sum(),
        greatest: known.iter().map(|(_, value)| value).sum(),
    }
}

fn range(known: &[(&TractPart<'_>, f64)]) -> Known {
    let (weighed_by, weights) = weights(known);
    let whole: f64 = weights.iter().sum();
    let mean = if whole > 0.0 {
        known.iter().zip(&weights).map(|((_, value), weight)| value * weight).sum::<f64>() / whole
    } else {
        known.iter().map(|(_, value)| value).sum::<f64>() / known.len() as f64
    };
    Known::Range {
        least: known.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min),
        greatest: known.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max),
        mean,
        weighed_by,
    }
}

fn weights(known: &[(&TractPart<'_>, f64)]) -> (Weighing, Vec<f64>) {
    let by_households: Option<Vec<f64>> =
        known.iter().map(|(part, _)| Some(part.households? * part.of_tract?)).collect();
    match (known, by_households) {
        ([_], _) => (Weighing::Single, vec![1.0]),
        (_, Some(weights)) => (Weighing::Households, weights),
        _ => (Weighing::Place, known.iter().map(|(part, _)| part.of_place).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_may_stand_for_two_digits() {
        assert!(fits("P20_POP", "P##_POP") && fits("DISP_TP6018", "DISP_TP60##"));
        assert!(!fits("P20_POPH", "P##_POP") && !fits("PXX_POP", "P##_POP"));
        assert!(CHOSEN.lines().skip(1).all(|line| line.split(';').count() == 2));
    }
}
