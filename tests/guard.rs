//! How many instructions the hot paths take, counted by callgrind: the same on a busy machine as on a quiet one.
//!
//! `make guard`, and `cargo test` with the rest. A path that takes more than [`TOLERANCE`] beyond
//! `tests/guard/baseline.tsv` fails, and is told by how much; one that takes less than that is told too, so that what was
//! won is kept. `UPDATE=1 make guard` writes the file anew: it holds for the development profile of `Cargo.toml` and
//! for one version of the compiler.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test prints and may panic")]

#[path = "../benches/town.rs"]
mod town;

use std::{collections::BTreeMap, fs, hint::black_box, process::Command};

use geo::Coord;
use rand::RngExt as _;
use uuid::Uuid;
use vigie::{
    dispatch::{By, Eligible, NearestQuery, RankCount, Target, nearest},
    event::{Fact, Seq},
    geo::LonLat,
    heatmap::{GridProjection, HeatmapQuery, Metric, heatmap},
    incident::{Channel, Incident, IncidentId, Nomenclature, Status},
    locate::locate,
    patrol::{Availability, Patrol, PositionFix},
    time::{Timestamp, WeekHours},
    twin::{Selection, Snapshot},
};

/// The hot paths, by the functions below that are counted alone.
const PATHS: [(&str, fn()); 3] =
    [("locate", run_locate), ("heatmap", run_heatmap), ("nearest", run_nearest)];
/// How much more than the baseline is let pass: what differs between two builds of the same source.
const TOLERANCE: f64 = 0.05;
const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guard/baseline.tsv");

/// Side of the town, in buildings.
const SIDE: usize = 60;
const POINTS: usize = 2_000;
const INCIDENTS: u128 = 20_000;
const PATROLS: u64 = 200;
const CALLS: usize = 50;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["run", path] => PATHS.iter().find(|(name, _)| *name == path).unwrap().1(),
        // Whoever asks for other tests by name, or for a list of them, means none of these.
        [] | ["guard"] => compare(),
        _ => {}
    }
}

fn compare() {
    let counted: BTreeMap<&str, u64> =
        PATHS.iter().map(|(name, _)| (*name, counted(name))).collect();
    if std::env::var_os("UPDATE").is_some() {
        let lines: String =
            counted.iter().map(|(name, count)| format!("{name}\t{count}\n")).collect();
        fs::write(BASELINE, format!("# instructions, {}\n{lines}", compiler())).unwrap();
    }
    let text = fs::read_to_string(BASELINE).unwrap();
    let expected: BTreeMap<&str, u64> = text
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, count)| (name, count.parse().unwrap()))
        .collect();
    let mut slower = Vec::new();
    for (name, count) in counted {
        let change = count as f64 / expected[name] as f64 - 1.0;
        println!(
            "guard: {name:<8} {count:>12} instructions, {:+.2} % of the baseline",
            change * 100.0
        );
        if change > TOLERANCE {
            slower.push(format!(
                "{name} takes {:.1} % more instructions than the baseline",
                change * 100.0
            ));
        } else if change < -TOLERANCE {
            println!("guard: {name} has become faster: keep it, by UPDATE=1 make guard");
        }
    }
    let made_by = text.lines().next().unwrap_or_default();
    assert!(
        slower.is_empty(),
        "{}. At most {:.0} % are let pass. If that is what it has to cost, UPDATE=1 make guard; the baseline is of \
         `{made_by}` in the development profile, this compiler is {}",
        slower.join("; "),
        TOLERANCE * 100.0,
        compiler()
    );
}

/// Instructions of one path, of this very program under callgrind.
fn counted(name: &str) -> u64 {
    let out = tempfile::NamedTempFile::new().unwrap();
    let mut callgrind = Command::new("valgrind");
    callgrind.arg("--tool=callgrind").arg(format!("--toggle-collect=*hot_{name}*"));
    callgrind.arg(format!("--callgrind-out-file={}", out.path().display()));
    let me = std::env::current_exe().unwrap();
    let done = callgrind.arg(me).args(["run", name]).env("RAYON_NUM_THREADS", "1").output();
    let done = done.expect("valgrind is installed (make tools-test)");
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    // "==123== Collected : 4567"
    let total = told.lines().find_map(|line| line.split_once("Collected : ")).unwrap().1;
    let total = total.trim().parse().unwrap();
    assert!(total > 100_000, "{name}: nothing was counted: {told}");
    total
}

fn compiler() -> String {
    let told =
        Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into())).arg("--version").output();
    told.map_or(String::new(), |told| String::from_utf8_lossy(&told.stdout).trim().to_owned())
}

fn run_locate() {
    let snapshot = stock();
    let mut random = town::random(2);
    let points: Vec<_> = (0..POINTS).map(|_| town::position(SIDE, &mut random)).collect();
    hot_locate(&snapshot, &points);
}

#[inline(never)]
fn hot_locate(snapshot: &Snapshot, points: &[LonLat]) {
    for point in points {
        black_box(locate(snapshot.stock(), *point));
    }
}

fn run_heatmap() {
    let mut random = town::random(5);
    let mut snapshot = stock();
    let nomenclature = Nomenclature::shipped();
    let kinds = nomenclature.kinds();
    let start: Timestamp = "2024-11-24T00:00:00Z".parse().unwrap();
    let fact = |n| {
        let building = &snapshot.stock().buildings()[random.random_range(0..SIDE * SIDE)];
        Fact::IncidentRecorded(Incident {
            id: IncidentId::new(Uuid::from_u128(n)),
            kind: kinds[random.random_range(0..kinds.len())].code.clone(),
            channel: Channel::ALL[random.random_range(0..Channel::ALL.len())],
            status: Status::Closed,
            reported_at: start.plus_seconds(random.random_range(0..2 * 365 * 86_400)),
            site: building.site.clone().unwrap(),
            building: Some(building.id.clone()),
            steps: vec![],
        })
    };
    let facts: Vec<Fact> = (0..INCIDENTS).map(fact).collect();
    snapshot.apply(facts, Seq(2));
    let every = Selection {
        hours: WeekHours::all().during("18-2").unwrap().on("fri,sat").unwrap(),
        kinds: kinds.iter().take(8).map(|kind| kind.code.clone()).collect(),
        channels: vec![Channel::Call, Channel::Caretaker],
        ..Selection::default()
    };
    hot_heatmap(&snapshot, [Selection::default(), every]);
}

#[inline(never)]
fn hot_heatmap(snapshot: &Snapshot, selections: [Selection; 2]) {
    let flat = GridProjection {
        to_metres: |at| Some(Coord { x: at.lon(), y: at.lat() }),
        to_degrees: |at| LonLat::new(at.x, at.y).ok(),
    };
    for selection in selections {
        let query =
            HeatmapQuery { cell: "site".parse().unwrap(), selection, metric: Metric::Count };
        black_box(heatmap(snapshot, &query, &flat).unwrap().total);
    }
}

fn run_nearest() {
    let now: Timestamp = "2026-11-24T02:05:00Z".parse().unwrap();
    let mut random = town::random(3);
    let mut snapshot = Snapshot::default();
    for n in 0..PATROLS {
        let patrol = Patrol {
            id: format!("P-{n:03}").parse().unwrap(),
            callsign: format!("TANGO {n}"),
            availability: if n % 4 == 0 { Availability::Busy } else { Availability::Available },
            crew: Some(3),
            position_off_at: None,
        };
        let fix = PositionFix {
            patrol: patrol.id.clone(),
            position: town::position(SIDE, &mut random),
            recorded_at: now.plus_seconds(-random.random_range(0..60)),
            accuracy_m: None,
        };
        snapshot.apply([Fact::PatrolRecorded(patrol)], Seq(n + 1));
        snapshot.place(fix);
    }
    let calls: Vec<_> = (0..CALLS).map(|_| town::position(SIDE, &mut random)).collect();
    hot_nearest(&snapshot, &calls, now);
}

#[inline(never)]
fn hot_nearest(snapshot: &Snapshot, calls: &[LonLat], now: Timestamp) {
    for call in calls {
        let query = NearestQuery {
            target: Target::Position(*call),
            count: RankCount::new(3).unwrap(),
            eligible: Eligible::Available,
            by: By::Line,
            crew_min: 0,
            now,
        };
        black_box(nearest(snapshot, &query).unwrap().ranked.len());
    }
}

/// A town's stock alone.
fn stock() -> Snapshot {
    let mut snapshot = Snapshot::default();
    snapshot.apply([Fact::StockChanged(town::stock(SIDE))], Seq(1));
    snapshot
}
