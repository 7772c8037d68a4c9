//! Counting 1,000,000 incidents by cell, beside reading the same bytes once. Budget: 3 times that reading.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its town has nothing to measure"
)]

mod town;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use geo::Coord;
use rand::RngExt;
use vigie::{
    event::{Fact, Seq},
    geo::LonLat,
    heatmap::{GridProjection, HeatmapQuery, Metric, heatmap},
    incident::{Channel, Incident, IncidentId, Nomenclature, Status},
    stock::LandlordId,
    time::{Timestamp, WeekHours},
    twin::{Selection, Snapshot},
};

/// 82 × 82 is 6,724 buildings: the real estate has about 6,700.
const SIDE: usize = 82;
const INCIDENTS: u128 = 1_000_000;
const TWO_YEARS_MS: i64 = 2 * 365 * 86_400_000;

/// Near enough to the grid's projection for a bench.
const FLAT: GridProjection = GridProjection {
    to_metres: |at| Some(Coord { x: at.lon() * 73_000.0, y: at.lat() * 111_000.0 }),
    to_degrees: |at| LonLat::new(at.x / 73_000.0, at.y / 111_000.0).ok(),
};

fn two_years() -> Snapshot {
    let mut random = town::random(5);
    let mut snapshot = Snapshot::default();
    snapshot.apply([Fact::StockChanged(town::stock(SIDE))], Seq(1));
    let nomenclature = Nomenclature::shipped();
    let start_ms = "2024-11-24T00:00:00Z".parse::<Timestamp>().unwrap().unix_ms();
    let facts: Vec<Fact> = (0..INCIDENTS)
        .map(|n| {
            let building = &snapshot.stock().buildings()[random.random_range(0..SIDE * SIDE)];
            let kinds = nomenclature.kinds();
            let at_ms = start_ms + random.random_range(0..TWO_YEARS_MS);
            Fact::IncidentRecorded(Incident {
                id: IncidentId::new(uuid::Uuid::from_u128(n)),
                kind: kinds[random.random_range(0..kinds.len())].code.clone(),
                channel: Channel::ALL[random.random_range(0..Channel::ALL.len())],
                status: Status::Closed,
                reported_at: Timestamp::from_unix_ms(at_ms).unwrap(),
                site: building.site.clone().unwrap(),
                building: Some(building.id.clone()),
                steps: vec![],
            })
        })
        .collect();
    snapshot.apply(facts, Seq(2));
    snapshot
}

/// No filter; one; and every one that reads a column.
fn selections() -> [(&'static str, Selection); 3] {
    let evening = || WeekHours::all().during("18-2").unwrap();
    let kinds: Vec<_> =
        Nomenclature::shipped().kinds().iter().take(8).map(|kind| kind.code.clone()).collect();
    let every = Selection {
        hours: evening().on("fri,sat").unwrap(),
        kinds,
        channels: vec![Channel::Call, Channel::Caretaker],
        landlords: vec![LandlordId::of_name("Landlord 3").unwrap()],
        ..Selection::default()
    };
    [
        ("no filter", Selection::default()),
        ("evenings", Selection { hours: evening(), ..Selection::default() }),
        ("hours, kinds, channels, landlord", every),
    ]
}

fn count(criterion: &mut Criterion) {
    let snapshot = two_years();
    let mut group = criterion.benchmark_group("heatmap of 1,000,000 incidents");
    for cell in ["h3:9", "site"] {
        for (name, selection) in selections() {
            let query =
                HeatmapQuery { cell: cell.parse().unwrap(), selection, metric: Metric::Count };
            group.bench_function(format!("{cell}, {name}"), |bencher| {
                bencher.iter(|| black_box(heatmap(&snapshot, &query, &FLAT).unwrap().total));
            });
        }
    }
    group.bench_function("baseline: read 8 bytes an incident", |bencher| {
        bencher.iter(|| {
            let mut sum = 0_u64;
            for part in snapshot.incidents().parts() {
                sum += part.hour().iter().map(|hour| hour.index() as u64).sum::<u64>();
                sum += part.kind().iter().map(|kind| u64::from(*kind)).sum::<u64>();
                sum += part.channel().iter().map(|channel| *channel as u64).sum::<u64>();
                sum += part.place().iter().map(|place| u64::from(place.0)).sum::<u64>();
            }
            black_box(sum)
        });
    });
    group.finish();
}

criterion_group!(benches, count);
criterion_main!(benches);
