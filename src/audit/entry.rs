//! [`AccessEntry`]: what is kept of a request; [`AccessLine`]: the same as a line of a file.

use serde::{Deserialize, Serialize};

use crate::{access::AccountId, closed_list::ClosedList as _, time::Timestamp};

/// What is kept of an answered request: no name, no address, no query, nothing of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    /// When it was answered.
    pub at: Timestamp,
    /// As what somebody asked; `None` where nobody was known.
    pub seat: Option<crate::access::Seat>,
    /// By which account or token; `None` in a demo, and where nobody was known.
    pub account: Option<AccountId>,
    /// `GET`, `POST`, ….
    pub method: &'static str,
    /// The template of the route, such as `/api/v1/sites/{code}`; `unknown` where none was met.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
}

/// A line as it stands in a file, but for its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLine {
    /// Its number: 1, 2, 3, … over all days.
    pub seq: u64,
    /// When, RFC 3339.
    pub at: String,
    /// What the line is: `request`, or `mended` where an unfinished line stood.
    pub what: String,
    /// As what somebody asked.
    pub role: Option<String>,
    /// By which account or token.
    pub account: Option<String>,
    /// The landlord that the account is for.
    pub landlord: Option<String>,
    /// The patrol that the account is for.
    pub patrol: Option<String>,
    /// `GET`, `POST`, ….
    pub method: Option<String>,
    /// The template of the route.
    pub route: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Requests since the line before that were answered and are in no line, since the disk was full or slow.
    pub missed: u64,
    /// The hash of the line before, 64 hexadecimal digits.
    pub prev: String,
}

impl AccessLine {
    /// The line of a request, with its number and the hash of the line before.
    pub(super) fn of(entry: &AccessEntry, seq: u64, missed: u64, prev: String) -> Self {
        let scope = entry.seat.as_ref().map(crate::access::Seat::scope);
        Self {
            seq,
            at: entry.at.to_string(),
            what: "request".to_owned(),
            role: entry.seat.as_ref().map(|seat| seat.role().as_str().to_owned()),
            account: entry.account.map(|id| id.to_string()),
            landlord: scope.and_then(|scope| scope.landlord()).map(ToString::to_string),
            patrol: scope.and_then(|scope| scope.patrol()).map(ToString::to_string),
            method: Some(entry.method.to_owned()),
            route: Some(entry.route.clone()),
            status: Some(entry.status),
            missed,
            prev,
        }
    }

    /// The line that says that an unfinished one stood in its place.
    pub(super) fn mended(at: Timestamp, seq: u64, prev: String) -> Self {
        Self {
            seq,
            at: at.to_string(),
            what: "mended".to_owned(),
            role: None,
            account: None,
            landlord: None,
            patrol: None,
            method: None,
            route: None,
            status: None,
            missed: 0,
            prev,
        }
    }
}
