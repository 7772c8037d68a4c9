//! Question: about which patrols, and about which purge, is somebody to be alarmed, and which alarms have nobody looked at.
//!
//! Pure functions of a [`Snapshot`](crate::twin::Snapshot) and of the time; use the nouns and the twin only.

mod check_in;
mod escalation;
mod purges;
mod watch;

#[cfg(test)]
mod purges_tests;
#[cfg(test)]
mod vigil_tests;

pub use check_in::{CheckIn, check_in, check_in_every_s};
pub use escalation::{GROWS_AFTER_S, RETURNS_AFTER_S, SHOUTS_AFTER_S};
pub use watch::{NO_MOVEMENT_S, Watch, raised, watch};
