//! [`AccountName`]: what an account is called, and what somebody signs in with.

use std::{fmt, str::FromStr};

/// Longest name, in bytes.
pub const ACCOUNT_NAME_LENGTH_MAX: usize = 32;

/// What an account is called, such as `regulation-2` or `tango-3`: a post, never a person.
///
/// ASCII letters in lower case, digits, `-`, `_` and `.`, 1 to 32 bytes; an `@` has no place in it, so that no
/// address of a person can be one. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(Box<str>);

/// Why a text is not an [`AccountName`]. The text is not repeated: it may be a password in the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has 1 to {ACCOUNT_NAME_LENGTH_MAX} characters of a-z, 0-9, `-`, `_` and `.`")]
pub struct InvalidAccountName;

impl AccountName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = InvalidAccountName;

    fn from_str(text: &str) -> Result<Self, InvalidAccountName> {
        let fits = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.')
        };
        let valid = (1..=ACCOUNT_NAME_LENGTH_MAX).contains(&text.len()) && text.bytes().all(fits);
        if valid { Ok(Self(text.into())) } else { Err(InvalidAccountName) }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
