//! What the benches of stores share: where a store is, and an estate to fill it with.

#![allow(dead_code, reason = "each bench uses its part")]

use std::time::Instant;

use geo::{MultiPolygon, Rect};
use tempfile::TempDir;
use uuid::Uuid;
use vigie::{
    app::system_clock,
    event::Fact,
    geo::LonLat,
    incident::{Channel, Incident, IncidentId, Status},
    stock::{Building, Footprint, Hall, Landlord, Site, SiteCode, StockChange},
    store::{Batch, NewFact, PIECE_FACTS_MAX, Store, StoreUrl},
    time::Timestamp,
};

use crate::postgres_cluster::Database;

/// Sites of the estate.
pub const SITES: u32 = 1000;

/// Where a store is, gone with it.
pub enum Place {
    /// A file in a folder of its own.
    Sqlite(TempDir),
    /// A database on a server of its own.
    Postgres(Database),
}

impl Place {
    /// One of each kind.
    pub fn each() -> [Self; 2] {
        [Self::Sqlite(tempfile::tempdir().unwrap()), Self::Postgres(Database::fresh())]
    }

    /// What the kind is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// As `--store` takes it.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => {
                format!("sqlite:{}", folder.path().join("bench.sqlite").display())
            }
            Self::Postgres(database) => database.url(),
        }
    }

    /// The store there.
    pub fn open(&self) -> Box<dyn Store> {
        self.url().parse::<StoreUrl>().unwrap().open().unwrap()
    }
}

/// Writes a landlord with [`SITES`] sites.
pub fn put_sites(store: &mut dyn Store) {
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
    commit(store, [Fact::StockChanged(stock)]);
}

/// Writes so many closed incidents, one a minute.
pub fn put_incidents(store: &mut dyn Store, count: u32) {
    for first in (0..count).step_by(PIECE_FACTS_MAX) {
        commit(store, (first..(first + PIECE_FACTS_MAX as u32).min(count)).map(history));
    }
}

/// Writes so many buildings, in one change.
pub fn put_buildings(store: &mut dyn Store, count: u32) {
    let buildings = (0..count).map(building).collect();
    commit(store, [Fact::StockChanged(StockChange { buildings, ..StockChange::default() })]);
}

fn commit(store: &mut dyn Store, facts: impl IntoIterator<Item = Fact>) {
    let facts = facts.into_iter().map(|fact| NewFact { fact, author: None, key: None }).collect();
    let batch = Batch { recorded_at: system_clock(), facts, fixes: Vec::new() };
    store.begin().unwrap().commit(batch).unwrap();
}

/// Building `number`, a rectangle in a grid that fills a region.
fn building(number: u32) -> Building {
    let (x, y) = (2.0 + f64::from(number % 1000) * 1e-3, 48.0 + f64::from(number / 1000) * 1e-3);
    let walls = Rect::new((x, y), (x + 5e-4, y + 2e-4)).to_polygon();
    Building {
        id: format!("BH-{number}").parse().unwrap(),
        site: Some(code(number % SITES)),
        site_was_given: true,
        footprint: Footprint::new(MultiPolygon::new(vec![walls])).unwrap(),
        height_m: None,
        levels: Some(4),
        dwellings: None,
        halls: vec![Hall { label: "A".to_owned(), position: LonLat::new(x, y).unwrap() }],
    }
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
        steps: vec![],
    })
}

/// The code of a site.
pub fn code(site: u32) -> SiteCode {
    format!("BH-{site:04}").parse().unwrap()
}

/// How many seconds `work` takes, and what it makes.
pub fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed().as_secs_f64(), done)
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Memory of this process that is in use, in bytes; 0 where the system does not tell.
pub fn resident_bytes() -> usize {
    const PAGE_BYTES: usize = 4096;
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    told.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * PAGE_BYTES
}
