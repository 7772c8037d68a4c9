//! [`nearest`] against its slow twin: every geodesic, then a sort.

use proptest::prelude::*;

use super::*;
use crate::{
    event::{Fact, Seq},
    geo::{LonLat, geodesic_distance_m},
    incident::{Channel, Incident, IncidentId, Status},
    patrol::{Availability, Patrol, PatrolId, PositionFix},
    time::Timestamp,
    twin::{
        Snapshot,
        town::{at_m, building, site, square, town},
    },
};

fn now() -> Timestamp {
    "2026-11-24T02:05:00Z".parse().unwrap()
}

/// Adds a patrol, 8 s ago at `position` where there is one.
fn add(snapshot: &mut Snapshot, id: &str, is: Availability, position: Option<LonLat>) {
    let id: PatrolId = id.parse().unwrap();
    let patrol = Patrol {
        id: id.clone(),
        callsign: id.to_string(),
        availability: is,
        crew: Some(3),
        position_off_at: None,
    };
    snapshot.apply([Fact::PatrolRecorded(patrol)], Seq(2));
    if let Some(position) = position {
        let recorded_at = now().plus_seconds(-8);
        snapshot.place(PositionFix { patrol: id, position, recorded_at, accuracy_m: None });
    }
}

fn query(target: Target, count: u64) -> NearestQuery {
    let count = RankCount::new(count).unwrap();
    NearestQuery {
        target,
        count,
        eligible: Eligible::Available,
        by: By::Line,
        crew_min: 0,
        now: now(),
    }
}

fn ids(ranking: &Ranking<'_>) -> Vec<String> {
    ranking.ranked.iter().map(|ranked| ranked.state.patrol.id.to_string()).collect()
}

fn evening() -> Snapshot {
    use Availability::{Available, Busy, OffDuty};
    let mut snapshot = town(
        vec![site("A", "one", 10, at_m(0.0, 0.0))],
        vec![building("a1", "A", vec![square(300.0, 0.0, 20.0)])],
    );
    add(&mut snapshot, "T1", Available, Some(at_m(400.0, 0.0)));
    add(&mut snapshot, "T2", Busy, Some(at_m(100.0, 0.0)));
    add(&mut snapshot, "T3", Available, Some(at_m(200.0, 0.0)));
    add(&mut snapshot, "T4", OffDuty, None);
    add(&mut snapshot, "T5", Available, None);
    add(&mut snapshot, "T6", Busy, Some(at_m(5000.0, 0.0)));
    snapshot
}

#[test]
fn the_nearest_available_patrols_come_first_and_the_others_are_accounted_for() {
    let snapshot = evening();
    let ranking = nearest(&snapshot, &query(Target::Site("A".parse().unwrap()), 2)).unwrap();

    assert_eq!(ids(&ranking), ["T3", "T1"]);
    assert_eq!(ranking.ranked[0].position_age_s, 8.0);
    let passed: Vec<_> = ranking
        .passed_over
        .iter()
        .map(|left| (left.state.patrol.id.as_str(), left.reason, left.distance_m.is_some()))
        .collect();
    assert_eq!(
        passed,
        [
            ("T2", Reason::Busy, true),
            ("T4", Reason::OffDuty, false),
            ("T5", Reason::NoPosition, false)
        ],
        "T6 is farther than the last one ranked"
    );
}

#[test]
fn each_rank_is_explained_in_a_sentence() {
    let snapshot = evening();
    let ranking = nearest(&snapshot, &query(Target::Position(at_m(0.0, 0.0)), 2)).unwrap();
    let why: Vec<&str> = ranking.ranked.iter().map(|ranked| ranked.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "Nearest available patrol by straight line: 200 m away, position 8 s old; T2 is nearer but busy.",
            "No. 2 by straight line, available: 400 m away, 200 m farther than T3, position 8 s old.",
        ]
    );
}

#[test]
fn everybody_includes_busy_patrols_but_nobody_off_duty() {
    let snapshot = evening();
    let mut query = query(Target::Position(at_m(0.0, 0.0)), 50);
    query.eligible = Eligible::Everybody;
    let ranking = nearest(&snapshot, &query).unwrap();
    assert_eq!(ids(&ranking), ["T2", "T3", "T1", "T6"]);
    assert_eq!(ranking.passed_over.len(), 2);
}

#[test]
fn an_incident_is_where_its_building_is() {
    let mut snapshot = evening();
    let id = IncidentId::new(uuid::Uuid::from_u128(7));
    let incident = Incident {
        id,
        kind: "OCC-HAL".parse().unwrap(),
        channel: Channel::Call,
        status: Status::Received,
        reported_at: now(),
        site: "A".parse().unwrap(),
        building: Some("a1".parse().unwrap()),
        steps: vec![],
    };
    snapshot.apply([Fact::IncidentRecorded(incident)], Seq(9));
    let ranking = nearest(&snapshot, &query(Target::Incident(id), 1)).unwrap();
    assert_eq!(ids(&ranking), ["T1"], "90 m from the building, and 400 m from the site");
    assert_eq!(ranking.target.site.map(ToString::to_string).as_deref(), Some("A"));
}

#[test]
fn a_target_that_is_not_there_is_an_error() {
    let snapshot = evening();
    let site = Target::Site("B".parse().unwrap());
    assert_eq!(
        nearest(&snapshot, &query(site, 1)).unwrap_err().to_string(),
        "site `B` is not in the stock"
    );
    let incident = Target::Incident(IncidentId::new(uuid::Uuid::nil()));
    assert!(nearest(&snapshot, &query(incident, 1)).is_err());
    assert!(RankCount::new(0).is_err() && RankCount::new(51).is_err());
}

prop_compose! {
    /// Anywhere, or among few places so that there are ties, or near a pole or the antimeridian.
    fn positions()(
        lon in -180.0..180.0, lat in -90.0..90.0, near in 0..5, step in 0_u8..4,
    ) -> LonLat {
        let small = f64::from(step) * 0.001;
        match near {
            0 => LonLat::new(lon, lat),
            1 => LonLat::new(2.35 + small, 48.85),
            2 => LonLat::new(lon, 90.0 - small),
            3 => LonLat::new(180.0 - small, lat),
            _ => LonLat::new(-180.0 + small, -lat),
        }.unwrap()
    }
}

proptest! {
    #[test]
    fn nearest_agrees_with_every_geodesic_worked_out(
        crews in proptest::collection::vec((positions(), 0..4), 0..60),
        target in positions(), count in 1_u64..=50, everybody in any::<bool>(),
    ) {
        let mut snapshot = Snapshot::default();
        for (n, (position, is)) in crews.iter().enumerate() {
            let is = if *is == 0 { Availability::Busy } else { Availability::Available };
            add(&mut snapshot, &format!("P{n:02}"), is, Some(*position));
        }
        let mut query = query(Target::Position(target), count);
        if everybody {
            query.eligible = Eligible::Everybody;
        }
        let ranking = nearest(&snapshot, &query).unwrap();

        let mut expected: Vec<(f64, String)> = crews
            .iter()
            .enumerate()
            .filter(|(_, (_, is))| everybody || *is != 0)
            .map(|(n, (position, _))| (geodesic_distance_m(target, *position), format!("P{n:02}")))
            .collect();
        expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
        expected.truncate(query.count.get());
        let got: Vec<(f64, String)> = ranking
            .ranked
            .iter()
            .map(|ranked| (ranked.line_m, ranked.state.patrol.id.to_string()))
            .collect();
        prop_assert_eq!(&got, &expected);

        let full = expected.len() == query.count.get();
        let reach_m = if full { expected.last().unwrap().0 } else { f64::INFINITY };
        let nearer = crews.iter().filter(|(position, is)| {
            !everybody && *is == 0 && geodesic_distance_m(target, *position) < reach_m
        });
        prop_assert_eq!(ranking.passed_over.len(), nearer.count());
    }
}
