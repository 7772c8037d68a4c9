//! [`Hold`]: what the data protection officer keeps beyond its term, why, and until when.

use super::HoldId;
use crate::{
    access::AccountName,
    closed_list::closed_list,
    incident::IncidentId,
    stock::SiteCode,
    time::{TimeWindow, Timestamp},
};

/// How far ahead a hold may end, in months; whoever still needs it then sets another one.
pub const HOLD_MONTHS_MAX: i32 = 36;

closed_list! {
    /// Why something is kept beyond its term.
    HoldReason {
        /// A court, a prosecutor or the police have asked for it.
        JudicialRequest = "judicial_request",
        /// A complaint was lodged.
        Complaint = "complaint",
        /// A dispute is before a court, or about to be.
        Litigation = "litigation",
        /// Somebody has asked for what concerns them, or that it be restricted (GDPR, articles 15 and 18).
        AccessRequest = "access_request",
        /// An authority inspects.
        Inspection = "inspection",
    }
}

/// Which incidents a hold covers: those that have all that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldScope {
    /// This one alone.
    pub incident: Option<IncidentId>,
    /// Those on this site.
    pub site: Option<SiteCode>,
    /// Those reported then.
    pub reported: TimeWindow,
}

/// Something that is kept beyond its term. It is never changed but to be lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Unique.
    pub id: HoldId,
    /// What it covers.
    pub scope: HoldScope,
    /// Why.
    pub reason: HoldReason,
    /// When it ends by itself.
    pub until: Timestamp,
    /// Since when.
    pub set_at: Timestamp,
    /// By which account; `None` for whoever runs the program on its machine.
    pub set_by: Option<AccountName>,
    /// When and by which account it was lifted before its end.
    pub lifted: Option<(Timestamp, Option<AccountName>)>,
}

/// Why a hold cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHold {
    /// It names nothing: it would keep everything for ever.
    #[error("name an incident, a site or a time at which incidents were reported")]
    Everything,
    /// The time ends before it begins.
    #[error("the time at which incidents were reported ends before it begins")]
    EmptyWindow,
    /// It is over before it begins.
    #[error("must be after now, {now}")]
    Over {
        /// The server's clock.
        now: Timestamp,
    },
    /// Nobody looks at it again.
    #[error("is at most {HOLD_MONTHS_MAX} months ahead: {latest} or before")]
    TooLong {
        /// The last moment that is taken.
        latest: Timestamp,
    },
}

impl HoldScope {
    /// Whether it covers an incident, or what happened during one: its id and site where they are known, and when it
    /// was reported.
    #[must_use]
    pub fn covers(
        &self,
        incident: Option<IncidentId>,
        site: Option<&SiteCode>,
        reported_at: Timestamp,
    ) -> bool {
        self.incident.is_none_or(|id| incident == Some(id))
            && self.site.as_ref().is_none_or(|code| site == Some(code))
            && self.reported.contains(reported_at)
    }

    /// Refuses what covers everything, or nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidHold`].
    pub fn check(&self) -> Result<(), InvalidHold> {
        let TimeWindow { from, to } = self.reported;
        if self.incident.is_none() && self.site.is_none() && from.is_none() && to.is_none() {
            return Err(InvalidHold::Everything);
        }
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            return Err(InvalidHold::EmptyWindow);
        }
        Ok(())
    }
}

impl Hold {
    /// Refuses a hold that covers everything or nothing, or has no end that somebody will see.
    ///
    /// # Errors
    ///
    /// [`InvalidHold`].
    pub fn check(&self) -> Result<(), InvalidHold> {
        self.scope.check()?;
        let latest = self.set_at.months_before(-HOLD_MONTHS_MAX);
        if self.until <= self.set_at {
            return Err(InvalidHold::Over { now: self.set_at });
        }
        if self.until > latest {
            return Err(InvalidHold::TooLong { latest });
        }
        Ok(())
    }

    /// Whether it keeps what it covers at that time.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        now < self.until && self.lifted.is_none()
    }
}
