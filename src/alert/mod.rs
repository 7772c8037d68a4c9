//! Alerts: something about a patrol, or about a purge that was missed, that a person must look at, and who has.
//!
//! Uses [`crate::time`], [`crate::stock`], [`crate::patrol`] and [`crate::incident`] only. An alert holds no
//! position: where the patrol is now is known, and where it was is nobody's business.

mod alert_id;

pub use alert_id::{AlertId, InvalidAlertId};

use crate::{
    closed_list::closed_list,
    incident::{ActorRole, IncidentId},
    patrol::PatrolId,
    stock::SiteCode,
    time::Timestamp,
};

/// The loudest level.
pub const ALERT_LEVEL_MAX: u8 = 3;

closed_list! {
    /// What is the matter.
    AlertKind {
        /// An agent asks for help.
        Sos = "sos",
        /// A crew on site has not said that all is well.
        CheckInMissed = "check_in_missed",
        /// A patrol that should move does not, or an agent does not.
        NoMovement = "no_movement",
        /// A patrol on a mission does not say where it is.
        SignalLost = "signal_lost",
        /// What is over its term was not purged: it is about no patrol.
        PurgeMissed = "purge_missed",
    }
}

closed_list! {
    /// How far an alert has got.
    AlertState {
        /// Nobody has looked at it.
        Raised = "raised",
        /// A person has it in hand.
        Acknowledged = "acknowledged",
        /// It is over.
        Resolved = "resolved",
    }
}

closed_list! {
    /// How an alert ended.
    Resolution {
        /// Help came.
        Assisted = "assisted",
        /// Nothing was the matter.
        FalseAlarm = "false_alarm",
        /// The crew was reached and is well.
        Reached = "reached",
        /// It was a test.
        Test = "test",
        /// The purge that was missed is done.
        Purged = "purged",
    }
}

/// Something that a person must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Unique.
    pub id: AlertId,
    /// What is the matter.
    pub kind: AlertKind,
    /// With whom; `None` for [`AlertKind::PurgeMissed`] alone.
    pub patrol: Option<PatrolId>,
    /// During which incident.
    pub incident: Option<IncidentId>,
    /// On which site.
    pub site: Option<SiteCode>,
    /// Since when it is the matter, never after the server's clock.
    pub raised_at: Timestamp,
    /// How loud it is, from 1; it grows while nobody looks.
    pub level: u8,
    /// How far it has got.
    pub state: AlertState,
    /// Who has it in hand, as a role, and since when.
    pub acknowledged: Option<(ActorRole, Timestamp)>,
    /// How it ended, by whom and when.
    pub resolved: Option<(Resolution, ActorRole, Timestamp)>,
}

/// Why an alert was left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the alert is over")]
pub struct AlertIsOver;

impl Alert {
    /// The alert in the hands of somebody with that role. Whoever has it already keeps it.
    ///
    /// # Errors
    ///
    /// [`AlertIsOver`].
    pub fn acknowledged_by(self, role: ActorRole, now: Timestamp) -> Result<Self, AlertIsOver> {
        match self.state {
            AlertState::Raised => Ok(Self {
                state: AlertState::Acknowledged,
                acknowledged: Some((role, now)),
                ..self
            }),
            AlertState::Acknowledged => Ok(self),
            AlertState::Resolved => Err(AlertIsOver),
        }
    }

    /// The alert once it has ended so.
    ///
    /// # Errors
    ///
    /// [`AlertIsOver`].
    pub fn resolved_by(
        self,
        role: ActorRole,
        resolution: Resolution,
        now: Timestamp,
    ) -> Result<Self, AlertIsOver> {
        if !self.is_open() {
            return Err(AlertIsOver);
        }
        Ok(Self { state: AlertState::Resolved, resolved: Some((resolution, role, now)), ..self })
    }

    /// The alert as whoever raised it raises it again: in nobody's hands, however long it was in somebody's.
    #[must_use]
    pub fn raised_again(self) -> Self {
        match self.state {
            AlertState::Raised => self,
            _ => Self {
                state: AlertState::Raised,
                level: ALERT_LEVEL_MAX,
                acknowledged: None,
                ..self
            },
        }
    }

    /// Whether it still asks for somebody.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state != AlertState::Resolved
    }
}
