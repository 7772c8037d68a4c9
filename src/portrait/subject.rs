//! [`Subject`]: what people ask about, and the kinds that it is made of: data beside the nomenclature.

use std::fmt;

use crate::incident::{KindCode, Nomenclature};

/// The subjects that ship with the program.
const SHIPPED: &str = include_str!("subjects.csv");
/// The first line of the file.
const COLUMNS: &str = "id;label_fr;label_en;kinds";
/// Longest id, bytes.
const ID_LENGTH_MAX: usize = 32;

/// What a subject is called in addresses, such as `halls`: small letters and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(Box<str>);

/// What people ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is called in addresses.
    pub id: SubjectId,
    /// What people read in French.
    pub label_fr: String,
    /// What people read in English.
    pub label_en: String,
    /// The kinds that it is about, of those that are in force; nothing for a subject about all kinds.
    pub kinds: Option<Vec<KindCode>>,
}

/// Why a text is no list of subjects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct SubjectFault {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl SubjectId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Subject {
    /// Whether it has kinds to count: a nomenclature that was replaced may hold none of them.
    #[must_use]
    pub fn is_countable(&self) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| !kinds.is_empty())
    }
}

/// The subjects, each with those of its kinds that `nomenclature` holds.
#[must_use]
pub fn subjects(nomenclature: &Nomenclature) -> Vec<Subject> {
    // A test reads the shipped file.
    let mut all = read(SHIPPED).unwrap_or_default();
    for subject in &mut all {
        if let Some(kinds) = &mut subject.kinds {
            kinds.retain(|kind| nomenclature.get(kind).is_some());
        }
    }
    all
}

/// Reads `id;label_fr;label_en;kinds` lines after a header; kinds are separated by commas, none for all.
fn read(text: &str) -> Result<Vec<Subject>, SubjectFault> {
    let mut lines = text.lines().zip(1..);
    let fault = |line, reason: String| SubjectFault { line, reason };
    if lines.next().is_none_or(|(first, _)| first != COLUMNS) {
        return Err(fault(1, format!("must be `{COLUMNS}`")));
    }
    let subjects = lines.map(|(text, line)| subject(text).map_err(|reason| fault(line, reason)));
    subjects.collect()
}

fn subject(line: &str) -> Result<Subject, String> {
    let columns: Vec<&str> = line.split(';').collect();
    let [id, label_fr, label_en, kinds] = columns[..] else {
        return Err(format!("must have four columns, has {}", columns.len()));
    };
    let is_id = (1..=ID_LENGTH_MAX).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    if !is_id || label_fr.is_empty() || label_en.is_empty() {
        return Err("must have an id of small letters and two labels".to_owned());
    }
    let parse = |kind: &str| kind.parse::<KindCode>().map_err(|fault| fault.to_string());
    let kinds = kinds.split(',').filter(|kind| !kind.is_empty()).map(parse);
    let kinds: Vec<KindCode> = kinds.collect::<Result<_, _>>()?;
    Ok(Subject {
        id: SubjectId(id.into()),
        label_fr: label_fr.to_owned(),
        label_en: label_en.to_owned(),
        kinds: (!kinds.is_empty()).then_some(kinds),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_is_read_and_names_kinds_that_ship() {
        let read = read(SHIPPED).unwrap();
        let shipped = subjects(&Nomenclature::shipped());
        assert_eq!(read, shipped, "a subject names a kind that does not ship");
        let ids: Vec<&str> = shipped.iter().map(|subject| subject.id.as_str()).collect();
        assert_eq!(ids, ["halls", "noise", "hours"]);
        assert!(shipped.iter().all(Subject::is_countable));
        assert_eq!(shipped[2].kinds, None, "hours are those of all kinds");
    }

    #[test]
    fn a_subject_whose_kinds_were_replaced_says_so_by_having_none() {
        let replaced: Nomenclature =
            "code;priority;label_fr;label_en;crew_min;crew_min_night;partner\n\
            NUI-MUS;P3;Musique;Music;2;2;\n"
                .parse()
                .unwrap();
        let all = subjects(&replaced);
        assert_eq!(all[0].kinds, Some(Vec::new()));
        assert!(!all[0].is_countable() && all[1].is_countable() && all[2].is_countable());
        assert_eq!(all[1].kinds.as_ref().unwrap().len(), 1);
    }

    #[test]
    fn a_line_that_is_none_is_told_with_its_number() {
        for (text, line) in [
            ("id;label", 1),
            ("id;label_fr;label_en;kinds\nA;b;c;", 2),
            ("id;label_fr;label_en;kinds\na;b;c;\nb;c;d", 3),
            ("id;label_fr;label_en;kinds\na;b;c;occ", 2),
        ] {
            assert_eq!(read(text).unwrap_err().line, line, "{text}");
        }
    }
}
