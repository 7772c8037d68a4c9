//! What is done about incidents: each step is decided against the last state, in the writer.

use super::{App, Unavailable, job::Job};
use crate::{
    event::Seq,
    incident::{
        Action, ActorRole, Command, IdempotencyKey, Incident, IncidentId, KindCode, Refusal,
        RequestDigest, Step,
    },
    patrol::PatrolId,
    stock::{BuildingId, SiteCode},
    time::Timestamp,
    twin::Snapshot,
};

/// A step that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRequest {
    /// About which incident.
    pub incident: IncidentId,
    /// What is asked.
    pub command: Command,
    /// What was taken down wrongly, where the step qualifies the incident.
    pub correction: Correction,
    /// Under which key it is asked, and a digest of what is asked.
    pub key: Option<(IdempotencyKey, RequestDigest)>,
}

/// What is now known better of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Correction {
    /// What it is.
    pub kind: Option<KindCode>,
    /// Where it is.
    pub site: Option<SiteCode>,
    /// In which building of the site.
    pub building: Option<BuildingId>,
}

impl Correction {
    /// Whether nothing is corrected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a step is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AskedStep {
    /// With all that it says.
    Of(StepRequest),
    /// By a crew on site that is well, whatever it is on.
    CheckIn {
        patrol: PatrolId,
        at: Option<Timestamp>,
        key: Option<(IdempotencyKey, RequestDigest)>,
    },
}

impl AskedStep {
    /// Under which key it is asked, and a digest of what is asked.
    pub(super) const fn key(&self) -> Option<&(IdempotencyKey, RequestDigest)> {
        match self {
            Self::Of(StepRequest { key, .. }) | Self::CheckIn { key, .. } => key.as_ref(),
        }
    }

    /// Whether `step` is what came of it, among those of one commit.
    pub(super) fn made(&self, step: &Step) -> bool {
        let (action, patrol) = match self {
            Self::Of(StepRequest { command, .. }) => (command.action, command.patrol.as_ref()),
            Self::CheckIn { patrol, .. } => (Action::CheckedIn, Some(patrol)),
        };
        step.action == action && patrol.is_none_or(|patrol| step.patrol.as_ref() == Some(patrol))
    }

    /// What is asked, as things are in `state`.
    ///
    /// # Errors
    ///
    /// [`StepError`] where a crew is on nothing.
    pub(super) fn resolved(self, state: &Snapshot) -> Result<StepRequest, StepError> {
        let (patrol, at, key) = match self {
            Self::Of(request) => return Ok(request),
            Self::CheckIn { patrol, at, key } => (patrol, at, key),
        };
        if state.patrols().get(&patrol).is_none() {
            return Err(StepError::UnknownPatrol(patrol));
        }
        let Some(mission) = state.interventions().mission_of(&patrol) else {
            return Err(StepError::NoMission(patrol));
        };
        let command = Command {
            action: Action::CheckedIn,
            actor: ActorRole::Patrol,
            at,
            patrol: Some(patrol),
            reason: None,
            duplicate_of: None,
            partner: None,
            override_reason: None,
            report: None,
            remark: None,
        };
        let (incident, correction) = (mission.incident, Correction::default());
        Ok(StepRequest { incident, command, correction, key })
    }
}

/// A step that is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Stepped {
    /// The incident, as the step has left it; what was corrected later of its kind and place is corrected here.
    pub incident: Incident,
    /// The event that recorded the step.
    pub seq: Seq,
    /// Whether it was there already, under the same idempotency key.
    pub repeated: bool,
}

/// Why a step was not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StepError {
    /// Nobody has reported it.
    #[error("incident `{0}` is not known")]
    UnknownIncident(IncidentId),
    /// Nobody has that id.
    #[error("patrol `{0}` is not known")]
    UnknownPatrol(PatrolId),
    /// It says that it is well, and is on no incident.
    #[error("patrol `{0}` is on no incident")]
    NoMission(PatrolId),
    /// The nomenclature has no such kind.
    #[error("kind `{0}` is not in the nomenclature")]
    UnknownKind(KindCode),
    /// The stock has no such site.
    #[error("site `{0}` is not in the stock")]
    UnknownSite(SiteCode),
    /// The building is not on the site.
    #[error("building `{0}` is not on the site of the incident")]
    UnknownBuilding(BuildingId),
    /// The incident that it would be merged into is not known, is over, or is itself.
    #[error("incident `{0}` is not an open one that this one could be a duplicate of")]
    NoDuplicate(IncidentId),
    /// Reinforcement was asked for, and nobody is left to send.
    #[error("no other patrol is available with a position that can be trusted")]
    NobodyFree,
    /// A remark came with the report, and nobody has turned remarks on.
    #[error("no remark is taken: an administrator has not turned remarks on")]
    RemarksOff,
    /// The key was used for another request.
    #[error("this Idempotency-Key was used for a different request")]
    KeyReused,
    /// The life cycle or a rule speaks against it.
    #[error("{refusal}")]
    Refused {
        /// What speaks against it.
        refusal: Refusal,
        /// The incident as it is.
        incident: Box<Incident>,
    },
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl App {
    /// Takes a step of an incident. It is durable when this returns.
    ///
    /// Of two that ask for the same at once one is told that it came late: the step is decided against the last
    /// state, inside the write.
    ///
    /// # Errors
    ///
    /// [`StepError`]; nothing is then recorded.
    pub async fn step_incident(&self, request: StepRequest) -> Result<Stepped, StepError> {
        self.ask(|reply| Job::Step(Box::new(AskedStep::Of(request)), reply)).await?
    }

    /// Takes a crew's word that all is well on site, as a step of what it is on. It is durable when this returns.
    ///
    /// Under the same key it is answered again even after the crew has left.
    ///
    /// # Errors
    ///
    /// [`StepError`]; nothing is then recorded.
    pub async fn check_in(
        &self,
        patrol: PatrolId,
        at: Option<Timestamp>,
        key: Option<(IdempotencyKey, RequestDigest)>,
    ) -> Result<Stepped, StepError> {
        let asked = AskedStep::CheckIn { patrol, at, key };
        self.ask(|reply| Job::Step(Box::new(asked), reply)).await?
    }
}
