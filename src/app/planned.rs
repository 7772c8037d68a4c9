//! [`Planned`]: what a command of a group is to become, and its answer once the group is durable.

use super::{ReceiveError, Received, StepError, Stepped, Unavailable};
use crate::{
    event::{Event, Fact, Seq},
    incident::Incident,
};

/// What is to become of one incident of a job.
pub(super) enum Planned {
    /// Known before the commit.
    Settled(Result<Received, ReceiveError>),
    /// The fact at this place of the batch.
    Fact { at: usize, repeated: bool },
}

/// What is to become of a step.
pub(super) enum PlannedStep {
    /// Known before the commit.
    Settled(Box<Result<Stepped, StepError>>),
    /// The fact at this place of the batch.
    Fact { at: usize, repeated: bool },
}

impl Planned {
    /// The answer, once the batch became `events`.
    pub(super) fn received(self, events: &[Event]) -> Result<Received, ReceiveError> {
        match self {
            Self::Settled(result) => result,
            Self::Fact { at, repeated } => {
                let (incident, seq) = recorded(events, at);
                Ok(Received { incident, seq, repeated })
            }
        }
    }
}

impl PlannedStep {
    /// The answer, once the batch became these events, or did not.
    pub(super) fn stepped(
        self,
        committed: Result<&[Event], Unavailable>,
    ) -> Result<Stepped, StepError> {
        match self {
            Self::Settled(result) => *result,
            Self::Fact { at, repeated } => {
                let (incident, seq) = recorded(committed?, at);
                Ok(Stepped { incident, seq, repeated })
            }
        }
    }
}

/// The incident that the fact at that place of the batch was about.
fn recorded(events: &[Event], at: usize) -> (Incident, Seq) {
    match events.get(at).map(|event| (&event.fact, event.seq)) {
        Some((Fact::IncidentRecorded(incident), seq)) => (incident.clone(), seq),
        // The store numbers the facts in their order: see `Transaction::commit`.
        _ => unreachable!("the store answers one event for each fact"),
    }
}
