//! Question: which counts may leave the house.
//!
//! Pure functions of a [`Snapshot`](crate::twin::Snapshot); use the nouns, [`crate::privacy`] and the twin only.
//! Incidents are counted in fixed [`Units`], a zone × a month that is over × a family of kinds, and only the class of
//! each count goes on. Whatever a partner or planner asks is answered from these classes, and from nothing else.

mod units;
mod zone;

pub use units::{MONTHS_MAX, Scope, Units};
pub use zone::{Zone, Zones};
