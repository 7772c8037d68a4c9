//! `vigie import indicators`, and what `vigie import tracts` says of codes that changed.

use std::path::PathBuf;

use serde::Serialize;

use crate::{
    app::App,
    catalogue,
    closed_list::ClosedList as _,
    import::indicators::About,
    tract::{Dataset, DatasetId, Heir, Tract, TractCode, Vintage, redrawn},
    twin::StockIndex,
};

/// Codes of one list that are written out for people; as JSON all of them are.
const CODES_TOLD_MAX: usize = 500;

/// What is said of tracts and figures beside their files.
#[derive(Debug, clap::Args)]
pub struct TractArgs {
    /// Of which year outlines or figures are; else as the file says, or the year in its name for figures.
    #[arg(long, env = "VIGIE_IMPORT_VINTAGE", value_name = "YEAR")]
    pub(super) vintage: Option<Vintage>,
    /// What to call a table of figures; else after its file. One with the same name takes its place.
    #[arg(long, env = "VIGIE_IMPORT_DATASET", value_name = "NAME")]
    pub(super) dataset: Option<DatasetId>,
    /// Who says so, to be written under each figure, such as "Insee, Filosofi".
    #[arg(long, env = "VIGIE_IMPORT_SOURCE", value_name = "TEXT")]
    pub(super) source: Option<String>,
    /// INSEE's dictionary of the variables (`meta_….csv`), for labels.
    #[arg(long, env = "VIGIE_IMPORT_DICTIONARY", value_name = "FILE")]
    pub(super) dictionary: Option<PathBuf>,
    /// Only zones whose code begins so, such as 75 or 75,92; all where it is left out.
    #[arg(long, env = "VIGIE_IMPORT_WITHIN", value_delimiter = ',', value_name = "PREFIX")]
    pub(super) within: Vec<String>,
}

impl TractArgs {
    /// What the reader of tables is told.
    pub(super) fn about(&self) -> About {
        About {
            id: self.dataset.clone(),
            source: self.source.clone(),
            vintage: self.vintage,
            dictionary: self.dictionary.clone(),
            within: self.within.clone(),
        }
    }
}

/// A table of figures, and how it meets the tracts of the stock.
#[derive(Debug, Serialize)]
pub(super) struct DatasetTold {
    dataset: String,
    source: String,
    vintage: Option<u16>,
    division: &'static str,
    variables: usize,
    /// Variables that no dictionary knows.
    without_label: usize,
    rows: usize,
    figures: usize,
    unknown: usize,
    left_out: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    join: Option<JoinTold>,
}

/// How a table meets the zones of the stock, where there are any.
#[derive(Debug, Serialize)]
struct JoinTold {
    zones: usize,
    with_data: usize,
    without_data: Vec<String>,
    /// Rows about zones that the stock has not.
    elsewhere: usize,
}

impl DatasetTold {
    /// What is said of a table that was read; `stock` is the stock that it goes to.
    pub(super) fn of(dataset: &Dataset, left_out: Vec<String>, stock: Option<&StockIndex>) -> Self {
        let all = || dataset.rows.iter().flat_map(|row| row.figures.iter());
        let figures = all().flatten().count();
        Self {
            dataset: dataset.id.to_string(),
            source: dataset.source.clone(),
            vintage: dataset.vintage.map(Vintage::year),
            division: dataset.division.as_str(),
            variables: dataset.variables.len(),
            without_label: dataset.variables.iter().filter(|it| it.label.is_none()).count(),
            rows: dataset.rows.len(),
            figures,
            unknown: all().count() - figures,
            left_out,
            join: stock.and_then(|stock| JoinTold::of(dataset, stock)),
        }
    }

    /// In words.
    pub(super) fn lines(&self) -> Vec<String> {
        let Self { dataset, division, variables, rows, figures, unknown, .. } = self;
        let vintage = year_words(self.vintage);
        let mut lines = vec![format!(
            "dataset {dataset} ({vintage}): {variables} variables by {division}, {rows} rows, {figures} figures, \
             {unknown} unknown"
        )];
        if self.without_label > 0 {
            lines.push(format!(
                "  variables without a label: {} (see --dictionary)",
                self.without_label
            ));
        }
        if !self.left_out.is_empty() {
            lines.push(format!("  columns that are no figures: {}", self.left_out.join(", ")));
        }
        if let Some(JoinTold { zones, with_data, without_data, elsewhere }) = &self.join {
            lines.push(format!("  {with_data} of the {zones} zones of the stock have a row, {elsewhere} rows are elsewhere"));
            if !without_data.is_empty() {
                let list = listed(without_data);
                lines.push(format!("  zones without a row ({}): {list}", without_data.len()));
            }
        }
        lines
    }
}

impl JoinTold {
    fn of(dataset: &Dataset, stock: &StockIndex) -> Option<Self> {
        let zones = catalogue::zone_codes(stock, dataset.division);
        if zones.is_empty() {
            return None;
        }
        let without = zones.iter().filter(|code| dataset.figures(code).is_none());
        let without_data: Vec<String> = without.map(|code| (*code).to_owned()).collect();
        let with_data = zones.len() - without_data.len();
        Some(Self {
            zones: zones.len(),
            with_data,
            without_data,
            elsewhere: dataset.rows.len() - with_data,
        })
    }
}

/// What became of the codes of the vintage before.
#[derive(Debug, Serialize)]
pub(super) struct RedrawnTold {
    from: Option<u16>,
    to: Option<u16>,
    gone: Vec<CodeTold>,
    new: Vec<String>,
    moved: Vec<CodeTold>,
}

/// A code, and where its ground is now.
#[derive(Debug, Serialize)]
struct CodeTold {
    code: String,
    heirs: Vec<HeirTold>,
}

#[derive(Debug, Serialize)]
struct HeirTold {
    code: String,
    share: f64,
}

impl RedrawnTold {
    /// How the tracts that were imported differ from those that were there for the same communes; `None` where none
    /// were, or where they are of the same vintage.
    pub(super) fn of(before: &[Tract], imported: &[Tract]) -> Option<Self> {
        let communes: std::collections::BTreeSet<&str> =
            imported.iter().filter_map(|tract| tract.code.commune()).collect();
        let of_them =
            |tract: &&Tract| tract.code.commune().is_some_and(|code| communes.contains(code));
        let before: Vec<&Tract> = before.iter().filter(of_them).collect();
        let mut after: Vec<&Tract> = imported.iter().filter(of_them).collect();
        after.sort_by(|a, b| a.code.cmp(&b.code));
        let (from, to) = (before.first()?.vintage, after.first()?.vintage);
        if from == to {
            return None;
        }
        let change = redrawn(&before, &after);
        Some(Self {
            from: from.map(Vintage::year),
            to: to.map(Vintage::year),
            gone: change.gone.iter().map(CodeTold::of).collect(),
            new: change.new.iter().map(ToString::to_string).collect(),
            moved: change.moved.iter().map(CodeTold::of).collect(),
        })
    }

    /// In words.
    pub(super) fn lines(&self) -> Vec<String> {
        let Self { gone, new, moved, .. } = self;
        let mut lines = vec![format!(
            "codes from {} to {}: {} gone, {} new, {} of another ground",
            year_words(self.from),
            year_words(self.to),
            gone.len(),
            new.len(),
            moved.len()
        )];
        for (word, codes) in [("gone", gone), ("of another ground", moved)] {
            let told =
                codes.iter().take(CODES_TOLD_MAX).map(|code| format!("  {word}: {}", code.words()));
            lines.extend(told);
        }
        if !new.is_empty() {
            lines.push(format!("  new: {}", listed(new)));
        }
        lines
    }
}

impl CodeTold {
    fn of((code, heirs): &(TractCode, Vec<Heir>)) -> Self {
        let heir = |heir: &Heir| HeirTold { code: heir.code.to_string(), share: heir.share };
        Self { code: code.to_string(), heirs: heirs.iter().map(heir).collect() }
    }

    fn words(&self) -> String {
        let heirs =
            self.heirs.iter().map(|heir| format!("{} {:.0} %", heir.code, 100.0 * heir.share));
        let heirs = heirs.collect::<Vec<_>>().join(", ");
        format!("{} (now {})", self.code, if heirs.is_empty() { "nowhere" } else { &heirs })
    }
}

/// The stock as an import finds it.
pub(super) fn tracts_of(app: Option<&App>) -> Vec<Tract> {
    app.map(|app| app.snapshot().stock().tracts().to_vec()).unwrap_or_default()
}

fn year_words(year: Option<u16>) -> String {
    year.map_or("no year told".to_owned(), |year| year.to_string())
}

fn listed(codes: &[String]) -> String {
    let shown =
        codes.iter().take(CODES_TOLD_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    match codes.len().checked_sub(CODES_TOLD_MAX) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
