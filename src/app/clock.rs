//! The clock: the one place where the program reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// Where the time comes from; tests give their own.
pub type Clock = fn() -> Timestamp;

/// The time of the machine.
#[must_use]
pub fn system_clock() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let unix_ms = i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX);
    // A clock beyond the year 9999 is held at 1970: the start-up check then names it.
    Timestamp::from_unix_ms(unix_ms)
        .or_else(|_| Timestamp::from_unix_ms(0))
        .unwrap_or_else(|_| unreachable!("1970 is a year"))
}
