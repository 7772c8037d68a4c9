//! The course of an incident: what its steps have led to.

use super::{Action, Incident, Partner, Remark, Report, Rule, Status, Step};
use crate::{closed_list::ClosedList as _, patrol::PatrolId, time::Timestamp};

/// A patrol that was sent and has not left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Who.
    pub patrol: PatrolId,
    /// Whether it leads: the status of the incident follows it.
    pub leads: bool,
    /// How far it has got: [`Status::Assigned`] to [`Status::OnSite`].
    pub stage: Status,
    /// When it got there.
    pub since: Timestamp,
    /// Whether it was sent although it was busy, and has not acknowledged that.
    pub turned: bool,
}

/// When an incident got how far; `None` for what has not been, or was undone by a reassignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Milestones {
    /// T1.
    pub qualified_at: Option<Timestamp>,
    /// T2.
    pub assigned_at: Option<Timestamp>,
    /// T3.
    pub acknowledged_at: Option<Timestamp>,
    /// T4.
    pub en_route_at: Option<Timestamp>,
    /// T5.
    pub on_site_at: Option<Timestamp>,
    /// T6.
    pub cleared_at: Option<Timestamp>,
    /// T7.
    pub reported_at: Option<Timestamp>,
    /// T8, or when it was given up or handed over.
    pub ended_at: Option<Timestamp>,
}

impl Action {
    /// How far an incident has got by it, where it moves at all.
    #[must_use]
    pub const fn status(self) -> Option<Status> {
        match self {
            Self::Qualified | Self::Reassigned => Some(Status::Qualified),
            Self::Assigned => Some(Status::Assigned),
            Self::Acknowledged => Some(Status::Acknowledged),
            Self::EnRoute => Some(Status::EnRoute),
            Self::OnSite => Some(Status::OnSite),
            Self::Cleared => Some(Status::Cleared),
            Self::Reported => Some(Status::Reported),
            Self::Closed => Some(Status::Closed),
            Self::Cancelled => Some(Status::Cancelled),
            Self::HandedOver => Some(Status::HandedOver),
            Self::NoAction => Some(Status::NoAction),
            Self::Reinforced | Self::Released | Self::CheckedIn | Self::Merged => None,
        }
    }
}

impl Incident {
    /// Adds a step, and moves where the step moves it.
    pub fn take(&mut self, step: Step) {
        let moves = match (&step.patrol, step.action) {
            // The steps of a second patrol are its own.
            (
                Some(patrol),
                Action::Acknowledged | Action::EnRoute | Action::OnSite | Action::Cleared,
            ) => self.lead().is_some_and(|lead| lead.patrol == *patrol),
            _ => true,
        };
        let stage = self.stage_of_second(&step);
        if moves && let Some(status) = stage.or(step.action.status()) {
            self.status = status;
        }
        self.steps.push(step);
    }

    /// How far a second patrol has got that now takes the lead.
    fn stage_of_second(&self, step: &Step) -> Option<Status> {
        let patrol = step.patrol.as_ref().filter(|_| step.action == Action::Assigned)?;
        self.sent().into_iter().find(|one| one.patrol == *patrol).map(|one| one.stage)
    }

    /// As it was after the last step that `is_it` says; `None` where none is. Its kind and place are those of now:
    /// steps do not say what they corrected.
    #[must_use]
    pub fn as_of(&self, is_it: impl Fn(&Step) -> bool) -> Option<Self> {
        let at = self.steps.iter().rposition(is_it)?;
        let mut then = Self { status: Status::Received, steps: Vec::new(), ..self.clone() };
        for step in &self.steps[..=at] {
            then.take(step.clone());
        }
        Some(then)
    }

    /// The patrols that were sent and have not left, in the order in which they were sent.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        let mut sent: Vec<Sent> = Vec::new();
        for step in &self.steps {
            match (step.action, &step.patrol) {
                (Action::Assigned | Action::Reinforced, Some(patrol)) => {
                    let leads = step.action == Action::Assigned;
                    match sent.iter_mut().find(|one| one.patrol == *patrol) {
                        // A second patrol takes the lead, from where it has got.
                        Some(one) => one.leads = leads,
                        None => sent.push(Sent {
                            patrol: patrol.clone(),
                            leads,
                            stage: Status::Assigned,
                            since: step.at,
                            turned: step
                                .override_reason
                                .is_some_and(|reason| reason.lifts(Rule::Busy)),
                        }),
                    }
                }
                (Action::Acknowledged | Action::EnRoute | Action::OnSite, Some(patrol)) => {
                    for one in sent.iter_mut().filter(|one| one.patrol == *patrol) {
                        one.stage = step.action.status().unwrap_or(one.stage);
                        one.since = step.at;
                        one.turned = false;
                    }
                }
                (Action::Cleared | Action::Released, Some(patrol)) => {
                    sent.retain(|one| one.patrol != *patrol);
                }
                // Those who came second stay with it until they leave, whoever leads next.
                (Action::Reassigned, _) => sent.retain(|one| !one.leads),
                (action, _) if ends(action) => sent.clear(),
                _ => {}
            }
        }
        sent
    }

    /// The patrol that leads, while it is there.
    #[must_use]
    pub fn lead(&self) -> Option<Sent> {
        self.sent().into_iter().find(|sent| sent.leads)
    }

    /// The patrol that led last: it owes the report.
    #[must_use]
    pub fn reporter(&self) -> Option<&PatrolId> {
        let assigned = self.steps.iter().rev().find(|step| step.action == Action::Assigned);
        assigned.and_then(|step| step.patrol.as_ref())
    }

    /// When it got how far.
    #[must_use]
    pub fn milestones(&self) -> Milestones {
        let mut times = Milestones::default();
        let mut lead: Option<&PatrolId> = None;
        for (index, step) in self.steps.iter().enumerate() {
            let of_lead = step.patrol.is_none() || step.patrol.as_ref() == lead;
            match step.action {
                // The first time that it was sure, however often it waited again.
                Action::Qualified => times.qualified_at = times.qualified_at.or(Some(step.at)),
                Action::Assigned => {
                    lead = step.patrol.as_ref();
                    let own = lead.map(|lead| stages_as_second(&self.steps[..index], lead));
                    times =
                        Milestones { qualified_at: times.qualified_at, ..own.unwrap_or_default() };
                    times.assigned_at = Some(step.at);
                }
                Action::Acknowledged if of_lead => times.acknowledged_at = Some(step.at),
                Action::EnRoute if of_lead => times.en_route_at = Some(step.at),
                Action::OnSite if of_lead => times.on_site_at = Some(step.at),
                Action::Cleared if of_lead => times.cleared_at = Some(step.at),
                Action::Reported => times.reported_at = Some(step.at),
                Action::Reassigned => {
                    times =
                        Milestones { qualified_at: times.qualified_at, ..Milestones::default() };
                }
                action if ends(action) => times.ended_at = Some(step.at),
                _ => {}
            }
        }
        times
    }

    /// The crew's report, once it is written.
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        self.steps.iter().rev().find_map(|step| step.report)
    }

    /// What the crew has added to its report.
    #[must_use]
    pub fn remark(&self) -> Option<&Remark> {
        self.steps.iter().rev().find_map(|step| step.remark.as_ref())
    }

    /// Whom it was handed over to.
    #[must_use]
    pub fn handed_over_to(&self) -> Option<Partner> {
        self.steps.iter().rev().find_map(|step| step.partner)
    }

    /// The last time that a crew on site said that all is well, or came there.
    #[must_use]
    pub fn last_check_in(&self, patrol: &PatrolId) -> Option<Timestamp> {
        let says = |step: &&Step| {
            step.patrol.as_ref() == Some(patrol)
                && matches!(step.action, Action::OnSite | Action::CheckedIn)
        };
        self.steps.iter().rev().find(says).map(|step| step.at)
    }

    /// What the server allows now, in the order in which people read it.
    #[must_use]
    pub fn allowed(&self) -> Vec<Action> {
        let sent = self.sent();
        Action::ALL.iter().copied().filter(|action| self.allows_with(&sent, *action)).collect()
    }

    /// The steps that a patrol which was sent may take by itself, in the order in which people read them.
    #[must_use]
    pub fn allowed_to(&self, patrol: &PatrolId) -> Vec<Action> {
        let sent = self.sent();
        let stage = sent.iter().find(|one| one.patrol == *patrol).map(|one| one.stage);
        match stage {
            Some(Status::Assigned) => vec![Action::Acknowledged],
            Some(Status::Acknowledged) => vec![Action::EnRoute],
            Some(Status::EnRoute) => vec![Action::OnSite],
            Some(Status::OnSite) => vec![Action::Cleared, Action::CheckedIn],
            _ => Vec::new(),
        }
    }

    /// Whether `action` may follow, whoever asks. The way is the one of the life cycle; patrols that were sent
    /// second take their own steps while the incident lasts.
    #[must_use]
    pub fn allows(&self, action: Action) -> bool {
        self.allows_with(&self.sent(), action)
    }

    /// The same, where it is known already who was sent: that is a fold of all steps.
    fn allows_with(&self, sent: &[Sent], action: Action) -> bool {
        use Status as S;
        let at_stage = |stage: Status| sent.iter().any(|one| one.stage == stage);
        let on_the_way =
            matches!(self.status, S::Assigned | S::Acknowledged | S::EnRoute | S::OnSite);
        match action {
            Action::Qualified => matches!(self.status, S::Received | S::Qualified),
            Action::Assigned => matches!(self.status, S::Received | S::Qualified),
            Action::Acknowledged => at_stage(S::Assigned),
            Action::EnRoute => at_stage(S::Acknowledged),
            Action::OnSite => at_stage(S::EnRoute),
            Action::Cleared | Action::CheckedIn => at_stage(S::OnSite),
            Action::Reported => self.status == S::Cleared,
            // Nobody is forgotten on site.
            Action::Closed => self.status == S::Reported && sent.is_empty(),
            Action::Reassigned | Action::Reinforced => on_the_way,
            Action::Released => sent.iter().any(|one| !one.leads),
            Action::Cancelled | Action::HandedOver | Action::NoAction => {
                on_the_way || matches!(self.status, S::Received | S::Qualified)
            }
            // Said by the incident that was merged into it.
            Action::Merged => false,
        }
    }
}

impl Status {
    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled | Self::HandedOver | Self::NoAction)
    }
}

/// How far a patrol that came second and has not left had got by these steps.
fn stages_as_second(steps: &[Step], patrol: &PatrolId) -> Milestones {
    let mut times = Milestones::default();
    for step in steps.iter().rev().filter(|step| step.patrol.as_ref() == Some(patrol)) {
        match step.action {
            Action::Acknowledged => times.acknowledged_at = Some(step.at),
            Action::EnRoute => times.en_route_at = Some(step.at),
            Action::OnSite => times.on_site_at = Some(step.at),
            Action::Reinforced => return times,
            Action::CheckedIn => {}
            _ => break,
        }
    }
    Milestones::default()
}

const fn ends(action: Action) -> bool {
    matches!(action, Action::Closed | Action::Cancelled | Action::HandedOver | Action::NoAction)
}
