//! Ranking by road, on the real extracts beside the checkout: what the line costs, and what the road costs.
//!
//! `cargo bench --bench nearest_road` prints, for each extract, how often the nearest patrol by line is not the first
//! by road and how many seconds that costs; then the 99th percentile of answers by road against by line, in process
//! and over HTTP (goal: ≤ 3). With `--pairs N` it prints N journeys as JSON lines instead, for other programs to answer
//! the same.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints and may panic")]

mod client;

use std::{path::Path, time::Instant};

use client::{Client, start};
use rand::{SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use vigie::{
    app::{App, PutPatrol, system_clock},
    dispatch::{By, Eligible, NearestQuery, RankCount, Target, nearest},
    geo::LonLat,
    http::{Doors, Settings, listen},
    import::{self, Options},
    patrol::{Availability, Patrol, PositionFix},
    roads::{NodeMark, TravelTime as _},
    stock::StockChange,
    store::sqlite::SqliteStore,
    time::Timestamp,
    twin::Snapshot,
};

const EXTRACTS: [&str; 2] = ["paris-marais.osm.pbf", "monaco.osm.pbf"];
/// Evenings that are drawn, each with its own patrols and its own call.
const DRAWS: usize = 300;
const PATROLS: usize = 200;
/// Patrols of an evening that is drawn: as many as 12 landlords have.
const PATROLS_DRAWN: usize = 30;
const ASKED: usize = 2_000;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let arguments: Vec<String> = std::env::args().collect();
    let pairs = arguments.iter().position(|word| word == "--pairs");
    let pairs: Option<usize> = pairs.map(|at| arguments[at + 1].parse().unwrap());
    for extract in EXTRACTS.map(|name| folder.join(name)) {
        if !extract.exists() {
            println!("skipped: {} is not there", extract.display());
            continue;
        }
        let town = Town::of(&extract);
        match pairs {
            Some(pairs) => town.print_pairs(&extract, pairs),
            None => {
                println!("\n{}", extract.file_name().unwrap().display());
                town.price_of_the_line();
                town.price_of_the_road();
            }
        }
    }
}

/// An extract in a store of its own.
struct Town {
    app: App,
    /// Points of streets, where calls and patrols are.
    places: Vec<LonLat>,
    _folder: tempfile::TempDir,
}

impl Town {
    fn of(extract: &Path) -> Self {
        let change = import::roads::read(extract, &Options::default()).unwrap().content;
        let driven = change.roads.iter().filter(|road| road.forward_kmh.is_some());
        let places = driven.clone().flat_map(|road| &road.points);
        let places = places.filter(|p| p.mark == NodeMark::Plain).map(|p| p.position).collect();
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("v.db")).unwrap();
        let app = App::open(Box::new(store), system_clock).unwrap();
        let change = StockChange { roads: change.roads, turns: change.turns, ..Default::default() };
        actix_web::rt::System::new().block_on(app.import_stock(change)).unwrap();
        let began = Instant::now();
        app.snapshot().roads().make_graph();
        let kept = app.snapshot().roads().graph().unwrap().kept();
        eprintln!("graph made in {:?}: {kept:?}", began.elapsed());
        Self { app, places, _folder: folder }
    }

    fn muster(&self, count: usize, random: &mut ChaCha8Rng) {
        actix_web::rt::System::new().block_on(async {
            for number in 0..count {
                let position = *self.places.choose(random).unwrap();
                self.app.put_patrol(patrol(number, position)).await.unwrap();
            }
        });
    }

    fn print_pairs(&self, extract: &Path, pairs: usize) {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let graph = self.app.snapshot().roads().graph().unwrap();
        let extract = extract.file_name().unwrap().display();
        for _ in 0..pairs {
            let (from, to) = (
                *self.places.choose(&mut random).unwrap(),
                *self.places.choose(&mut random).unwrap(),
            );
            let Some(route) = graph.route(from, to, night()) else { continue };
            println!(
                "{{\"extract\":\"{extract}\",\"from\":[{},{}],\"to\":[{},{}],\"time_s\":{},\"walk_s\":{},\"drive_m\":{}}}",
                from.lon(),
                from.lat(),
                to.lon(),
                to.lat(),
                route.time_s,
                route.walk_s,
                route.drive_m
            );
        }
    }

    /// How often the nearest by line is not the first by road, and what that costs.
    fn price_of_the_line(&self) {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut lost_s: Vec<f64> = Vec::new();
        while lost_s.len() < DRAWS {
            let patrols: Vec<LonLat> =
                (0..PATROLS_DRAWN).map(|_| *self.places.choose(&mut random).unwrap()).collect();
            let call = *self.places.choose(&mut random).unwrap();
            let graph = self.app.snapshot().roads().graph().unwrap();
            let times_s = graph.to(call, &patrols, night());
            let timed = || patrols.iter().zip(&times_s).filter_map(|(at, s)| Some((*at, (*s)?)));
            let line_m = |at: LonLat| vigie::geo::geodesic_distance_m(at, call);
            let by_line = timed().min_by(|a, b| line_m(a.0).total_cmp(&line_m(b.0)));
            let by_road = timed().min_by(|a, b| a.1.total_cmp(&b.1));
            let (Some(by_line), Some(by_road)) = (by_line, by_road) else { continue }; // beyond the largest part
            lost_s.push(by_line.1 - by_road.1);
        }
        let wrong: Vec<f64> = lost_s.iter().copied().filter(|s| *s > 0.0).collect();
        println!(
            "{PATROLS_DRAWN} patrols, {DRAWS} calls: the nearest by line is not the first by road in {:.0} %; it then \
             comes {:.0} s later on average, half of them {:.0} s, one in ten {:.0} s, at most {:.0} s",
            wrong.len() as f64 / DRAWS as f64 * 100.0,
            wrong.iter().sum::<f64>() / wrong.len() as f64,
            percentile(&wrong, 0.5),
            percentile(&wrong, 0.9),
            percentile(&wrong, 1.0),
        );
    }

    fn price_of_the_road(&self) {
        let mut random = ChaCha8Rng::seed_from_u64(6);
        self.muster(PATROLS, &mut random);
        let snapshot = self.app.snapshot();
        let calls: Vec<LonLat> =
            (0..ASKED).map(|_| *self.places.choose(&mut random).unwrap()).collect();
        let asked = |by: By| -> Vec<f64> {
            calls.iter().map(|call| took_s(&snapshot, *call, by)).collect()
        };
        let (_warm, line_s, road_s) = (asked(By::Road), asked(By::Line), asked(By::Road));
        tell("in process", &line_s, &road_s);

        let served = self.app.clone();
        let (address, stop) = start(move |listener| listen(served, settings(), listener).unwrap());
        let mut client = Client::connect(address);
        let mut over_http = |by: &str| -> Vec<f64> {
            let ask = |call: &LonLat| {
                let (lon, lat) = (call.lon(), call.lat());
                let question = format!("/api/v1/patrols/nearest?lon={lon}&lat={lat}&k=3&by={by}");
                let began = Instant::now();
                client.ask(&question);
                began.elapsed().as_secs_f64()
            };
            calls.iter().map(ask).collect()
        };
        let (_warm, line_s, road_s) = (over_http("road"), over_http("line"), over_http("road"));
        tell("over HTTP", &line_s, &road_s);
        drop(stop.stop(false));
    }
}

fn took_s(snapshot: &Snapshot, call: LonLat, by: By) -> f64 {
    let query = NearestQuery {
        target: Target::Position(call),
        count: RankCount::new(3).unwrap(),
        eligible: Eligible::Available,
        by,
        crew_min: 0,
        now: system_clock(),
    };
    let began = Instant::now();
    let ranking = nearest(snapshot, &query).unwrap();
    let took_s = began.elapsed().as_secs_f64();
    assert!(!ranking.ranked.is_empty());
    took_s
}

fn tell(how: &str, line_s: &[f64], road_s: &[f64]) {
    let us = |times_s: &[f64], part: f64| percentile(times_s, part) * 1e6;
    println!(
        "3 of {PATROLS} patrols {how}: by line median {:.0} µs, p99 {:.0} µs; by road median {:.0} µs, p99 {:.0} µs; \
         ratio of p99 {:.1}",
        us(line_s, 0.5),
        us(line_s, 0.99),
        us(road_s, 0.5),
        us(road_s, 0.99),
        us(road_s, 0.99) / us(line_s, 0.99),
    );
}

fn percentile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = ((sorted.len() as f64 - 1.0) * part).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

fn night() -> Timestamp {
    "2026-11-24T02:05:00Z".parse().unwrap()
}

fn patrol(number: usize, position: LonLat) -> PutPatrol {
    let patrol = Patrol {
        id: format!("TANGO-{number}").parse().unwrap(),
        callsign: format!("Tango {number}"),
        availability: Availability::Available,
        crew: Some(3),
        position_off_at: None,
    };
    let recorded_at = system_clock();
    let fix = PositionFix { patrol: patrol.id.clone(), position, recorded_at, accuracy_m: None };
    PutPatrol { patrol, fix: Some(fix), sharing: None }
}

/// Open to this machine, as a demo is.
fn settings() -> Settings {
    Settings { doors: Doors::OpenOnLoopback, ..Settings::default() }
}
