//! [`Rule`]: what may speak against sending a patrol, and which reason lifts it.

use super::OverrideReason;
use crate::closed_list::closed_list;

closed_list! {
    /// A rule about who is sent.
    Rule {
        /// It is on another incident, or says that it is busy.
        Busy = "busy",
        /// It does not work.
        OffDuty = "off_duty",
        /// Its crew is smaller than the incident asks for.
        TooFew = "too_few",
        /// Its position is unknown or too old to be trusted.
        Stale = "stale",
        /// It was sent although it was busy, and has not acknowledged that: whoever sends it elsewhere may not have
        /// seen it turn.
        Turned = "turned",
    }
}

impl OverrideReason {
    /// Whether a patrol is sent against `rule` for this reason: each says why one rule does not count, but that
    /// there is nobody else, which counts against all of them but [`Rule::Turned`], which nothing lifts.
    #[must_use]
    pub const fn lifts(self, rule: Rule) -> bool {
        matches!(
            (self, rule),
            (Self::NobodyElse, Rule::Busy | Rule::OffDuty | Rule::TooFew | Rule::Stale)
                | (Self::PreEmpted, Rule::Busy)
                | (Self::RecalledToDuty, Rule::OffDuty)
                | (Self::CrewAccepted, Rule::TooFew)
                | (Self::PositionConfirmed, Rule::Stale)
        )
    }
}
