//! Adapter: the access log, one line for each answered request of the API, in files that nobody can change unseen.
//!
//! Uses [`crate::access`], [`crate::closed_list`] and [`crate::time`] only. Each line holds the HMAC of itself, which holds that of the
//! line before; the last one of each day is anchored in the store. `docs/audit.md` says what that finds and what it does not.
//!
//! | file | owns |
//! | --- | --- |
//! | `entry` | what a line says |
//! | `backwards` | lines of a day, newest first |
//! | `chain` | the key, and how lines hang together |
//! | `folder` | which files there are |
//! | `journal` | one open chain: appending, mending, anchoring |
//! | `log` | the thread that writes, and its queue |
//! | `verify` | finding what was changed |

mod backwards;
mod chain;
mod entry;
mod folder;
mod journal;
mod log;
mod verify;

#[cfg(test)]
mod audit_tests;

pub use backwards::{InvalidLogPlace, LogPlace, LogQuestion, newest_lines};
pub use chain::ChainKey;
pub use entry::{AccessEntry, AccessLine};
pub use folder::KEPT_MONTHS;
pub use log::{AccessLog, AnchorSink, WAITING_LINES_MAX};
pub use verify::{AuditFault, Verified, verify, verify_day};
