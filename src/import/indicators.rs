//! The `indicators` layer: tables of figures about tracts, communes or squares, as INSEE publishes them.
//!
//! One column holds the code of the zone; every other column of numbers is a variable. What INSEE keeps secret (`s`, `ns`,
//! `nd`, …) or leaves empty stays unknown.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    ImportError, Options, Reading,
    columns::{Columns, Field},
    feature::{Feature, Value},
    format,
    summary::{Fault, Summary},
    text::{judged, quoted, same_name},
};
use crate::{
    privacy::Purpose,
    tract::{Dataset, DatasetId, DatasetRow, Definition, Dictionary, Division, Variable, Vintage},
};

/// The columns that the code of a zone is looked for in: the finest division first.
const FIELDS: &[Field] = &[Field {
    name: "code",
    columns: &[
        "idcar_200m",
        "idinspire",
        "iris",
        "code_iris",
        "dcomiris",
        "codgeo",
        "com",
        "depcom",
        "insee_com",
        "code_insee",
        "code",
    ],
}];

/// Columns of INSEE's tables that say where or what a zone is: never figures, though some are numbers.
const NO_FIGURES: &[&str] = &[
    "reg",
    "dep",
    "uu2010",
    "uu2020",
    "com",
    "libcom",
    "triris",
    "grd_quart",
    "libiris",
    "typ_iris",
    "modif_iris",
    "lab_iris",
    "iris",
    "codgeo",
    "libgeo",
    "idcar_1km",
    "idcar_nat",
    "idk",
    "lcog_geo",
    "i_est_200",
    "i_est_1km",
    "i_pauv",
    "fid",
    "objectid",
];
/// What INSEE writes in the place of a figure that it does not give: secret, not significant, not available,
/// without object.
const UNKNOWN: &[&str] =
    &["s", "ns", "nd", "so", "nc", "c", "n/a", "na", "nan", "null", "-", "/", "…", "..."];
/// Share of the values of a column that must be figures for it to be a variable.
const FIGURES_SHARE: f64 = 0.9;
/// Most figures of a table: all tracts of France by three hundred variables.
const FIGURES_MAX: usize = 20_000_000;

/// The columns of INSEE's dictionary files, and of plainer ones.
const DEFINITION_FIELDS: &[Field] = &[
    Field { name: "name", columns: &["cod_var", "variable", "name", "nom"] },
    Field {
        name: "label",
        columns: &["lib_var_long", "lib_var", "label", "libelle", "libelle_long"],
    },
    Field { name: "unit", columns: &["unit", "unite"] },
];

/// What is said of a table beside its file.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// What to call it; after the file where it is not told.
    pub id: Option<DatasetId>,
    /// Who says so; the name of the file where it is not told.
    pub source: Option<String>,
    /// Of which year; the year in the name of the file where it is not told.
    pub vintage: Option<Vintage>,
    /// INSEE's dictionary of its variables (`meta_….csv`: `COD_VAR;LIB_VAR;LIB_VAR_LONG`).
    pub dictionary: Option<PathBuf>,
    /// Only zones whose code begins so; all where there is none.
    pub within: Vec<String>,
}

/// A table as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its figures.
    pub dataset: Dataset,
    /// Columns that are no figures.
    pub left_out: Vec<String>,
}

/// Reads a table.
///
/// # Errors
///
/// [`ImportError`]; nothing of the file is then kept.
pub fn read(
    path: &Path,
    options: &Options<'_>,
    about: &About,
) -> Result<Reading<Table>, ImportError> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let dictionary = dictionary(about.dictionary.as_deref())?;
    let mut columns = Columns::new(FIELDS, options)?;
    let mut sheet = Sheet::default();
    let summary = format::read(path, options, &|_| None, &mut |feature, summary| {
        sheet.take(&mut columns, feature, about, summary);
        if sheet.names.len().saturating_mul(sheet.rows.len()) > FIGURES_MAX {
            let reason = format!("more than {FIGURES_MAX} figures; name the zones with --within");
            return Err(ImportError::malformed(path, reason));
        }
        Ok(())
    })?;
    columns.check_mapped(path)?;
    let id = match &about.id {
        Some(id) => id.clone(),
        None => {
            DatasetId::of_name(&name).map_err(|e| ImportError::malformed(path, e.to_string()))?
        }
    };
    let source = about.source.clone().unwrap_or_else(|| name.clone().into_owned());
    judged("source", &source, Purpose::PlaceName)
        .map_err(|fault| ImportError::malformed(path, fault.detail))?;
    let vintage = about.vintage.or_else(|| Vintage::in_text(&name));
    let (kept, left_out) = sheet.figures();
    if kept.is_empty() && summary.kept > 0 {
        return Err(ImportError::malformed(
            path,
            "no column of figures beside the code of the zone",
        ));
    }
    let dataset = Dataset {
        id,
        source,
        vintage,
        division: sheet.division.unwrap_or(Division::Tract),
        variables: kept.iter().map(|at| variable(&sheet.names[*at], &dictionary)).collect(),
        rows: sheet.rows(&kept),
    };
    Ok(Reading { content: Table { dataset, left_out }, summary })
}

/// The built-in dictionary, and what the file adds to it.
fn dictionary(path: Option<&Path>) -> Result<Dictionary, ImportError> {
    let mut dictionary = Dictionary::built_in();
    let Some(path) = path else { return Ok(dictionary) };
    let options = Options::default();
    let mut columns = Columns::new(DEFINITION_FIELDS, &options)?;
    let mut defined = HashMap::new();
    format::read(path, &options, &|_| None, &mut |feature, _| {
        // A variable with categories comes once for each of them, with the same words.
        if let (Some(name), Some(label)) =
            (columns.text(&feature, "name"), columns.text(&feature, "label"))
        {
            let unit = columns.text(&feature, "unit");
            let told = [Some(&label), unit.as_ref()];
            if told
                .into_iter()
                .flatten()
                .any(|text| judged("label", text, Purpose::PlaceName).is_err())
            {
                return Ok(());
            }
            defined.entry(name).or_insert(Definition { label, unit });
        }
        Ok(())
    })?;
    if defined.is_empty() {
        return Err(ImportError::malformed(
            path,
            "no column names variables (COD_VAR) and their labels (LIB_VAR)",
        ));
    }
    for (name, definition) in defined {
        dictionary.define(&name, definition);
    }
    Ok(dictionary)
}

fn variable(name: &str, dictionary: &Dictionary) -> Variable {
    let known = dictionary.get(name);
    Variable {
        name: name.into(),
        label: known.map(|known| known.label.clone()),
        unit: known.and_then(|known| known.unit.clone()),
    }
}

/// The rows of a table while it is read.
#[derive(Default)]
struct Sheet {
    division: Option<Division>,
    names: Vec<Arc<str>>,
    column_of: HashMap<Arc<str>, usize>,
    /// By column: values that are figures, and values that are none.
    tally: Vec<(usize, usize)>,
    /// By code: figures by column, as far as there were columns.
    rows: HashMap<Box<str>, Vec<Option<f64>>>,
}

impl Sheet {
    fn take(
        &mut self,
        columns: &mut Columns<'_>,
        feature: Feature,
        about: &About,
        summary: &mut Summary,
    ) {
        let mut mended = Vec::new();
        match self.code(columns, &feature, &mut mended) {
            Err(fault) => summary.refuse(&feature.at, &fault),
            Ok(code) if !is_within(&code, &about.within) => {
                summary.refuse(&feature.at, &Fault::new("outside --within", &code));
            }
            Ok(code) if self.rows.contains_key(&*code) => {
                summary.refuse(&feature.at, &Fault::new("code comes twice", &code));
            }
            Ok(code) => {
                let figures = self.values(&feature);
                self.rows.insert(code, figures);
                summary.keep(&feature.at, &mended);
            }
        }
    }

    fn code(
        &mut self,
        columns: &mut Columns<'_>,
        feature: &Feature,
        mended: &mut Vec<Fault>,
    ) -> Result<Box<str>, Fault> {
        let code = columns
            .text(feature, "code")
            .ok_or_else(|| Fault::new("no code", "the row names no zone"))?;
        let whole =
            with_zero(&code).ok_or_else(|| Fault::new("not a code of a zone", quoted(&code)))?;
        if whole != code {
            mended.push(Fault::new("zero in front of the code restored", &whole));
        }
        let division = Division::of_code(&whole);
        if self.division.is_none() {
            self.division = division;
        }
        if self.division == division {
            Ok(whole.into())
        } else {
            Err(Fault::new("not of the division of the first row", quoted(&code)))
        }
    }

    fn values(&mut self, feature: &Feature) -> Vec<Option<f64>> {
        let mut figures = vec![None; self.names.len()];
        for (name, value) in &feature.properties {
            let at = self.column(name);
            if figures.len() <= at {
                figures.resize(at + 1, None);
            }
            match value.number() {
                Some(figure) => {
                    figures[at] = Some(figure + 0.0); // a zero has no sign
                    self.tally[at].0 += 1;
                }
                None if is_unknown(value) => {}
                None => self.tally[at].1 += 1,
            }
        }
        figures
    }

    fn column(&mut self, name: &Arc<str>) -> usize {
        if let Some(at) = self.column_of.get(name) {
            return *at;
        }
        let at = self.names.len();
        self.names.push(Arc::clone(name));
        self.tally.push((0, 0));
        self.column_of.insert(Arc::clone(name), at);
        at
    }

    /// Which columns are figures, and the names of the others.
    fn figures(&self) -> (Vec<usize>, Vec<String>) {
        let is_figures = |at: &usize| {
            let (figures, others) = self.tally[*at];
            let name = &self.names[*at];
            Variable::is_name(name)
                && !NO_FIGURES.iter().any(|known| same_name(known, name))
                && !FIELDS[0].columns.iter().any(|known| same_name(known, name))
                && figures > 0
                && figures as f64 >= FIGURES_SHARE * (figures + others) as f64
        };
        let (kept, others): (Vec<usize>, Vec<usize>) = (0..self.names.len()).partition(is_figures);
        (kept, others.into_iter().map(|at| quoted(&self.names[at])).collect())
    }

    fn rows(self, kept: &[usize]) -> Vec<DatasetRow> {
        let of_kept = |figures: &[Option<f64>]| {
            kept.iter().map(|at| figures.get(*at).copied().flatten()).collect()
        };
        let mut rows: Vec<DatasetRow> = self
            .rows
            .into_iter()
            .map(|(code, figures)| DatasetRow { code, figures: of_kept(&figures) })
            .collect();
        rows.sort_unstable_by(|a, b| a.code.cmp(&b.code));
        rows
    }
}

fn is_within(code: &str, within: &[String]) -> bool {
    within.is_empty() || within.iter().any(|prefix| code.starts_with(prefix.as_str()))
}

fn is_unknown(value: &Value) -> bool {
    let Value::Text(text) = value else { return false };
    UNKNOWN.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The code, with the zero in front that spreadsheets take away; none where it is a code of no zone.
fn with_zero(code: &str) -> Option<String> {
    [code.to_owned(), format!("0{code}")].into_iter().find(|code| Division::of_code(code).is_some())
}
