//! How much of what SQLite can do reaches the caller: durable incidents a second, and starting up.
//!
//! `cargo bench --bench durable_writes` prints ratios taken in one run on one disk. Goals: writes through
//! the program ≥ 0.8 × the same rows written to the same schema by bare SQL, with the same batch and fsync.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints and may panic")]

use std::{
    path::Path,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use rusqlite::{Connection, params};
use uuid::Uuid;
use vigie::{
    app::{App, NewIncident, Whereabouts, system_clock},
    event::Fact,
    geo::LonLat,
    incident::{Channel, IdempotencyKey, Incident, IncidentId, RequestDigest, Status},
    stock::{Building, Footprint, Hall, Landlord, Site, StockChange},
    store::{Batch, NewFact, PIECE_FACTS_MAX, Store, sqlite::SqliteStore},
    time::Timestamp,
};

/// Callers that wait at the same time, so incidents in one commit.
const CALLERS: [usize; 3] = [16, 256, 1024];
/// How long each side writes in one round.
const ROUND: Duration = Duration::from_millis(1500);
/// Rounds, of which the median counts: disks have moods.
const ROUNDS: usize = 5;
/// Incidents that start-up reads.
const INCIDENTS: u32 = 1_000_000;
/// Footprints that start-up reads.
const BUILDINGS: u32 = 200_000;
const SITES: u32 = 1000;

fn main() {
    // `cargo bench` hands over flags such as `--bench`; only a filter could be meant for us.
    for callers in CALLERS {
        compare_writes(callers);
    }
    compare_start_up_with_incidents();
    compare_start_up_with_buildings();
}

fn compare_writes(callers: usize) {
    let folder = tempfile::tempdir().unwrap();
    let app =
        App::open(Box::new(store_with_sites(&folder.path().join("app"))), system_clock).unwrap();
    drop(store_with_sites(&folder.path().join("raw")));
    let raw = raw_connection(&folder.path().join("raw"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();

    let mut ratios = Vec::new();
    let (mut through_app, mut by_sql) = (0.0, 0.0);
    for round in 0..ROUNDS {
        let ours = runtime.block_on(rate_of_app(&app, callers, round));
        let bare = rate_of_sql(&raw, callers);
        ratios.push(ours / bare);
        through_app += ours / ROUNDS as f64;
        by_sql += bare / ROUNDS as f64;
    }
    app.close();
    println!(
        "{callers:>5} callers: {:.2} of bare SQL in the same batches ({through_app:.0} and {by_sql:.0} incidents/s)",
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

/// Incidents a second by bare SQL: the same rows, `batch` in a transaction, the same fsync.
fn rate_of_sql(raw: &Connection, batch: usize) -> f64 {
    let begun = Instant::now();
    let mut written = 0_u32;
    while begun.elapsed() < ROUND {
        raw.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut seq: u64 =
            raw.query_row("SELECT max(seq) FROM event", [], |row| row.get(0)).unwrap();
        for number in 0..batch {
            seq += 1;
            put_by_sql(raw, seq, number as u32 % SITES);
            written += 1;
        }
        raw.execute_batch("COMMIT").unwrap();
    }
    f64::from(written) / begun.elapsed().as_secs_f64()
}

fn put_by_sql(raw: &Connection, seq: u64, site: u32) {
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

fn raw_connection(path: &Path) -> Connection {
    let raw = Connection::open(path).unwrap();
    raw.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON").unwrap();
    raw
}

fn compare_start_up_with_incidents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    let mut store = store_with_sites(&path);
    for first in (0..INCIDENTS).step_by(PIECE_FACTS_MAX) {
        let numbers = first..(first + PIECE_FACTS_MAX as u32).min(INCIDENTS);
        let facts = numbers.map(|number| NewFact { fact: history(number), key: None }).collect();
        commit(&mut store, facts);
    }
    drop(store);

    let columns = "id, kind, channel, status, reported_at, site, building";
    let (scan_s, rows) = timed(|| scan(&path, &format!("SELECT {columns} FROM incident"), 7));
    assert_eq!(rows, INCIDENTS as usize);
    let before = resident_bytes();
    let (start_s, app) =
        timed(|| App::open(Box::new(SqliteStore::open(&path).unwrap()), system_clock).unwrap());
    let twin_bytes = resident_bytes().saturating_sub(before);
    assert_eq!(app.snapshot().incidents().len(), INCIDENTS as usize);
    println!(
        "start-up with {INCIDENTS} incidents: {:.1} × a bare scan of the same rows ({start_s:.2} s and {scan_s:.2} s), \
         {} bytes resident an incident",
        start_s / scan_s,
        twin_bytes / INCIDENTS as usize
    );
}

fn compare_start_up_with_buildings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    let mut store = store_with_sites(&path);
    let buildings = (0..BUILDINGS).map(building).collect();
    let stock = StockChange { buildings, ..StockChange::default() };
    commit(&mut store, vec![NewFact { fact: Fact::StockChanged(stock), key: None }]);
    drop(store);

    let (scan_s, rows) = timed(|| scan(&path, "SELECT id, site, footprint FROM building", 3));
    assert_eq!(rows, BUILDINGS as usize);
    let before = resident_bytes();
    let mut store = SqliteStore::open(&path).unwrap();
    let (read_s, _) = timed(|| store.replay(&mut |facts| drop(facts)).unwrap());
    let (start_s, app) = timed(|| App::open(Box::new(store), system_clock).unwrap());
    let twin_bytes = resident_bytes().saturating_sub(before);
    assert_eq!(app.snapshot().stock().buildings().len(), BUILDINGS as usize);
    println!(
        "start-up with {BUILDINGS} footprints: {:.1} × a bare scan of the same rows ({start_s:.2} s, of which \
         {read_s:.2} s read and check; {scan_s:.2} s), {} bytes resident a footprint",
        start_s / scan_s,
        twin_bytes / BUILDINGS as usize
    );
}

/// Building `number`, a rectangle in a grid that fills a region.
fn building(number: u32) -> Building {
    let (x, y) = (2.0 + f64::from(number % 1000) * 1e-3, 48.0 + f64::from(number / 1000) * 1e-3);
    let walls = geo::Rect::new((x, y), (x + 5e-4, y + 2e-4)).to_polygon();
    Building {
        id: format!("BH-{number}").parse().unwrap(),
        site: Some(code(number % SITES)),
        site_was_given: true,
        footprint: Footprint::new(geo::MultiPolygon::new(vec![walls])).unwrap(),
        height_m: None,
        levels: Some(4),
        dwellings: None,
        halls: vec![Hall { label: "A".to_owned(), position: LonLat::new(x, y).unwrap() }],
    }
}

/// Reads the first columns of every row, as bare SQL would.
fn scan(path: &Path, sql: &str, columns: usize) -> usize {
    let raw = raw_connection(path);
    let mut all = raw.prepare(sql).unwrap();
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

fn history(number: u32) -> Fact {
    let reported_at = Timestamp::from_unix_ms(1_700_000_000_000 + i64::from(number) * 60_000);
    Fact::IncidentRecorded(Incident {
        id: IncidentId::new(Uuid::now_v7()),
        kind: if number.is_multiple_of(3) { "OCC-HAL" } else { "NUI-MUS" }.parse().unwrap(),
        channel: Channel::Call,
        status: Status::Closed,
        reported_at: reported_at.unwrap(),
        site: code(number % SITES),
        building: None,
    })
}

fn store_with_sites(path: &Path) -> SqliteStore {
    let mut store = SqliteStore::open(path).unwrap();
    let landlord = Landlord::named("Bench Habitat").unwrap();
    let site = |number| Site {
        code: code(number),
        landlord: landlord.id.clone(),
        name: format!("Résidence {number}"),
        dwellings: 165,
        position: LonLat::new(2.3 + f64::from(number) * 1e-4, 48.85).unwrap(),
        outline: None,
        address: None,
    };
    let sites = (0..SITES).map(site).collect();
    let stock = StockChange { landlords: vec![landlord.clone()], sites, ..StockChange::default() };
    commit(&mut store, vec![NewFact { fact: Fact::StockChanged(stock), key: None }]);
    store
}

fn commit(store: &mut SqliteStore, facts: Vec<NewFact>) {
    let batch = Batch { recorded_at: system_clock(), facts, fixes: Vec::new() };
    store.begin().unwrap().commit(batch).unwrap();
}

fn code(site: u32) -> vigie::stock::SiteCode {
    format!("BH-{site:04}").parse().unwrap()
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed().as_secs_f64(), done)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Memory of this process that is in use, in bytes; 0 where the system does not tell.
fn resident_bytes() -> usize {
    const PAGE_BYTES: usize = 4096;
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    told.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * PAGE_BYTES
}
