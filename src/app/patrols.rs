//! Patrols: recording a crew, and taking in where crews are.

use super::{App, Unavailable, job::Job};
use crate::{
    incident::IncidentId,
    patrol::{FixRefusal, FixVerdict, Patrol, PatrolId, PositionFix},
};

/// A patrol as somebody records it, with its position where that is told at once.
#[derive(Debug, Clone, PartialEq)]
pub struct PutPatrol {
    /// The crew.
    pub patrol: Patrol,
    /// Where it is.
    pub fix: Option<PositionFix>,
    /// Whether its crew has its position on, where that is said; else it stays as it was.
    pub sharing: Option<bool>,
}

/// Why a patrol was not recorded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PutPatrolError {
    /// Its position cannot be.
    #[error(transparent)]
    Fix(#[from] FixRefusal),
    /// A crew that is on something does not go off duty: nobody would know where it is.
    #[error("patrol `{patrol}` is on incident `{incident}`: it leaves that first")]
    OnMission {
        /// Who.
        patrol: PatrolId,
        /// On what.
        incident: IncidentId,
    },
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// What became of one position of a batch.
pub type FixOutcome = FixVerdict;

impl App {
    /// Records a patrol, new or known. It is durable when this returns.
    ///
    /// A position that comes with `off_duty` or while it is switched off is dropped: it is not collected then. The last one is forgotten
    /// at once, and for the room it is said since when; of `patrol.position_off_at` nothing is taken.
    ///
    /// # Errors
    ///
    /// [`PutPatrolError`]; nothing is then recorded.
    pub async fn put_patrol(&self, put: PutPatrol) -> Result<(), PutPatrolError> {
        self.ask(|reply| Job::Patrol(put, reply)).await?
    }

    /// Takes in positions in their order, with one outcome each. They are durable when this returns.
    ///
    /// # Errors
    ///
    /// [`Unavailable`]; none is then taken in.
    pub async fn report_positions(
        &self,
        fixes: Vec<PositionFix>,
    ) -> Result<Vec<FixOutcome>, Unavailable> {
        self.ask(|reply| Job::Positions(fixes, reply)).await?
    }
}
