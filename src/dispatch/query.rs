//! [`NearestQuery`]: what is asked.

use crate::{geo::LonLat, incident::IncidentId, stock::SiteCode, time::Timestamp};

/// Most patrols that are ranked at once: nobody reads further.
pub const RANK_COUNT_MAX: u8 = 50;

/// How many patrols to rank, 1 to 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankCount(u8);

/// Why a number is not a [`RankCount`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {RANK_COUNT_MAX}, got {0}")]
pub struct InvalidRankCount(pub u64);

impl RankCount {
    /// Builds it from a number.
    ///
    /// # Errors
    ///
    /// [`InvalidRankCount`] when it is not 1 to [`RANK_COUNT_MAX`].
    pub fn new(count: u64) -> Result<Self, InvalidRankCount> {
        match u8::try_from(count) {
            Ok(small) if (1..=RANK_COUNT_MAX).contains(&small) => Ok(Self(small)),
            _ => Err(InvalidRankCount(count)),
        }
    }

    /// As a length.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// What to rank patrols for.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestQuery {
    /// Where they would go.
    pub target: Target,
    /// How many to rank.
    pub count: RankCount,
    /// Who may be ranked.
    pub eligible: Eligible,
    /// How to rank them.
    pub by: By,
    /// Fewest agents that must be aboard; a crew of unknown size is believed to be large enough.
    pub crew_min: u8,
    /// The time of asking, against which the age of positions is told.
    pub now: Timestamp,
}

/// Where patrols would go.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// To a position.
    Position(LonLat),
    /// To a site.
    Site(SiteCode),
    /// To the place of an incident.
    Incident(IncidentId),
}

/// Who may be ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Eligible {
    /// Only patrols that may be sent now.
    #[default]
    Available,
    /// Every patrol whose position is known.
    Everybody,
}

/// How patrols are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// By the time that they take along the roads, where those are known.
    #[default]
    Road,
    /// By geodesic on the WGS 84 ellipsoid.
    Line,
}
