//! Ranking 200 patrols by line, beside working out every geodesic.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its town has nothing to measure"
)]

mod town;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rand::RngExt;
use vigie::{
    dispatch::{By, Eligible, NearestQuery, RankCount, Target, nearest},
    event::{Fact, Seq},
    geo::geodesic_distance_m,
    patrol::{Availability, Patrol, PositionFix},
    time::Timestamp,
    twin::Snapshot,
};

const PATROLS: usize = 200;
/// Side of the town, in buildings 30 m apart: about Paris.
const SIDE: usize = 350;

fn patrols(now: Timestamp) -> Snapshot {
    let mut random = town::random(3);
    let mut snapshot = Snapshot::default();
    for n in 0..PATROLS {
        let patrol = Patrol {
            id: format!("P-{n:03}").parse().unwrap(),
            callsign: format!("TANGO {n}"),
            availability: match random.random_range(0..10) {
                0..7 => Availability::Available,
                7..9 => Availability::Busy,
                _ => Availability::OffDuty,
            },
            crew: Some(3),
            position_off_at: None,
        };
        let fix = PositionFix {
            patrol: patrol.id.clone(),
            position: town::position(SIDE, &mut random),
            recorded_at: now.plus_seconds(-random.random_range(0..60)),
            accuracy_m: None,
        };
        snapshot.apply([Fact::PatrolRecorded(patrol)], Seq(n as u64 + 1));
        snapshot.place(fix);
    }
    snapshot
}

fn rank(criterion: &mut Criterion) {
    let now: Timestamp = "2026-11-24T02:05:00Z".parse().unwrap();
    let snapshot = patrols(now);
    let mut random = town::random(4);
    let targets: Vec<_> = (0..64).map(|_| town::position(SIDE, &mut random)).collect();
    let mut next = targets.iter().cycle();

    let mut group = criterion.benchmark_group("nearest 3 of 200 patrols");
    group.bench_function("ranked, with why and passed over", |bencher| {
        bencher.iter(|| {
            let query = NearestQuery {
                target: Target::Position(*next.next().unwrap()),
                count: RankCount::new(3).unwrap(),
                eligible: Eligible::Available,
                by: By::Line,
                crew_min: 0,
                now,
            };
            black_box(nearest(&snapshot, &query).unwrap().ranked.len())
        });
    });
    group.bench_function("baseline: every geodesic", |bencher| {
        bencher.iter(|| {
            let target = *next.next().unwrap();
            let fixes = snapshot.patrols().iter().filter_map(|state| state.last_fix.as_ref());
            let mut metres: Vec<f64> =
                fixes.map(|fix| geodesic_distance_m(target, fix.position)).collect();
            metres.sort_by(f64::total_cmp);
            black_box(metres[2])
        });
    });
    group.finish();
}

criterion_group!(benches, rank);
criterion_main!(benches);
