//! When a purge counts as missed, and when that is over.

use super::*;
use crate::{
    alert::{Alert, AlertId, AlertKind, AlertState, Resolution},
    event::{Fact, Seq},
    incident::{ActorRole, Channel, Incident, IncidentId, Nomenclature, Status},
    retention::{Purge, PurgeCause},
    time::Timestamp,
    twin::{Snapshot, town},
};

/// The hour `h` of the test.
fn at(h: i64) -> Timestamp {
    Timestamp::from_unix_ms(1_800_000_000_000).unwrap().plus_seconds(h * 3600)
}

/// A town with an incident, purged at these hours.
fn purged(hours: &[i64]) -> Snapshot {
    let incident = Incident {
        id: IncidentId::new(uuid::Uuid::from_u128(1)),
        kind: "OCC-HAL".parse().unwrap(),
        channel: Channel::Call,
        status: Status::Closed,
        reported_at: at(0),
        site: "PH-0001".parse().unwrap(),
        building: None,
        steps: Vec::new(),
    };
    let site = town::site("PH-0001", "paris-habitat", 40, town::center());
    let mut snapshot = town::town(vec![site], Vec::new());
    snapshot.apply([Fact::IncidentRecorded(incident)], Seq(2));
    for (number, hour) in (1..).zip(hours) {
        snapshot.apply([Fact::Purged(purge(number, *hour))], Seq(2 + number));
    }
    snapshot
}

fn purge(number: u64, hour: i64) -> Purge {
    Purge {
        number,
        at: at(hour),
        cause: PurgeCause::Daily,
        complete: true,
        removed: Vec::new(),
        holds: Vec::new(),
        previous: [0; 32],
        public_key: [0; 32],
        signature: [0; 64],
    }
}

/// What is found at that hour by a program that has run since `begun`.
fn found(snapshot: &Snapshot, begun: i64, hour: i64) -> Vec<Alert> {
    let (nomenclature, now) = (&Nomenclature::shipped(), at(hour));
    let watched = Watch { snapshot, nomenclature, now, listening_since: at(begun), purges: true };
    watch(watched, || AlertId::new(uuid::Uuid::from_u128(7)))
}

#[track_caller]
fn check(snapshot: &Snapshot, begun: i64, hour: i64, is_missed: bool) {
    let kinds: Vec<_> = found(snapshot, begun, hour).iter().map(|alert| alert.kind).collect();
    assert_eq!(kinds == [AlertKind::PurgeMissed], is_missed, "{kinds:?}");
    assert!(is_missed || kinds.is_empty());
}

#[test]
fn a_night_may_be_missed_and_no_more() {
    check(&purged(&[0, 24]), 0, 60, false);
    check(&purged(&[0, 24]), 0, 61, true);
    check(&purged(&[]), 0, 36, false);
    check(&purged(&[]), 0, 37, true);
}

#[test]
fn a_program_that_starts_late_may_catch_up_first() {
    check(&purged(&[0]), 100, 100, false);
    check(&purged(&[0]), 100, 101, true);
    check(&Snapshot::default(), 0, 100, false);
}

#[test]
fn it_is_raised_once_and_is_over_when_a_person_has_seen_it_and_the_purge_is_done() {
    let mut snapshot = purged(&[0]);
    let raised = found(&snapshot, 0, 40).remove(0);
    assert_eq!((raised.patrol.clone(), raised.state), (None, AlertState::Raised));
    snapshot.apply([Fact::AlertRecorded(raised.clone())], Seq(10));
    check(&snapshot, 0, 50, false);
    let mut unseen = snapshot.clone();
    unseen.apply([Fact::Purged(purge(2, 51))], Seq(11));
    check(&unseen, 0, 52, false);

    let seen = raised.acknowledged_by(ActorRole::Dispatcher, at(50)).unwrap();
    snapshot.apply([Fact::AlertRecorded(seen)], Seq(11));
    check(&snapshot, 0, 51, false);
    snapshot.apply([Fact::Purged(purge(2, 51))], Seq(12));

    let over = found(&snapshot, 0, 52).remove(0);
    assert_eq!(over.resolved, Some((Resolution::Purged, ActorRole::System, at(52))));
    snapshot.apply([Fact::AlertRecorded(over)], Seq(13));
    check(&snapshot, 0, 53, false);
    check(&snapshot, 0, 52 + 37, true);
}
