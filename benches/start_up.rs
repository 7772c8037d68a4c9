//! How long a server takes until it answers, and how much memory its twin takes, from either store.
//!
//! `cargo bench --bench start_up` prints ratios against a bare scan of the same rows by the store's own
//! fastest means. `VIGIE_BENCH_INCIDENTS` and `VIGIE_BENCH_FOOTPRINTS` set how many there are. Goals: 165,374
//! dwellings within 1 s, 1 M footprints within 5 s.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints and may panic")]

mod estate;
#[path = "../tests/it/postgres_cluster/mod.rs"]
#[allow(dead_code, unused_imports, reason = "a bench uses a part")]
mod postgres_cluster;
#[path = "../tests/it/server.rs"]
#[allow(dead_code, reason = "a bench uses a part")]
mod server;
#[path = "../tests/it/support.rs"]
#[allow(dead_code, reason = "a bench uses a part")]
mod support;

use futures_util::StreamExt as _;
use rusqlite::Connection;
use tokio_postgres::NoTls;
use vigie::app::{App, system_clock};

use crate::{
    estate::{Place, put_buildings, put_incidents, put_sites, resident_bytes, timed},
    postgres_cluster::Database,
};

/// Incidents that start-up reads, unless the environment says otherwise.
const INCIDENTS: u32 = 1_000_000;
/// Footprints that start-up reads, unless the environment says otherwise.
const FOOTPRINTS: u32 = 200_000;

fn main() {
    let incidents = number("VIGIE_BENCH_INCIDENTS", INCIDENTS);
    let footprints = number("VIGIE_BENCH_FOOTPRINTS", FOOTPRINTS);
    for place in Place::each() {
        put_sites(&mut *place.open());
        put_incidents(&mut *place.open(), incidents);
        let columns = "id, kind, channel, status, reported_at, site, building";
        compare(&place, "incidents", incidents, &format!("SELECT {columns} FROM incident"));
    }
    for place in Place::each() {
        put_sites(&mut *place.open());
        put_buildings(&mut *place.open(), footprints);
        compare(&place, "footprints", footprints, "SELECT id, site, footprint FROM building");
    }
}

fn number(variable: &str, default: u32) -> u32 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn compare(place: &Place, what: &str, count: u32, scanned: &str) {
    let (scan_s, rows) = timed(|| scan(place, scanned));
    assert!(rows >= count as usize, "{rows}");
    let (read_s, _) = timed(|| place.open().replay(&mut |facts| drop(facts)).unwrap());
    let before = resident_bytes();
    let (start_s, app) = timed(|| App::open(place.open(), system_clock).unwrap());
    let twin_bytes = resident_bytes().saturating_sub(before);
    let snapshot = app.snapshot();
    let found = if what == "incidents" {
        snapshot.incidents().len()
    } else {
        snapshot.stock().buildings().len()
    };
    assert_eq!(found, count as usize);
    println!(
        "{:<10} start-up with {count} {what}: {:.1} × a bare scan ({start_s:.2} s, of which {read_s:.2} s read \
         and check; scan {scan_s:.2} s), {} bytes resident each",
        place.name(),
        start_s / scan_s,
        twin_bytes / count as usize
    );
    app.close();
}

/// Reads every row of a query as fast as the store hands them out; returns how many there were, or one more:
/// PostgreSQL sends the end of a copy as a message of its own.
fn scan(place: &Place, sql: &str) -> usize {
    match place {
        Place::Sqlite(folder) => {
            let raw = Connection::open(folder.path().join("bench.sqlite")).unwrap();
            let mut all = raw.prepare(sql).unwrap();
            let columns = all.column_count();
            let mut rows = all.query([]).unwrap();
            let mut count = 0;
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    std::hint::black_box(row.get_ref(column).unwrap());
                }
                count += 1;
            }
            count
        }
        Place::Postgres(database) => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(copied(database, sql)),
    }
}

async fn copied(database: &Database, sql: &str) -> usize {
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET search_path = vigie, public").await.unwrap();
    let copy = client.copy_out(&format!("COPY ({sql}) TO STDOUT (FORMAT binary)")).await.unwrap();
    let messages = copy.fold(0, |count, bytes| async move {
        std::hint::black_box(bytes.unwrap());
        count + 1
    });
    messages.await
}
