//! How much of what a store can do reaches the caller: durable incidents a second.
//!
//! `cargo bench --bench durable_writes` prints ratios taken in one run on one disk. Goal: writes through the
//! program ≥ 0.8 × the same rows written to the same schema by bare SQL, with the same batch and fsync.
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

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;
use vigie::{
    app::{App, NewIncident, Whereabouts, system_clock},
    incident::{Channel, IdempotencyKey, RequestDigest, Status},
};

use crate::{
    estate::{Place, SITES, code, median, put_sites},
    postgres_cluster::Database,
};

/// Callers that wait at the same time, so incidents in one commit.
const CALLERS: [usize; 3] = [16, 256, 1024];
/// How long each side writes in one round.
const ROUND: Duration = Duration::from_millis(1500);
/// Rounds, of which the median counts: disks have moods.
const ROUNDS: usize = 5;

fn main() {
    // `cargo bench` hands over flags such as `--bench`; only a filter could be meant for us.
    for callers in CALLERS {
        for (ours, bare) in Place::each().into_iter().zip(Place::each()) {
            compare_writes(&ours, &bare, callers);
        }
    }
}

/// Writes by bare SQL, without the program.
enum Bare {
    Sqlite(Connection),
    Postgres(Runtime, Box<Client>, Vec<Statement>),
}

fn compare_writes(ours: &Place, bare: &Place, callers: usize) {
    put_sites(&mut *ours.open());
    put_sites(&mut *bare.open());
    let app = App::open(ours.open(), system_clock).unwrap();
    let mut raw = Bare::connect(bare);
    let runtime = runtime();

    let mut ratios = Vec::new();
    let (mut through_app, mut by_sql) = (0.0, 0.0);
    for round in 0..ROUNDS {
        let program = runtime.block_on(rate_of_app(&app, callers, round));
        let sql = raw.rate(callers);
        ratios.push(program / sql);
        through_app += program / ROUNDS as f64;
        by_sql += sql / ROUNDS as f64;
    }
    app.close();
    println!(
        "{:<10} {callers:>5} callers: {:.2} of bare SQL in the same batches ({through_app:.0} and {by_sql:.0} incidents/s)",
        ours.name(),
        median(ratios)
    );
}

/// Incidents a second through the program, each with its key, each awaited by its own caller.
async fn rate_of_app(app: &App, callers: usize, round: usize) -> f64 {
    let begun = Instant::now();
    let caller = |caller: usize| async move {
        let mut written = 0;
        while begun.elapsed() < ROUND {
            let name = format!("{round}/{caller}/{written}");
            app.receive_incident(new_incident(caller as u32 % SITES, &name)).await.unwrap();
            written += 1;
        }
        written
    };
    let written: i32 = join_all((0..callers).map(caller)).await.into_iter().sum();
    f64::from(written) / begun.elapsed().as_secs_f64()
}

fn new_incident(site: u32, key: &str) -> NewIncident {
    NewIncident {
        kind: "OCC-HAL".parse().unwrap(),
        channel: Channel::Call,
        status: Status::Received,
        reported_at: None,
        whereabouts: Whereabouts::Site { code: code(site), building: None },
        key: Some((key.parse().unwrap(), RequestDigest::of(key.as_bytes()))),
    }
}

impl Bare {
    fn connect(place: &Place) -> Self {
        match place {
            Place::Sqlite(folder) => {
                let raw = Connection::open(folder.path().join("bench.sqlite")).unwrap();
                raw.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON").unwrap();
                Self::Sqlite(raw)
            }
            Place::Postgres(database) => {
                let runtime = runtime();
                let client = runtime.block_on(connected(database));
                let statements =
                    BARE_POSTGRES.map(|sql| runtime.block_on(client.prepare(sql)).unwrap());
                Self::Postgres(runtime, Box::new(client), statements.into())
            }
        }
    }

    /// Incidents a second: the same rows, `batch` in a transaction, the same fsync.
    fn rate(&mut self, batch: usize) -> f64 {
        let begun = Instant::now();
        let mut written = 0;
        while begun.elapsed() < ROUND {
            match self {
                Self::Sqlite(raw) => put_in_sqlite(raw, batch),
                Self::Postgres(runtime, client, statements) => {
                    runtime.block_on(put_in_postgres(client, statements, batch));
                }
            }
            written += batch;
        }
        written as f64 / begun.elapsed().as_secs_f64()
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn connected(database: &Database) -> Client {
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET search_path = vigie, public; SET jit = off").await.unwrap();
    client
}

fn put_in_sqlite(raw: &Connection, batch: usize) {
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let head: u64 = raw.query_row("SELECT max(seq) FROM event", [], |row| row.get(0)).unwrap();
    for number in 0..batch {
        put_one_in_sqlite(raw, head + 1 + number as u64, number as u32 % SITES);
    }
    raw.execute_batch("COMMIT").unwrap();
}

fn put_one_in_sqlite(raw: &Connection, seq: u64, site: u32) {
    let id = Uuid::now_v7();
    let execute = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        raw.prepare_cached(sql).unwrap().execute(values).unwrap();
    };
    let key: IdempotencyKey = seq.to_string().parse().unwrap();
    let (id, code) = (id.as_bytes(), code(site).to_string());
    execute(
        "INSERT INTO incident (id, kind, channel, status, reported_at, site)
         VALUES (?1, 'OCC-HAL', 'call', 'received', ?2, ?3)",
        params![id, 1_790_000_000_000_i64, code],
    );
    execute(
        "INSERT INTO event (seq, recorded_at, fact, incident) VALUES (?1, ?2, 'incident', ?3)",
        params![seq, 1_790_000_000_000_i64, id],
    );
    execute(
        "INSERT INTO receipt (key, request, seq) VALUES (?1, ?2, ?3)",
        params![key.digest(), key.digest(), seq],
    );
}

/// One statement a table, as a careful writer of SQL would: prepared, arrays in, one round trip each.
const BARE_POSTGRES: [&str; 5] = [
    "SELECT seq FROM head FOR UPDATE",
    "SELECT add_incident_months(ARRAY['2026-09-21T12:26:40Z'::TIMESTAMPTZ])",
    "INSERT INTO incident (id, kind, channel, status, reported_at, site)
     SELECT id, 'OCC-HAL', 'call', 'received', '2026-09-21T12:26:40Z', site
     FROM unnest($1::UUID[], $2::TEXT[]) AS new (id, site)",
    "INSERT INTO event (seq, recorded_at, fact, incident, incident_reported_at)
     SELECT seq, '2026-09-21T12:26:40Z', 'incident', incident, '2026-09-21T12:26:40Z'
     FROM unnest($1::BIGINT[], $2::UUID[]) AS new (seq, incident)",
    "INSERT INTO receipt (key, request, seq) SELECT key, key, seq
     FROM unnest($1::BYTEA[], $2::BIGINT[]) AS new (key, seq)",
];

async fn put_in_postgres(client: &mut Client, statements: &[Statement], batch: usize) {
    let [head, add_months, put_incidents, put_events, put_receipts] = statements else {
        unreachable!("as many as BARE_POSTGRES has")
    };
    let transaction = client.transaction().await.unwrap();
    let head = transaction.query_one(head, &[]).await.unwrap();
    let head: i64 = head.get(0);
    let seqs: Vec<i64> = (1..=batch as i64).map(|number| head + number).collect();
    let ids: Vec<Uuid> = seqs.iter().map(|_| Uuid::now_v7()).collect();
    let sites: Vec<String> =
        (0..batch as u32).map(|number| code(number % SITES).to_string()).collect();
    let keys: Vec<IdempotencyKey> =
        seqs.iter().map(|seq| seq.to_string().parse().unwrap()).collect();
    let keys: Vec<&[u8]> = keys.iter().map(|key| &key.digest()[..]).collect();
    transaction.execute(add_months, &[]).await.unwrap();
    transaction.execute(put_incidents, &[&ids, &sites]).await.unwrap();
    transaction.execute(put_events, &[&seqs, &ids]).await.unwrap();
    transaction.execute(put_receipts, &[&keys, &seqs]).await.unwrap();
    transaction.commit().await.unwrap();
}
