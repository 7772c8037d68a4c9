//! [`SiteNote`]: what a landlord tells crews of a site.

use std::{fmt, str::FromStr};

use super::SiteCode;
use crate::closed_list::closed_list;

/// Longest note, in characters: what is read in the car, on a tablet.
pub const NOTE_LENGTH_MAX: usize = 500;

closed_list! {
    /// What a note is about.
    NoteTopic {
        /// What to do and what to leave (consignes).
        Instructions = "instructions",
        /// How to get in: gates, codes, keys.
        Access = "access",
    }
}

/// What a crew is told about one topic of a site. Keyed by site and topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteNote {
    /// Where.
    pub site: SiteCode,
    /// About what.
    pub topic: NoteTopic,
    /// In these words; `None` once they were taken back.
    pub text: Option<NoteText>,
}

/// The words of a note: plain text of one line, 1 to 500 characters. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteText(Box<str>);

/// Why a text is not a [`NoteText`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNoteText {
    /// Nothing to read.
    #[error("a note says something")]
    Blank,
    /// More than the allowed characters.
    #[error("a note has at most {NOTE_LENGTH_MAX} characters, got {length}")]
    TooLong {
        /// Characters given.
        length: usize,
    },
    /// A character that is not to be read.
    #[error("a note has no control character, got {character:?} at character {position}")]
    Control {
        /// The first one.
        character: char,
        /// Its place, from 0.
        position: usize,
    },
}

impl FromStr for NoteText {
    type Err = InvalidNoteText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        if text.trim().is_empty() {
            return Err(InvalidNoteText::Blank);
        }
        if length > NOTE_LENGTH_MAX {
            return Err(InvalidNoteText::TooLong { length });
        }
        match text.chars().enumerate().find(|(_, character)| character.is_control()) {
            Some((position, character)) => Err(InvalidNoteText::Control { character, position }),
            None => Ok(Self(text.into())),
        }
    }
}

impl NoteText {
    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(), InvalidNoteText>) {
        assert_eq!(text.parse::<NoteText>().map(|_| ()), expected, "{text:?}");
    }

    #[test]
    fn a_note_is_a_line_of_plain_text() {
        check("Entrer par la cour ; ne pas sonner à la loge après 20 h.", Ok(()));
        check(&"é".repeat(500), Ok(()));
        check(&"é".repeat(501), Err(InvalidNoteText::TooLong { length: 501 }));
        check(" ", Err(InvalidNoteText::Blank));
        check("a\nb", Err(InvalidNoteText::Control { character: '\n', position: 1 }));
        check("é\u{9b}", Err(InvalidNoteText::Control { character: '\u{9b}', position: 1 }));
    }
}
