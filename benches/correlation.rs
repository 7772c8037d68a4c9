//! 100,000 signals through 1,000 rules, beside the plain way: each signal asks each rule whether it listens.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its rules has nothing to measure"
)]

use std::{fmt::Write as _, hint::black_box};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use vigie::{
    correlation::{Condition, Engine, Ground, Rule, RuleSet},
    geo::LonLat,
    import::rules,
    signal::{RawPlace, RawSignal, Signal, Sources},
    stock::LandlordId,
    time::Timestamp,
};

const RULES: usize = 1_000;
const SITES: usize = 5_000;
const LANDLORDS: usize = 12;
const SIGNALS: usize = 100_000;
/// Signals from one second to the next: SIGNALS are 100 s of them.
const A_SECOND: usize = 1_000;

fn ground() -> Ground {
    Ground::new((0..SITES).map(|n| {
        let (x, y) = ((n % 100) as f64, (n / 100) as f64);
        let position = LonLat::new(2.25 + x * 0.002, 48.80 + y * 0.002).unwrap();
        let landlord = LandlordId::of_name(&format!("Landlord {}", n % LANDLORDS)).unwrap();
        (format!("S-{n}").parse().unwrap(), landlord, position)
    }))
}

/// Of ten rules, five are about a few sites, two about a territory, two about a landlord and one about all sites.
fn rule_set() -> RuleSet {
    let mut text = String::from("lateness = '30 s'\n[territories]\n");
    for n in 0..50 {
        let (west, south) = (2.25 + f64::from(n % 10) * 0.02, 48.80 + f64::from(n / 10) * 0.02);
        let (east, north) = (west + 0.02, south + 0.02);
        let ring = format!("{west} {south}, {east} {south}, {east} {north}, {west} {north}");
        writeln!(text, "t-{n} = 'POLYGON(({ring}))'").unwrap();
    }
    for n in 0..RULES {
        let place = match n % 10 {
            0..5 => {
                format!("on = 'site'\nsites = ['S-{}', 'S-{}']", n * 5 % SITES, (n * 5 + 1) % SITES)
            }
            5..7 => format!("on = 'territory'\nterritories = 't-{}'", n % 50),
            7..9 => format!("on = 'landlord'\nlandlords = 'Landlord {}'", n % LANDLORDS),
            _ => "on = 'site'".to_owned(),
        };
        let condition = match n % 4 {
            0 => "count = { of = 'noise.level >= 85', at_least = 5, within = '10 min' }",
            1 => "sequence = { steps = ['lifts.stopped', 'doors.forced'], within = '15 min' }",
            2 => "absence = { after = 'lifts.alive', no = 'lifts.alive', within = '15 min' }",
            _ => {
                "together = { of = ['doors.forced', 'noise.level >= 95'], within_m = 150, within = '5 min' }"
            }
        };
        writeln!(text, "[[rule]]\nname = 'r-{n}'\n{place}\n{condition}").unwrap();
    }
    rules::parse(&text, &Sources::shipped()).unwrap()
}

fn signals() -> Vec<Signal> {
    let sources = Sources::shipped();
    let begin: Timestamp = "2026-11-24T22:00:00Z".parse().unwrap();
    (0..SIGNALS)
        .map(|n| {
            // Looks random and is the same each time: the golden ratio's multiples. Late by up to 20 s.
            let chance = |by: f64| (n as f64 * 0.618_033_988_749_895 * by).fract();
            let late_ms = (chance(3.0) * 20_000.0) as i64;
            let at_ms = begin.unix_ms() + (n * 1000 / A_SECOND) as i64 - late_ms;
            let at = Timestamp::from_unix_ms(at_ms).unwrap().to_string();
            let site = format!("S-{}", (chance(1.0) * SITES as f64) as usize);
            let (source, kind, value) = match (chance(7.0) * 10.0) as u32 {
                0..6 => ("noise", "level", Some(60.0 + 40.0 * chance(11.0))),
                6..8 => ("lifts", "alive", None),
                8 => ("doors", "forced", None),
                _ => ("lifts", "stopped", None),
            };
            let place = RawPlace::Site(&site);
            sources
                .check(&RawSignal { source, kind, place, at: &at, value, ..RawSignal::default() })
                .unwrap()
        })
        .collect()
}

/// Whether a selector of the rule takes the signal: what each signal would ask each rule.
fn listens(rule: &Rule, signal: &Signal) -> bool {
    let of = match &rule.condition {
        Condition::Count { of, .. } | Condition::Together { of, .. } => of,
        Condition::Sequence { steps, .. } => steps,
        Condition::Absence { after, .. } => after,
    };
    of.iter().any(|selector| selector.takes(&signal.source, &signal.kind))
}

fn correlate(criterion: &mut Criterion) {
    let (rules, ground, signals) = (rule_set(), ground(), signals());
    let end: Timestamp = "2026-11-24T23:00:00Z".parse().unwrap();
    let mut group = criterion.benchmark_group("signals against 1,000 rules");
    group.sample_size(10).throughput(Throughput::Elements(SIGNALS as u64));
    group.bench_function("100,000 signals, late by up to 20 s", |bencher| {
        bencher.iter_batched(
            || Engine::new(rules.clone(), ground.clone()),
            |mut engine| {
                let mut changes = Vec::new();
                for signal in &signals {
                    engine.take(signal, &mut changes);
                }
                engine.advance(end, &mut changes);
                black_box(changes.len())
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function(
        "baseline: each asks each rule whether it listens, and no more",
        |bencher| {
            bencher.iter(|| {
                let asked = signals
                    .iter()
                    .map(|signal| rules.rules.iter().filter(|rule| listens(rule, signal)).count());
                black_box(asked.sum::<usize>())
            });
        },
    );
    group.finish();
}

criterion_group!(benches, correlate);
criterion_main!(benches);
