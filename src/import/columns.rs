//! Which column holds a field: as the user maps it, else by the names that French and English files use.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use super::{
    ImportError, Options,
    feature::{Feature, Value},
    text::same_name,
};
use crate::privacy::{self, Purpose};

/// A field of a layer and the columns that it is looked for in, best first.
pub(super) struct Field {
    /// What `--map` calls it.
    pub(super) name: &'static str,
    /// Names of columns, compared by [`same_name`].
    pub(super) columns: &'static [&'static str],
}

/// The columns of one file.
pub(super) struct Columns<'a> {
    fields: &'static [Field],
    mapped: &'a [(String, String)],
    seen: BTreeSet<&'a str>,
}

impl<'a> Columns<'a> {
    /// The columns of a layer with these fields.
    ///
    /// # Errors
    ///
    /// [`ImportError::UnknownField`] when a mapping names another field.
    pub(super) fn new(
        fields: &'static [Field],
        options: &'a Options<'_>,
    ) -> Result<Self, ImportError> {
        let unknown =
            options.columns.iter().find(|(name, _)| !fields.iter().any(|field| field.name == name));
        if let Some((field, _)) = unknown {
            let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
            return Err(ImportError::UnknownField {
                field: field.clone(),
                known: known.join(", "),
            });
        }
        Ok(Self { fields, mapped: &options.columns, seen: BTreeSet::new() })
    }

    /// The value of a field in a feature. A mapped field is looked for nowhere else.
    pub(super) fn get<'f>(&mut self, feature: &'f Feature, name: &str) -> Option<&'f Value> {
        let find = |column: &str| {
            feature.properties.iter().find(|(known, _)| same_name(known, column)).map(|(_, v)| v)
        };
        if let Some((_, column)) = self.mapped.iter().find(|(field, _)| field == name) {
            let value = find(column);
            if value.is_some() {
                self.seen.insert(column);
            }
            return value;
        }
        let field = self.fields.iter().find(|field| field.name == name)?;
        field.columns.iter().find_map(|column| find(column))
    }

    /// The value of a field as text.
    pub(super) fn text(&mut self, feature: &Feature, name: &str) -> Option<String> {
        self.get(feature, name).map(Value::to_string)
    }

    /// Whether every mapped column was met.
    ///
    /// # Errors
    ///
    /// [`ImportError::UnknownColumn`] for the first that never held a value.
    pub(super) fn check_mapped(&self, path: &Path) -> Result<(), ImportError> {
        match self.mapped.iter().find(|(_, column)| !self.seen.contains(column.as_str())) {
            Some((_, column)) => {
                Err(ImportError::UnknownColumn { path: path.to_owned(), column: column.clone() })
            }
            None => Ok(()),
        }
    }
}

/// Stops at a column of a row that its layer has not, by its name; what is in it is never looked at.
///
/// # Errors
///
/// [`ImportError::ForbiddenColumns`] says that `what` has no such column.
pub(super) fn check_closed(
    path: &Path,
    what: &'static str,
    row: &Feature,
    options: &Options<'_>,
    is_known: impl Fn(&str) -> bool,
) -> Result<(), ImportError> {
    let is_ignored = |name: &str| options.ignored.iter().any(|ignored| same_name(ignored, name));
    let names = row.properties.iter().map(|(name, _)| name);
    let forbidden: BTreeSet<&Arc<str>> =
        names.filter(|name| !is_ignored(name) && !is_known(name)).collect();
    if forbidden.is_empty() {
        return Ok(());
    }
    // A file without a header has its first row here.
    // A name in a word or two is weighed as no sentence.
    let said = |name: &&Arc<str>| match privacy::check(name, Purpose::Callsign) {
        Ok(()) => format!("`{name}`"),
        Err(_refused) => "a column whose name is not repeated".to_owned(),
    };
    let names: Vec<String> = forbidden.iter().map(said).collect();
    Err(ImportError::ForbiddenColumns { path: path.to_owned(), what, columns: names.join(", ") })
}
