//! How the cost of a question grows: 100,000, 1,000,000 and 10,000,000 incidents, by filter. Budget: 250 ms at 10 million, which
//! nobody waits for; and no more than in proportion.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its town has nothing to measure"
)]

mod town;

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use geo::Coord;
use rand::RngExt;
use vigie::{
    event::{Fact, Seq},
    geo::{Bbox, LonLat},
    heatmap::{GridProjection, HeatmapQuery, Metric, heatmap},
    hot_spot::{Neighbourhood, counted, hot_spots, repeats, surface, weekly},
    incident::{Channel, Incident, IncidentId, Nomenclature, Status},
    publication::Units,
    stock::LandlordId,
    time::{TimeWindow, Timestamp, WeekHours},
    twin::{Selection, Snapshot},
};

/// 82 × 82 is 6,724 buildings: the real estate has about 6,700.
const SIDE: usize = 82;
const SIZES: [u128; 3] = [100_000, 1_000_000, 10_000_000];
/// As many at once: all facts of the largest town would not fit beside it.
const AT_ONCE: u128 = 500_000;
const THREE_YEARS_MS: u128 = 3 * 365 * 86_400_000;

/// Near enough to the grid's projection for a bench.
const FLAT: GridProjection = GridProjection {
    to_metres: |at| Some(Coord { x: at.lon() * 73_000.0, y: at.lat() * 111_000.0 }),
    to_degrees: |at| LonLat::new(at.x / 73_000.0, at.y / 111_000.0).ok(),
};

fn start() -> Timestamp {
    "2023-11-24T00:00:00Z".parse().unwrap()
}

/// Three years with so many incidents, in the order of time as they come in.
fn three_years(incidents: u128) -> Snapshot {
    let mut random = town::random(5);
    let mut snapshot = Snapshot::default();
    snapshot.apply([Fact::StockChanged(town::stock(SIDE))], Seq(1));
    let kinds: Vec<_> =
        Nomenclature::shipped().kinds().iter().map(|kind| kind.code.clone()).collect();
    for first in (0..incidents).step_by(AT_ONCE as usize) {
        let facts: Vec<Fact> = (first..incidents.min(first + AT_ONCE))
            .map(|n| {
                let building = &snapshot.stock().buildings()[random.random_range(0..SIDE * SIDE)];
                let after_ms = (n * THREE_YEARS_MS / incidents) as i64;
                Fact::IncidentRecorded(Incident {
                    id: IncidentId::new(uuid::Uuid::from_u128(n)),
                    kind: kinds[random.random_range(0..kinds.len())].clone(),
                    channel: Channel::ALL[random.random_range(0..Channel::ALL.len())],
                    status: Status::Closed,
                    reported_at: Timestamp::from_unix_ms(start().unix_ms() + after_ms).unwrap(),
                    site: building.site.clone().unwrap(),
                    building: Some(building.id.clone()),
                    steps: vec![],
                })
            })
            .collect();
        snapshot.apply(facts, Seq(2 + (first / AT_ONCE) as u64));
    }
    snapshot
}

/// One filter after the other, and all at once.
fn selections(snapshot: &Snapshot) -> Vec<(&'static str, Selection)> {
    let all = Selection::default;
    let kinds: Vec<_> =
        Nomenclature::shipped().kinds().iter().take(8).map(|kind| kind.code.clone()).collect();
    let hours = WeekHours::all().during("18-2").unwrap();
    let landlords = vec![LandlordId::of_name("Landlord 3").unwrap()];
    let around = Bbox::around(snapshot.stock().sites().iter().map(|site| site.position)).unwrap();
    let part = |from: f64, to: f64, share: f64| from + (to - from) * share;
    let corner = |share: f64| {
        let lon = part(around.west(), around.east(), share);
        LonLat::new(lon, part(around.south(), around.north(), share)).unwrap()
    };
    let bbox = Some(Bbox::new(corner(0.25), corner(0.75)).unwrap());
    let window = TimeWindow { from: Some(start().plus_seconds(365 * 86_400)), to: None };
    let channels = vec![Channel::Call];
    vec![
        ("no filter", all()),
        ("two years", Selection { window, ..all() }),
        ("kinds", Selection { kinds: kinds.clone(), ..all() }),
        ("hours", Selection { hours: hours.clone(), ..all() }),
        ("channel", Selection { channels: channels.clone(), ..all() }),
        ("landlord", Selection { landlords: landlords.clone(), ..all() }),
        ("box", Selection { bbox, ..all() }),
        ("all of them", Selection { window, kinds, hours, channels, landlords, bbox, ..all() }),
    ]
}

fn grow(criterion: &mut Criterion) {
    for size in SIZES {
        let snapshot = three_years(size);
        let now = start().plus_seconds((THREE_YEARS_MS / 1000) as i64);
        let name = format!("{size} incidents");
        let mut group = criterion.benchmark_group("scale");
        group.throughput(Throughput::Elements(size as u64)).sample_size(10);
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
        for (filter, selection) in selections(&snapshot) {
            let cell = "h3:9".parse().unwrap();
            let query = HeatmapQuery { cell, selection: selection.clone(), metric: Metric::Rate };
            group.bench_with_input(
                BenchmarkId::new(format!("heatmap, {filter}"), &name),
                &query,
                |bencher, query| {
                    bencher.iter(|| black_box(heatmap(&snapshot, query, &FLAT).unwrap().total));
                },
            );
            if !["no filter", "kinds", "all of them"].contains(&filter) {
                continue;
            }
            group.bench_function(
                BenchmarkId::new(format!("hot spots, {filter}"), &name),
                |bencher| {
                    bencher.iter(|| {
                        let known = heatmap(&snapshot, &query, &FLAT).unwrap();
                        let zones = counted(&known);
                        let neighbours = Neighbourhood::Touching.among(&zones).unwrap();
                        black_box(hot_spots(&zones, &neighbours, 1).unwrap().tested)
                    });
                },
            );
            group.bench_function(BenchmarkId::new(format!("series, {filter}"), &name), |bencher| {
                bencher
                    .iter(|| black_box(weekly(&snapshot, &selection, now).unwrap().points.len()));
            });
            group.bench_function(
                BenchmarkId::new(format!("repeats, {filter}"), &name),
                |bencher| {
                    bencher.iter(|| black_box(repeats(&snapshot, &selection, 1).unwrap().events));
                },
            );
            group.bench_function(
                BenchmarkId::new(format!("density, {filter}"), &name),
                |bencher| {
                    bencher.iter(|| {
                        black_box(surface(&snapshot, &selection, 250.0).unwrap().is_some())
                    });
                },
            );
        }
        group.bench_function(
            BenchmarkId::new("what is published, after each event", &name),
            |bencher| {
                bencher.iter(|| black_box(Units::of(&snapshot, now).families().len()));
            },
        );
        group.bench_function(
            BenchmarkId::new("baseline: read 8 bytes an incident", &name),
            |bencher| {
                bencher.iter(|| {
                    let mut sum = 0_u64;
                    for part in snapshot.incidents().parts() {
                        sum += part.site().iter().map(|site| u64::from(site.0)).sum::<u64>();
                        sum += part.place().iter().map(|place| u64::from(place.0)).sum::<u64>();
                    }
                    black_box(sum)
                });
            },
        );
        group.finish();
    }
}

criterion_group!(benches, grow);
criterion_main!(benches);
