//! `kill -9` of Vigie, or of the database, in the middle of everything: what was acknowledged is there, once.
//!
//! `VIGIE_CRASH_ROUNDS` sets the number of kills for each store; a few dozen without it.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Child, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tempfile::TempDir;
use vigie::{
    event::{Event, Fact, Seq},
    store::{Store, StoreUrl},
    twin::Snapshot,
};

use crate::{
    postgres_cluster::{Cluster, Database},
    server::{Server, authorization, vigie, wait_until},
    store::{
        fixture::{batch, commit, site, stock_fact},
        state::{State, followed, replayed},
    },
};

/// Clients that write at the same time.
const CLIENTS: usize = 4;
/// Sites that they write about.
const SITES: u32 = 4;

/// Kills, `VIGIE_CRASH_ROUNDS` or else so many.
fn rounds(otherwise: usize) -> usize {
    let chosen = std::env::var("VIGIE_CRASH_ROUNDS").ok().and_then(|text| text.parse().ok());
    chosen.unwrap_or(otherwise)
}

/// A store, and what may be killed beside Vigie.
struct Place {
    url: String,
    /// In a cluster of its own, which is killed too.
    database: Option<Database>,
    /// Of a file; goes with the test.
    _folder: Option<TempDir>,
}

impl Place {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vigie.sqlite").display());
        Self { url, database: None, _folder: Some(folder) }
    }

    fn postgres() -> Self {
        let database = Cluster::new().database();
        Self { url: database.url(), database: Some(database), _folder: None }
    }

    /// Waits until the database has noticed that a client is gone: a commit that it was sent may be done yet.
    fn settle(&self) {
        if let Some(database) = &self.database {
            wait_until("nobody works on the database", || {
                let others = "SELECT count(*) FROM pg_stat_activity \
                              WHERE datname = current_database() AND pid <> pg_backend_pid()";
                database.sql(others) == "0"
            });
        }
    }

    fn open(&self) -> Box<dyn Store> {
        self.url.parse::<StoreUrl>().unwrap().open().unwrap()
    }
}

/// What ends in a round.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Vigie,
    /// Vigie goes on, and must be well again without a restart.
    Database,
    Both,
}

/// What clients know: the incident that each key was answered with, and the keys without an answer.
#[derive(Default)]
struct Ledger {
    acknowledged: BTreeMap<String, (String, u64)>,
    unanswered: BTreeSet<String>,
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(60)));
    config.http_status_as_error(false).build().new_agent()
}

/// What came of a report.
enum Outcome {
    Incident(String, u64),
    /// The store is away: the server says that the same report may go through later.
    Refused,
    /// No answer, for the server is gone.
    Silence,
}

/// Reports an incident under `key`.
fn report(agent: &ureq::Agent, address: &str, key: &str) -> Outcome {
    let number = key.bytes().map(u32::from).sum::<u32>() % SITES;
    let code = site(number).code.to_string();
    let body = json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": code}});
    let url = format!("http://{address}/api/v1/incidents");
    let (name, value) = authorization();
    let asked = agent.post(url).header(name, value).header("Idempotency-Key", key);
    let sent = asked.send_json(body);
    let Ok(mut answer) = sent else { return Outcome::Silence };
    let status = answer.status().as_u16();
    let Ok(body) = answer.body_mut().read_json::<Value>() else { return Outcome::Silence };
    if status == 503 {
        return Outcome::Refused;
    }
    assert!(matches!(status, 200 | 201), "{status}: {body}");
    Outcome::Incident(body["id"].as_str().unwrap().to_owned(), body["seq"].as_u64().unwrap())
}

/// Reports under `key` until it is taken, and notes the answer, which must be the first one's where there
/// was one. `false` where the server is gone.
fn report_and_note(
    agent: &ureq::Agent,
    address: &str,
    key: String,
    ledger: &Mutex<Ledger>,
) -> bool {
    loop {
        match report(agent, address, &key) {
            Outcome::Incident(id, seq) => {
                let mut ledger = ledger.lock().unwrap();
                ledger.unanswered.remove(&key);
                let noted = ledger.acknowledged.entry(key).or_insert_with(|| (id.clone(), seq));
                assert_eq!(*noted, (id, seq), "one key, one incident");
                return true;
            }
            Outcome::Refused => std::thread::sleep(Duration::from_millis(20)),
            Outcome::Silence => {
                ledger.lock().unwrap().unanswered.insert(key);
                return false;
            }
        }
    }
}

/// One life of the server: clients repeat what had no answer, go on with new reports, and it is killed.
fn round(number: usize, place: &Place, ledger: &Mutex<Ledger>, victim: Victim, life: Duration) {
    let mut server = Server::start(&place.url);
    let address = server.address.clone();
    let agent = agent();
    let (ended, taken) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (address, agent, ended, taken) = (&address, &agent, &ended, &taken);
            scope.spawn(move || {
                let open: Vec<String> = ledger.lock().unwrap().unanswered.iter().cloned().collect();
                let open = open.into_iter().skip(client).step_by(CLIENTS);
                let new = (0..).map(|report| format!("{number}/{client}/{report}"));
                for key in open.chain(new) {
                    if ended.load(SeqCst) || !report_and_note(agent, address, key, ledger) {
                        break;
                    }
                    taken.fetch_add(1, SeqCst);
                }
            });
        }
        // Most kills come while reports are taken, however slow the machine; the others while the server starts.
        if !number.is_multiple_of(4) {
            wait_until("reports are taken", || taken.load(SeqCst) > CLIENTS + 1);
        }
        std::thread::sleep(life);
        match (victim, &place.database) {
            (Victim::Database, Some(database)) => {
                database.cluster.kill();
                database.cluster.start();
                let before = taken.load(SeqCst);
                wait_until("reports are taken again", || taken.load(SeqCst) > before + CLIENTS);
            }
            (Victim::Both, Some(database)) => {
                database.cluster.kill();
                server.kill();
            }
            _ => server.kill(),
        }
        ended.store(true, SeqCst);
    });
    match (victim, &place.database) {
        (Victim::Database, Some(database)) => {
            // The twin that lived through it tells what is stored: all commits have been answered.
            let stored = database.sql("SELECT count(*) FROM vigie.incident");
            wait_until("the twin tells what is stored", || {
                server.incidents().to_string() == stored
            });
            server.kill();
        }
        (Victim::Both, Some(database)) => database.cluster.start(),
        _ => {}
    }
}

/// Kills at random moments, then compares what clients know with the twin and with the store.
fn kill_and_compare(place: &Place, rounds: usize, victims: &[Victim]) {
    commit(&mut *place.open(), batch((0..SITES).map(stock_fact))).unwrap();
    let ledger = Mutex::new(Ledger::default());
    let seed = std::process::id().into();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    eprintln!("{rounds} kills of {victims:?}, seed {seed}");

    for number in 0..rounds {
        let life = Duration::from_millis(random.random_range(5..250));
        round(number, place, &ledger, victims[number % victims.len()], life);
    }

    // A last life, in peace: what had no answer gets one, and the twin is compared with the store.
    let mut server = Server::start(&place.url);
    let open: Vec<String> = ledger.lock().unwrap().unanswered.iter().cloned().collect();
    let repeated = open.len();
    for key in open {
        assert!(report_and_note(&agent(), &server.address, key, &ledger));
    }
    let meta = server.get("/api/v1/meta").json();
    let told = server.incidents();
    server.kill();

    let acknowledged = ledger.into_inner().unwrap().acknowledged;
    let mut store = place.open();
    let state = replayed(&mut *store);
    eprintln!("{} incidents, {repeated} asked again at the end", acknowledged.len());
    let ids: BTreeSet<&String> = acknowledged.values().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), acknowledged.len(), "no incident answers two keys");
    assert!(ids.iter().copied().eq(state.incidents.keys()), "the store has what was acknowledged");
    let seqs: BTreeSet<u64> = acknowledged.values().map(|(_, seq)| *seq).collect();
    let events = events(&mut *store);
    assert!(events.iter().map(|event| event.seq.0).eq(1..=state.seq.0), "numbers without a gap");
    // Others tell of the sites, of who may ask, of keys, and of a purge.
    let is_incident = |event: &&Event| matches!(event.fact, Fact::IncidentRecorded(_));
    let incidents = events.iter().filter(is_incident).map(|event| event.seq.0);
    assert!(seqs.into_iter().eq(incidents), "one event for each incident");
    assert_eq!(meta["counts"]["incidents"], acknowledged.len());
    assert_eq!(meta["seq"], state.seq.0);
    assert_eq!(told, acknowledged.len() as u64);
    let fold = State::of(&followed(Snapshot::default(), &mut *store));
    assert!(fold == state, "the state is the fold of the events");
    assert!(acknowledged.len() > rounds, "a test that wrote something");
}

/// Every event, in order.
fn events(store: &mut dyn Store) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let last = events.last().map_or(Seq(0), |event| event.seq);
        let more = store.events_after(last).unwrap();
        if more.is_empty() {
            return events;
        }
        events.extend(more);
    }
}

#[test]
fn whatever_was_acknowledged_before_a_kill_is_there_once() {
    kill_and_compare(&Place::sqlite(), rounds(50), &[Victim::Vigie]);
}

#[test]
fn whatever_was_acknowledged_before_a_kill_of_vigie_or_postgresql_is_there_once() {
    let victims = [Victim::Vigie, Victim::Database, Victim::Both];
    kill_and_compare(&Place::postgres(), rounds(12), &victims);
}

/// Sites of an import that is killed.
const IMPORTED_SITES: u32 = 4000;

/// Starts the import of sites that all have the name `name`.
fn import(place: &Place, name: &str) -> (Child, TempDir) {
    let mut rows = "code;landlord;name;dwellings;lon;lat\n".to_owned();
    for number in 0..IMPORTED_SITES {
        let (lon, lat) =
            (2.25 + f64::from(number % 100) * 1e-3, 48.8 + f64::from(number / 100) * 1e-3);
        rows += &format!("KI-{number:05};Kill Habitat;{name};10;{lon:.4};{lat:.4}\n");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sites.csv");
    std::fs::write(&file, rows).unwrap();
    let mut import = vigie();
    import.args(["import", "sites", "--store", &place.url]).arg(file);
    (import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), folder)
}

/// Kills imports at random moments; each time the stock is as it was or wholly new.
fn kill_imports(place: &Place, rounds: usize) {
    let (mut whole, mut name, mut renamed) = (Duration::ZERO, String::new(), 0);
    // The second one renames, as those that are killed will: its time is theirs.
    for number in 0..2 {
        let begun = Instant::now();
        name = format!("Résidence {number}");
        let (mut import, _folder) = import(place, &name);
        assert!(import.wait().unwrap().success());
        whole = begun.elapsed();
    }
    let seed = std::process::id().into();
    let mut random = ChaCha8Rng::seed_from_u64(seed);

    for number in 2..rounds + 2 {
        let next = format!("Résidence {number}");
        let (mut killed, _folder) = import(place, &next);
        std::thread::sleep(whole.mul_f64(random.random_range(0.2..1.1)));
        killed.kill().unwrap(); // SIGKILL
        killed.wait().unwrap();

        place.settle();
        let state = replayed(&mut *place.open());
        let names: BTreeSet<&String> = state.sites.values().map(|site| &site.name).collect();
        assert_eq!((state.sites.len(), names.len()), (IMPORTED_SITES as usize, 1), "seed {seed}");
        if names.contains(&next) {
            renamed += 1;
            name = next;
        }
        assert!(names.contains(&name), "seed {seed}");
        assert_eq!(state.seq, Seq(2 + renamed));
    }
    eprintln!("{rounds} kills, {renamed} of them too late");
}

#[test]
fn an_import_that_is_killed_leaves_the_stock_as_it_was_or_wholly_new() {
    kill_imports(&Place::sqlite(), rounds(50).div_ceil(4));
}

#[test]
fn an_import_into_postgresql_that_is_killed_leaves_the_stock_as_it_was_or_wholly_new() {
    kill_imports(&Place::postgres(), rounds(24).div_ceil(4));
}
