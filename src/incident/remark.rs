//! [`Remark`]: what a crew may add to its report in its own words, where an administrator has turned that on.

use std::fmt;

use crate::privacy::{self, Purpose};

/// Longest remark, in characters.
pub const REMARK_LENGTH_MAX: usize = 140;

/// Plain text of one line, 1 to 140 characters, that the refusal filter has let through. It stays in the room: no
/// landlord, no partner and no report that leaves the house is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark(Box<str>);

/// Why a text is not a [`Remark`]. None of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRemark {
    /// Nothing to read.
    #[error("says nothing: leave it out")]
    Blank,
    /// More than the allowed characters.
    #[error("has at most {REMARK_LENGTH_MAX} characters, got {length}")]
    TooLong {
        /// Characters given.
        length: usize,
    },
    /// A character that is not to be read.
    #[error("is one line, without control characters")]
    Control,
    /// It tells of a person.
    #[error(transparent)]
    Refused(#[from] privacy::Refusal),
}

impl Remark {
    /// A remark as somebody writes it.
    ///
    /// # Errors
    ///
    /// [`InvalidRemark`] says what is wrong, and by which rule it is refused.
    pub fn written(text: &str) -> Result<Self, InvalidRemark> {
        let remark = Self::kept(text)?;
        privacy::check(text, Purpose::Remark)?;
        Ok(remark)
    }

    /// A remark as a store has kept it. It was judged when it was written: rules that came later do not hide it.
    ///
    /// # Errors
    ///
    /// [`InvalidRemark`] where it never was one.
    pub fn kept(text: &str) -> Result<Self, InvalidRemark> {
        let length = text.chars().count();
        if text.trim().is_empty() {
            return Err(InvalidRemark::Blank);
        }
        if length > REMARK_LENGTH_MAX {
            return Err(InvalidRemark::TooLong { length });
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidRemark::Control);
        }
        Ok(Self(text.into()))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::{Refusal, Rule};

    #[track_caller]
    fn check(text: &str, expected: Result<(), InvalidRemark>) {
        assert_eq!(Remark::written(text).map(|_| ()), expected, "{text:?}");
    }

    #[test]
    fn a_remark_is_a_short_line_that_tells_of_nobody() {
        check("Porte du hall B à réparer, groom cassé.", Ok(()));
        let longest = "porte cassée, ".repeat(9) + "porte cassée..";
        check(&longest, Ok(()));
        check(&(longest + "."), Err(InvalidRemark::TooLong { length: 141 }));
        check(" ", Err(InvalidRemark::Blank));
        check("a\nb", Err(InvalidRemark::Control));
        check("vu avec Mme Dupont", Err(Refusal { rule: Rule::Civility }.into()));
    }

    #[test]
    fn what_was_kept_is_read_whatever_the_rules_are_now() {
        assert_eq!(Remark::kept("vu avec Mme Dupont").unwrap().as_str(), "vu avec Mme Dupont");
    }
}
