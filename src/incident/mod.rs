//! Incidents: what is reported, of which kind, where and when; never by whom.
//!
//! Uses [`crate::time`], [`crate::privacy`], [`crate::stock`] and [`crate::patrol`] only. An incident is its steps: [`decide`] says which
//! steps follow from what somebody asks, and [`Incident::take`] adds one.

mod channel;
mod course;
mod decide;
mod idempotency;
mod incident_id;
mod kind;
mod nomenclature;
mod remark;
mod rule;
mod status;
mod step;

pub use channel::Channel;
pub use course::{Milestones, Sent};
pub use decide::{Candidate, Command, Refusal, STEP_AGE_S_MAX, decide};
pub use idempotency::{
    IDEMPOTENCY_KEY_LENGTH_MAX, IdempotencyKey, InvalidIdempotencyKey, RequestDigest,
};
pub use incident_id::{IncidentId, InvalidIncidentId};
pub use kind::{InvalidKindCode, Kind, KindCode, Priority};
pub use nomenclature::{InvalidNomenclature, KindFault, Nomenclature};
pub use remark::{InvalidRemark, REMARK_LENGTH_MAX, Remark};
pub use rule::Rule;
pub use status::Status;
pub use step::{
    Action, ActorRole, Outcome, OverrideReason, Partner, PeopleBracket, Reason, Report, Step,
};

use crate::{
    stock::{BuildingId, SiteCode},
    time::Timestamp,
};

/// Something reported, on a site, at an instant.
///
/// It holds no point, no address and no person: a point given by a caller serves to find the site and is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Unique.
    pub id: IncidentId,
    /// What it is.
    pub kind: KindCode,
    /// How it came in.
    pub channel: Channel,
    /// How far it has got.
    pub status: Status,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// Where: the only location a report carries.
    pub site: SiteCode,
    /// In which building, where that is known.
    pub building: Option<BuildingId>,
    /// What was done about it, first to last; empty for history that came without.
    pub steps: Vec<Step>,
}
