//! [`PatrolId`]: the key of a patrol.

use std::{fmt, str::FromStr};

/// Longest id, in bytes.
const PATROL_ID_LENGTH_MAX: usize = 32;

/// A patrol's id, such as `TANGO-3`.
///
/// ASCII letters, digits, `-` and `_`, 1 to 32 bytes. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatrolId(Box<str>);

/// Why a text is not a [`PatrolId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPatrolId {
    /// Not 1 to 32 bytes.
    #[error("a patrol id has 1 to {PATROL_ID_LENGTH_MAX} characters, got {0}")]
    Length(usize),
    /// Another character.
    #[error("a patrol id has only A-Z, a-z, 0-9, `-` and `_`, got `{0}`")]
    Character(char),
}

impl PatrolId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PatrolId {
    type Err = InvalidPatrolId;

    fn from_str(text: &str) -> Result<Self, InvalidPatrolId> {
        if !(1..=PATROL_ID_LENGTH_MAX).contains(&text.len()) {
            return Err(InvalidPatrolId::Length(text.len()));
        }
        match text.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
            Some(character) => Err(InvalidPatrolId::Character(character)),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for PatrolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
