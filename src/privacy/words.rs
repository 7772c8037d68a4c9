//! [`Lexicon::tagged`]: a text as a row of words, each with the letters of what it may be.
//!
//! `Karim habite ici` reads ` karim=FIU> habite=V> ici=W>`: a pattern over such rows sees what a word is,
//! without naming it.

use std::collections::{HashMap, HashSet};

use super::spoken::Spoken;

/// A capital at its head.
const CAPITAL: &str = "U";
/// All of capitals, among words that are not.
const ALL_CAPITALS: &str = "Uk";
/// First of its sentence.
const INITIAL: char = 'I';
/// A number, in digits or in words.
const NUMBER: char = 'N';
/// A word that is on no list.
const UNLISTED: char = 'O';
/// A word that is not even in the vocabulary: likely a name, where a person stands.
const UNKNOWN: &str = "OK";
/// Fewest letters of a word that is unknown: shorter ones are abbreviations.
const UNKNOWN_LETTERS_MIN: usize = 4;
/// Fewest letters before an ending that names do not have.
const BEFORE_ENDING_LETTERS_MIN: usize = 4;
/// Fewest single letters in a row that are read as one word, such as `M O U S S A`.
const SPACED_LETTERS_MIN: usize = 4;

/// What each listed word may be, as letters.
#[derive(Default)]
pub(super) struct Lexicon {
    tags: HashMap<String, String>,
    vocabulary: HashSet<String>,
    endings: Vec<String>,
}

impl Lexicon {
    /// Adds a tag to a word, in lower case.
    pub(super) fn add(&mut self, word: &str, tag: char) {
        let tags = self.tags.entry(word.to_owned()).or_default();
        if !tags.contains(tag) {
            tags.push(tag);
        }
    }

    /// Reads a name that is a word as well in small letters: `F` becomes `f`.
    pub(super) fn demote(&mut self, word: &str) {
        if let Some(tags) = self.tags.get_mut(word) {
            *tags = tags.replace('F', "f").replace('S', "s");
        }
    }

    /// Adds a word that remarks are made of.
    pub(super) fn know(&mut self, word: String) {
        self.vocabulary.insert(word);
    }

    /// Adds an ending that names do not have.
    pub(super) fn know_ending(&mut self, ending: &str) {
        self.endings.push(ending.to_owned());
    }

    /// Whether a word in lower case is a first name, and neither a firm, a town nor a letter on the radio.
    pub(super) fn is_first_name(&self, word: &str) -> bool {
        let tags = self.tags.get(word).map_or("", String::as_str);
        tags.contains(['F', 'f']) && !tags.contains(['A', 'B'])
    }

    /// Whether a word that is on no list is in no vocabulary either, and ends as names may.
    fn is_unknown(&self, word: &str) -> bool {
        let ends = |ending: &String| {
            word.strip_suffix(ending.as_str()).is_some_and(|s| s.len() >= BEFORE_ENDING_LETTERS_MIN)
        };
        word.len() >= UNKNOWN_LETTERS_MIN
            && !self.vocabulary.contains(word)
            && !self.endings.iter().any(ends)
    }

    /// The row of words of a folded text.
    pub(super) fn tagged(&self, text: &str, spoken: &Spoken) -> String {
        let tokens = joined(tokens(text));
        let small = tokens.iter().any(|t| t.len() > 2 && t.bytes().all(|b| b.is_ascii_lowercase()));
        let mut row = String::with_capacity(text.len() * 3);
        let mut starts = true;
        for token in &tokens {
            let word = token.to_ascii_lowercase();
            let is_word = word.starts_with(|c: char| c.is_ascii_lowercase());
            let listed = self.tags.get(&word).map_or("", String::as_str);
            row.extend([" ", &word, "=", listed]);
            let is_number = !word.starts_with("un") && spoken.is_number(&word);
            if is_number || word.starts_with(|c: char| c.is_ascii_digit()) {
                row.push(NUMBER);
            } else if is_word && listed.is_empty() && word.len() > 1 {
                match self.is_unknown(&word) {
                    true => row.push_str(UNKNOWN),
                    false => row.push(UNLISTED),
                }
            }
            if is_word && starts {
                row.push(INITIAL);
            }
            row.push_str(capitals(token, small));
            row.push('>');
            starts = matches!(word.as_str(), "." | "!" | "?") || starts && !is_word;
        }
        row
    }
}

/// The tags for the capitals of a word; a word all of capitals says nothing in a text all of capitals.
fn capitals(token: &str, among_small: bool) -> &'static str {
    let all = token.bytes().all(|b| b.is_ascii_uppercase());
    match token.starts_with(|c: char| c.is_ascii_uppercase()) {
        true if !all || token.len() == 1 => CAPITAL,
        true if among_small => ALL_CAPITALS,
        _ => "",
    }
}

/// Runs of letters, runs of digits, and single signs.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let kind = |c: char| match c {
        c if c.is_ascii_alphabetic() => 'a',
        c if c.is_ascii_digit() => '0',
        ' ' => ' ',
        _ => '.',
    };
    let mut last = ' ';
    for c in text.chars() {
        let now = kind(c);
        match tokens.last_mut() {
            Some(token) if now == last && now != '.' && now != ' ' => token.push(c),
            _ if now != ' ' => tokens.push(c.to_string()),
            _ => {}
        }
        last = now;
    }
    tokens
}

/// Single letters in a row as one word.
fn joined(tokens: Vec<String>) -> Vec<String> {
    let is_single = |token: &String| token.len() == 1 && token.as_bytes()[0].is_ascii_alphabetic();
    let mut joined = Vec::with_capacity(tokens.len());
    let mut letters: Vec<String> = Vec::new();
    for token in tokens.into_iter().map(Some).chain([None]) {
        match token {
            Some(token) if is_single(&token) => letters.push(token),
            other => {
                if letters.len() >= SPACED_LETTERS_MIN {
                    joined.push(letters.concat());
                    letters.clear();
                }
                joined.append(&mut letters);
                joined.extend(other);
            }
        }
    }
    joined
}
