//! [`Kept`]: the sorts of records that have a term, and the term of each.

use crate::{closed_list::closed_list, incident::Incident, time::Timestamp};

closed_list! {
    /// What has a term. A purge takes them in this order: what refers to something else goes before it.
    Kept {
        /// What a repeated request is known by.
        Receipts = "receipts",
        /// Where patrols are.
        Positions = "positions",
        /// Alerts about patrols.
        Alerts = "alerts",
        /// When patrols went on and off duty, but for the last time.
        PatrolChanges = "patrol_changes",
        /// Which patrol took a step.
        Identities = "identities",
        /// Hazards that are over.
        Hazards = "hazards",
        /// Incidents with what was done about them.
        Incidents = "incidents",
        /// Accounts and tokens that were taken away or have run out.
        Accounts = "accounts",
        /// What sensors and calendars have said.
        Signals = "signals",
        /// Situations that are over.
        Situations = "situations",
    }
}

/// For how long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Months on Paris calendars.
    Months(i32),
    /// Hours.
    Hours(i64),
}

impl Kept {
    /// The one table of terms.
    #[must_use]
    pub const fn term(self) -> Term {
        match self {
            // Nobody is on duty for a day: a crew that forgot to say so is not where it was.
            Self::Positions => Term::Hours(24),
            Self::Receipts
            | Self::Alerts
            | Self::PatrolChanges
            | Self::Identities
            | Self::Hazards
            | Self::Accounts
            | Self::Situations => Term::Months(13),
            // As long as rules and their trials on history look back.
            Self::Signals => Term::Months(3),
            Self::Incidents => Term::Months(36),
        }
    }

    /// From when on it counts, in words.
    #[must_use]
    pub const fn counts_from(self) -> &'static str {
        match self {
            Self::Positions => "the patrol's clock",
            Self::Receipts => "the request",
            Self::Alerts => "when it was raised",
            Self::PatrolChanges => "the change",
            Self::Identities => "the step",
            Self::Hazards => "the end of the hazard",
            Self::Incidents => "the last step, else the report",
            Self::Accounts => "when it was taken away or ran out",
            Self::Signals => "its end, else its instant",
            Self::Situations => "when it was over",
        }
    }

    /// Whether a hold keeps it.
    #[must_use]
    pub const fn can_be_held(self) -> bool {
        matches!(self, Self::Incidents | Self::Identities | Self::Alerts)
    }

    /// What was over before this instant has no right to be there `now`.
    #[must_use]
    pub fn due_before(self, now: Timestamp) -> Timestamp {
        match self.term() {
            Term::Months(months) => now.months_before(months),
            Term::Hours(hours) => now.plus_seconds(-hours * 3600),
        }
    }
}

/// From when on the term of an incident counts: the last thing that was done about it, which is its closure where it
/// was closed. One that nobody closed counts from its last step, or from its report: forgetting it does not keep it.
#[must_use]
pub fn incident_ends_at(incident: &Incident) -> Timestamp {
    let steps = incident.steps.iter().map(|step| step.at);
    steps.fold(incident.reported_at, Timestamp::max)
}
