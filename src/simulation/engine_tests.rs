//! What an evening is: who is sent, who waits, who is called off, and that it can be lived again.

use super::{
    Between, Call, CallIx, Comparison, Crew, CrewIx, CrewPlan, Durations, Engine, Metric, Pace,
    Policy, Preemption, Record, Reported, Rules, Scenario, Step, Study, Ways, study,
};
use crate::{
    geo::{LonLat, geodesic_distance_m},
    incident::{Priority, Status},
    roads::{Route, StraightLine, TravelTime},
    time::Timestamp,
    twin::town::at_m,
};

/// 10 m/s straight on.
const PLAIN: StraightLine = StraightLine { speed_m_per_s: 10.0, detour: 1.0 };

fn ways() -> Ways<'static> {
    Ways { roads: &PLAIN, begin: "2026-06-19T16:00:00Z".parse().unwrap() }
}

fn rules() -> Rules<'static> {
    Rules {
        ways: ways(),
        policy: Policy::Line,
        between: Between::Rest,
        preemption: Preemption::Never,
        seed: 1,
    }
}

fn crew(agents: u8, east_m: f64) -> Crew {
    Crew { agents, position: at_m(east_m, 0.0), duty_s: vec![0.0..f64::MAX] }
}

fn reported(reported_s: f64, priority: Priority, east_m: f64) -> Reported {
    let kind = "OCC-HAL".parse().unwrap();
    Reported { reported_s, kind, priority, crew_min: 2, position: at_m(east_m, 0.0) }
}

/// A call that takes 600 s on site.
fn call(reported_s: f64, priority: Priority, east_m: f64) -> Call {
    let reported = reported(reported_s, priority, east_m);
    Call { reported, durations: Durations::of_service(600.0), lot: 0 }
}

fn lived(rules: Rules<'_>, crews: Vec<Crew>, calls: Vec<Call>) -> Record {
    let scenario = Scenario { crews, calls };
    let mut engine = Engine::new(rules, scenario.crews.clone());
    for (row, call) in scenario.calls.iter().enumerate() {
        engine.call(CallIx(row as u32), call.clone());
    }
    Record::of(&scenario, &engine.finish())
}

fn sent(record: &Record) -> Vec<Option<u32>> {
    record.interventions.iter().map(|one| one.crew.map(|crew| crew.0)).collect()
}

#[test]
fn the_nearest_crew_that_is_large_enough_goes_and_drives_at_the_speed_of_the_road() {
    let crews = vec![crew(3, 3000.0), crew(1, 100.0), crew(2, 1000.0)];

    let record = lived(rules(), crews, vec![call(60.0, Priority::P2, 0.0)]);

    assert_eq!(sent(&record), [Some(2)], "the lone agent next door is too few");
    let one = &record.interventions[0];
    assert!((one.between_s(Status::Received, Status::OnSite).unwrap() - 100.0).abs() < 0.1);
    assert_eq!(one.between_s(Status::OnSite, Status::Cleared), Some(600.0));
    assert_eq!(record.missions.len(), 1);
}

#[test]
fn who_waits_is_served_by_priority_and_then_by_time() {
    let calls = vec![
        call(0.0, Priority::P3, 0.0),
        call(10.0, Priority::P4, 0.0),
        call(20.0, Priority::P3, 0.0),
        call(30.0, Priority::P1, 0.0),
        call(40.0, Priority::P3, 0.0),
    ];

    let record = lived(rules(), vec![crew(2, 0.0)], calls);

    let mut order: Vec<(f64, u32)> = record
        .interventions
        .iter()
        .map(|one| (one.at_s(Status::Assigned).unwrap(), one.call.0))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(order.iter().map(|one| one.1).collect::<Vec<_>>(), [0, 3, 2, 4, 1]);
    assert_eq!(
        order.iter().map(|one| one.0).collect::<Vec<_>>(),
        [0.0, 600.0, 1200.0, 1800.0, 2400.0]
    );
}

#[test]
fn a_crew_works_within_its_shift_and_finishes_what_it_has_begun() {
    let shift = Crew { duty_s: vec![100.0..300.0], ..crew(2, 0.0) };

    let record = lived(
        rules(),
        vec![shift],
        vec![call(0.0, Priority::P2, 0.0), call(150.0, Priority::P2, 0.0)],
    );

    assert_eq!(record.interventions[0].at_s(Status::Assigned), Some(100.0));
    assert_eq!(record.interventions[0].at_s(Status::Cleared), Some(700.0));
    assert_eq!(record.interventions[1].at_s(Status::Assigned), None, "nobody is left");
}

#[test]
fn a_crew_on_its_way_to_something_less_urgent_is_called_off_for_help_where_that_is_allowed() {
    let calls = || vec![call(0.0, Priority::P3, 5000.0), call(60.0, Priority::P1, 0.0)];
    let crews = || vec![crew(2, 0.0)];
    let may = Rules { preemption: Preemption::ForHelp, ..rules() };

    let (kept, called_off) = (lived(rules(), crews(), calls()), lived(may, crews(), calls()));

    let overall_s = |record: &Record, row: usize| {
        record.interventions[row].between_s(Status::Received, Status::OnSite).unwrap()
    };
    assert!(overall_s(&kept, 1) > 1000.0);
    assert!((overall_s(&called_off, 1) - 60.0).abs() < 0.1, "60 s out and 60 s back, from 60 s on");
    assert_eq!(called_off.interventions[0].called_off, 1);
    assert!(overall_s(&called_off, 0) > overall_s(&kept, 0), "and the other one waits longer");
    assert_eq!(called_off.missions.len(), 3);
}

#[test]
fn on_a_round_crews_drive_between_places_and_are_sent_from_where_they_are() {
    let places = [at_m(0.0, 0.0), at_m(10_000.0, 0.0)];
    let round = Between::Round { places: &places, stop_s: 30.0 };
    let mut engine = Engine::new(Rules { between: round, ..rules() }, vec![crew(2, 5000.0)]);
    let mut before = engine.position(CrewIx(0), 0.0);
    let mut moved = 0;
    for second in 1..2000 {
        let now_s = f64::from(second);
        assert!(engine.advance(now_s).is_empty(), "a round is nobody's call");
        let position = engine.position(CrewIx(0), now_s);
        let drove_m = geodesic_distance_m(before, position);
        assert!(drove_m < 10.1, "{drove_m} m in a second");
        moved += usize::from(drove_m > 1.0);
        before = position;
    }
    assert!(moved > 1000, "it drove {moved} s of 2000");

    engine.call(CallIx(0), call(2000.0, Priority::P1, 5000.0));
    let steps = engine.finish();

    let at_s = |status: Status| steps.iter().find(|step| step.status == status).unwrap().at_s;
    let expected_s = geodesic_distance_m(before, at_m(5000.0, 0.0)) / 10.0;
    assert!((at_s(Status::OnSite) - at_s(Status::EnRoute) - expected_s).abs() < 1.1);
}

/// A river along the meridian of the middle, with one bridge far off: 10 m/s, and 600 s more to cross it.
struct River;

impl TravelTime for River {
    fn to(&self, target: LonLat, from: &[LonLat], at: Timestamp) -> Vec<Option<f64>> {
        from.iter().map(|from| Some(self.route(*from, target, at)?.time_s)).collect()
    }

    fn route(&self, from: LonLat, target: LonLat, at: Timestamp) -> Option<Route> {
        let middle = at_m(0.0, 0.0).lon();
        let crosses = (from.lon() < middle) != (target.lon() < middle);
        let plain = PLAIN.route(from, target, at)?;
        Some(Route { time_s: plain.time_s + if crosses { 600.0 } else { 0.0 }, ..plain })
    }
}

#[test]
fn the_way_takes_what_the_road_takes_whichever_policy_chose() {
    let crews = || vec![crew(2, -100.0), crew(2, 1000.0)];
    let travelled = |policy: Policy| {
        let rules = Rules { ways: Ways { roads: &River, ..ways() }, policy, ..rules() };
        let record = lived(rules, crews(), vec![call(0.0, Priority::P2, 50.0)]);
        let one = &record.interventions[0];
        (one.crew, one.between_s(Status::EnRoute, Status::OnSite).unwrap().round())
    };

    assert_eq!(travelled(Policy::Line), (Some(CrewIx(0)), 615.0), "150 m off, over the river");
    assert_eq!(travelled(Policy::Road), (Some(CrewIx(1)), 95.0), "950 m off, on this side");
}

/// Ten evenings of 60 calls along a line, two crews.
fn ten_evenings(seed: u64, each: impl FnMut(u32, Policy, &Record)) -> Comparison {
    let places: Vec<LonLat> = (0..20).map(|row| at_m(f64::from(row) * 500.0, 0.0)).collect();
    let the_study = Study {
        seed,
        replications: 10,
        policies: &[Policy::Line, Policy::Random, Policy::Fixed],
        ways: ways(),
        pace: Pace::ORDINARY,
        plan: CrewPlan { agents: vec![2, 3, 2, 3], places: &places, shifts: vec![vec![0.0..1e6]] },
        between: Between::Rest,
        preemption: Preemption::ForHelp,
        window_s: 1800.0..50_000.0,
    };
    let calls = |replication: u32| {
        let call = |row: u32| {
            let east_m = f64::from((row * 7 + replication) % 20) * 500.0;
            let priority = Priority::ALL[row as usize % 4];
            reported(f64::from(row) * 900.0, priority, east_m)
        };
        (0..60).map(call).collect()
    };
    study(&the_study, calls, each).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_evenings_and_another_seed_others() {
    let steps = |seed| {
        let mut told = String::new();
        ten_evenings(seed, |replication, policy, record| {
            told += &format!("{replication} {policy:?} {record:?}\n");
        });
        told
    };

    assert_eq!(steps(1), steps(1));
    assert_ne!(steps(1), steps(2));
}

#[test]
fn every_policy_meets_the_same_calls_and_service_times() {
    let mut of_policy: Vec<(Policy, Vec<String>)> = Vec::new();
    ten_evenings(3, |_, policy, record| {
        let facts = record.interventions.iter().map(|one| {
            let took = |from, to| one.between_s(from, to).map(|s| (s * 1000.0).round());
            format!(
                "{:?} {} {} {:?} {:?} {:?}",
                one.call,
                one.kind,
                one.reported_s,
                took(Status::Received, Status::Qualified),
                took(Status::OnSite, Status::Cleared),
                took(Status::Cleared, Status::Reported)
            )
        });
        let facts: Vec<String> = facts.collect();
        match of_policy.iter_mut().find(|known| known.0 == policy) {
            Some(known) => known.1.extend(facts),
            None => of_policy.push((policy, facts)),
        }
    });

    assert_eq!(of_policy.len(), 3);
    assert!(of_policy.iter().all(|(_, facts)| facts.len() == 600 && *facts == of_policy[0].1));
}

#[test]
fn pairs_of_the_same_evening_show_a_difference_that_single_evenings_hide() {
    let comparison = ten_evenings(5, |_, _, _| {});
    let [line, random, _] = &comparison.policies[..] else { panic!("three policies") };

    let difference = random.difference(line, Metric::TravelMean).unwrap();
    let apart = random.estimate(Metric::TravelMean).unwrap();

    assert_eq!(difference.verdict(), super::Verdict::Higher, "{difference:?}");
    assert!(
        (difference.mean - (apart.mean - line.estimate(Metric::TravelMean).unwrap().mean)).abs()
            < 1e-9
    );
    let itself = line.difference(line, Metric::OverallMean).unwrap();
    assert_eq!((itself.mean, itself.verdict()), (0.0, super::Verdict::NotSignificant));
}

#[test]
fn steps_come_in_the_order_of_time_and_each_call_goes_the_way_of_the_life_cycle() {
    let crews = vec![crew(2, 0.0), crew(3, 2000.0)];
    let mut engine = Engine::new(rules(), crews);
    for row in 0..40 {
        let priority = Priority::ALL[row as usize % 4];
        engine
            .call(CallIx(row), call(f64::from(row) * 200.0, priority, f64::from(row % 7) * 300.0));
    }

    let steps = engine.finish();

    assert!(steps.is_sorted_by(|a: &Step, b: &Step| a.at_s <= b.at_s));
    for row in 0..40 {
        let of_call = steps.iter().filter(|step| step.call == CallIx(row));
        let statuses: Vec<Status> = of_call.map(|step| step.status).collect();
        assert_eq!(statuses, Status::ALL[1..9], "call {row}");
    }
}
