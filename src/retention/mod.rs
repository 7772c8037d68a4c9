//! What is kept for how long: the table of terms, holds that keep beyond them, and the signed register of purges.
//!
//! Uses [`crate::closed_list`], [`crate::time`], [`crate::stock`], [`crate::incident`] and [`crate::access`] only. A
//! purge removes by rule and instant alone (see [`Removed`]), so that whoever holds the same records and reads what a
//! purge says removes the same ones.

mod hold;
mod hold_id;
mod kept;
mod purge;
#[cfg(test)]
mod retention_tests;
mod signing;

pub use hold::{HOLD_MONTHS_MAX, Hold, HoldReason, HoldScope, InvalidHold};
pub use hold_id::{HoldId, InvalidHoldId};
pub use kept::{Kept, Term, incident_ends_at};
pub use purge::{BrokenRegister, Purge, PurgeCause, RegisterEnds, Removed, check_register};
pub use signing::{PublicKey, Signature, Signer};

/// After how many hours without a purge somebody is alarmed: a night and a half.
pub const PURGE_MISSED_AFTER_H: i64 = 36;
