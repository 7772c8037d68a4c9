//! [`tracts`]: INSEE's zones with figures about them, and [`indicators`]: which figures there are.

use std::{str::FromStr, sync::Arc};

use super::{Page, PageLimit};
use crate::{
    tract::{Dataset, DatasetId, Division, Tract, TractCode, Variable, Vintage},
    twin::{SiteIx, StockIndex},
};

/// Most indicators of one question.
const INDICATORS_MAX: usize = 50;

/// What a variable is asked for by: its name, or `dataset:name` where several tables have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorName {
    dataset: Option<DatasetId>,
    variable: Box<str>,
}

/// Why a text is not an [`IndicatorName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be the name of a variable, such as DISP_MED18, or dataset:VARIABLE; see /api/v1/indicators"
)]
pub struct InvalidIndicatorName;

impl FromStr for IndicatorName {
    type Err = InvalidIndicatorName;

    fn from_str(text: &str) -> Result<Self, InvalidIndicatorName> {
        let (dataset, variable) = match text.split_once(':') {
            Some((dataset, variable)) => {
                (Some(dataset.parse().map_err(|_invalid| InvalidIndicatorName)?), variable)
            }
            None => (None, text),
        };
        let valid = Variable::is_name(variable);
        valid.then(|| Self { dataset, variable: variable.into() }).ok_or(InvalidIndicatorName)
    }
}

impl std::fmt::Display for IndicatorName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.dataset {
            Some(dataset) => write!(f, "{dataset}:{}", self.variable),
            None => f.write_str(&self.variable),
        }
    }
}

/// Which zones, and which figures about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TractsQuery {
    /// Tracts or squares.
    pub division: Division,
    /// Of this vintage; where it is left out, the newest of each commune, and the newest of squares.
    pub vintage: Option<Vintage>,
    /// With these figures.
    pub indicators: Vec<IndicatorName>,
    /// Of this code alone.
    pub code: Option<TractCode>,
    /// After this code.
    pub after: Option<TractCode>,
    /// Most items on the page.
    pub limit: PageLimit,
}

/// A zone with the figures that were asked for, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct TractRow<'a> {
    /// The zone.
    pub tract: &'a Tract,
    /// Dwellings of the stock in it; none of what is no tract of today.
    pub dwellings: Option<f64>,
    /// None where INSEE gives none.
    pub figures: Vec<Option<f64>>,
}

/// Why figures cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TractsError {
    /// No table has such a variable.
    #[error("no dataset has the variable `{0}`; see /api/v1/indicators")]
    UnknownIndicator(String),
    /// Several tables of one vintage have it.
    #[error("several datasets have the variable `{name}`: say {choices}")]
    AmbiguousIndicator {
        /// What was asked for.
        name: String,
        /// What to ask for instead.
        choices: String,
    },
    /// More than one question may ask for.
    #[error("at most {INDICATORS_MAX} indicators at once")]
    TooManyIndicators,
}

/// A variable of a table.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// The table.
    pub dataset: Arc<Dataset>,
    column: usize,
}

impl Indicator {
    /// The indicator of that name; of several tables that have it, the newest one.
    ///
    /// # Errors
    ///
    /// [`TractsError`] where there is none, or more than one.
    pub fn find(stock: &StockIndex, name: &IndicatorName) -> Result<Self, TractsError> {
        let mut found: Vec<Self> = stock
            .tract_index()
            .datasets()
            .iter()
            .filter(|dataset| name.dataset.as_ref().is_none_or(|wanted| *wanted == dataset.id))
            .filter_map(|dataset| {
                let column = dataset.column(&name.variable)?;
                Some(Self { dataset: Arc::clone(dataset), column })
            })
            .collect();
        let newest = found.iter().map(|one| one.dataset.vintage).max();
        found.retain(|one| Some(one.dataset.vintage) == newest);
        match found.len() {
            0 => Err(TractsError::UnknownIndicator(name.to_string())),
            1 => Ok(found.swap_remove(0)),
            _ => {
                let choice = |one: &Self| format!("{}:{}", one.dataset.id, name.variable);
                let choices = found.iter().map(choice).collect::<Vec<_>>().join(" or ");
                Err(TractsError::AmbiguousIndicator { name: name.to_string(), choices })
            }
        }
    }

    /// Every variable of a table.
    pub fn all_of(dataset: &Arc<Dataset>) -> impl Iterator<Item = Self> + '_ {
        let columns = 0..dataset.variables.len();
        columns.map(|column| Self { dataset: Arc::clone(dataset), column })
    }

    /// The indicator that tells how many households the figures of a table are about: the table's own count, else that of the table about the
    /// same zones whose year is nearest, the newer one first. None where no table counts households.
    #[must_use]
    pub fn households_of(stock: &StockIndex, dataset: &Arc<Dataset>) -> Option<Self> {
        let year =
            |dataset: &Dataset| dataset.vintage.map_or(0, |vintage| i32::from(vintage.year()));
        let of = |dataset: &Arc<Dataset>| {
            let column = dataset.variables.iter().position(Variable::counts_households)?;
            Some(Self { dataset: Arc::clone(dataset), column })
        };
        let others = || {
            let datasets = stock.tract_index().datasets().iter();
            let alike = datasets.filter(|other| other.division == dataset.division);
            alike.filter_map(of).min_by_key(|one| {
                let other = year(&one.dataset);
                ((other - year(dataset)).abs(), std::cmp::Reverse(other))
            })
        };
        of(dataset).or_else(others)
    }

    /// The name that asks for it and for no other.
    #[must_use]
    pub fn name(&self) -> IndicatorName {
        IndicatorName {
            dataset: Some(self.dataset.id.clone()),
            variable: self.variable().name.clone(),
        }
    }

    /// The zones of today that its table is about; those of a table by commune are the tracts of the communes.
    #[must_use]
    pub fn zones<'a>(&self, stock: &'a StockIndex) -> Vec<&'a Tract> {
        zones_of(stock, self.dataset.division)
    }

    /// The variable.
    #[must_use]
    pub fn variable(&self) -> &Variable {
        &self.dataset.variables[self.column]
    }

    /// What it says of a zone: of a tract, where the table is by commune, what it says of its commune.
    #[must_use]
    pub fn figure(&self, tract: &Tract) -> Option<f64> {
        let code = match self.dataset.division {
            Division::Commune => tract.code.commune()?,
            Division::Tract | Division::Square => tract.code.as_str(),
        };
        *self.dataset.figures(code)?.get(self.column)?
    }
}

/// Zones in the order of codes, each with figures, and with the dwellings of the sites that `shows` lets through.
/// O(zones + buildings + page × indicators × log rows).
///
/// # Errors
///
/// [`TractsError`] for an indicator that is not there.
pub fn tracts<'a>(
    stock: &'a StockIndex,
    query: &TractsQuery,
    shows: impl Fn(SiteIx) -> bool,
) -> Result<Page<TractRow<'a>, TractCode>, TractsError> {
    let indicators = found(stock, &query.indicators)?;
    let zones = asked(stock, query);
    let page = Page::of(zones, query.after.as_ref(), query.limit, |tract| &tract.code);
    let row = rows(stock, query.division, &indicators, shows);
    Ok(page.map(row, TractCode::clone))
}

/// The indicators of a question, and every zone of it in the order of codes, page and limit left aside: for files, whose rows are
/// made one by one. Time as of [`tracts`], memory for the zones' addresses.
///
/// # Errors
///
/// [`TractsError`] for an indicator that is not there.
pub fn every_tract<'a, S: Fn(SiteIx) -> bool>(
    stock: &'a StockIndex,
    query: &TractsQuery,
    shows: S,
) -> Result<(Vec<Indicator>, impl Iterator<Item = TractRow<'a>> + use<'a, S>), TractsError> {
    let indicators = found(stock, &query.indicators)?;
    let mut zones = asked(stock, query);
    zones.sort_by(|a, b| a.code.cmp(&b.code));
    let row = rows(stock, query.division, &indicators, shows);
    Ok((indicators, zones.into_iter().map(row)))
}

fn found(stock: &StockIndex, names: &[IndicatorName]) -> Result<Vec<Indicator>, TractsError> {
    if names.len() > INDICATORS_MAX {
        return Err(TractsError::TooManyIndicators);
    }
    names.iter().map(|name| Indicator::find(stock, name)).collect()
}

fn asked<'a>(stock: &'a StockIndex, query: &TractsQuery) -> Vec<&'a Tract> {
    let mut zones = zones(stock, query.division, query.vintage);
    zones.retain(|tract| query.code.as_ref().is_none_or(|code| *code == tract.code));
    zones
}

/// Makes the row of a zone.
fn rows<'a, S: Fn(SiteIx) -> bool>(
    stock: &'a StockIndex,
    division: Division,
    indicators: &[Indicator],
    shows: S,
) -> impl Fn(&'a Tract) -> TractRow<'a> + use<'a, S> {
    let indicators = indicators.to_vec();
    // Squares have none of their own: nothing to sum.
    let dwellings = match division {
        Division::Tract => dwellings_by_tract(stock, shows),
        Division::Commune | Division::Square => Vec::new(),
    };
    move |tract| {
        let at = stock.tracts().binary_search_by(|known| known.key().cmp(&tract.key()));
        TractRow {
            tract,
            dwellings: at.ok().and_then(|at| dwellings.get(at).copied()),
            figures: indicators.iter().map(|indicator| indicator.figure(tract)).collect(),
        }
    }
}

/// Dwellings by tract of today, shared out by ground.
fn dwellings_by_tract(stock: &StockIndex, shows: impl Fn(SiteIx) -> bool) -> Vec<f64> {
    let shares = stock.tract_shares();
    let mut sums = vec![0.0; stock.tracts().len()];
    for place in stock.places() {
        let Some(site) = place.site.filter(|site| shows(*site)) else { continue };
        let of_place = match place.building {
            Some(building) => shares.of_building(building),
            None => shares.of_site(site),
        };
        for part in of_place {
            sums[part.tract as usize] += part.share * f64::from(place.dwellings);
        }
    }
    sums
}

/// The codes that a table by `division` can say something of in this stock, in order. O(zones log zones).
#[must_use]
pub fn zone_codes(stock: &StockIndex, division: Division) -> Vec<&str> {
    let mut codes: Vec<&str> = match division {
        Division::Tract | Division::Square => {
            zones(stock, division, None).into_iter().map(|zone| zone.code.as_str()).collect()
        }
        Division::Commune => {
            stock.tracts().iter().filter_map(|tract| tract.code.commune()).collect()
        }
    };
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn zones(stock: &StockIndex, division: Division, vintage: Option<Vintage>) -> Vec<&Tract> {
    let index = stock.tract_index();
    match (division, vintage) {
        (Division::Tract, None) => index.current().iter().collect(),
        (Division::Commune, _) => Vec::new(),
        (Division::Square, None) => {
            let squares = || index.all().filter(|it| it.code.division() == Division::Square);
            index.of(division, squares().map(|square| square.vintage).max().flatten())
        }
        (_, Some(_)) => index.of(division, vintage),
    }
}

/// The zones of today that a table of that division is about.
fn zones_of(stock: &StockIndex, division: Division) -> Vec<&Tract> {
    let outlined = match division {
        Division::Square => Division::Square,
        Division::Tract | Division::Commune => Division::Tract,
    };
    zones(stock, outlined, None)
}

/// A table, and what of it is about the zones of the stock.
#[derive(Debug, Clone)]
pub struct DatasetSummary {
    /// The table.
    pub dataset: Arc<Dataset>,
    /// What counts the households that its figures are about; see [`Indicator::households_of`].
    pub households: Option<Indicator>,
    /// By variable.
    pub variables: Vec<VariableSummary>,
}

/// What a variable says of the zones of the stock.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct VariableSummary {
    /// Zones of which it says something.
    pub known: usize,
    /// Zones of which it says nothing.
    pub unknown: usize,
    /// Its least and its largest figure there.
    pub range: Option<(f64, f64)>,
}

/// Every table, in the order of ids, against the zones of the stock. O(zones × variables × log rows).
#[must_use]
pub fn indicators(stock: &StockIndex) -> Vec<DatasetSummary> {
    let datasets = stock.tract_index().datasets().iter();
    datasets
        .map(|dataset| {
            let zones = zones_of(stock, dataset.division);
            let of_column = |column| {
                let indicator = Indicator { dataset: Arc::clone(dataset), column };
                VariableSummary::of(zones.iter().map(|tract| indicator.figure(tract)))
            };
            let variables = (0..dataset.variables.len()).map(of_column).collect();
            let households = Indicator::households_of(stock, dataset);
            DatasetSummary { dataset: Arc::clone(dataset), households, variables }
        })
        .collect()
}

impl VariableSummary {
    fn of(figures: impl Iterator<Item = Option<f64>>) -> Self {
        let mut summary = Self::default();
        for figure in figures {
            let Some(figure) = figure else {
                summary.unknown += 1;
                continue;
            };
            summary.known += 1;
            let (low, high) = summary.range.unwrap_or((figure, figure));
            summary.range = Some((low.min(figure), high.max(figure)));
        }
        summary
    }
}
