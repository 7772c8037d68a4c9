//! [`Step`]: one thing that was done about an incident, by whom in which role, and when.

use super::{IncidentId, Remark};
use crate::{closed_list::closed_list, patrol::PatrolId, time::Timestamp};

closed_list! {
    /// What can be done about an incident that is there.
    Action {
        /// Its kind and place are sure (T1).
        Qualified = "qualified",
        /// A patrol was chosen (T2): it leads.
        Assigned = "assigned",
        /// The patrol has read it (T3).
        Acknowledged = "acknowledged",
        /// The patrol drives (T4).
        EnRoute = "en_route",
        /// The patrol is there (T5).
        OnSite = "on_site",
        /// The patrol has left (T6).
        Cleared = "cleared",
        /// The report is written (T7).
        Reported = "reported",
        /// Nothing is left to do (T8).
        Closed = "closed",
        /// Given up, with a reason.
        Cancelled = "cancelled",
        /// Taken from its patrols, with a reason: it waits for another one.
        Reassigned = "reassigned",
        /// Given to a partner.
        HandedOver = "handed_over",
        /// Nothing was to be done, with a reason.
        NoAction = "no_action",
        /// A second patrol was sent after the first.
        Reinforced = "reinforced",
        /// A second patrol was sent back.
        Released = "released",
        /// A crew on site has said that all is well.
        CheckedIn = "checked_in",
        /// Another call about the same thing was merged into it.
        Merged = "merged",
    }
}

closed_list! {
    /// In which role somebody acts.
    ActorRole {
        /// Takes calls.
        Operator = "operator",
        /// Sends patrols.
        Dispatcher = "dispatcher",
        /// Is on a patrol.
        Patrol = "patrol",
        /// Leads the room.
        Supervisor = "supervisor",
        /// The program itself, by a rule.
        System = "system",
    }
}

closed_list! {
    /// Why an incident leaves the way to its report.
    Reason {
        /// Reported before: see [`Step::other`].
        Duplicate = "duplicate",
        /// Nothing was there.
        FalseAlarm = "false_alarm",
        /// Whoever called has called it off.
        CallerWithdrew = "caller_withdrew",
        /// It was a mistake in the room.
        Mistake = "mistake",
        /// The patrol cannot go.
        PatrolUnavailable = "patrol_unavailable",
        /// Another patrol is better placed.
        BetterPlaced = "better_placed",
        /// Its patrol was taken for something graver.
        PreEmpted = "pre_empted",
        /// The crew is in danger.
        CrewInDanger = "crew_in_danger",
        /// It was over before anybody came.
        ResolvedBeforeArrival = "resolved_before_arrival",
        /// Not for this service.
        OutOfScope = "out_of_scope",
        /// Another service has it in hand.
        OtherService = "other_service",
    }
}

closed_list! {
    /// Why a patrol was sent that a rule speaks against.
    OverrideReason {
        /// Taken from something less grave, which waits again.
        PreEmpted = "pre_empted",
        /// The small crew has agreed.
        CrewAccepted = "crew_accepted",
        /// Called back to duty.
        RecalledToDuty = "recalled_to_duty",
        /// Its position was told by radio.
        PositionConfirmed = "position_confirmed",
        /// There is nobody else.
        NobodyElse = "nobody_else",
    }
}

closed_list! {
    /// To whom an incident can be handed over.
    Partner {
        /// The police.
        Police = "17",
        /// The fire brigade.
        Fire = "18",
        /// The medical service.
        Medical = "15",
        /// Shelter for people without a home.
        Shelter = "115",
        /// The landlord.
        Landlord = "landlord",
    }
}

closed_list! {
    /// What a crew found or did.
    Outcome {
        /// Nothing to report.
        Ras = "ras",
        /// People were there.
        Presence = "presence",
        /// They left after a talk.
        Dispersed = "dispersed",
        /// They were reminded of the rules of the house.
        Reminder = "reminder",
        /// They refused to comply.
        Refusal = "refusal",
        /// The police took over.
        Police = "police",
        /// Rescue took over.
        Rescue = "rescue",
        /// The landlord takes over.
        Landlord = "landlord",
        /// Something is out of order.
        Technical = "technical",
        /// The crew could not get in.
        NoAccess = "no_access",
        /// Reported before.
        Duplicate = "duplicate",
        /// Nothing was the matter.
        FalseAlarm = "false_alarm",
    }
}

closed_list! {
    /// How many people were there; people are counted by bracket and never described.
    PeopleBracket {
        /// Nobody.
        None = "0",
        /// One to three.
        UpTo3 = "1-3",
        /// Four to nine.
        UpTo9 = "4-9",
        /// Ten or more.
        TenOrMore = "10+",
    }
}

/// A crew's report: closed lists only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// What it found or did.
    pub outcome: Outcome,
    /// How many people were there.
    pub people: PeopleBracket,
    /// Whether the police were there.
    pub with_police: bool,
}

/// One thing that was done about an incident. Steps are added, and never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub action: Action,
    /// When, by the actor's clock as far as it can be: never before the step that it follows.
    pub at: Timestamp,
    /// When the server took it.
    pub recorded_at: Timestamp,
    /// By whom, as a role.
    pub actor: ActorRole,
    /// The patrol that was sent, or that did it.
    pub patrol: Option<PatrolId>,
    /// Why it left the way to its report.
    pub reason: Option<Reason>,
    /// Why a patrol was sent against a rule.
    pub override_reason: Option<OverrideReason>,
    /// Whom it was handed over to, or who was called.
    pub partner: Option<Partner>,
    /// The incident that this one was merged into, or that was merged into this one.
    pub other: Option<IncidentId>,
    /// The crew's report.
    pub report: Option<Report>,
    /// What the crew adds to its report in its own words.
    pub remark: Option<Remark>,
}

impl Step {
    /// A step that says nothing but who did what and when.
    #[must_use]
    pub const fn plain(
        action: Action,
        at: Timestamp,
        recorded_at: Timestamp,
        actor: ActorRole,
    ) -> Self {
        Self {
            action,
            at,
            recorded_at,
            actor,
            patrol: None,
            reason: None,
            override_reason: None,
            partner: None,
            other: None,
            report: None,
            remark: None,
        }
    }
}
