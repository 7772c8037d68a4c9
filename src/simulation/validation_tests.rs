//! The engine against queueing theory: where there is a formula, the runs must agree with it.
//!
//! With no ways and nothing but service, calls are customers and crews are servers. Each check repeats a run and
//! asks whether the formula lies in the 95 % confidence interval over the repetitions; of so many intervals one in
//! twenty may miss, and none by far. `cargo test --lib simulation::validation -- --nocapture` prints the figures.

use std::ops::Range;

use rand::RngExt as _;

use super::{
    Between, Call, CallIx, Crew, Durations, Engine, Estimate, Lognormal, Measures, Metric, Policy,
    Preemption, Record, Reported, Rules, Scenario, Subject, Ways, dice,
};
use crate::{
    incident::{Priority, Status},
    roads::StraightLine,
    twin::town::center,
};

/// Mean service time, seconds.
const SERVICE_S: f64 = 600.0;
/// Repetitions of each run.
const REPLICATIONS: u32 = 40;
/// Calls of a run, of which the first fifth warms it up.
const CALLS: usize = 6000;

/// A run of customers that come at random.
struct Queue {
    seed: u64,
    servers: u32,
    arrivals_per_s: f64,
    service: fn(&mut rand_chacha::ChaCha8Rng) -> f64,
    priority: fn(&mut rand_chacha::ChaCha8Rng) -> Priority,
}

struct Run {
    record: Record,
    scenario: Scenario,
    window_s: Range<f64>,
}

fn exponential(dice: &mut rand_chacha::ChaCha8Rng, mean: f64) -> f64 {
    -mean * (1.0 - dice.random::<f64>()).ln()
}

impl Queue {
    fn run(&self, replication: u32) -> Run {
        let mut dice = dice(self.seed, replication, Subject::Calls);
        let mut now_s = 0.0;
        let calls = (0..CALLS).map(|_| {
            now_s += exponential(&mut dice, 1.0 / self.arrivals_per_s);
            let reported = Reported {
                reported_s: now_s,
                kind: "OCC-HAL".parse().unwrap(),
                priority: (self.priority)(&mut dice),
                crew_min: 1,
                position: center(),
            };
            Call { reported, durations: Durations::of_service((self.service)(&mut dice)), lot: 0 }
        });
        let calls: Vec<Call> = calls.collect();
        let forever = 0.0..f64::MAX;
        let server = Crew { agents: 1, position: center(), duty_s: vec![forever] };
        let scenario = Scenario { crews: vec![server; self.servers as usize], calls };
        let ways = Ways {
            roads: &StraightLine::default(),
            begin: "2026-06-19T16:00:00Z".parse().unwrap(),
        };
        let rules = Rules {
            ways,
            policy: Policy::Fixed,
            between: Between::Rest,
            preemption: Preemption::Never,
            seed: 0,
        };
        let mut engine = Engine::new(rules, scenario.crews.clone());
        for (row, call) in scenario.calls.iter().enumerate() {
            engine.call(CallIx(row as u32), call.clone());
        }
        let record = Record::of(&scenario, &engine.finish());
        Run { record, scenario, window_s: now_s / 5.0..now_s }
    }

    /// The estimate of what `measure` finds in each run.
    fn estimate(&self, measure: impl Fn(&Run) -> f64) -> Estimate {
        Estimate::of((0..REPLICATIONS).map(|replication| measure(&self.run(replication)))).unwrap()
    }
}

fn metric(run: &Run, metric: Metric) -> f64 {
    Measures::of(&run.record, &run.scenario, &run.window_s).get(metric).unwrap()
}

fn waits(run: &Run, of: impl Fn(Priority) -> bool) -> Vec<f64> {
    let measured = run.record.interventions.iter();
    measured
        .filter(|one| run.window_s.contains(&one.reported_s) && of(one.priority))
        .map(|one| one.between_s(Status::Qualified, Status::Assigned).unwrap())
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The probability of waiting with `servers` under an offered load of `erlangs`, by way of Erlang B.
/// Source: Cooper (1981), Introduction to queueing theory, 2nd ed., 3.3 and 3.4.
fn erlang_c(servers: u32, erlangs: f64) -> f64 {
    let blocked = (1..=servers).fold(1.0, |b, n| erlangs * b / (f64::from(n) + erlangs * b));
    let rho = erlangs / f64::from(servers);
    blocked / (1.0 - rho * (1.0 - blocked))
}

/// Counts intervals that miss their formula, prints each, and lets none miss by far.
#[derive(Default)]
struct Tally {
    checked: u32,
    missed: u32,
}

impl Tally {
    fn check(&mut self, what: &str, expected: f64, found: Estimate) {
        let half = found.half_width.unwrap();
        eprintln!("{what:<42} theory {expected:>10.4}   runs {:>10.4} ± {half:.4}", found.mean);
        assert!((found.mean - expected).abs() <= 2.5 * half, "{what}: {expected} {found:?}");
        self.checked += 1;
        self.missed += u32::from(!found.covers(expected));
    }
}

#[test]
fn many_servers_wait_as_erlang_says() {
    let mut tally = Tally::default();
    // Of 27 servers with less to do, hardly a call ever waits, which no run of this length can measure.
    for (servers, loads) in
        [(1, [0.3, 0.6, 0.9]), (2, [0.3, 0.6, 0.9]), (5, [0.3, 0.6, 0.9]), (27, [0.8, 0.9, 0.95])]
    {
        for rho in loads {
            let erlangs = rho * f64::from(servers);
            let queue = Queue {
                seed: u64::from(tally.checked),
                servers,
                arrivals_per_s: erlangs / SERVICE_S,
                service: |dice| exponential(dice, SERVICE_S),
                priority: |_| Priority::P2,
            };
            let runs: Vec<Run> = (0..REPLICATIONS).map(|row| queue.run(row)).collect();
            let over = |of: &dyn Fn(&Run) -> f64| Estimate::of(runs.iter().map(of)).unwrap();
            let waiting = erlang_c(servers, erlangs);
            let wait_s = waiting * SERVICE_S / (f64::from(servers) - erlangs);
            let of = |what: &str| format!("M/M/{servers}, rho {rho}: {what}");
            let share = |run: &Run| {
                mean(
                    &waits(run, |_| true)
                        .iter()
                        .map(|s| f64::from(u8::from(*s > 0.0)))
                        .collect::<Vec<_>>(),
                )
            };
            tally.check(&of("mean wait, s"), wait_s, over(&|run| metric(run, Metric::WaitMean)));
            tally.check(&of("probability of waiting"), waiting, over(&share));
            tally.check(&of("utilisation"), rho, over(&|run| metric(run, Metric::Utilisation)));
        }
    }
    eprintln!("{} of {} intervals miss", tally.missed, tally.checked);
    assert!(tally.missed <= 5, "{} of {} intervals miss", tally.missed, tally.checked);
}

#[test]
fn one_server_of_any_service_time_waits_as_pollaczek_and_khinchine_say() {
    const LAW: Lognormal = Lognormal { median: 500.0, sigma: 0.6 };
    let mut tally = Tally::default();
    for rho in [0.5, 0.8] {
        let arrivals_per_s = rho / LAW.mean();
        let queue = Queue {
            seed: u64::from(tally.checked),
            servers: 1,
            arrivals_per_s,
            service: |dice| LAW.draw(dice),
            priority: |_| Priority::P2,
        };
        // E[S²] of a lognormal is m² exp(2σ²). Source: Cooper (1981), 5.3.
        let squared_s2 = LAW.median.powi(2) * (2.0 * LAW.sigma.powi(2)).exp();
        let wait_s = arrivals_per_s * squared_s2 / (2.0 * (1.0 - rho));
        let found = queue.estimate(|run| metric(run, Metric::WaitMean));
        tally.check(&format!("M/G/1, rho {rho}: mean wait, s"), wait_s, found);
    }
    assert!(tally.missed <= 1);
}

#[test]
fn the_urgent_wait_less_as_cobham_says() {
    // A third each of P1, P2 and P3 on one server. Source: Cobham (1954), Priority assignment in waiting line
    // problems, Operations Research 2, 70–76.
    let rho = 0.75;
    let mut tally = Tally::default();
    for (row, priority) in Priority::ALL.into_iter().take(3).enumerate() {
        let queue = Queue {
            seed: u64::from(tally.checked),
            servers: 1,
            arrivals_per_s: rho / SERVICE_S,
            service: |dice| exponential(dice, SERVICE_S),
            priority: |dice| Priority::ALL[dice.random_range(0..3)],
        };
        let load_above = rho / 3.0 * row as f64;
        let residual_s = rho * SERVICE_S;
        let wait_s = residual_s / ((1.0 - load_above) * (1.0 - load_above - rho / 3.0));
        let found = queue.estimate(|run| mean(&waits(run, |of| of == priority)));
        tally.check(&format!("M/M/1 by priority: {} waits, s", priority.as_str()), wait_s, found);
    }
    assert!(tally.missed <= 1);
}

#[test]
fn as_many_are_in_the_house_as_little_says() {
    let queue = Queue {
        seed: 1,
        servers: 3,
        arrivals_per_s: 0.8 * 3.0 / SERVICE_S,
        service: |dice| exponential(dice, SERVICE_S),
        priority: |_| Priority::P2,
    };
    let run = queue.run(0);
    // The number in the house over time, from arrivals and departures alone, against rate × time in the house.
    let mut changes: Vec<(f64, f64)> = Vec::new();
    let mut stays_s = 0.0;
    for one in &run.record.interventions {
        let left_s = one.at_s(Status::Reported).unwrap();
        changes.extend([(one.reported_s, 1.0), (left_s, -1.0)]);
        stays_s += left_s - one.reported_s;
    }
    changes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let end_s = changes.last().unwrap().0;
    let (mut area, mut inside, mut before_s) = (0.0, 0.0, 0.0);
    for (at_s, change) in changes {
        area += inside * (at_s - before_s);
        (inside, before_s) = (inside + change, at_s);
    }

    let (in_house, rate, stay_s) = (area / end_s, CALLS as f64 / end_s, stays_s / CALLS as f64);

    assert!((in_house / (rate * stay_s) - 1.0).abs() < 1e-9, "{in_house} {}", rate * stay_s);
    // And that number is the one of theory: rho c plus those that wait.
    let expected = 2.4 + erlang_c(3, 2.4) * 0.8 / 0.2;
    let found = queue.estimate(|run| {
        waits(run, |_| true).iter().sum::<f64>() / (run.window_s.end - run.window_s.start)
    });
    let mut tally = Tally::default();
    tally.check("M/M/3, rho 0.8: calls that wait", expected - 2.4, found);
}
