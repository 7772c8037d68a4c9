//! [`SourceName`] and [`KindName`]: who says something, and what it says.

use std::{fmt, str::FromStr};

use super::INCIDENT_SOURCE;

/// Longest name, in bytes.
pub const SIGNAL_NAME_LENGTH_MAX: usize = 32;

/// The name of a source, such as `noise`.
///
/// Lower-case ASCII letters, digits and `_`, 1 to 32 bytes. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(Box<str>);

/// What a source says, such as `level`; of incidents the code of their kind, such as `OCC-HAL`.
///
/// ASCII letters, digits, `_` and `-`, 1 to 32 bytes. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindName(Box<str>);

/// Why a text is not a name. The text is not in it: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Of a source.
    #[error("a source has 1 to {SIGNAL_NAME_LENGTH_MAX} of a-z, 0-9 and `_`, such as noise")]
    Source,
    /// Of a kind.
    #[error(
        "a kind has 1 to {SIGNAL_NAME_LENGTH_MAX} of A-Z, a-z, 0-9, `_` and `-`, such as level"
    )]
    Kind,
}

impl SourceName {
    /// The source that the twin itself is.
    pub(super) fn incident() -> Self {
        Self(INCIDENT_SOURCE.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl KindName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    (1..=SIGNAL_NAME_LENGTH_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

impl FromStr for SourceName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if is_name(text, allowed) { Ok(Self(text.into())) } else { Err(InvalidName::Source) }
    }
}

impl FromStr for KindName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if is_name(text, allowed) { Ok(Self(text.into())) } else { Err(InvalidName::Kind) }
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
