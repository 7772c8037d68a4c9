//! [`IncidentId`]: the key of an incident.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// An incident's id: a UUID of version 7, so that ids sort by the time they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentId(Uuid);

/// Why a text is not an [`IncidentId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an incident id is a UUID, got `{0}`")]
pub struct InvalidIncidentId(String);

impl IncidentId {
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

impl FromStr for IncidentId {
    type Err = InvalidIncidentId;

    fn from_str(text: &str) -> Result<Self, InvalidIncidentId> {
        Uuid::try_parse(text).map(Self).map_err(|_not_a_uuid| InvalidIncidentId(text.to_owned()))
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
