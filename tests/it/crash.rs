//! `kill -9` in the middle of everything: what was acknowledged is there, once.
//!
//! `VIGIE_CRASH_ROUNDS` sets the number of kills; a few dozen without it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdout, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use vigie::{event::Seq, store::sqlite::SqliteStore, twin::Snapshot};

use crate::{
    server::vigie,
    store::{
        fixture::{batch, commit, site, stock_fact},
        state::{State, followed, replayed},
    },
};

/// Kills without `VIGIE_CRASH_ROUNDS`.
const ROUNDS: usize = 50;
/// Clients that write at the same time.
const CLIENTS: usize = 4;
/// Sites that they write about.
const SITES: u32 = 4;

fn rounds() -> usize {
    std::env::var("VIGIE_CRASH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

/// A server that ends with a kill.
struct Server {
    child: Child,
    address: String,
    /// Held open, so that the server may write to it.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(store: &Path) -> Self {
        let mut child = vigie()
            .args(["serve", "--listen", "127.0.0.1:0", "--store"])
            .arg(format!("sqlite:{}", store.display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "the server ends at its start");
        }
        let address = line[line.find("http://").unwrap()..].trim().to_owned();
        Self { child, address, _stdout: stdout }
    }

    fn kill(mut self) {
        self.child.kill().unwrap(); // SIGKILL
        self.child.wait().unwrap();
    }
}

/// What clients know: the incident that each key was answered with, and the keys without an answer.
#[derive(Default)]
struct Ledger {
    acknowledged: BTreeMap<String, (String, u64)>,
    unanswered: BTreeSet<String>,
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30)));
    config.http_status_as_error(false).build().new_agent()
}

/// Reports an incident under `key`; `None` where no answer comes.
fn report(agent: &ureq::Agent, address: &str, key: &str) -> Option<(String, u64)> {
    let number = key.bytes().map(u32::from).sum::<u32>() % SITES;
    let code = site(number).code.to_string();
    let body = json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": code}});
    let url = format!("{address}/api/v1/incidents");
    let mut answer = agent.post(url).header("Idempotency-Key", key).send_json(body).ok()?;
    let status = answer.status().as_u16();
    let body: Value = answer.body_mut().read_json().ok()?;
    assert!(matches!(status, 200 | 201), "{status}: {body}");
    Some((body["id"].as_str()?.to_owned(), body["seq"].as_u64()?))
}

/// Reports under `key` and notes the answer, which must be the first one's where there was one.
fn report_and_note(
    agent: &ureq::Agent,
    address: &str,
    key: String,
    ledger: &Mutex<Ledger>,
) -> bool {
    let answer = report(agent, address, &key);
    let mut ledger = ledger.lock().unwrap();
    match answer {
        Some(incident) => {
            ledger.unanswered.remove(&key);
            let noted = ledger.acknowledged.entry(key).or_insert_with(|| incident.clone());
            assert_eq!(*noted, incident, "one key, one incident");
            true
        }
        None => {
            ledger.unanswered.insert(key);
            false
        }
    }
}

/// One life of the server: clients repeat what had no answer, go on with new reports, and it is killed.
fn round(number: usize, store: &Path, ledger: &Mutex<Ledger>, life: Duration) {
    let server = Server::start(store);
    let address = server.address.clone();
    let agent = agent();
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (address, agent, ended) = (&address, &agent, &ended);
            scope.spawn(move || {
                let open: Vec<String> = ledger.lock().unwrap().unanswered.iter().cloned().collect();
                let open = open.into_iter().skip(client).step_by(CLIENTS);
                let new = (0..).map(|report| format!("{number}/{client}/{report}"));
                for key in open.chain(new) {
                    if ended.load(SeqCst) || !report_and_note(agent, address, key, ledger) {
                        break;
                    }
                }
            });
        }
        std::thread::sleep(life);
        server.kill();
        ended.store(true, SeqCst);
    });
}

#[test]
fn whatever_was_acknowledged_before_a_kill_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.sqlite");
    commit(&mut SqliteStore::open(&path).unwrap(), batch((0..SITES).map(stock_fact))).unwrap();
    let ledger = Mutex::new(Ledger::default());
    let seed = std::process::id().into();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    eprintln!("{} kills, seed {seed}", rounds());

    for number in 0..rounds() {
        let life = Duration::from_millis(random.random_range(5..250));
        round(number, &path, &ledger, life);
    }

    // A last life, in peace: what had no answer gets one, and the twin is compared with the file.
    let server = Server::start(&path);
    let agent = agent();
    let open: Vec<String> = ledger.lock().unwrap().unanswered.iter().cloned().collect();
    let repeated = open.len();
    for key in open {
        assert!(report_and_note(&agent, &server.address, key, &ledger));
    }
    let read = |path: &str| -> Value {
        let mut answer = agent.get(format!("{}{path}", server.address)).call().unwrap();
        answer.body_mut().read_json().unwrap()
    };
    let (meta, list) = (read("/api/v1/meta"), read("/api/v1/incidents?limit=1"));
    server.kill();

    let acknowledged = ledger.into_inner().unwrap().acknowledged;
    let mut store = SqliteStore::open(&path).unwrap();
    let state = replayed(&mut store);
    eprintln!("{} incidents, {repeated} asked again at the end", acknowledged.len());
    let ids: BTreeSet<&String> = acknowledged.values().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), acknowledged.len(), "no incident answers two keys");
    assert!(ids.iter().copied().eq(state.incidents.keys()), "the file holds what was acknowledged");
    let seqs: BTreeSet<u64> = acknowledged.values().map(|(_, seq)| *seq).collect();
    let first = u64::from(SITES) + 1;
    assert!(seqs.into_iter().eq(first..=state.seq.0), "numbers without a gap");
    assert_eq!(meta["counts"]["incidents"], acknowledged.len());
    assert_eq!(meta["seq"], state.seq.0);
    assert_eq!(list["numberMatched"], acknowledged.len());
    let fold = State::of(&followed(Snapshot::default(), &mut store));
    assert!(fold == state, "the state is the fold of the events");
    assert_eq!(fold.seq, Seq(first - 1 + acknowledged.len() as u64));
    assert!(acknowledged.len() > rounds(), "a test that wrote something");
}

/// Sites of an import that is killed.
const IMPORTED_SITES: u32 = 4000;

/// Starts the import of sites that all have the name `name`.
fn import(folder: &Path, name: &str) -> Child {
    let mut rows = "code;landlord;name;dwellings;lon;lat\n".to_owned();
    for number in 0..IMPORTED_SITES {
        let (lon, lat) =
            (2.25 + f64::from(number % 100) * 1e-3, 48.8 + f64::from(number / 100) * 1e-3);
        rows += &format!("KI-{number:05};Kill Habitat;{name};10;{lon:.4};{lat:.4}\n");
    }
    let file = folder.join("sites.csv");
    std::fs::write(&file, rows).unwrap();
    vigie()
        .args(["import", "sites", "--store"])
        .arg(format!("sqlite:{}", folder.join("vigie.sqlite").display()))
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn an_import_that_is_killed_leaves_the_stock_as_it_was_or_wholly_new() {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    assert!(import(folder.path(), "Résidence 0").wait().unwrap().success());
    let whole = begun.elapsed();
    let seed = std::process::id().into();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut name, mut renamed) = ("Résidence 0".to_owned(), 0);

    for number in 1..=rounds().div_ceil(4) {
        let next = format!("Résidence {number}");
        let mut killed = import(folder.path(), &next);
        std::thread::sleep(whole.mul_f64(random.random_range(0.2..1.2)));
        killed.kill().unwrap(); // SIGKILL
        killed.wait().unwrap();

        let mut store = SqliteStore::open(&folder.path().join("vigie.sqlite")).unwrap();
        let state = replayed(&mut store);
        let names: BTreeSet<&String> = state.sites.values().map(|site| &site.name).collect();
        assert_eq!((state.sites.len(), names.len()), (IMPORTED_SITES as usize, 1), "seed {seed}");
        if names.contains(&next) {
            renamed += 1;
            name = next;
        }
        assert!(names.contains(&name), "seed {seed}");
        assert_eq!(state.seq, Seq(1 + renamed));
    }
    eprintln!("{} kills, {renamed} of them too late", rounds().div_ceil(4));
}
