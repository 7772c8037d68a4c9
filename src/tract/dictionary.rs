//! [`Dictionary`]: what the variables of INSEE's tables say, and in what they are counted.

use std::collections::HashMap;

/// The variables of Filosofi by tract and by square, and the main ones of the census. `##` stands for two digits of a
/// year. Labels: INSEE, documentation of « Revenus, pauvreté et niveau de vie » (Filosofi, zones IRIS), of
/// « Revenus, pauvreté et niveau de vie – Données carroyées » and of « Bases infracommunales ».
const BUILT_IN: &str = include_str!("dictionary.csv");

/// What stands for a digit of a year.
const YEAR_DIGIT: char = '#';

/// What a variable says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// In French, as INSEE words it.
    pub label: String,
    /// What it is counted in, where that is told.
    pub unit: Option<String>,
}

/// Definitions by the name of their variable, in small letters, with `#` for the digits of a year.
#[derive(Debug, Clone, Default)]
pub struct Dictionary(HashMap<String, Definition>);

impl Dictionary {
    /// That of the variables that are used most.
    #[must_use]
    pub fn built_in() -> Self {
        let mut dictionary = Self::default();
        for line in BUILT_IN.lines().skip(1) {
            let mut fields = line.split(';');
            if let (Some(name), Some(label)) = (fields.next(), fields.next()) {
                let unit = fields.next().filter(|unit| !unit.is_empty()).map(str::to_owned);
                dictionary.define(name, Definition { label: label.to_owned(), unit });
            }
        }
        dictionary
    }

    /// Adds a definition, in the place of one of the same name; it keeps the unit of that one where it tells none.
    pub fn define(&mut self, name: &str, mut definition: Definition) {
        definition.unit = definition.unit.or_else(|| self.get(name)?.unit.clone());
        self.0.insert(name.to_ascii_lowercase(), definition);
    }

    /// What a variable says: by its name, else by its name without a year.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Definition> {
        let name = name.to_ascii_lowercase();
        self.0.get(&name).or_else(|| yearless(&name).find_map(|name| self.0.get(&name)))
    }
}

/// The names that two digits of a year in `name` leave: each pair of digits may be one.
fn yearless(name: &str) -> impl Iterator<Item = String> + '_ {
    let bytes = name.as_bytes();
    let pairs = (0..bytes.len().saturating_sub(1)).rev();
    let years = pairs.filter(|at| bytes[*at].is_ascii_digit() && bytes[at + 1].is_ascii_digit());
    years.filter_map(|at| {
        let (before, after) = (name.get(..at)?, name.get(at + 2..)?);
        Some(format!("{before}{YEAR_DIGIT}{YEAR_DIGIT}{after}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_known_in_each_year() {
        let dictionary = Dictionary::built_in();
        let label = |name| dictionary.get(name).map(|known| known.label.as_str());
        assert_eq!(label("DISP_MED18"), Some("Médiane du revenu disponible par UC"));
        assert_eq!(label("DISP_Q121"), Some("1er quartile du revenu disponible par UC"));
        assert_eq!(label("DISP_S80S2018"), label("DISP_S80S2021"));
        assert_eq!(label("P20_POP0014"), Some("Population de 0 à 14 ans"));
        assert_eq!(label("DISP_TP6018"), label("disp_tp6021"));
        assert_eq!(label("men_pauv"), Some("Ménages pauvres"));
        assert_eq!(label("LIBIRIS"), None);
        assert_eq!(dictionary.get("DISP_MED18").unwrap().unit.as_deref(), Some("€"));
    }

    #[test]
    fn what_a_file_says_goes_before_what_is_built_in() {
        let mut dictionary = Dictionary::built_in();
        dictionary.define("DISP_MED18", Definition { label: "Médiane".to_owned(), unit: None });
        let known = dictionary.get("DISP_MED18").unwrap();
        assert_eq!((known.label.as_str(), known.unit.as_deref()), ("Médiane", Some("€")));
        assert_eq!(
            dictionary.get("DISP_MED19").unwrap().label,
            "Médiane du revenu disponible par UC"
        );
    }
}
