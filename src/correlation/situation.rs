//! [`Situation`]: what a rule has found, from when to when, and on what.

use std::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{RuleName, Scope};
use crate::{
    closed_list::{ClosedList as _, closed_list},
    stock::{LandlordId, SiteCode},
    time::Timestamp,
};

/// A situation's id: a UUID of version 7 made of its rule, its subject and the instant at which it opened, so that the same
/// signals make the same ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SituationId(Uuid);

/// Why a text is not a [`SituationId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id of a situation is a UUID")]
pub struct InvalidSituationId;

/// On what a situation is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A site.
    Site(SiteCode),
    /// All sites of a landlord.
    Landlord(LandlordId),
    /// A territory of the rules.
    Territory(RuleName),
    /// All the ground there is.
    Everywhere,
}

closed_list! {
    /// Why a situation is over.
    ClosedBy {
        /// Its condition was not met again for as long as the rule says.
        Quiet = "quiet",
        /// A signal says so.
        Signal = "signal",
        /// No rule looks at it any more: the rules were changed.
        Unwatched = "unwatched",
    }
}

/// What a rule has found on a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// Unique.
    pub id: SituationId,
    /// Which rule.
    pub rule: RuleName,
    /// On what.
    pub subject: Subject,
    /// When the condition was first met.
    pub opened_at: Timestamp,
    /// When it was last met.
    pub last_at: Timestamp,
    /// How often it was met.
    pub times: u64,
    /// The site of the last signal, where it was on one.
    pub last_site: Option<SiteCode>,
    /// When and why it was over; `None` while it is open.
    pub closed: Option<(Timestamp, ClosedBy)>,
}

/// What became of a situation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Opened(Situation),
    /// Its condition was met again. Told once a minute at most: the last count comes with the end.
    Updated(Situation),
    /// It is over.
    Closed(Situation),
}

impl SituationId {
    pub(super) fn of(rule: &RuleName, subject: &Subject, opened_at: Timestamp) -> Self {
        let mut digest = Sha256::new();
        digest.update(format!("{rule}\n{subject}\n{}", opened_at.unix_ms()));
        let bytes: [u8; 32] = digest.finalize().into();
        let mut chance = [0; 10];
        chance.copy_from_slice(&bytes[..10]);
        let unix_ms = u64::try_from(opened_at.unix_ms()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, &chance).into_uuid())
    }

    /// The id with these bytes, as a store kept it.
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

impl Subject {
    /// On what sort of thing it is.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Site(_) => Scope::Site,
            Self::Landlord(_) => Scope::Landlord,
            Self::Territory(_) => Scope::Territory,
            Self::Everywhere => Scope::Everywhere,
        }
    }

    /// On which of that sort; `None` where there is but one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Site(code) => Some(code.as_str()),
            Self::Landlord(id) => Some(id.as_str()),
            Self::Territory(name) => Some(name.as_str()),
            Self::Everywhere => None,
        }
    }
}

impl Situation {
    /// Whether `other` tells more of this situation than is known. What is over stays so, unless no rule looked at it.
    #[must_use]
    pub fn becomes(&self, other: &Self) -> bool {
        let is_settled = self.closed.is_some_and(|(_, by)| by != ClosedBy::Unwatched);
        let is_more = other.times > self.times || other.closed.is_some() != self.closed.is_some();
        !is_settled && is_more
    }
}

impl Change {
    /// The situation as it is now.
    #[must_use]
    pub const fn situation(&self) -> &Situation {
        match self {
            Self::Opened(situation) | Self::Updated(situation) | Self::Closed(situation) => {
                situation
            }
        }
    }
}

impl Change {
    /// The situation as it is now, alone.
    #[must_use]
    pub fn into_situation(self) -> Situation {
        match self {
            Self::Opened(situation) | Self::Updated(situation) | Self::Closed(situation) => {
                situation
            }
        }
    }
}

impl FromStr for SituationId {
    type Err = InvalidSituationId;

    fn from_str(text: &str) -> Result<Self, InvalidSituationId> {
        Uuid::try_parse(text).map(Self).map_err(|_not_a_uuid| InvalidSituationId)
    }
}

impl fmt::Display for SituationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Display for Subject {
    /// `site PH-0754`, `landlord paris-habitat`, `territory canal` or `everywhere`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scope().as_str())?;
        self.name().map_or(Ok(()), |name| write!(f, " {name}"))
    }
}
