//! [`decide`]: which steps follow from what somebody asks, or why none does.

use super::{
    Action, ActorRole, Incident, IncidentId, OverrideReason, Partner, Reason, Remark, Report, Rule,
    Status, Step,
};
use crate::{
    closed_list::ClosedList as _,
    patrol::{Availability, CLOCK_SKEW_S_MAX, PatrolId},
    time::Timestamp,
};

/// How long ago a step may have been taken, in seconds: a tablet works 12 h without a network.
pub const STEP_AGE_S_MAX: i64 = 24 * 3600;

/// What somebody asks to be done about an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What.
    pub action: Action,
    /// In which role.
    pub actor: ActorRole,
    /// When it was done, where that was not now.
    pub at: Option<Timestamp>,
    /// The patrol that is sent or released, or that takes the step.
    pub patrol: Option<PatrolId>,
    /// Why it leaves the way to its report.
    pub reason: Option<Reason>,
    /// Of which incident it is a duplicate.
    pub duplicate_of: Option<IncidentId>,
    /// Whom it is handed over to, or who was called.
    pub partner: Option<Partner>,
    /// Why a patrol is sent against a rule.
    pub override_reason: Option<OverrideReason>,
    /// The crew's report.
    pub report: Option<Report>,
    /// What the crew adds to its report.
    pub remark: Option<Remark>,
}

/// What is known of the patrol that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub patrol: PatrolId,
    /// Whether it may be sent: busy while it is on an incident.
    pub availability: Availability,
    /// The incident that it is on.
    pub mission: Option<IncidentId>,
    /// Whether it was sent there although it was busy, and has not acknowledged that.
    pub turned: bool,
    /// Agents aboard, where known.
    pub crew: Option<u8>,
    /// Agents that the incident asks for.
    pub crew_min: u8,
    /// Whether its position is unknown or too old to be trusted.
    pub is_stale: bool,
}

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The life cycle has no such step from here.
    #[error("{} cannot follow {}", .action.as_str(), .status.as_str())]
    NotAllowed {
        /// What was asked.
        action: Action,
        /// How far the incident has got.
        status: Status,
    },
    /// Another patrol leads, or nobody.
    #[error("patrol `{0}` was not sent to this incident")]
    NotSent(PatrolId),
    /// The patrol has not got that far, or farther.
    #[error("{} cannot follow {} for patrol `{patrol}`", .action.as_str(), .stage.as_str())]
    OutOfTurn {
        /// Who.
        patrol: PatrolId,
        /// What was asked.
        action: Action,
        /// How far it has got.
        stage: Status,
    },
    /// The patrol is there already.
    #[error("patrol `{0}` was sent to this incident already")]
    SentAlready(PatrolId),
    /// The patrol is on another incident.
    #[error("patrol `{patrol}` is on another incident")]
    OnMission {
        /// Who.
        patrol: PatrolId,
        /// Where it is.
        mission: IncidentId,
    },
    /// The patrol was sent to another incident although it was busy, and has not acknowledged that: of two who take it
    /// from what it is on, one wins.
    #[error(
        "patrol `{patrol}` was just taken from another incident and has not acknowledged that: have that one reassigned first"
    )]
    Turned {
        /// Who.
        patrol: PatrolId,
        /// Where it is sent.
        mission: IncidentId,
    },
    /// The patrol says that it is busy.
    #[error("patrol `{0}` is busy")]
    Busy(PatrolId),
    /// The patrol does not work.
    #[error("patrol `{0}` is off duty")]
    OffDuty(PatrolId),
    /// The crew is smaller than the incident asks for.
    #[error("patrol `{patrol}` has {crew} agents aboard, and {crew_min} are asked for")]
    TooFew {
        /// Who.
        patrol: PatrolId,
        /// Agents aboard.
        crew: u8,
        /// Agents asked for.
        crew_min: u8,
    },
    /// The position is too old to be trusted.
    #[error("the position of patrol `{0}` is unknown or too old")]
    Stale(PatrolId),
    /// The command lacks something.
    #[error("{0} is required")]
    Missing(&'static str),
    /// The command says something that has no place in it.
    #[error("{0} has no place here")]
    Needless(&'static str),
    /// Done later than now.
    #[error("at {0} is in the future by more than {CLOCK_SKEW_S_MAX} s")]
    InTheFuture(Timestamp),
    /// Done too long ago.
    #[error("at {0} is more than {STEP_AGE_S_MAX} s ago")]
    TooLongAgo(Timestamp),
}

/// The steps that `command` adds to `incident` at the time `now`: one, or two where a patrol is sent to an
/// incident that nobody has qualified. `candidate` is the patrol to be sent, where one is.
///
/// # Errors
///
/// [`Refusal`]: the life cycle, a rule about patrols or the command itself speaks against it.
pub fn decide(
    incident: &Incident,
    command: &Command,
    candidate: Option<&Candidate>,
    now: Timestamp,
) -> Result<Vec<Step>, Refusal> {
    let action = command.action;
    if !incident.allows(action) {
        return Err(Refusal::NotAllowed { action, status: incident.status });
    }
    check_shape(command)?;
    let patrol = match action {
        Action::Assigned | Action::Reinforced => {
            let candidate = candidate.ok_or(Refusal::Missing("patrol"))?;
            check_candidate(incident, command, candidate)?;
            Some(candidate.patrol.clone())
        }
        Action::Acknowledged
        | Action::EnRoute
        | Action::OnSite
        | Action::Cleared
        | Action::CheckedIn => Some(stepping(incident, command)?),
        Action::Released => Some(second(incident, command)?),
        Action::Reported => Some(reporting(incident, command)?),
        _ => None,
    };
    let at = time_of(incident, patrol.as_ref(), command.at, now)?;
    let mut steps = Vec::with_capacity(2);
    if action == Action::Assigned && incident.status == Status::Received {
        steps.push(Step::plain(Action::Qualified, at, now, command.actor));
    }
    steps.push(Step {
        patrol,
        reason: command.reason,
        override_reason: command.override_reason,
        partner: command.partner,
        other: command.duplicate_of,
        report: command.report,
        remark: command.remark.clone(),
        ..Step::plain(action, at, now, command.actor)
    });
    Ok(steps)
}

/// Whether the command says what it must, and nothing that has no place in it.
fn check_shape(command: &Command) -> Result<(), Refusal> {
    let action = command.action;
    let ask = |is_there: bool, is_required: bool, may_be: bool, field| match is_there {
        false if is_required => Err(Refusal::Missing(field)),
        true if !is_required && !may_be => Err(Refusal::Needless(field)),
        _ => Ok(()),
    };
    let leaves = matches!(action, Action::Cancelled | Action::Reassigned | Action::NoAction);
    let sends = matches!(action, Action::Assigned | Action::Reinforced);
    let of_patrol = matches!(
        action,
        Action::Acknowledged
            | Action::EnRoute
            | Action::OnSite
            | Action::Cleared
            | Action::CheckedIn
            | Action::Released
    );
    let is_duplicate = command.reason == Some(Reason::Duplicate);
    if is_duplicate && action != Action::Cancelled {
        return Err(Refusal::Needless("the reason duplicate"));
    }
    let is_reported = action == Action::Reported;
    ask(command.reason.is_some(), leaves, action == Action::HandedOver, "reason")?;
    ask(command.duplicate_of.is_some(), is_duplicate && leaves, false, "duplicate_of")?;
    let may_call = is_reported || action == Action::Cleared || action == Action::Qualified;
    ask(command.partner.is_some(), action == Action::HandedOver, may_call, "partner")?;
    ask(command.override_reason.is_some(), false, sends, "override")?;
    ask(command.report.is_some(), is_reported, false, "report")?;
    ask(command.remark.is_some(), false, is_reported, "remark")?;
    ask(command.patrol.is_some(), false, sends || of_patrol || is_reported, "patrol")
}

fn check_candidate(
    incident: &Incident,
    command: &Command,
    candidate: &Candidate,
) -> Result<(), Refusal> {
    let patrol = candidate.patrol.clone();
    if let Some(sent) = incident.sent().iter().find(|sent| sent.patrol == patrol) {
        // A second patrol whose lead was taken away takes the lead: it is on its way, whatever speaks against it.
        let takes_the_lead = command.action == Action::Assigned && !sent.leads;
        return if takes_the_lead { Ok(()) } else { Err(Refusal::SentAlready(patrol)) };
    }
    let is_lifted = |objection: &Refusal| {
        let (rule, reason) = (objection.rule(), command.override_reason);
        rule.zip(reason).is_some_and(|(rule, reason)| reason.lifts(rule))
    };
    match candidate.objections().find(|objection| !is_lifted(objection)) {
        Some(objection) => Err(objection),
        None => Ok(()),
    }
}

impl Candidate {
    /// The rules that speak against sending it, one refusal each.
    fn objections(&self) -> impl Iterator<Item = Refusal> {
        let patrol = || self.patrol.clone();
        let busy = match (self.mission, self.availability) {
            (Some(mission), _) if self.turned => {
                Some(Refusal::Turned { patrol: patrol(), mission })
            }
            (Some(mission), _) => Some(Refusal::OnMission { patrol: patrol(), mission }),
            (None, Availability::Busy) => Some(Refusal::Busy(patrol())),
            (None, Availability::OffDuty) => Some(Refusal::OffDuty(patrol())),
            (None, Availability::Available) => None,
        };
        let crew_min = self.crew_min;
        let too_few = self.crew.filter(|crew| *crew < crew_min);
        let too_few = too_few.map(|crew| Refusal::TooFew { patrol: patrol(), crew, crew_min });
        let stale = self.is_stale.then(|| Refusal::Stale(patrol()));
        [busy, too_few, stale].into_iter().flatten()
    }
}

impl Refusal {
    /// The rule about patrols that it goes back to, where it is one that may be lifted.
    #[must_use]
    pub const fn rule(&self) -> Option<Rule> {
        match self {
            Self::OnMission { .. } | Self::Busy(_) => Some(Rule::Busy),
            Self::OffDuty(_) => Some(Rule::OffDuty),
            Self::TooFew { .. } => Some(Rule::TooFew),
            Self::Stale(_) => Some(Rule::Stale),
            Self::Turned { .. } => Some(Rule::Turned),
            Self::NotAllowed { .. }
            | Self::NotSent(_)
            | Self::OutOfTurn { .. }
            | Self::SentAlready(_)
            | Self::Missing(_)
            | Self::Needless(_)
            | Self::InTheFuture(_)
            | Self::TooLongAgo(_) => None,
        }
    }
}

/// The patrol that takes the step: the one named, or the one that leads.
fn stepping(incident: &Incident, command: &Command) -> Result<PatrolId, Refusal> {
    let sent = incident.sent();
    let one = match &command.patrol {
        Some(patrol) => sent.iter().find(|one| one.patrol == *patrol),
        None => sent.iter().find(|one| one.leads),
    };
    let Some(one) = one else {
        return Err(command.patrol.clone().map_or(Refusal::Missing("patrol"), Refusal::NotSent));
    };
    let before = match command.action {
        Action::Acknowledged => Status::Assigned,
        Action::EnRoute => Status::Acknowledged,
        Action::OnSite => Status::EnRoute,
        _ => Status::OnSite,
    };
    let (patrol, stage) = (one.patrol.clone(), one.stage);
    if stage == before {
        Ok(patrol)
    } else {
        Err(Refusal::OutOfTurn { patrol, action: command.action, stage })
    }
}

/// The patrol that reports: the one that led.
fn reporting(incident: &Incident, command: &Command) -> Result<PatrolId, Refusal> {
    let led = incident.reporter().cloned().ok_or(Refusal::Missing("patrol"))?;
    match &command.patrol {
        Some(other) if *other != led => Err(Refusal::NotSent(other.clone())),
        _ => Ok(led),
    }
}

/// The second patrol that is sent back: the one named, or the only one.
fn second(incident: &Incident, command: &Command) -> Result<PatrolId, Refusal> {
    let sent = incident.sent();
    let mut seconds = sent.into_iter().filter(|one| !one.leads);
    match &command.patrol {
        Some(patrol) => seconds
            .find(|one| one.patrol == *patrol)
            .map(|one| one.patrol)
            .ok_or_else(|| Refusal::NotSent(patrol.clone())),
        None => match (seconds.next(), seconds.next()) {
            (Some(only), None) => Ok(only.patrol),
            _ => Err(Refusal::Missing("patrol")),
        },
    }
}

/// When the step was taken: as told, but not before the step that it follows. Clocks of tablets differ a little,
/// and what was done cannot have been done before it could.
fn time_of(
    incident: &Incident,
    patrol: Option<&PatrolId>,
    told: Option<Timestamp>,
    now: Timestamp,
) -> Result<Timestamp, Refusal> {
    let at = told.unwrap_or(now);
    if at > now.plus_seconds(CLOCK_SKEW_S_MAX) {
        return Err(Refusal::InTheFuture(at));
    }
    if at < now.plus_seconds(-STEP_AGE_S_MAX) {
        return Err(Refusal::TooLongAgo(at));
    }
    let follows =
        |step: &&Step| patrol.is_none() || step.patrol.is_none() || step.patrol.as_ref() == patrol;
    let before = incident.steps.iter().filter(follows).map(|step| step.at).max();
    Ok(at.min(now).max(before.unwrap_or(incident.reported_at).min(now)))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
