//! Text of any age: UTF-8, else Windows-1252; and names compared as people read them.

use std::{borrow::Cow, fmt};

use super::summary::Fault;
use crate::{
    privacy::{self, Purpose},
    stock::unaccented,
};

/// Longest value that a summary repeats, in bytes.
const REPEATED_LENGTH_MAX: usize = 32;
/// A value with as many digits may be a telephone number.
const TELEPHONE_DIGITS_MIN: usize = 8;

/// What bytes 0x80 to 0x9F stand for in Windows-1252. Source: WHATWG Encoding Standard, index windows-1252.
const WINDOWS_1252_HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of `bytes`: UTF-8 where it is valid, else Windows-1252, which any bytes are.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    }
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS_1252_HIGH[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

/// A value as a summary repeats it: only where it has the form of a code or a number, for files hold anything.
pub(super) fn quoted(value: impl fmt::Display) -> String {
    let value = value.to_string();
    let code_like = |c: char| c.is_ascii_alphanumeric() || "-_/.,+".contains(c);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let is_code = value.len() <= REPEATED_LENGTH_MAX
        && value.chars().all(code_like)
        && digits < TELEPHONE_DIGITS_MIN;
    if is_code { format!("`{value}`") } else { "a text that is not repeated".to_owned() }
}

/// Refuses a value that tells of a person: the fault names the field and the rule, and repeats nothing.
pub(super) fn judged(field: &str, value: &str, purpose: Purpose) -> Result<(), Fault> {
    privacy::check(value, purpose).map_err(|e| Fault::new(REFUSED, format!("{field}: {e}")))
}

/// What faults of [`judged`] are counted under.
pub(super) const REFUSED: &str = "tells of a person";

/// Whether two column names are one: case, accents, blanks and punctuation make no difference.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    plain_letters(name).filter(|c| c.is_alphanumeric())
}

/// The characters of a text in lower case, without the accents of French.
pub(super) fn plain_letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase).flat_map(|c| {
        let (letters, other) = match unaccented(c) {
            Some(letters) => (letters, None),
            None => ("", Some(c)),
        };
        letters.chars().chain(other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_files_are_read_as_they_were_meant() {
        assert_eq!(decode("Résidence".as_bytes()), "Résidence");
        assert_eq!(decode(b"R\xe9sidence \x80"), "Résidence €");
    }

    #[test]
    fn a_name_is_one_however_it_is_written() {
        assert!(same_name("nbLogements", "NB_LOGEMENTS"));
        assert!(same_name("Numéro d'adresse", "numero_d_adresse"));
        assert!(!same_name("lon", "long"));
    }
}
