//! What other programs' libraries are compared with: questions of a store, asked in process on one thread.
//!
//! `benches/peers` starts it as `in_process STORE` and writes one command a line; each is answered by one line. What
//! begins with `load` reads a file of `lon,lat` a line, and answers how many there were. What asks is answered by the
//! seconds that it took; with the name of a file behind it, the answers go there, for the harness to compare.
//!
//! | command | |
//! | --- | --- |
//! | `load points FILE`, `load calls FILE`, `load patrols FILE` | positions to locate, to go to, of patrols |
//! | `locate [FILE]` | the site and building of every point |
//! | `heatmap all\|evenings\|kinds\|every [FILE]` | incidents by site |
//! | `nearest line\|road [FILE]` | the nearest 3 patrols of each call |
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints and may panic")]

use std::{fmt::Write as _, hint::black_box, time::Instant};

use geo::Coord;
use vigie::{
    app::{App, PutPatrol, system_clock},
    dispatch::{By, Eligible, NearestQuery, RankCount, Target, nearest},
    geo::LonLat,
    heatmap::{GridProjection, HeatmapQuery, Metric, heatmap},
    incident::Channel,
    locate::{Method, locate},
    patrol::{Availability, Patrol, PositionFix},
    store::StoreUrl,
    time::WeekHours,
    twin::{Selection, Snapshot},
};

/// Squares are asked of nobody here.
const FLAT: GridProjection = GridProjection {
    to_metres: |at| Some(Coord { x: at.lon(), y: at.lat() }),
    to_degrees: |at| LonLat::new(at.x, at.y).ok(),
};

fn main() {
    // `cargo bench` starts every bench without a store, and with flags of its own.
    let Some(url) = std::env::args().nth(1).filter(|word| !word.starts_with('-')) else {
        println!("in_process: is started by benches/peers");
        return;
    };
    let store = url.parse::<StoreUrl>().unwrap().open().unwrap();
    let mut bench = Bench {
        app: App::open(store, system_clock).unwrap(),
        points: Vec::new(),
        calls: Vec::new(),
    };
    for line in std::io::stdin().lines() {
        println!("{}", bench.obey(&line.unwrap().split(' ').collect::<Vec<_>>()));
    }
    bench.app.close();
}

struct Bench {
    app: App,
    points: Vec<LonLat>,
    calls: Vec<LonLat>,
}

impl Bench {
    fn obey(&mut self, words: &[&str]) -> String {
        let snapshot = self.app.snapshot();
        let (took_s, answers) = match words {
            ["load", what, file] => return self.load(what, &positions(file)).to_string(),
            ["locate", rest @ ..] => timed(rest, |told| self.locate(&snapshot, told)),
            ["heatmap", name, rest @ ..] => {
                let selection = selection(name);
                timed(rest, |told| count(&snapshot, &selection, told))
            }
            ["nearest", by, rest @ ..] => {
                let by = if *by == "road" { By::Road } else { By::Line };
                timed(rest, |told| self.rank(&snapshot, by, told))
            }
            _ => panic!("no such command: {words:?}"),
        };
        if let (Some(file), Some(answers)) = (words.last(), answers) {
            std::fs::write(file, answers).unwrap();
        }
        took_s.to_string()
    }

    fn load(&mut self, what: &str, positions: &[LonLat]) -> usize {
        match what {
            "points" => self.points = positions.to_vec(),
            "calls" => self.calls = positions.to_vec(),
            _ => actix_web::rt::System::new().block_on(async {
                for (number, position) in positions.iter().enumerate() {
                    self.app.put_patrol(patrol(number, *position)).await.unwrap();
                }
                self.app.snapshot().roads().make_graph();
            }),
        }
        positions.len()
    }

    fn locate(&self, snapshot: &Snapshot, mut told: Option<&mut String>) {
        let stock = snapshot.stock();
        for point in &self.points {
            let located = black_box(locate(stock, *point));
            if let Some(told) = &mut told {
                let inside = located.building.filter(|_| located.method == Method::Inside);
                let id = inside.map_or(String::new(), |ix| stock.building(ix).id.to_string());
                writeln!(told, "{id}").unwrap();
            }
        }
    }

    fn rank(&self, snapshot: &Snapshot, by: By, mut told: Option<&mut String>) {
        for call in &self.calls {
            let query = NearestQuery {
                target: Target::Position(*call),
                count: RankCount::new(3).unwrap(),
                eligible: Eligible::Available,
                by,
                crew_min: 0,
                now: system_clock(),
            };
            let ranking = black_box(nearest(snapshot, &query).unwrap());
            if let Some(told) = &mut told {
                let ids: Vec<String> = ranking
                    .ranked
                    .iter()
                    .map(|ranked| ranked.state.patrol.id.to_string())
                    .collect();
                writeln!(told, "{}", ids.join(" ")).unwrap();
            }
        }
    }
}

/// Asks without writing the answers down, or, where there is a file for them, writes them down.
fn timed(rest: &[&str], ask: impl FnOnce(Option<&mut String>)) -> (f64, Option<String>) {
    let mut told = (!rest.is_empty()).then(String::new);
    let began = Instant::now();
    ask(told.as_mut());
    (began.elapsed().as_secs_f64(), told)
}

fn count(snapshot: &Snapshot, selection: &Selection, told: Option<&mut String>) {
    let query = HeatmapQuery {
        cell: "site".parse().unwrap(),
        selection: selection.clone(),
        metric: Metric::Count,
    };
    let counted = black_box(heatmap(snapshot, &query, &FLAT).unwrap());
    if let Some(told) = told {
        for cell in counted.cells.iter().filter(|cell| cell.count > 0) {
            writeln!(told, "{} {}", cell.id, cell.count).unwrap();
        }
    }
}

/// No filter; one; and every one that reads a column. `benches/peers/heatmap.py` says the same in SQL.
fn selection(name: &str) -> Selection {
    let evenings = WeekHours::all().during("18-2").unwrap();
    let kinds = ["OCC-HAL", "NUI-MUS"].map(|kind| kind.parse().unwrap()).to_vec();
    let all = Selection::default();
    match name {
        "all" => all,
        "evenings" => Selection { hours: evenings, ..all },
        "kinds" => Selection { kinds, ..all },
        _ => Selection {
            hours: evenings,
            kinds,
            channels: vec![Channel::Call, Channel::Caretaker],
            ..all
        },
    }
}

fn positions(file: &str) -> Vec<LonLat> {
    let text = std::fs::read_to_string(file).unwrap();
    let position = |line: &str| {
        let (lon, lat) = line.split_once(',').unwrap();
        LonLat::new(lon.parse().unwrap(), lat.parse().unwrap()).unwrap()
    };
    text.lines().map(position).collect()
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
