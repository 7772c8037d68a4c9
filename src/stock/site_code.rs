//! [`SiteCode`]: the landlord's own name for a residence.

use std::{fmt, str::FromStr};

/// Longest site code, in bytes.
pub const SITE_CODE_LENGTH_MAX: usize = 32;

/// A landlord's own code for a residence, such as `PH-0754`: the only location a report carries.
///
/// ASCII capitals, digits and hyphens, 1 to 32 bytes. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteCode(Box<str>);

/// Why a text is not a [`SiteCode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSiteCode {
    /// Nothing was given.
    #[error("a site code has at least one character")]
    Empty,
    /// More than the allowed bytes.
    #[error("a site code has at most {SITE_CODE_LENGTH_MAX} characters, got {length}")]
    TooLong {
        /// Bytes given.
        length: usize,
    },
    /// A character other than `A-Z`, `0-9` or `-`.
    #[error("a site code has only A-Z, 0-9 and `-`, got `{character}` at {position}")]
    Character {
        /// The first character at fault.
        character: char,
        /// Its byte offset.
        position: usize,
    },
}

impl FromStr for SiteCode {
    type Err = InvalidSiteCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if text.is_empty() {
            return Err(InvalidSiteCode::Empty);
        }
        if text.len() > SITE_CODE_LENGTH_MAX {
            return Err(InvalidSiteCode::TooLong { length: text.len() });
        }
        match text.char_indices().find(|(_, c)| !allowed(*c)) {
            Some((position, character)) => Err(InvalidSiteCode::Character { character, position }),
            None => Ok(Self(text.into())),
        }
    }
}

impl SiteCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SiteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The single place that calls the parser; the cases below are data.
    #[track_caller]
    fn check(text: &str, expected: Result<&str, InvalidSiteCode>) {
        let actual = text.parse::<SiteCode>().map(|code| code.to_string());
        assert_eq!(actual, expected.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn codes_of_real_landlords_are_kept_as_they_are() {
        check("PH-0754", Ok("PH-0754"));
        check("75011A", Ok("75011A"));
    }

    #[test]
    fn a_code_that_no_landlord_prints_is_refused_with_its_reason() {
        check("", Err(InvalidSiteCode::Empty));
        check(&"A".repeat(33), Err(InvalidSiteCode::TooLong { length: 33 }));
        check("PH 0754", Err(InvalidSiteCode::Character { character: ' ', position: 2 }));
    }
}
