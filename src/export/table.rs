//! [`Table`]: columns that say what they are, and features of which each has a value for each column.

use std::collections::HashSet;

use geo::{Geometry, MultiPolygon};
use serde_json::{Value as Json, json};

/// Names that formats give to columns of their own.
const RESERVED: [&str; 6] = ["fid", "geom", "geometry", "ogc_fid", "rowid", "wkt"];

/// Features of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What a program calls it: small letters and `_`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds, and what one must know to read it.
    pub description: String,
    /// What its shapes are.
    pub shapes: Shapes,
    /// In the order of the values of a row. The first one is a text that no two rows share.
    columns: Vec<Column>,
}

/// What the shapes of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shapes {
    /// Positions.
    Points,
    /// Areas: one polygon is written as several of which there is one.
    Areas,
    /// Both.
    Mixed,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words, codes.
    Text,
    /// Whole numbers.
    Integer,
    /// Other numbers.
    Real,
}

/// A column, and where its values come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What a program calls it.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
    /// What it says.
    pub title: Option<String>,
    /// What it is counted in.
    pub unit: Option<String>,
    /// Who says so.
    pub source: Option<String>,
    /// Of which year.
    pub vintage: Option<u16>,
    /// The column that tells how many households each value is about.
    pub households: Option<String>,
}

/// A feature. Its shape is in WGS 84 degrees, longitude first.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it is.
    pub shape: Geometry<f64>,
    /// In the order of the columns, each of the kind of its column.
    pub values: Vec<Value>,
}

/// What a row says in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Unknown, which is neither zero nor empty.
    Unknown,
    /// Words.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Real(f64),
}

impl Table {
    /// A table without columns yet.
    #[must_use]
    pub fn new(name: &str, title: &str, description: &str, shapes: Shapes) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            shapes,
            columns: Vec::new(),
        }
    }

    /// Adds a column, by a name that is free; see [`Table::free`].
    pub fn add(&mut self, column: Column) {
        let name = self.free(&column.name);
        self.columns.push(Column { name, ..column });
    }

    /// The name that a column of that name would get: letters, digits and `_`, and a number behind where another column has it, whatever its
    /// capitals, or where formats keep it for themselves.
    #[must_use]
    pub fn free(&self, name: &str) -> String {
        let taken: HashSet<String> = (self.columns.iter().map(|column| column.name.as_str()))
            .chain(RESERVED)
            .map(str::to_lowercase)
            .collect();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let wanted: String = name.chars().map(plain).collect();
        let mut name = wanted.clone();
        let mut number = 2;
        while taken.contains(&name.to_lowercase()) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        name
    }

    /// The columns, in the order of the values of a row.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The place of the column of that name among them.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// What it is and what its columns are, for formats that have a place for JSON.
    #[must_use]
    pub fn about(&self) -> Json {
        json!({
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "columns": self.columns.iter().map(Column::about).collect::<Vec<_>>(),
        })
    }
}

impl Column {
    /// A column that has nothing but a name and a title yet.
    #[must_use]
    pub fn new(name: &str, kind: ColumnKind, title: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            title: Some(title.to_owned()),
            unit: None,
            source: None,
            vintage: None,
            households: None,
        }
    }

    /// The same in a unit.
    #[must_use]
    pub fn in_unit(mut self, unit: &str) -> Self {
        self.unit = Some(unit.to_owned());
        self
    }

    /// The same as somebody says.
    #[must_use]
    pub fn said_by(mut self, source: &str, vintage: Option<u16>) -> Self {
        (self.source, self.vintage) = (Some(source.to_owned()), vintage);
        self
    }

    fn about(&self) -> Json {
        let Self { name, title, unit, source, vintage, households, .. } = self;
        json!({ "name": name, "title": title, "unit": unit, "source": source, "vintage": vintage, "households": households })
    }

    /// All of it in one sentence, for formats that have a place for one.
    #[must_use]
    pub fn description(&self) -> String {
        let vintage = self.vintage.map(|year| year.to_string());
        let parts = [
            ("", &self.title),
            ("unit: ", &self.unit),
            ("source: ", &self.source),
            ("vintage: ", &vintage),
            ("households: column ", &self.households),
        ];
        let said =
            parts.iter().filter_map(|(head, part)| Some(format!("{head}{}", (*part).as_ref()?)));
        said.collect::<Vec<_>>().join("; ")
    }
}

impl Row {
    /// What no two rows share.
    pub(super) fn id(&self) -> &str {
        match self.values.first() {
            Some(Value::Text(id)) => id,
            _ => "",
        }
    }

    /// Its shape as tables of `shapes` hold it: one polygon as several of which there is one.
    pub(super) fn shape_in(&self, shapes: Shapes) -> Geometry<f64> {
        match (&self.shape, shapes) {
            (Geometry::Polygon(only), Shapes::Areas) => MultiPolygon(vec![only.clone()]).into(),
            (shape, _) => shape.clone(),
        }
    }
}

impl From<Option<f64>> for Value {
    /// What is no number is not known.
    fn from(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Unknown, Self::Real)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Unknown, Self::Integer)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Unknown, Self::Text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_no_two_columns_share_one_whatever_the_capitals() {
        let mut table = Table::new("t", "", "", Shapes::Points);
        for name in ["code", "Men", "men", "a-b:Ménages", "geom", "Code", "code_2"] {
            table.add(Column::new(name, ColumnKind::Real, ""));
        }
        let names: Vec<&str> = table.columns().iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["code", "Men", "men_2", "a_b_M_nages", "geom_2", "Code_2", "code_2_2"]);
    }

    #[test]
    fn a_column_says_its_unit_its_source_its_year_and_its_households() {
        let column = Column {
            households: Some("MEN".to_owned()),
            ..Column::new("X", ColumnKind::Real, "Médiane")
                .in_unit("€")
                .said_by("Insee", Some(2018))
        };
        let said = "Médiane; unit: €; source: Insee; vintage: 2018; households: column MEN";
        assert_eq!(column.description(), said);
        assert_eq!(Column::new("X", ColumnKind::Real, "Médiane").description(), "Médiane");
    }

    #[test]
    fn what_is_no_number_is_unknown() {
        for number in [None, Some(f64::NAN), Some(f64::INFINITY)] {
            assert_eq!(Value::from(number), Value::Unknown);
        }
        assert_eq!(Value::from(Some(0.0)), Value::Real(0.0));
    }
}
