//! Incidents: what is reported, of which kind, where and when; never by whom.
//!
//! Uses [`crate::geo`], [`crate::time`] and [`crate::stock`] only.

mod channel;
mod idempotency;
mod incident_id;
mod kind;
mod status;

pub use channel::Channel;
pub use idempotency::{
    IDEMPOTENCY_KEY_LENGTH_MAX, IdempotencyKey, InvalidIdempotencyKey, RequestDigest,
};
pub use incident_id::{IncidentId, InvalidIncidentId};
pub use kind::{InvalidKindCode, InvalidNomenclature, Kind, KindCode, Nomenclature, Priority};
pub use status::Status;

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
}
