//! [`Dataset`]: a table of figures about the zones of one division, with where they come from.

use std::{fmt, str::FromStr};

use super::{Division, Vintage};

/// Longest id of a dataset, and longest name of a variable, in bytes.
const NAME_LENGTH_MAX: usize = 64;

/// What a dataset is called here: small letters, digits and hyphens, such as `base-td-filo-disp-iris-2018`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetId(Box<str>);

/// Why a text names no [`Dataset`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a dataset is named by 1 to 64 small letters, digits and hyphens, got `{0}`")]
pub struct InvalidDatasetId(String);

impl DatasetId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a table that is called `name`: its letters and digits, with a hyphen for whatever is between.
    ///
    /// # Errors
    ///
    /// [`InvalidDatasetId`] where nothing is left.
    pub fn of_name(name: &str) -> Result<Self, InvalidDatasetId> {
        let words =
            name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
        slug.get(..slug.len().min(NAME_LENGTH_MAX))
            .unwrap_or_default()
            .trim_end_matches('-')
            .parse()
    }
}

impl FromStr for DatasetId {
    type Err = InvalidDatasetId;

    fn from_str(text: &str) -> Result<Self, InvalidDatasetId> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let valid = (1..=NAME_LENGTH_MAX).contains(&text.len()) && text.bytes().all(plain);
        if valid { Ok(Self(text.into())) } else { Err(InvalidDatasetId(text.to_owned())) }
    }
}

impl fmt::Display for DatasetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One column of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// INSEE's name for it, such as `DISP_MED18`: letters, digits and `_`.
    pub name: Box<str>,
    /// What it says, in French, where a dictionary tells.
    pub label: Option<String>,
    /// What it is counted in, such as `€` or `%`, where a dictionary tells.
    pub unit: Option<String>,
}

impl Variable {
    /// Whether a text can name a variable.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        (1..=NAME_LENGTH_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    }

    /// Whether it counts all households of a zone, by the names that INSEE gives to such counts: `P20_MEN`, `C20_MEN`, `Men`, `NBMENFISC18`.
    #[must_use]
    pub fn counts_households(&self) -> bool {
        let name = self.name.to_ascii_uppercase();
        let plain = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let of_census = |name: &str| {
            let rest = name.strip_prefix(['P', 'C']).and_then(|rest| rest.strip_suffix("_MEN"));
            rest.is_some_and(|year| year.len() == 2 && year.bytes().all(|b| b.is_ascii_digit()))
        };
        ["MEN", "MENAGES", "NBMEN", "NB_MEN", "NBMENFISC"].contains(&plain) || of_census(&name)
    }
}

/// What a dataset says of one zone.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetRow {
    /// The code of the zone, in the form of the dataset's division.
    pub code: Box<str>,
    /// By variable; none where INSEE keeps it secret or does not know it, which is never zero.
    pub figures: Box<[Option<f64>]>,
}

/// A table of figures. Putting one with the same id takes its place whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// What it is called here.
    pub id: DatasetId,
    /// Who says so, to be written under each figure.
    pub source: String,
    /// Of which year; none where nobody told.
    pub vintage: Option<Vintage>,
    /// What its rows are about.
    pub division: Division,
    /// Its columns.
    pub variables: Vec<Variable>,
    /// In the order of codes, each code once.
    pub rows: Vec<DatasetRow>,
}

impl Dataset {
    /// Which column a variable is.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|variable| *variable.name == *name)
    }

    /// What it says of a zone, by variable. O(log n).
    #[must_use]
    pub fn figures(&self, code: &str) -> Option<&[Option<f64>]> {
        let at = self.rows.binary_search_by(|row| (*row.code).cmp(code)).ok()?;
        Some(&self.rows[at].figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_households_is_known_by_its_name_and_a_part_of_them_is_none() {
        let counts = |name: &str| {
            Variable { name: name.into(), label: None, unit: None }.counts_households()
        };
        for name in ["P20_MEN", "C18_MEN", "Men", "men", "MENAGES", "NBMENFISC18"] {
            assert!(counts(name), "{name}");
        }
        for name in
            ["P20_PMEN", "C20_MENPSEUL", "Men_pauv", "DISP_MED18", "P20_LOG", "PMEN", "P2_MEN"]
        {
            assert!(!counts(name), "{name}");
        }
    }

    #[test]
    fn an_id_is_made_of_the_name_of_a_file() {
        let id = |name| DatasetId::of_name(name).map(|id| id.to_string());
        assert_eq!(id("BASE_TD_FILO_DISP_IRIS_2018").unwrap(), "base-td-filo-disp-iris-2018");
        assert_eq!(id(" Été 2020 (v2)").unwrap(), "t-2020-v2");
        assert_eq!(DatasetId::of_name(&"a-".repeat(60)).unwrap().as_str().len(), 63);
        assert!(id("---").is_err());
    }
}
