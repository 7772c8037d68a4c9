//! What is looked at in every store alike: its schema, its numbers, its times and its counts.

use super::{
    StoreError,
    archive::{Counts, RecordKind},
    finding::Finding,
};
use crate::{retention::PURGE_MISSED_AFTER_H, time::Timestamp};

/// How far ahead of this machine's clock the last event may be: clocks of servers differ a little.
const AHEAD_S_MAX: f64 = 60.0;

/// The events of a store, summed up.
pub(super) struct Head {
    /// How many.
    pub(super) count: u64,
    /// The first number; 0 without events.
    pub(super) first: u64,
    /// The last number; 0 without events.
    pub(super) last: u64,
    /// The latest time.
    pub(super) recorded_at: Option<Timestamp>,
    /// The earliest time.
    pub(super) begun_at: Option<Timestamp>,
    /// The last purge.
    pub(super) purged_at: Option<Timestamp>,
}

/// Whether this program knows the schema.
pub(super) fn schema(found: u32, known: u32) -> Finding {
    let told = format!("version {found}, this program knows {known}");
    match found.cmp(&known) {
        std::cmp::Ordering::Equal => Finding::ok("schema", format!("version {found}")),
        std::cmp::Ordering::Less => {
            let advice = "back it up, then start the server, which brings it up";
            Finding::warn("schema", told, advice)
        }
        std::cmp::Ordering::Greater => Finding::fail("schema", told, "use the newer program"),
    }
}

/// Whether events are numbered without a gap and not from the future, and what there is of each kind.
pub(super) fn held(
    head: Result<Head, StoreError>,
    counts: Result<Counts, StoreError>,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = match head {
        Ok(head) => vec![numbers(&head), times(&head, now), purges(&head, now)],
        Err(fault) => vec![Finding::fail("numbers", fault, "restore a backup")],
    };
    findings.push(match counts {
        Ok(counts) => Finding::ok("counts", list(&counts)),
        Err(fault) => Finding::fail("counts", fault, "restore a backup"),
    });
    findings
}

fn numbers(head: &Head) -> Finding {
    let Head { count, first, last, .. } = *head;
    if count == last && first == last.min(1) {
        return Finding::ok("numbers", format!("events 1 to {last} without a gap"));
    }
    let found = format!("{count} events are numbered {first} to {last}");
    Finding::fail("numbers", found, "somebody has changed the table of events: restore a backup")
}

fn times(head: &Head, now: Timestamp) -> Finding {
    let Some(last) = head.recorded_at else { return Finding::ok("times", "no event yet") };
    let ahead_s = last.seconds_since(now);
    if ahead_s > AHEAD_S_MAX {
        let found = format!("the last event is {ahead_s:.0} s ahead of this machine's clock");
        return Finding::warn("times", found, "set the clock of this machine, by NTP");
    }
    Finding::ok("times", format!("last event at {last}"))
}

/// Whether what is over its term was purged.
fn purges(head: &Head, now: Timestamp) -> Finding {
    let Some(since) = head.purged_at.or(head.begun_at) else {
        return Finding::ok("purge", "no event yet");
    };
    let age_h = now.seconds_since(since) / 3600.0;
    let is_missed = age_h > PURGE_MISSED_AFTER_H as f64;
    let found = match head.purged_at {
        Some(at) => format!("last purge at {at}"),
        None if is_missed => format!("no purge yet, and the first event is {age_h:.0} h old"),
        None => "no purge yet".to_owned(),
    };
    if !is_missed {
        return Finding::ok("purge", found);
    }
    let advice =
        "`vigie purge` purges now; `vigie serve` does every night at 03:15: look why it did not";
    Finding::warn("purge", found, advice)
}

fn list(counts: &Counts) -> String {
    let count = |kind: RecordKind| format!("{} {}", counts.get(kind), kind.plural());
    RecordKind::ALL.map(count).join(", ")
}
