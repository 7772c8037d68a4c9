//! What an answer costs beyond sending it: `/patrols/nearest` over HTTP against a handler that answers a
//! constant of the same size.
//!
//! `cargo bench --bench http` prints the ratio of the two throughputs, taken in one run over loopback by the
//! same clients. Goal: ≥ 0.85 with 200 patrols.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints and may panic")]

mod client;

use std::{
    net::{SocketAddr, TcpListener},
    time::{Duration, Instant},
};

use actix_web::{App as ActixApp, HttpResponse, HttpServer, dev::Server, web, web::Bytes};
use client::{Client, start};
use vigie::{
    app::{App, PutPatrol, system_clock},
    geo::LonLat,
    http::{Doors, Settings, listen},
    patrol::{Availability, Patrol, PositionFix},
    store::sqlite::SqliteStore,
};

const PATROLS: u32 = 200;
/// Connections that ask one after another: enough to keep both workers busy.
const CLIENTS: usize = 8;
/// How long each side is asked in one round.
const ROUND: Duration = Duration::from_millis(1000);
/// Rounds, of which the median counts.
const ROUNDS: usize = 9;
const QUESTION: &str = "/api/v1/patrols/nearest?lon=2.3522&lat=48.8566&k=3&by=line";

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("vigie.db")).unwrap();
    let app = App::open(Box::new(store), system_clock).unwrap();
    actix_web::rt::System::new().block_on(async {
        for number in 0..PATROLS {
            app.put_patrol(patrol(number)).await.unwrap();
        }
    });

    let served = app.clone();
    let (vigie, stop_vigie) = start(move |listener| listen(served, settings(), listener).unwrap());
    let answer = Client::connect(vigie).ask(QUESTION);
    let constant = Bytes::from(answer);
    let size = constant.len();
    let (baseline, stop_baseline) = start(move |listener| constant_server(constant, listener));

    let mut ratios = Vec::new();
    let (mut ours, mut theirs) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let (nearest, constant) = (throughput(vigie), throughput(baseline));
        ratios.push(nearest / constant);
        ours += nearest / ROUNDS as f64;
        theirs += constant / ROUNDS as f64;
    }
    ratios.sort_by(f64::total_cmp);
    println!("nearest of {PATROLS} patrols over HTTP, {size} B: {ours:.0}/s");
    println!("constant of the same size:             {theirs:.0}/s");
    println!("ratio {:.2} (goal 0.85)", ratios[ROUNDS / 2]);
    drop((stop_vigie.stop(false), stop_baseline.stop(false)));
    app.close();
}

fn patrol(number: u32) -> PutPatrol {
    let angle = f64::from(number) * 2.399_963; // the golden angle spreads them evenly
    let radius = 0.05 * (f64::from(number) / f64::from(PATROLS)).sqrt();
    let patrol = Patrol {
        id: format!("TANGO-{number}").parse().unwrap(),
        callsign: format!("Tango {number}"),
        availability: Availability::Available,
        crew: Some(3),
        position_off_at: None,
    };
    let fix = PositionFix {
        patrol: patrol.id.clone(),
        position: LonLat::new(2.3522 + radius * angle.cos(), 48.8566 + radius * angle.sin())
            .unwrap(),
        recorded_at: system_clock(),
        accuracy_m: None,
    };
    PutPatrol { patrol, fix: Some(fix), sharing: None }
}

/// A server that does nothing but answer.
fn constant_server(body: Bytes, listener: TcpListener) -> Server {
    let site = move || {
        let body = body.clone();
        let handler = move || {
            let body = body.clone();
            async move { HttpResponse::Ok().content_type("application/geo+json").body(body) }
        };
        ActixApp::new().route("/api/v1/patrols/nearest", web::get().to(handler))
    };
    HttpServer::new(site).disable_signals().listen(listener).unwrap().run()
}

/// Answers a second that all clients get together.
fn throughput(address: SocketAddr) -> f64 {
    let answers: usize = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = Client::connect(address);
                    let started = Instant::now();
                    let mut answers = 0;
                    while started.elapsed() < ROUND {
                        client.ask(QUESTION);
                        answers += 1;
                    }
                    answers
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    answers as f64 / ROUND.as_secs_f64()
}

/// Open to this machine, as a demo is.
fn settings() -> Settings {
    Settings { doors: Doors::OpenOnLoopback, ..Settings::default() }
}
