//! [`AccessAnchor`]: how far an access log had got on a day.

use uuid::Uuid;

use crate::time::Date;

/// How far an access log had got on a day, as the store knows it: what is missing before that line is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessAnchor {
    /// Which log: each server writes one of its own.
    pub log: Uuid,
    /// The day, on Paris calendars.
    pub day: Date,
    /// The number of the last line that is known.
    pub seq: u64,
    /// The hash of that line.
    pub hash: [u8; 32],
}
