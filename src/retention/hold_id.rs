//! [`HoldId`]: the key of a hold.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// A hold's id: a UUID of version 7, so that ids sort by the time they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldId(Uuid);

/// Why a text is not a [`HoldId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the id of a hold is a UUID, got `{0}`")]
pub struct InvalidHoldId(String);

impl HoldId {
    /// The id that this UUID is.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl FromStr for HoldId {
    type Err = InvalidHoldId;

    fn from_str(text: &str) -> Result<Self, InvalidHoldId> {
        Uuid::try_parse(text).map(Self).map_err(|_not_a_uuid| InvalidHoldId(text.to_owned()))
    }
}

impl fmt::Display for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
