//! [`AlertId`]: the key of an alert.

use std::{fmt, str::FromStr};

use uuid::Uuid;

use crate::time::Timestamp;

/// An alert's id: a UUID of version 7, so that ids sort by the time they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId(Uuid);

/// Why a text is not an [`AlertId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an alert id is a UUID, got `{0}`")]
pub struct InvalidAlertId(String);

impl AlertId {
    /// The id that this UUID is.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The id of an alert at that instant; `chance` sets apart those of one millisecond.
    #[must_use]
    pub fn at(raised_at: Timestamp, chance: &[u8; 10]) -> Self {
        let unix_ms = u64::try_from(raised_at.unix_ms()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, chance).into_uuid())
    }

    /// Whether it was made with that chance.
    #[must_use]
    pub fn has_chance(self, chance: &[u8; 10]) -> bool {
        let alike = uuid::Builder::from_unix_timestamp_millis(0, chance).into_uuid();
        self.0.as_bytes()[6..] == alike.as_bytes()[6..]
    }

    /// The UUID.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl FromStr for AlertId {
    type Err = InvalidAlertId;

    fn from_str(text: &str) -> Result<Self, InvalidAlertId> {
        Uuid::try_parse(text).map(Self).map_err(|_not_a_uuid| InvalidAlertId(text.to_owned()))
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
