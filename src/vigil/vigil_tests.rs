//! The rules of the watch, at their seconds.

use super::*;
use crate::{
    alert::{Alert, AlertId, AlertKind, AlertState, Resolution},
    event::{Fact, Seq},
    geo::LonLat,
    incident::{Action, ActorRole, Channel, Incident, IncidentId, Nomenclature, Status, Step},
    patrol::{Availability, Patrol, PatrolId, PositionFix},
    stock::{Hazard, HazardKind, StockChange},
    time::Timestamp,
    twin::{Snapshot, town},
};

const BEGIN_MS: i64 = 1_800_000_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_ms(BEGIN_MS + second * 1000).unwrap()
}

fn patrol() -> PatrolId {
    "TANGO-1".parse().unwrap()
}

/// A patrol that was sent at second 0, and has taken `steps` since.
fn on_mission(kind: &str, steps: &[(Action, i64)]) -> Snapshot {
    let mut incident = Incident {
        id: IncidentId::new(uuid::Uuid::from_u128(1)),
        kind: kind.parse().unwrap(),
        channel: Channel::Call,
        status: Status::Received,
        reported_at: at(0),
        site: "PH-0001".parse().unwrap(),
        building: None,
        steps: Vec::new(),
    };
    for (action, second) in [(Action::Assigned, 0)].iter().chain(steps) {
        let plain = Step::plain(*action, at(*second), at(*second), ActorRole::Patrol);
        incident.take(Step { patrol: Some(patrol()), ..plain });
    }
    let crew = Patrol {
        id: patrol(),
        callsign: "Tango 1".to_owned(),
        availability: Availability::Available,
        crew: Some(3),
        position_off_at: None,
    };
    let site = town::site("PH-0001", "paris-habitat", 40, town::center());
    let mut snapshot = town::town(vec![site], Vec::new());
    snapshot.apply([Fact::PatrolRecorded(crew), Fact::IncidentRecorded(incident)], Seq(9));
    snapshot
}

fn place(snapshot: &mut Snapshot, lon: f64, second: i64) {
    snapshot.place(PositionFix {
        patrol: patrol(),
        position: LonLat::new(lon, 48.85).unwrap(),
        recorded_at: at(second),
        accuracy_m: None,
    });
}

fn found(snapshot: &Snapshot, second: i64) -> Vec<Alert> {
    let mut ids = 0;
    let new_id = || {
        ids += 1;
        AlertId::new(uuid::Uuid::from_u128(ids))
    };
    let nomenclature = &Nomenclature::shipped();
    let listening_since = at(-3600);
    let now = at(second);
    watch(Watch { snapshot, nomenclature, now, listening_since, purges: false }, new_id)
}

fn due(snapshot: &Snapshot, second: i64) -> CheckIn {
    check_in(snapshot, &Nomenclature::shipped(), &patrol(), at(second)).unwrap()
}

/// Flags a dog on the site.
fn flag(snapshot: &mut Snapshot, since: i64, until: i64) {
    let (site, kind) = ("PH-0001".parse().unwrap(), HazardKind::Dog);
    let dog = Hazard { site, kind, since: at(since), until: at(until) };
    let change = StockChange { hazards: vec![dog], ..StockChange::default() };
    snapshot.apply([Fact::StockChanged(change)], Seq(10));
}

fn kinds(snapshot: &Snapshot, second: i64) -> Vec<AlertKind> {
    found(snapshot, second).into_iter().map(|alert| alert.kind).collect()
}

#[test]
fn a_crew_on_site_is_asked_and_then_missed_sooner_in_danger() {
    for (kind, every_s) in [("TEC-EAU", 900), ("BIE-INC", 480)] {
        let steps = [(Action::Acknowledged, 1), (Action::EnRoute, 2), (Action::OnSite, 100)];
        let mut snapshot = on_mission(kind, &steps);
        let due = due(&snapshot, 100);
        assert_eq!(due, CheckIn { due_at: at(100 + every_s), every_s: every_s as u32 });
        assert_eq!(due.prompted_at(), at(40 + every_s));
        place(&mut snapshot, 2.35, 150 + every_s);
        assert_eq!(kinds(&snapshot, 159 + every_s), []);
        assert_eq!(kinds(&snapshot, 160 + every_s), [AlertKind::CheckInMissed]);
    }
}

#[test]
fn a_crew_checks_in_sooner_while_its_site_has_a_hazard() {
    let steps = [(Action::Acknowledged, 1), (Action::EnRoute, 2), (Action::OnSite, 100)];
    let mut snapshot = on_mission("TEC-EAU", &steps);
    flag(&mut snapshot, -3600, 300);
    place(&mut snapshot, 2.35, 650);
    assert_eq!(due(&snapshot, 299), CheckIn { due_at: at(580), every_s: 480 });
    assert_eq!(due(&snapshot, 300), CheckIn { due_at: at(1000), every_s: 900 });
    assert_eq!(
        kinds(&snapshot, 700),
        [],
        "the hazard was over when the crew would have been missed"
    );
    flag(&mut snapshot, -3600, 9000);
    assert_eq!(kinds(&snapshot, 639), []);
    assert_eq!(kinds(&snapshot, 640), [AlertKind::CheckInMissed]);
}

#[test]
fn a_hazard_that_is_flagged_while_a_crew_is_there_makes_nobody_late_at_once() {
    let steps = [(Action::Acknowledged, 1), (Action::EnRoute, 2), (Action::OnSite, 100)];
    for (flagged_at, due_at) in [(200, 680), (519, 999), (520, 1000), (700, 1000)] {
        let mut snapshot = on_mission("TEC-EAU", &steps);
        flag(&mut snapshot, flagged_at, 9000);
        place(&mut snapshot, 2.35, flagged_at);
        assert_eq!(due(&snapshot, flagged_at), CheckIn { due_at: at(due_at), every_s: 480 });
        assert_eq!(kinds(&snapshot, flagged_at), []);
    }
}

#[test]
fn one_matter_is_one_alert_until_a_person_has_resolved_it_and_its_term_is_over_again() {
    let steps = [(Action::Acknowledged, 1), (Action::EnRoute, 2), (Action::OnSite, 100)];
    let mut snapshot = on_mission("TEC-EAU", &steps);
    place(&mut snapshot, 2.35, 1060);
    let alert = found(&snapshot, 1060).remove(0);
    snapshot.apply([Fact::AlertRecorded(alert.clone())], Seq(10));
    assert_eq!(kinds(&snapshot, 1061), []);
    let resolved = alert.resolved_by(ActorRole::Dispatcher, Resolution::Reached, at(1070)).unwrap();
    snapshot.apply([Fact::AlertRecorded(resolved)], Seq(11));
    place(&mut snapshot, 2.35, 2020);
    assert_eq!(kinds(&snapshot, 2029), []);
    assert_eq!(kinds(&snapshot, 2030), [AlertKind::CheckInMissed]);
}

#[test]
fn a_patrol_on_its_way_that_says_for_five_minutes_that_it_is_where_it_was_does_not_move() {
    let mut snapshot = on_mission("TEC-EAU", &[(Action::Acknowledged, 1), (Action::EnRoute, 10)]);
    place(&mut snapshot, 2.35, 0);
    place(&mut snapshot, 2.3502, 309); // 15 m
    assert_eq!(kinds(&snapshot, 310), [], "it set out at 10");
    place(&mut snapshot, 2.35, 310);
    assert_eq!(kinds(&snapshot, 310), [AlertKind::NoMovement]);
    place(&mut snapshot, 2.3504, 311); // 29 m
    assert_eq!(kinds(&snapshot, 311), []);
}

#[test]
fn a_patrol_on_a_mission_that_says_nothing_for_two_minutes_is_lost() {
    let mut snapshot = on_mission("TEC-EAU", &[]);
    assert_eq!(kinds(&snapshot, 120), []);
    assert_eq!(kinds(&snapshot, 121), [AlertKind::SignalLost]);
    place(&mut snapshot, 2.35, 60);
    assert_eq!(kinds(&snapshot, 180), []);
    assert_eq!(kinds(&snapshot, 181), [AlertKind::SignalLost]);
}

#[test]
fn an_alert_grows_while_nobody_looks_and_comes_back_when_nobody_ends_it() {
    let mut snapshot = on_mission("TEC-EAU", &[(Action::Cleared, 1)]);
    let state = &snapshot.clone();
    let id = AlertId::new(uuid::Uuid::from_u128(7));
    let mut alert = raised(id, AlertKind::Sos, &patrol(), state, at(0));
    let mut at_second = |alert: &mut Alert, second| {
        snapshot.apply([Fact::AlertRecorded(alert.clone())], Seq(10));
        let found = found(&snapshot, second);
        found.into_iter().next().inspect(|next| *alert = next.clone()).map(|next| next.level)
    };
    assert_eq!(at_second(&mut alert, 29), None);
    assert_eq!(at_second(&mut alert, 30), Some(2));
    assert_eq!(at_second(&mut alert, 119), None);
    assert_eq!(at_second(&mut alert, 120), Some(3));
    assert_eq!(at_second(&mut alert, 5000), None);
    alert = Alert { level: 1, ..alert }.acknowledged_by(ActorRole::Dispatcher, at(200)).unwrap();
    assert_eq!(at_second(&mut alert, 1099), None);
    assert_eq!(at_second(&mut alert, 1100), Some(2));
    assert_eq!(alert.state, AlertState::Raised);
    assert_eq!(at_second(&mut alert, 1219), None);
    assert_eq!(at_second(&mut alert, 1220), Some(3));
}
