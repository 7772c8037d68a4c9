//! Patrols: a crew with a vehicle, whether it may be sent, and where it last said it was.
//!
//! Uses [`crate::geo`] and [`crate::time`] only.

mod fix;
mod patrol_id;

pub use fix::{
    CLOCK_SKEW_S_MAX, FixRefusal, FixVerdict, JUMP_ALLOWANCE_M, POSITION_AGE_S_MAX,
    POSITION_AGE_S_MAX_ON_MISSION, PositionFix, SPEED_M_PER_S_MAX, is_stale, judge_fix,
};
pub use patrol_id::{InvalidPatrolId, PatrolId};

use crate::time::Timestamp;

/// Longest callsign, in bytes.
pub const CALLSIGN_LENGTH_MAX: usize = 32;
/// Largest crew.
pub const CREW_MAX: u8 = 12;

/// Whether a patrol may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Availability {
    /// May be sent now.
    Available,
    /// On an intervention.
    Busy,
    /// Not working: its position is neither collected nor kept.
    OffDuty,
}

impl Availability {
    /// Every availability.
    pub const ALL: [Self; 3] = [Self::Available, Self::Busy, Self::OffDuty];

    /// Its name in the API and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::OffDuty => "off_duty",
        }
    }

    /// The availability of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|availability| availability.as_str() == name)
    }
}

/// A crew with a vehicle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patrol {
    /// Unique.
    pub id: PatrolId,
    /// Its name on the radio.
    pub callsign: String,
    /// Whether it may be sent.
    pub availability: Availability,
    /// Agents aboard, where known.
    pub crew: Option<u8>,
    /// Since when its crew has switched its position off; never off duty.
    pub position_off_at: Option<Timestamp>,
}

impl Patrol {
    /// Whether its position is collected and kept.
    #[must_use]
    pub fn shares_position(&self) -> bool {
        self.availability != Availability::OffDuty && self.position_off_at.is_none()
    }
}
