//! `kill -9` in the middle of a copy, a restore and a backup: what is there is whole, or as it was.

use std::{
    fs,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use vigie::store::{StoreUrl, archive, archive::Manifest, sqlite::SqliteStore};

use super::{file, said, url};
use crate::{
    postgres_cluster::Database,
    server::vigie,
    store::fixture::{batch, commit, incident_fact, stock_fact},
};

/// Kills of each subcommand.
const KILLS: u32 = 8;
/// Enough that a copy takes a while.
const INCIDENTS: u32 = 20_000;

fn fill(path: &Path) {
    let mut store = SqliteStore::open(path).unwrap();
    let incidents = (1..=INCIDENTS).map(|number| incident_fact(number, 1));
    commit(&mut store, batch([stock_fact(1)].into_iter().chain(incidents))).unwrap();
}

/// Runs the program, and kills it at a random moment of the time that a whole run takes; whether it was
/// still running.
fn killed(random: &mut ChaCha8Rng, whole: Duration, arguments: &[&str]) -> bool {
    let mut child = vigie().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.as_mut().unwrap();
    std::thread::sleep(whole.mul_f64(random.random_range(0.1..0.9)));
    let was_running = child.try_wait().unwrap().is_none();
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    was_running
}

fn held(store: &str) -> Manifest {
    let mut store = store.parse::<StoreUrl>().unwrap().open().unwrap();
    archive::survey(&mut *store).unwrap()
}

#[test]
fn a_copy_that_is_killed_leaves_an_empty_store_or_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let from = url(folder.path(), "vigie.db");
    fill(&folder.path().join("vigie.db"));
    let (whole, nothing) = (held(&from), archive::ManifestBuilder::default().finish());
    let mut random = ChaCha8Rng::seed_from_u64(9);

    for in_postgres in [false, true] {
        let (first, target) = (Database::fresh(), Database::fresh());
        let to = |name: &str, database: &Database| {
            if in_postgres { database.url() } else { url(folder.path(), name) }
        };
        let begun = Instant::now();
        said(&["copy", "--from", &from, "--to", &to("first.db", &first)]);
        let takes = begun.elapsed();

        let (to, mut kills) = (to("target.db", &target), 0);
        for _ in 0..KILLS {
            kills += u32::from(killed(&mut random, takes, &["copy", "--from", &from, "--to", &to]));
            let held = held(&to);
            assert!(held == nothing || held == whole, "a part of it");
            if held == whole {
                break;
            }
        }
        eprintln!("{kills} copies were killed");
        if held(&to) == nothing {
            said(&["copy", "--from", &from, "--to", &to]);
        }
        assert!(held(&to) == whole);
    }
}

#[test]
fn a_backup_that_is_killed_leaves_the_last_one_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let (store, backup) = (url(folder.path(), "vigie.db"), file(folder.path(), "b.db"));
    fill(&folder.path().join("vigie.db"));
    let begun = Instant::now();
    said(&["backup", "--store", &store, &backup]);
    let takes = begun.elapsed();
    let mut random = ChaCha8Rng::seed_from_u64(10);
    let survey =
        || archive::survey(&mut SqliteStore::open_backup(Path::new(&backup)).unwrap()).unwrap();

    for number in 1..=KILLS {
        let last = survey();
        let incident = incident_fact(INCIDENTS + number, 1);
        commit(&mut *store.parse::<StoreUrl>().unwrap().open().unwrap(), batch([incident]))
            .unwrap();
        killed(&mut random, takes, &["backup", "--force", "--store", &store, &backup]);
        let now = survey();
        assert!(now == last || now == held(&store), "{number}");
    }
    let left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let strange = left.filter(|name| {
        let name = name.to_string_lossy();
        !name.starts_with(".vigie-backup-") && !name.starts_with("vigie.db") && name != "b.db"
    });
    assert_eq!(strange.count(), 0);
}
