//! What protects people: which texts are refused, and which counts may leave the house.
//!
//! A text that tells of a person is refused, and never masked. [`check`] is asked wherever a free text comes in. The rules are data, in `rules/`: the tablet reads the same
//! files (`web/src/privacy/`) and gives the same verdicts, which a corpus of sentences (`tests/privacy/`) holds both to.
//! `docs/privacy.md` tells the rules, the fields, and how often the filter is wrong.
//!
//! Uses [`crate::closed_list`] and [`crate::time`] only.

mod folding;
mod gate;
mod pattern;
mod rule;
mod rulebook;
mod spoken;
mod weights;
mod words;

use std::{borrow::Cow, sync::LazyLock};

pub use gate::{CLASS_WIDTH, CountClass, Estimate, HOUSEHOLDS_MIN, Reading, SmallMean};
pub use rule::{Purpose, Rule};
use rulebook::{Files, Rulebook};

/// Longest text that is judged, in characters; the longest free text of the program is 1,000.
pub const TEXT_LENGTH_MAX: usize = 2_000;

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let files = Files {
        rules: include_str!("rules/rules.txt"),
        lexicon: include_str!("rules/lexicon.txt"),
        numbers: include_str!("rules/numbers.txt"),
        first_names: include_str!("rules/first-names.txt"),
        surnames: include_str!("rules/surnames.txt"),
        vocabulary: include_str!("rules/vocabulary.txt"),
        weights: include_str!("rules/weights.txt"),
    };
    Rulebook::read(&files).expect("the shipped rules are valid")
});

/// That a text is refused, and by which rule; what the text says is nowhere in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("refused by the rule `{}`: {}", crate::closed_list::ClosedList::as_str(*.rule), .rule.about())]
pub struct Refusal {
    /// The first rule that it breaks.
    pub rule: Rule,
}

/// Judges a text that is to be kept for a purpose.
///
/// # Cost
///
/// Linear in the text, some 0.3 ms for a sentence (with other work on both cores). The rules are read at the first call, in some 150 ms.
///
/// # Errors
///
/// [`Refusal`] names the rule.
///
/// # Example
///
/// ```
/// use vigie::privacy::{Purpose, Rule, check};
///
/// assert!(check("Portail forcé rue Pasteur, hall B ouvert", Purpose::Remark).is_ok());
/// let refusal = check("rappeler au zéro six trente-neuf 98 12 40", Purpose::Remark);
/// assert_eq!(refusal.unwrap_err().rule, Rule::Phone);
/// ```
pub fn check(text: &str, purpose: Purpose) -> Result<(), Refusal> {
    if text.chars().count() > TEXT_LENGTH_MAX {
        return Err(Refusal { rule: Rule::Length });
    }
    let rules = purpose.rules(text);
    let text = match purpose {
        Purpose::Post => Cow::Owned(text.replace(['-', '_', '.'], " ")),
        _ => Cow::Borrowed(text),
    };
    RULEBOOK.broken(&text, rules).map_or(Ok(()), |rule| Err(Refusal { rule }))
}

/// Whether a word alone is a first name, in letters without accents or with them. What is the name of a firm, of a town or of a
/// letter on the radio as well is none.
#[must_use]
pub fn is_first_name(word: &str) -> bool {
    RULEBOOK.is_first_name(word)
}

#[cfg(test)]
mod privacy_tests;
#[cfg(test)]
mod weighing_tests;
