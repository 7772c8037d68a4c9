//! A store in PostgreSQL: from SQLite and back, backups, PostgreSQL's own dump, the doctor.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

use vigie::store::{StoreUrl, archive, archive::Manifest};

use super::{complaint, file, filled, said, said_json, url};
use crate::{
    postgres_cluster::{Cluster, Database, tool},
    program::run,
    server::{Server, import_sites},
    store::{
        fixture::stock_fact,
        fixture::{batch, commit},
        state::replayed,
    },
};

/// What a store holds.
fn held(store: &str) -> Manifest {
    let mut store = store.parse::<StoreUrl>().unwrap().open().unwrap();
    archive::survey(&mut *store).unwrap()
}

/// The checks of the doctor that are not well, and how it ends.
fn ills(store: &str) -> (Option<i32>, String) {
    let output = run(&["doctor", "--store", store]);
    let told = String::from_utf8(output.stdout).unwrap();
    let checks = told.lines().filter(|line| !line.starts_with(' ') && !line.starts_with("ok "));
    let ills = checks.map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
    (output.status.code(), ills.collect::<Vec<_>>().join(", "))
}

#[test]
fn a_copy_from_sqlite_to_postgresql_and_back_has_the_same_checksums() {
    let folder = filled();
    let (from, back) = (url(folder.path(), "vigie.db"), url(folder.path(), "back.db"));
    let database = Database::fresh();

    let there = said_json(&["copy", "--from", &from, "--to", &database.url(), "--json"]);
    let and_back = said_json(&["copy", "--from", &database.url(), "--to", &back, "--json"]);
    let again = complaint(&["copy", "--from", &from, "--to", &database.url()]);

    assert_eq!(there["records"], 57);
    assert_eq!(and_back["kinds"], there["kinds"]);
    assert_eq!(held(&back), held(&from));
    assert!(again.contains("is not empty, and nothing was changed"), "{again}");
    assert!(!there.to_string().contains("night-watch"), "a password is told to nobody: {there}");
}

#[test]
fn a_backup_taken_while_a_server_writes_restores_into_either_store() {
    let database = Database::fresh();
    import_sites(&database.url(), 3);
    let server = Server::start(&database.url());
    let folder = tempfile::tempdir().unwrap();
    let backup = file(folder.path(), "b.db");
    let done = AtomicBool::new(false);

    let told = std::thread::scope(|scope| {
        for client in 0..2 {
            let (server, done) = (&server, &done);
            scope.spawn(move || {
                for number in 0.. {
                    let key = format!("{client}/{number}");
                    assert_eq!(server.report("PH-0001", &key).status, 201);
                    if done.load(SeqCst) {
                        break;
                    }
                }
            });
        }
        while server.incidents() < 20 {
            std::thread::yield_now();
        }
        let told = said_json(&["backup", "--store", &database.url(), &backup, "--json"]);
        done.store(true, SeqCst);
        told
    });

    let (file_store, other) = (url(folder.path(), "new.db"), Database::fresh());
    for store in [&file_store, &other.url()] {
        let restored = said_json(&["restore", &backup, "--store", store, "--json"]);
        assert_eq!(restored["kinds"], told["kinds"], "{store}");
    }
    let incidents = told["kinds"]["incidents"]["count"].as_u64().unwrap();
    assert!((20..=server.incidents()).contains(&incidents), "{incidents}");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 2, "one file a backup, one a store: {names:?}");
    // A server goes on where the other one was.
    let next = Server::start(&other.url());
    let known = server.report("PH-0001", "0/0").json();
    assert_eq!(next.report("PH-0001", "0/0").json()["id"], known["id"], "the key is known");
    // Either server may have signed at its start that nothing was to be purged.
    let seq = next.report("PH-0001", "new").json()["seq"].as_u64().unwrap();
    assert!((incidents + 3..=incidents + 5).contains(&seq), "{seq} after {incidents} incidents");
}

#[test]
fn a_dump_by_postgresql_itself_restores_to_the_same_store() {
    let folder = filled();
    let (database, other) = (Database::fresh(), Database::fresh());
    said(&["copy", "--from", &url(folder.path(), "vigie.db"), "--to", &database.url()]);
    let dump = folder.path().join("vigie.dump");
    let done = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };

    done(
        Command::new(tool("pg_dump"))
            .args(["--format=custom", "--schema=vigie", "--file"])
            .arg(&dump)
            .arg(database.url()),
    );
    done(
        Command::new(tool("pg_restore"))
            .args(["--exit-on-error", "--dbname", &other.url()])
            .arg(&dump),
    );

    assert_eq!(held(&other.url()), held(&database.url()));
    assert_eq!(ills(&other.url()), (Some(0), String::new()));
    let mut store = other.url().parse::<StoreUrl>().unwrap().open().unwrap();
    assert_eq!(commit(&mut *store, batch([stock_fact(3)])).unwrap()[0].seq.0, 14);
    assert_eq!(replayed(&mut *store).sites.len(), 3);
}

#[test]
fn the_doctor_finds_a_good_database_well() {
    let database = Database::fresh();
    import_sites(&database.url(), 2);

    let told = said(&["doctor", "--store", &database.url()]);

    let checks = told.lines().map(|line| line.split_whitespace().nth(1).unwrap());
    insta::assert_snapshot!(
        checks.collect::<Vec<_>>().join(" "),
        @"store postgis network settings clocks schema integrity numbers times purge counts writing clock proj"
    );
    assert!(told.lines().all(|line| line.starts_with("ok ")), "{told}");
    assert!(told.contains("fsync = on, full_page_writes = on, synchronous_commit = on"), "{told}");
}

#[test]
fn the_doctor_makes_no_store_and_says_what_is_missing() {
    let (database, cluster) = (Database::fresh(), Cluster::new());
    let bare = cluster.database_without_postgis();

    assert_eq!(ills(&database.url()), (Some(1), "fail schema".to_owned()));
    let copied = complaint(&["copy", "--from", &database.url(), "--to", "sqlite:/nowhere/x.db"]);
    assert!(copied.contains("holds no store"), "{copied}");
    assert_eq!(database.sql("SELECT to_regnamespace('vigie') IS NULL"), "t");
    assert_eq!(ills(&bare.url()), (Some(1), "fail postgis, fail schema".to_owned()));
    cluster.stop_immediately();
    assert_eq!(ills(&bare.url()), (Some(1), "fail store".to_owned()));
}

#[test]
fn the_doctor_sees_rules_that_are_switched_off_and_numbers_with_a_gap() {
    let folder = filled();
    let database = Database::fresh();
    said(&["copy", "--from", &url(folder.path(), "vigie.db"), "--to", &database.url()]);

    database.sql("ALTER TABLE vigie.event DISABLE TRIGGER event_is_never_removed");
    assert_eq!(ills(&database.url()), (Some(1), "fail integrity".to_owned()));
    database.sql("DELETE FROM vigie.event WHERE seq = 13");
    database.sql("ALTER TABLE vigie.event ENABLE TRIGGER event_is_never_removed");
    assert_eq!(ills(&database.url()), (Some(1), "fail head".to_owned()));
}

#[test]
fn the_doctor_tells_a_replica_and_a_server_that_does_not_wait_for_its_disk() {
    let cluster = Cluster::new();
    let database = cluster.database();
    import_sites(&database.url(), 2);
    let standby = cluster.standby();

    assert_eq!(ills(&database.url_on(&standby)), (Some(0), "warn writing".to_owned()));
    cluster.sql("ALTER SYSTEM SET full_page_writes = off");
    cluster.sql("SELECT pg_reload_conf()");
    crate::server::wait_until("the setting is in force", || {
        ills(&database.url()) == (Some(1), "fail settings".to_owned())
    });
}
