//! [`Weights`]: how much a row of words reads like sentences that tell of somebody.
//!
//! The last rule, for what no pattern names. It adds up what `rules/weights.txt` gives for the words of a sentence: it weighs a text, and knows nothing of a person.

use std::collections::{BTreeSet, HashMap};

/// Letters of a beginning that counts by itself, of longer words: `menaçait` counts like `menace`.
const BEGINNING_LETTERS: usize = 5;
/// Letters of an ending that counts by itself, of words of more than [`SHORT_LETTERS_MAX`] letters.
const ENDING_LETTERS: usize = 4;
/// Most letters of a word whose ending is most of it.
const SHORT_LETTERS_MAX: usize = 6;
/// Most digits of a number that are told apart: a number counts by how long it is.
const DIGITS_MAX: usize = 4;
/// Letters of words that say how a word is written and not what it may be.
const MANNERS: [char; 3] = ['I', 'k', 'U'];
/// What ends a sentence: each is weighed by itself, so that a long note does not hide one.
const SENTENCE_ENDS: [&str; 4] = [".", "!", "?", ";"];

/// A word and the letters of what it may be.
pub(super) type Word<'a> = (&'a str, &'a str);

/// What each sign of a sentence adds, in hundredths of the natural logarithm of the odds that it tells of somebody.
#[derive(Debug, Default)]
pub(super) struct Weights {
    weights: HashMap<String, i32>,
    /// What every sentence begins with.
    start: i32,
    /// Sentences over it are refused.
    limit: i32,
}

impl Weights {
    /// Reads lines such as `start: -80`, `limit: 250` and `57: celui porte* *aine chez>F`.
    ///
    /// # Errors
    ///
    /// The line that is at fault.
    pub(super) fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut read = Self::default();
        for line in lines {
            let at_fault = || line.to_owned();
            let (head, rest) = line.split_once(": ").ok_or_else(at_fault)?;
            let number = |text: &str| text.parse::<i32>().ok().ok_or_else(at_fault);
            match head {
                "start" => read.start = number(rest)?,
                "limit" => read.limit = number(rest)?,
                weight => {
                    let weight = number(weight)?;
                    read.weights.extend(rest.split(' ').map(|sign| (sign.to_owned(), weight)));
                }
            }
        }
        Ok(read)
    }

    /// Whether a sentence of a row of tagged words, as [`super::words::Lexicon::tagged`] writes it, weighs more than the limit.
    pub(super) fn is_over(&self, row: &str) -> bool {
        sentences(&words(row)).any(|words| self.sum(&signs(words)) > self.limit)
    }

    fn sum(&self, signs: &BTreeSet<String>) -> i32 {
        self.start + signs.iter().filter_map(|sign| self.weights.get(sign)).sum::<i32>()
    }
}

/// The words of a row, each with its tags.
pub(super) fn words(row: &str) -> Vec<Word<'_>> {
    row.split('>').filter_map(|word| word.strip_prefix(' ')?.split_once('=')).collect()
}

/// The sentences of a text, without what ends them.
pub(super) fn sentences<'a, 'b>(words: &'a [Word<'b>]) -> impl Iterator<Item = &'a [Word<'b>]> {
    words.split(|(word, _)| SENTENCE_ENDS.contains(word)).filter(|words| !words.is_empty())
}

/// What counts of a sentence: its words, their beginnings (`menac*`) and endings (`*iste`), and which word stands before what may be a name,
/// kin, … (`chez>F`; `^` stands before the first, `$` after the last). A number counts by its length.
pub(super) fn signs(words: &[Word<'_>]) -> BTreeSet<String> {
    let mut signs = BTreeSet::new();
    let mut before = "^".to_owned();
    for (word, tags) in words {
        let word = counted(word);
        let tags = tags.chars().filter(|tag| !MANNERS.contains(tag));
        signs.extend(tags.map(|tag| format!("{before}>{tag}")));
        if word.len() > BEGINNING_LETTERS {
            signs.insert(format!("{}*", &word[..BEGINNING_LETTERS]));
        }
        if word.len() > SHORT_LETTERS_MAX {
            signs.insert(format!("*{}", &word[word.len() - ENDING_LETTERS..]));
        }
        before.clone_from(&word);
        signs.insert(word);
    }
    signs.insert(format!("{before}>$"));
    signs
}

/// A word as it counts.
fn counted(word: &str) -> String {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        "0".repeat(word.len().min(DIGITS_MAX))
    } else {
        word.to_owned()
    }
}
