//! Putting points on sites among 200,000 footprints, one core. Budget: at least twice shapely's STRtree.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its town has nothing to measure"
)]

mod town;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use vigie::{
    event::{Fact, Seq},
    locate::locate,
    twin::Snapshot,
};

/// 447 × 447 is 199,809 footprints.
const SIDE: usize = 447;
const POINTS: usize = 10_000;

fn points(criterion: &mut Criterion) {
    let mut snapshot = Snapshot::default();
    snapshot.apply([Fact::StockChanged(town::stock(SIDE))], Seq(1));
    let mut random = town::random(2);
    let points: Vec<_> = (0..POINTS).map(|_| town::position(SIDE, &mut random)).collect();

    let mut group = criterion.benchmark_group("locate");
    group.throughput(Throughput::Elements(POINTS as u64));
    group.bench_function("random points, 200,000 footprints", |bencher| {
        bencher.iter(|| {
            for point in &points {
                black_box(locate(snapshot.stock(), *point));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, points);
criterion_main!(benches);
