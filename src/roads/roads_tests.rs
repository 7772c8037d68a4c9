//! Journeys against plain Dijkstra, and what each rule of the road does to them.

use std::{cmp::Reverse, collections::BinaryHeap};

use proptest::prelude::*;

use super::{
    testing::{at_m, one_way, sign, street},
    *,
};
use crate::time::Timestamp;

fn night() -> Timestamp {
    "2026-11-24T02:05:00Z".parse().unwrap()
}

fn graph(roads: Vec<Road>, turns: Vec<Turn>) -> RoadGraph {
    RoadGraph::build(&Network::default().changed(roads, turns, Vec::new()), None).unwrap()
}

/// Seconds from one place to another, in metres east and north of the middle.
fn time_s(graph: &RoadGraph, from: (f64, f64), to: (f64, f64)) -> f64 {
    let from = [at_m(from.0, from.1)];
    graph.to(at_m(to.0, to.1), &from, night())[0].unwrap()
}

/// Metres of the drive from one place to another.
fn drive_m(graph: &RoadGraph, from: (f64, f64), to: (f64, f64)) -> f64 {
    graph.route(at_m(from.0, from.1), at_m(to.0, to.1), night()).unwrap().drive_m.round()
}

/// The four sides of a block of 1,000 m by 1,000 m with a street that leads to each corner, so that one can
/// come and go everywhere: nodes 1 to 4 are the corners, from the south-west, counter-clockwise.
fn block() -> Vec<Road> {
    let (a, b, c, d) = ((1, 0.0, 0.0), (2, 1000.0, 0.0), (3, 1000.0, 1000.0), (4, 0.0, 1000.0));
    vec![
        street("way/1", &[a, b]),
        street("way/2", &[b, c]),
        street("way/3", &[c, d]),
        street("way/4", &[d, a]),
        street("way/5", &[a, (5, -300.0, 0.0)]),
        street("way/6", &[b, (6, 1300.0, 0.0)]),
        street("way/7", &[c, (7, 1300.0, 1000.0)]),
        street("way/8", &[d, (8, -300.0, 1000.0)]),
    ]
}

/// Every state's shortest time to the goal of these seeds, by Dijkstra (1959) backwards on the arcs.
pub(crate) fn dijkstra(graph: &RoadGraph, period: usize, seeds: &[(u32, u32)]) -> Vec<Option<u32>> {
    let states = &graph.ways.states;
    let edge_ms = &graph.weights(period).edge_ms;
    let mut into: Vec<Vec<(u32, u32)>> = vec![Vec::new(); states.len()];
    for state in 0..states.len() as u32 {
        let own_ms = edge_ms[states.edge_of[state as usize] as usize];
        for (arc, next) in states.arcs(state) {
            into[next as usize].push((state, own_ms + states.turn_ms[arc]));
        }
    }
    let mut best: Vec<Option<u32>> = vec![None; states.len()];
    let mut open: BinaryHeap<Reverse<(u32, u32)>> =
        seeds.iter().map(|(state, ms)| Reverse((*ms, *state))).collect();
    while let Some(Reverse((ms, state))) = open.pop() {
        if best[state as usize].is_some() {
            continue;
        }
        best[state as usize] = Some(ms);
        for (before, arc_ms) in &into[state as usize] {
            open.push(Reverse((ms + arc_ms, *before)));
        }
    }
    best
}

/// Streets between random corners of a grid, some one way, some with signs.
fn random_town(
    corners: &[(u8, u8, u8, u8, bool)],
    signs: &[(u8, u8, u8, bool)],
) -> (Vec<Road>, Vec<Turn>) {
    let node = |x: u8, y: u8| {
        let bend = f64::from((x * 7 + y * 13) % 5) * 9.0;
        (i64::from(x) * 100 + i64::from(y), f64::from(x) * 90.0 + bend, f64::from(y) * 110.0 - bend)
    };
    let roads: Vec<Road> = corners
        .iter()
        .enumerate()
        .map(|(index, (x, y, far_x, far_y, both))| {
            let ends = [node(*x, *y), node(*far_x, *far_y)];
            let id = format!("way/{index:03}");
            if *both { street(&id, &ends) } else { one_way(&id, &ends) }
        })
        .collect();
    let turns = signs.iter().enumerate().map(|(index, (from, via, to, only))| {
        let (from, via, to) =
            (from % roads.len() as u8, via % roads.len() as u8, to % roads.len() as u8);
        let id = format!("relation/{index}");
        let rule = if *only { TurnRule::Only } else { TurnRule::No };
        let name = |road: u8| format!("way/{road:03}");
        if index % 2 == 0 {
            let node = roads[usize::from(from)].points[1].node;
            return sign(&id, rule, &name(from), node, &name(to));
        }
        Turn { id, from: name(from), via: Via::Roads(vec![name(via)]), to: name(to), rule }
    });
    let turns = turns.collect();
    (roads, turns)
}

proptest! {
    #[test]
    fn the_hierarchy_tells_what_dijkstra_tells(
        corners in proptest::collection::vec((0..6_u8, 0..6_u8, 0..6_u8, 0..6_u8, any::<bool>()), 12..60),
        signs in proptest::collection::vec(any::<(u8, u8, u8, bool)>(), 0..12),
        seeds in proptest::collection::vec((any::<u32>(), 0..100_000_u32), 1..5),
    ) {
        let (roads, turns) = random_town(&corners, &signs);
        let network = Network::default().changed(roads, turns, Vec::new());
        let Some(graph) = RoadGraph::build(&network, None) else { return Ok(()) };
        let states = graph.ways.states.len() as u32;
        let seeds: Vec<(u32, u32)> = seeds.iter().map(|(state, ms)| (state % states, *ms)).collect();
        let weights = graph.weights(0);
        let mut search =
            hierarchy::Search::backwards(&graph.ways.hierarchy, weights, seeds.iter().copied());
        let told: Vec<Option<u32>> = (0..states).map(|state| search.ms_from(state)).collect();
        prop_assert_eq!(told, dijkstra(&graph, 0, &seeds));
    }

    #[test]
    fn a_route_takes_as_long_as_is_told_and_is_where_it_says(
        corners in proptest::collection::vec((0..6_u8, 0..6_u8, 0..6_u8, 0..6_u8, any::<bool>()), 12..60),
        signs in proptest::collection::vec(any::<(u8, u8, u8, bool)>(), 0..6),
        ends in proptest::collection::vec((-50.0..600.0, -50.0..700.0), 2..3),
    ) {
        let (roads, turns) = random_town(&corners, &signs);
        let network = Network::default().changed(roads, turns, Vec::new());
        let Some(graph) = RoadGraph::build(&network, None) else { return Ok(()) };
        let (from, to) = (at_m(ends[0].0, ends[0].1), at_m(ends[1].0, ends[1].1));
        let told = graph.to(to, &[from], night())[0];
        let route = graph.route(from, to, night());
        prop_assert_eq!(told, route.as_ref().map(|route| route.time_s));
        if let Some(route) = route {
            let spot = graph.spot(from).unwrap();
            let Some(first) = route.drive.first() else {
                prop_assert_eq!(&route.walk, &vec![from, to], "as good as there");
                return Ok(());
            };
            let holds = spot.holds.iter().map(|hold| if hold.off_m > 20.0 { from } else { hold.position });
            let off_m = holds.map(|hold| crate::geo::geodesic_distance_m(*first, hold));
            prop_assert!(off_m.fold(f64::INFINITY, f64::min) < 0.1);
            prop_assert!((segment::length_m(route.drive.iter().copied()) - route.drive_m).abs() < 1e-6);
            prop_assert!((segment::length_m(route.walk.iter().copied()) - route.walk_m).abs() < 0.1);
            prop_assert_eq!(*route.walk.last().unwrap(), to);
            let gap_m = crate::geo::geodesic_distance_m(*route.drive.last().unwrap(), route.walk[0]);
            prop_assert!(gap_m < 0.1, "the walk begins where the car stops: {}", gap_m);
        }
    }
}

#[test]
fn a_straight_street_takes_its_length_at_its_speed() {
    let graph = graph(block(), Vec::new());
    // 500 m at 80 % of 30 km/h.
    assert_eq!(time_s(&graph, (100.0, 0.0), (600.0, 0.0)), 75.0);
    assert_eq!(drive_m(&graph, (100.0, 0.0), (600.0, 0.0)), 500.0);
}

#[test]
fn a_crew_that_is_there_walks_whatever_roads_lead_there() {
    let graph = graph(block(), Vec::new());
    let (yard, beside) = ((50.0, 60.0), (50.0, 48.0));
    let route = graph.route(at_m(yard.0, yard.1), at_m(beside.0, beside.1), night()).unwrap();
    assert_eq!((route.drive.len(), route.walk_m.round()), (0, 12.0));
    assert_eq!(route.time_s.round(), (12.0_f64 / (5.0 / 3.6)).round());
    assert_eq!(time_s(&graph, yard, yard), 0.0);
    // From farther off it comes back to the street first, and that is part of its way.
    let far = graph.route(at_m(50.0, 60.0), at_m(50.0, 0.0), night()).unwrap();
    assert_eq!(far.drive[0], at_m(50.0, 60.0));
    assert!(far.drive_m > graph.spot(at_m(50.0, 60.0)).unwrap().off_road_m());
}

#[test]
fn at_a_crossing_a_patrol_is_on_every_street_that_meets_there() {
    let mut roads = block();
    roads.push(one_way("way/9", &[(1, 0.0, 0.0), (9, 500.0, 500.0), (3, 1000.0, 1000.0)]));
    let graph = graph(roads, Vec::new());
    let on_street = time_s(&graph, (30.0, 0.0), (100.0, 0.0));
    for (east, north) in [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (-1.0, 0.0)] {
        let told = time_s(&graph, (east, north), (100.0, 0.0));
        assert!(told < on_street + 10.0, "from {east}, {north}: {told} s, not round the block");
    }
}

#[test]
fn a_one_way_street_leads_round_the_block() {
    let mut roads = block();
    roads[0].backward_kmh = None;
    let graph = graph(roads, Vec::new());
    assert_eq!(drive_m(&graph, (400.0, 0.0), (600.0, 0.0)), 200.0);
    // Against it one drives round, or stops at the corner behind and walks: 600 m would take longer here.
    let round = graph.route(at_m(600.0, 0.0), at_m(400.0, 0.0), night()).unwrap();
    assert_eq!(round.drive_m.round(), 400.0 + 3000.0 + 400.0);
}

#[test]
fn a_crew_walks_the_last_metres_where_that_is_faster() {
    let mut roads = block();
    roads[0].backward_kmh = None;
    let graph = graph(roads, Vec::new());
    let back = graph.route(at_m(1200.0, 0.0), at_m(900.0, 0.0), night()).unwrap();
    assert_eq!((back.drive_m.round(), back.walk_m.round()), (200.0, 100.0));
    assert_eq!(back.walk.len(), 3, "from the corner along the street to the door: {:?}", back.walk);
}

#[test]
fn a_sign_at_a_node_is_obeyed() {
    let turns = vec![sign("relation/1", TurnRule::No, "way/1", 2, "way/2")];
    let graph = graph(block(), turns);
    let route = graph.route(at_m(400.0, 0.0), at_m(1000.0, 800.0), night()).unwrap();
    assert!(route.drive_m > 1900.0, "not by the corner: {}", route.drive_m);
    assert_eq!(drive_m(&graph, (1200.0, 0.0), (1000.0, 800.0)), 1000.0, "others may turn");
}

#[test]
fn a_sign_that_orders_a_turn_forbids_the_others() {
    let turns = vec![sign("relation/1", TurnRule::Only, "way/1", 2, "way/6")];
    let graph = graph(block(), turns);
    assert!(drive_m(&graph, (400.0, 0.0), (1000.0, 800.0)) > 1900.0);
    assert_eq!(drive_m(&graph, (400.0, 0.0), (1200.0, 0.0)), 800.0);
}

#[test]
fn a_sign_over_three_roads_forbids_that_way_alone() {
    let via = Via::Roads(vec!["way/2".to_owned()]);
    let (from, to) = ("way/1".to_owned(), "way/3".to_owned());
    let turn = Turn { id: "relation/1".to_owned(), from, via, to, rule: TurnRule::No };
    let graph = graph(block(), vec![turn]);
    assert!(
        drive_m(&graph, (800.0, 0.0), (500.0, 1000.0)) > 1700.0 + 200.0,
        "from way/1 by way/2 into way/3"
    );
    assert_eq!(drive_m(&graph, (800.0, 0.0), (1000.0, 800.0)), 1000.0, "from way/1 into way/2");
    assert_eq!(
        drive_m(&graph, (1200.0, 0.0), (500.0, 1000.0)),
        1700.0,
        "from way/6 by way/2 into way/3"
    );
}

#[test]
fn a_bollard_ends_a_street_and_a_gate_delays() {
    let mut roads = block();
    roads[0] = street("way/1", &[(1, 0.0, 0.0), (9, 500.0, 0.0), (2, 1000.0, 0.0)]);
    let free_s = time_s(&graph(roads.clone(), Vec::new()), (100.0, 0.0), (900.0, 0.0));
    roads[0].points[1].mark = NodeMark::Gate;
    let gated_s = time_s(&graph(roads.clone(), Vec::new()), (100.0, 0.0), (900.0, 0.0));
    assert_eq!(gated_s - free_s, 15.0);
    roads[0].points[1].mark = NodeMark::Blocked;
    let graph = graph(roads, Vec::new());
    let round = graph.route(at_m(100.0, 0.0), at_m(900.0, 0.0), night()).unwrap();
    assert!(round.drive_m + round.walk_m > 799.0 && round.time_s > free_s, "{round:?}");
}

#[test]
fn a_dead_end_is_left_by_turning_round() {
    let graph = graph(block(), Vec::new());
    let out = graph.ways.states.len();
    assert_eq!(out, 16, "every street in both directions");
}

#[test]
fn a_street_that_cannot_be_left_is_dropped_and_counted() {
    let mut roads = block();
    roads.push(one_way("way/9", &[(1, 0.0, 0.0), (10, 0.0, -500.0)]));
    let kept = graph(roads, Vec::new()).kept();
    assert_eq!((kept.roads, kept.drivable), (9, 9));
    assert!((kept.dropped_km - 0.5).abs() < 0.01, "{kept:?}");
    assert!((kept.kept_km - 10.4).abs() < 0.05, "each direction of 5.2 km: {kept:?}");
}

#[test]
fn what_is_far_from_any_road_is_off_the_roads() {
    let graph = graph(block(), Vec::new());
    assert!(graph.spot(at_m(500.0, 350.0)).is_none());
    assert!(graph.journeys(at_m(500.0, 350.0), night()).is_none());
    assert!(graph.spot(at_m(500.0, 250.0)).is_some());
}

#[test]
fn a_drive_beside_a_street_must_be_clearly_nearer_to_be_the_place_of_a_patrol() {
    let mut roads = block();
    let drive = [(1, 0.0, 0.0), (20, 10.0, 30.0), (21, 990.0, 30.0), (2, 1000.0, 0.0)];
    roads.push(Road { class: RoadClass::Service, ..street("way/9", &drive) });
    let graph = graph(roads, Vec::new());
    let north = |from: f64| {
        let at = graph.spot(at_m(500.0, from)).unwrap().position();
        crate::geo::geodesic_distance_m(at, at_m(500.0, 0.0)).round()
    };
    assert_eq!(north(18.0), 0.0, "18 m from the street, 12 m from the drive");
    assert_eq!(
        north(25.0),
        30.0,
        "25 m from the street, 5 m from the drive: nearer by more than 15 m"
    );
}

#[test]
fn other_speeds_need_no_other_roads() {
    let network = Network::default().changed(block(), Vec::new(), Vec::new());
    let before = RoadGraph::build(&network, None).unwrap();
    let slow = speeds::parse("class;days;hours;factor\n*;*;*;0.8\n*;tue;2-4;0.4\n").unwrap();
    let after =
        RoadGraph::build(&network.changed(Vec::new(), Vec::new(), slow), Some(&before)).unwrap();
    assert!(std::sync::Arc::ptr_eq(&before.ways, &after.ways));
    let (from, to) = ((100.0, 0.0), (600.0, 0.0));
    assert_eq!(time_s(&before, from, to), 75.0, "whoever holds the old one goes on");
    assert_eq!(time_s(&after, from, to), 150.0, "03:05 on a Tuesday in Paris");
}

#[test]
fn a_bound_on_the_memory_for_weights_changes_no_answer() {
    let hours = (0..24).map(|hour| format!("*;*;{hour}-{};0.{:02}\n", (hour + 1) % 24, 50 + hour));
    let speeds = format!("class;days;hours;factor\n{}", hours.collect::<String>());
    let speeds = speeds::parse(&speeds).unwrap();
    let network = Network::default().changed(block(), Vec::new(), speeds);
    let build = |bytes_max| RoadGraph::build_within(&network, None, bytes_max).unwrap();
    let (roomy, tight) = (build(usize::MAX), build(2 * build(0).weights(0).bytes()));
    assert_eq!((roomy.weights.periods().len(), tight.weights.periods().len()), (24, 2));

    let noon: Timestamp = "2026-11-24T11:00:00Z".parse().unwrap();
    for hour in (0..48).map(|hour| noon.plus_seconds(hour * 3600)) {
        let told = |graph: &RoadGraph| graph.to(at_m(1000.0, 1000.0), &[at_m(0.0, 0.0)], hour);
        assert_eq!(told(&roomy), told(&tight), "{hour}");
        assert_eq!(tight.weights.periods().len(), 2);
    }
}
