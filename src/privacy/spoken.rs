//! [`digits`]: numbers that are written as words, in digits.

use std::collections::HashMap;

/// Numbers by the words that say them, such as `["soixante", "et", "onze"]` for 71.
pub(super) struct Spoken {
    numbers: HashMap<Vec<String>, String>,
    words_max: usize,
}

impl Spoken {
    /// Reads lines of a number and the ways to say it.
    pub(super) fn read(lines: impl Iterator<Item = (String, Vec<String>)>) -> Self {
        let mut numbers = HashMap::new();
        for (number, ways) in lines {
            for way in ways {
                let words = way.split('-').map(str::to_owned).collect();
                numbers.insert(words, number.clone());
            }
        }
        let words_max = numbers.keys().map(Vec::len).max().unwrap_or(0);
        Self { numbers, words_max }
    }

    /// Whether one word alone is a number.
    pub(super) fn is_number(&self, word: &str) -> bool {
        self.numbers.contains_key(std::slice::from_ref(&word.to_owned()))
    }

    /// `text` in lower case, with digits for the numbers that it says in words, longest first, and for the
    /// letter O that stands for zero.
    pub(super) fn digits(&self, text: &str) -> String {
        let pieces = pieces(text);
        let mut said = String::with_capacity(text.len());
        let mut at = 0;
        while at < pieces.len() {
            match self.number_at(&pieces[at..]) {
                Some((number, length)) => {
                    said.push_str(number);
                    at += length;
                }
                None => {
                    said.push_str(pieces[at]);
                    at += 1;
                }
            }
        }
        zeros(&said)
    }

    /// The longest number at the head of `pieces`, with how many of them it takes.
    fn number_at(&self, pieces: &[&str]) -> Option<(&str, usize)> {
        let mut words: Vec<String> = Vec::new();
        let mut longest = None;
        for (index, piece) in pieces.iter().enumerate() {
            let is_word = piece.starts_with(|c: char| c.is_ascii_lowercase());
            match (index % 2 == 0, is_word) {
                (true, true) => words.push((*piece).to_owned()),
                (false, false) if *piece == " " || *piece == "-" => continue,
                _ => break,
            }
            if words.len() > self.words_max {
                break;
            }
            if let Some(number) = self.numbers.get(&words) {
                longest = Some((number.as_str(), index + 1));
            }
        }
        longest
    }
}

/// Runs of letters, and runs of anything else.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let letter = |at: usize| text.as_bytes()[at].is_ascii_lowercase();
    for at in 1..text.len() {
        if letter(at) != letter(at - 1) {
            pieces.push(&text[from..at]);
            from = at;
        }
    }
    pieces.push(&text[from..]);
    pieces
}

/// Reads the letter O as a zero where it stands alone, or opens or goes on a number.
fn zeros(text: &str) -> String {
    let mut read = text.as_bytes().to_vec();
    let mut at = 0;
    while at < read.len() {
        let length = read[at..].iter().take_while(|b| **b == b'o').count();
        let before = if at == 0 { b' ' } else { read[at - 1] };
        let after = read.get(at + length).copied().unwrap_or(b' ');
        if length > 0
            && !before.is_ascii_lowercase()
            && !after.is_ascii_lowercase()
            && after != b'\''
        {
            read[at..at + length].fill(b'0');
        }
        at += length.max(1);
    }
    String::from_utf8(read).unwrap_or_default()
}
