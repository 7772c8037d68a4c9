//! [`nearest`] by road, in a town with a river between two banks.

use proptest::prelude::*;

use super::*;
use crate::{
    event::{Fact, Seq},
    patrol::{Availability, Patrol, PatrolId, PositionFix},
    roads::{
        StraightLine,
        testing::{at_m, street},
    },
    stock::StockChange,
    time::Timestamp,
    twin::Snapshot,
};

fn now() -> Timestamp {
    "2026-11-24T02:05:00Z".parse().unwrap()
}

/// Two streets along the banks, 100 m apart, and one bridge at their western end.
fn banks() -> Snapshot {
    let roads = vec![
        street("way/1", &[(1, 0.0, 0.0), (2, 2000.0, 0.0)]),
        street("way/2", &[(3, 0.0, 100.0), (4, 2000.0, 100.0)]),
        street("way/3", &[(1, 0.0, 0.0), (3, 0.0, 100.0)]),
    ];
    let mut snapshot = Snapshot::default();
    let change = StockChange { roads, ..StockChange::default() };
    snapshot.apply([Fact::StockChanged(change)], Seq(1));
    snapshot
}

fn add(snapshot: &mut Snapshot, id: &str, is: Availability, crew: u8, age_s: i64, at: (f64, f64)) {
    let id: PatrolId = id.parse().unwrap();
    let patrol = Patrol {
        id: id.clone(),
        callsign: id.to_string(),
        availability: is,
        crew: Some(crew),
        position_off_at: None,
    };
    snapshot.apply([Fact::PatrolRecorded(patrol)], Seq(2));
    let (position, recorded_at) = (at_m(at.0, at.1), now().plus_seconds(-age_s));
    snapshot.place(PositionFix { patrol: id, position, recorded_at, accuracy_m: None });
}

fn query(at: (f64, f64), count: u64) -> NearestQuery {
    NearestQuery {
        target: Target::Position(at_m(at.0, at.1)),
        count: RankCount::new(count).unwrap(),
        eligible: Eligible::Available,
        by: By::Road,
        crew_min: 2,
        now: now(),
    }
}

fn evening() -> Snapshot {
    use Availability::{Available, Busy};
    let mut snapshot = banks();
    add(&mut snapshot, "OVER", Available, 3, 8, (1500.0, 100.0));
    add(&mut snapshot, "HERE", Available, 3, 8, (900.0, 0.0));
    add(&mut snapshot, "BUSY", Busy, 3, 8, (1400.0, 0.0));
    add(&mut snapshot, "SOLO", Available, 1, 8, (1300.0, 0.0));
    add(&mut snapshot, "LATE", Available, 3, 301, (1200.0, 0.0));
    add(&mut snapshot, "AWAY", Available, 3, 8, (1500.0, 900.0));
    snapshot.roads().make_graph();
    snapshot
}

#[test]
fn the_first_by_road_is_not_the_nearest_across_the_river() {
    let snapshot = evening();
    let ranking = nearest(&snapshot, &query((1500.0, 0.0), 2)).unwrap();

    assert_eq!((ranking.by, ranking.by_reason), (By::Road, None));
    let ids: Vec<&str> = ranking.ranked.iter().map(|r| r.state.patrol.id.as_str()).collect();
    assert_eq!(ids, ["HERE", "AWAY"]);
    let first = &ranking.ranked[0];
    assert_eq!(first.eta_s, Some(90.0), "600 m at 80 % of 30 km/h");
    assert_eq!(first.distance_m().round(), 600.0);
    let why: Vec<&str> = ranking.ranked.iter().map(|ranked| ranked.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "Nearest available patrol by road: 90 s, 0.6 km by car, position 8 s old; OVER is nearer by line \
             (100 m) but 375 s later by road; BUSY is nearer but busy; SOLO is nearer but too few; LATE is nearer \
             but of a position too old.",
            "No. 2 by road, available: 219 s, 129 s after HERE, estimated by line (900 m), since it is off the known \
             roads, position 8 s old.",
        ]
    );
    let passed: Vec<_> = ranking
        .passed_over
        .iter()
        .map(|left| (left.state.patrol.id.as_str(), left.reason, left.eta_s))
        .collect();
    assert_eq!(
        passed,
        [
            ("BUSY", Reason::Busy, Some(15.0)),
            ("SOLO", Reason::TooFew, Some(30.0)),
            ("LATE", Reason::Stale, Some(45.0)),
        ]
    );
}

#[test]
fn whoever_asks_for_everybody_is_told_which_positions_are_stale() {
    let snapshot = evening();
    let everybody = NearestQuery { eligible: Eligible::Everybody, ..query((1500.0, 0.0), 4) };
    let ranking = nearest(&snapshot, &everybody).unwrap();
    let stale: Vec<_> = ranking
        .ranked
        .iter()
        .map(|ranked| (ranked.state.patrol.id.as_str(), ranked.is_stale))
        .collect();
    assert_eq!(stale, [("BUSY", false), ("SOLO", false), ("LATE", true), ("HERE", false)]);
    assert!(ranking.ranked[2].why.contains("position 301 s old and not to be trusted"));
}

#[test]
fn where_nobody_can_tell_by_road_the_line_decides_and_the_answer_says_so() {
    let far = nearest(&evening(), &query((1500.0, 5000.0), 1)).map(|r| (r.by, r.by_reason));
    assert_eq!(far, Ok((By::Line, Some(OffRoad::Target))));
    let unmade = banks();
    let ranking = nearest(&unmade, &query((0.0, 0.0), 1)).unwrap();
    assert_eq!((ranking.by, ranking.by_reason), (By::Line, Some(OffRoad::NotReady)));
    let empty = Snapshot::default();
    let ranking = nearest(&empty, &query((0.0, 0.0), 1)).unwrap();
    assert_eq!((ranking.by, ranking.by_reason), (By::Line, Some(OffRoad::NoRoads)));
    let asked = NearestQuery { by: By::Line, ..query((0.0, 0.0), 1) };
    let ranking = nearest(&empty, &asked).unwrap();
    assert_eq!((ranking.by, ranking.by_reason), (By::Line, None));
}

proptest! {
    #[test]
    fn the_ranking_is_that_of_asking_for_every_patrol_alone(
        crews in proptest::collection::vec(((-100.0..2100.0, -200.0..400.0), any::<bool>()), 1..40),
        target in (-100.0..2100.0, -200.0..350.0), count in 1_u64..12,
    ) {
        let mut snapshot = banks();
        for (n, (at, free)) in crews.iter().enumerate() {
            let is = if *free { Availability::Available } else { Availability::Busy };
            add(&mut snapshot, &format!("P{n:02}"), is, 3, 8, *at);
        }
        snapshot.roads().make_graph();
        let graph = snapshot.roads().graph().unwrap();
        let ranking = nearest(&snapshot, &query(target, count)).unwrap();
        let alone = |at: (f64, f64)| {
            use crate::roads::TravelTime;
            let (from, to) = (at_m(at.0, at.1), at_m(target.0, target.1));
            graph.to(to, &[from], now())[0]
        };
        let mut expected: Vec<(f64, String)> = crews
            .iter()
            .enumerate()
            .filter(|(_, (_, free))| *free)
            .map(|(n, (at, _))| {
                let line_m = crate::geo::geodesic_distance_m(at_m(at.0, at.1), at_m(target.0, target.1));
                let estimate_s = (StraightLine::default().time_s(line_m) * 1000.0).round() / 1000.0;
                (alone(*at).unwrap_or(estimate_s), format!("P{n:02}"))
            })
            .collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0));
        expected.truncate(count as usize);
        let told: Vec<(f64, String)> = ranking
            .ranked
            .iter()
            .map(|ranked| (ranked.eta_s.unwrap(), ranked.state.patrol.id.to_string()))
            .collect();
        prop_assert_eq!(told, expected);
    }
}
