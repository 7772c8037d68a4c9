//! [`Rulebook`]: the rules as `rules/` holds them, read once.

use std::{borrow::Cow, collections::HashMap};

use regex::bytes::Regex;

use super::{
    Rule,
    folding::{Folded, folded},
    pattern,
    spoken::Spoken,
    weights::Weights,
    words::Lexicon,
};
use crate::closed_list::ClosedList as _;

/// What a mask leaves in a text: a sign that no text has, so that nothing is found across it.
const MASKED: &[u8] = b" ^ ";
/// The same in a row of words.
const MASKED_WORD: &[u8] = b" ^=>";

/// Endings that a word of the lexicon may have, and still be known.
const FORMS: [&str; 4] = ["e", "s", "es", "x"];

/// The files of `rules/`.
pub(super) struct Files {
    pub(super) rules: &'static str,
    pub(super) lexicon: &'static str,
    pub(super) numbers: &'static str,
    pub(super) first_names: &'static str,
    pub(super) surnames: &'static str,
    pub(super) vocabulary: &'static str,
    pub(super) weights: &'static str,
}

/// How a section reads a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// As folded, with its case.
    Cased,
    /// In small letters.
    Plain,
    /// In small letters, with digits for numbers in words.
    Digits,
    /// As a row of tagged words.
    Words,
}

/// Patterns that are looked for together: they refuse by a rule, or hide what is no matter of the rules below.
struct Section {
    view: View,
    rule: Option<Rule>,
    pattern: Regex,
}

/// Everything that the rules say.
pub(super) struct Rulebook {
    sections: Vec<Section>,
    lexicon: Lexicon,
    spoken: Spoken,
    weights: Weights,
}

impl Rulebook {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// The line, or the pattern, that is at fault.
    pub(super) fn read(files: &Files) -> Result<Self, String> {
        let numbers = lines(files.numbers).filter_map(|line| {
            let (number, ways) = line.split_once(' ')?;
            Some((number.to_owned(), ways.split(' ').map(plain).collect()))
        });
        Ok(Self {
            spoken: Spoken::read(numbers),
            lexicon: lexicon(files)?,
            sections: sections(files.rules)?,
            weights: Weights::read(lines(files.weights))?,
        })
    }

    /// The first of `rules` that `text` breaks, in the order of the file; `likely` comes last, where none is found.
    pub(super) fn broken(&self, text: &str, rules: &[Rule]) -> Option<Rule> {
        let Folded { text, is_foreign } = folded(text);
        if is_foreign && rules.contains(&Rule::Script) {
            return Some(Rule::Script);
        }
        let small = text.to_ascii_lowercase();
        let mut views = [
            text.clone().into_bytes(),
            small.clone().into_bytes(),
            self.spoken.digits(&small).into_bytes(),
            self.lexicon.tagged(&text, &self.spoken).into_bytes(),
        ];
        for section in &self.sections {
            let seen = &mut views[section.view as usize];
            match section.rule {
                Some(rule) => {
                    if rules.contains(&rule) && section.pattern.is_match(seen) {
                        return Some(rule);
                    }
                }
                None => {
                    let mask = if section.view == View::Words { MASKED_WORD } else { MASKED };
                    if let Cow::Owned(masked) = section.pattern.replace_all(seen, mask) {
                        *seen = masked;
                    }
                }
            }
        }
        // Places and firms are hidden by now, so their names weigh nothing.
        let [.., words] = &views;
        let is_likely = rules.contains(&Rule::Likely)
            && std::str::from_utf8(words).is_ok_and(|row| self.weights.is_over(row));
        is_likely.then_some(Rule::Likely)
    }

    /// See [`crate::privacy::is_first_name`].
    pub(super) fn is_first_name(&self, word: &str) -> bool {
        self.lexicon.is_first_name(&plain(word))
    }

    /// The row of words that is weighed: of a text that breaks no other rule, what the masks leave of it.
    #[cfg(test)]
    pub(super) fn row(&self, text: &str) -> String {
        let mut row = self.lexicon.tagged(&folded(text).text, &self.spoken).into_bytes();
        for section in &self.sections {
            if section.rule.is_none() && section.view == View::Words {
                row = section.pattern.replace_all(&row, MASKED_WORD).into_owned();
            }
        }
        String::from_utf8(row).expect("a row is ASCII")
    }
}

/// The lines of a file but its comments.
fn lines(file: &str) -> impl Iterator<Item = &str> {
    file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A word of the files as texts are folded.
fn plain(word: &str) -> String {
    folded(word).text.trim().to_ascii_lowercase()
}

/// Reads the names, and lines such as `L: rue place`: words with what they may be, as letters.
fn lexicon(files: &Files) -> Result<Lexicon, String> {
    let mut lexicon = Lexicon::default();
    for (names, tag) in [(files.first_names, 'F'), (files.surnames, 'S')] {
        for name in lines(names).flat_map(str::split_whitespace).map(plain) {
            name.split(['-', '\'']).for_each(|part| lexicon.add(part, tag));
        }
    }
    for line in lines(files.lexicon) {
        let (tags, words) = line.split_once(": ").ok_or_else(|| line.to_owned())?;
        for word in words.split_whitespace().map(plain) {
            match tags {
                "homonym" => lexicon.demote(&word),
                tags => {
                    tags.chars().for_each(|tag| lexicon.add(&word, tag));
                    FORMS.iter().for_each(|ending| lexicon.know(format!("{word}{ending}")));
                }
            }
        }
    }
    vocabulary(files.vocabulary, &mut lexicon)?;
    Ok(lexicon)
}

/// Reads lines such as `er := er e ent`, the endings of a class of words, and `er: cass forc`, its stems.
fn vocabulary(file: &'static str, lexicon: &mut Lexicon) -> Result<(), String> {
    let mut classes: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in lines(file) {
        if let Some((class, endings)) = line.split_once(" := ") {
            let endings = endings.split_whitespace().map(|e| if e == "-" { "" } else { e });
            classes.insert(class, endings.collect());
            continue;
        }
        let (class, stems) = line.split_once(": ").ok_or_else(|| line.to_owned())?;
        if class == "ends" {
            stems.split_whitespace().for_each(|ending| lexicon.know_ending(ending));
            continue;
        }
        let endings = classes.get(class).ok_or_else(|| line.to_owned())?;
        for stem in stems.split_whitespace().map(plain) {
            endings.iter().for_each(|ending| lexicon.know(format!("{stem}{ending}")));
        }
    }
    Ok(())
}

/// Reads headings `[rule view]` or `[mask view]`, definitions `NAME := pattern` that patterns name as
/// `{NAME}`, and patterns, one a line.
fn sections(file: &str) -> Result<Vec<Section>, String> {
    let mut names: Vec<(String, String)> = Vec::new();
    let mut sections: Vec<(View, Option<Rule>, Vec<String>)> = Vec::new();
    for line in lines(file) {
        if let Some((name, view)) = heading(line) {
            let rule = Rule::of_name(name);
            let view = view_of_name(view).filter(|_| rule.is_some() || name == "mask");
            sections.push((view.ok_or_else(|| line.to_owned())?, rule, Vec::new()));
            continue;
        }
        let known = |text: &str| {
            names.iter().fold(text.to_owned(), |text, (name, what)| text.replace(name, what))
        };
        if let Some((name, what)) = line.split_once(" := ") {
            let what = known(what);
            names.push((format!("{{{name}}}"), what));
        } else {
            let (view, _, patterns) = sections.last_mut().ok_or_else(|| line.to_owned())?;
            let pattern = known(line);
            patterns.push(match view {
                View::Words => pattern::of_row(&pattern),
                _ => format!("(?:{pattern})"),
            });
        }
    }
    let compiled = sections.into_iter().map(|(view, rule, patterns)| {
        let pattern = Regex::new(&format!("(?-u){}", patterns.join("|")));
        Ok(Section { view, rule, pattern: pattern.map_err(|error| error.to_string())? })
    });
    compiled.collect()
}

/// The two words of a heading.
fn heading(line: &str) -> Option<(&str, &str)> {
    let (name, view) = line.strip_prefix('[')?.strip_suffix(']')?.split_once(' ')?;
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase());
    (is_word(name) && is_word(view)).then_some((name, view))
}

fn view_of_name(name: &str) -> Option<View> {
    Some(match name {
        "cased" => View::Cased,
        "plain" => View::Plain,
        "digits" => View::Digits,
        "words" => View::Words,
        _ => return None,
    })
}
