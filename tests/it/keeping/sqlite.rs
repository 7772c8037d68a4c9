//! A store in a SQLite file.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

use serde_json::{Value, json};
use vigie::{
    event::{Event, Fact, Seq},
    store::{Log as _, StoreError, sqlite::SqliteStore},
};

use super::{complaint, file, filled, said, said_json, url};
use crate::{
    program::{Program, run},
    store::{
        fixture::{at, batch, commit, incident_fact},
        state::replayed,
    },
};

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn events(path: &Path) -> Vec<Event> {
    let mut store = SqliteStore::open(path).unwrap();
    let (mut all, mut seq) = (Vec::new(), Seq(0));
    loop {
        let next = store.events_after(seq).unwrap();
        let Some(last) = next.last() else { return all };
        seq = last.seq;
        all.extend(next);
    }
}

#[test]
fn backups_taken_while_a_server_writes_restore_to_the_state_of_one_instant() {
    let program = Program::serving(&[]);
    program.import_one_site();
    let place = tempfile::tempdir().unwrap();
    let done = AtomicBool::new(false);
    let body =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" } });

    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(SeqCst) {
                    assert_eq!(program.post("/api/v1/incidents", &body).0, 201);
                }
            });
        }
        for round in 0..4 {
            let before = matched(&program);
            let backup = file(place.path(), &format!("backup-{round}.db"));
            let told = said_json(&["backup", "--store", &program.store(), &backup, "--json"]);
            let restored = url(place.path(), &format!("restored-{round}.db"));
            let again = said_json(&["restore", &backup, "--store", &restored, "--json"]);

            assert_eq!(again["kinds"], told["kinds"], "counts and checksums");
            let incidents = told["kinds"]["incidents"]["count"].as_u64().unwrap();
            assert!((before..=matched(&program)).contains(&incidents), "{before} {incidents}");
            let checked = said(&["doctor", "--store", &restored]);
            assert!(checked.contains("without a gap"), "{checked}");
        }
        done.store(true, SeqCst);
    });
    let (_, folder) = program.stop();

    let all = events(&folder.path().join("vigie.db"));
    for round in 0..4 {
        let restored = events(&place.path().join(format!("restored-{round}.db")));
        assert!(!restored.is_empty() && restored == all[..restored.len()], "round {round}");
    }
}

fn matched(program: &Program) -> u64 {
    let list: Value = serde_json::from_str(&program.get("/api/v1/incidents?limit=1").1).unwrap();
    list["numberMatched"].as_u64().unwrap()
}

#[cfg(unix)]
#[test]
fn a_backup_is_one_file_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = filled();

    said(&["backup", "--store", &url(folder.path(), "vigie.db"), &file(folder.path(), "b.db")]);

    assert_eq!(names(folder.path()), BTreeSet::from(["b.db", "vigie.db"].map(str::to_owned)));
    let mode = fs::metadata(folder.path().join("b.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Neither looking at it nor restoring it changes it.
    let bytes = fs::read(folder.path().join("b.db")).unwrap();
    said(&["restore", &file(folder.path(), "b.db"), "--store", &url(folder.path(), "new.db")]);
    assert_eq!(fs::read(folder.path().join("b.db")).unwrap(), bytes);
}

#[test]
fn a_backup_replaces_a_file_only_when_told_and_only_when_it_is_whole() {
    let folder = filled();
    let (store, backup) = (url(folder.path(), "vigie.db"), file(folder.path(), "b.db"));
    fs::write(&backup, "precious").unwrap();

    let refused = complaint(&["backup", "--store", &store, &backup]);
    let nowhere = url(folder.path(), "nowhere.db");
    let failed = complaint(&["backup", "--store", &nowhere, &backup, "--force"]);

    assert!(refused.contains("is there already; name another file, or say --force"), "{refused}");
    assert!(failed.contains("there is no such file"), "{failed}");
    assert_eq!(fs::read_to_string(&backup).unwrap(), "precious");
    assert_eq!(names(folder.path()).len(), 2, "{:?}", names(folder.path()));
    said(&["backup", "--store", &store, &backup, "--force"]);
    said(&["restore", &backup, "--store", &url(folder.path(), "new.db")]);
}

#[test]
fn a_store_that_is_not_empty_is_not_restored_into() {
    let folder = filled();
    let (store, backup) = (url(folder.path(), "vigie.db"), file(folder.path(), "b.db"));
    said(&["backup", "--store", &store, &backup]);
    let path = folder.path().join("vigie.db");
    commit(&mut SqliteStore::open(&path).unwrap(), batch([incident_fact(3, 1)])).unwrap();
    let before = replayed(&mut SqliteStore::open(&path).unwrap());

    let refused = complaint(&["restore", &backup, "--store", &store]);

    assert!(
        refused.contains("is not empty, and nothing was changed. Name a new store"),
        "{refused}"
    );
    assert!(replayed(&mut SqliteStore::open(&path).unwrap()) == before);
}

#[test]
fn a_damaged_backup_is_refused_and_makes_no_store() {
    let folder = filled();
    let backup = folder.path().join("b.db");
    said(&["backup", "--store", &url(folder.path(), "vigie.db"), &file(folder.path(), "b.db")]);
    let whole = fs::read(&backup).unwrap();
    let mut damaged = whole.clone();
    let page = damaged.len() / 4096 / 2;
    damaged[page * 4096..(page + 1) * 4096].fill(0xa5);

    for bytes in [&damaged[..], &whole[..whole.len() / 2], b"no store", b""] {
        fs::write(&backup, bytes).unwrap();
        let told = complaint(&[
            "restore",
            &file(folder.path(), "b.db"),
            "--store",
            &url(folder.path(), "new.db"),
        ]);
        assert!(told.starts_with("vigie: reading the backup: "), "{told}");
        assert!(!folder.path().join("new.db").exists());
    }
}

#[test]
fn a_copy_tells_what_it_moved_and_both_sides_have_it() {
    let folder = filled();
    let (from, to) = (url(folder.path(), "vigie.db"), url(folder.path(), "copy.db"));

    let table = said(&["copy", "--from", &from, "--to", &to]);
    let again = said_json(&["copy", "--from", &to, "--to", &url(folder.path(), "c.db"), "--json"]);

    let counts: Vec<String> = table
        .lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    insta::assert_snapshot!(counts.join("\n"), @r"
    count SHA-256
    landlords 1
    sites 2
    buildings 2
    surroundings 4
    tracts 2
    datasets 2
    roads 2
    turns 2
    road_speeds 2
    site_notes 4
    hazards 2
    incidents 2
    patrols 1
    positions 1
    steps 2
    alerts 1
    signals 3
    situations 1
    accounts 1
    mailboxes 1
    mailings 1
    access_anchors 1
    settings 1
    holds 1
    purges 1
    events 13
    receipts 1
    57 records
    ");
    let last = table.lines().last().unwrap();
    assert_eq!(last, format!("57 records from {from} are in {to}, verified"));
    for (kind, told) in again["kinds"].as_object().unwrap() {
        let sum = told["sha256"].as_str().unwrap();
        assert!(table.lines().any(|line| line.starts_with(kind) && line.ends_with(sum)), "{kind}");
    }
    let states = ["vigie.db", "copy.db", "c.db"]
        .map(|name| replayed(&mut SqliteStore::open(&folder.path().join(name)).unwrap()));
    assert!(states[0] == states[1] && states[1] == states[2]);
}

#[test]
fn a_source_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (url(folder.path(), "typo.db"), url(folder.path(), "new.db"));

    let copied = complaint(&["copy", "--from", &from, "--to", &to]);
    let examined = run(&["doctor", "--store", &from]);

    assert!(copied.contains("there is no such file"), "{copied}");
    assert_eq!(examined.status.code(), Some(1));
    assert_eq!(names(folder.path()), BTreeSet::new());
}

/// The grade of each check that `vigie doctor` makes, and how it ends.
fn examined(path: &Path) -> (Option<i32>, Vec<(String, String)>) {
    let store = format!("sqlite:{}", path.display());
    let output = run(&["doctor", "--store", &store, "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |finding: &Value, member: &str| finding[member].as_str().unwrap().to_owned();
    let grades = told.as_array().unwrap().iter();
    let grades = grades.map(|finding| (text(finding, "check"), text(finding, "grade"))).collect();
    (output.status.code(), grades)
}

/// The checks that are not well.
fn ills(path: &Path) -> (Option<i32>, String) {
    let (code, grades) = examined(path);
    let ills = grades.into_iter().filter(|(_, grade)| grade != "ok");
    (code, ills.map(|(check, grade)| format!("{check} {grade}")).collect::<Vec<_>>().join(", "))
}

fn alter(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn the_doctor_finds_a_good_store_well_also_beside_a_server() {
    let program = Program::serving(&[]);
    program.import_one_site();
    let path = program.store().strip_prefix("sqlite:").map(PathBuf::from).unwrap();

    let (code, grades) = examined(&path);

    assert_eq!(code, Some(0), "{grades:?}");
    let checks: Vec<&str> = grades.iter().map(|(check, _)| check.as_str()).collect();
    insta::assert_snapshot!(checks.join(" "), @"store schema writing integrity numbers times purge counts rights disk clock proj");
    assert!(grades.iter().all(|(_, grade)| grade == "ok"), "{grades:?}");
    let lines = said(&["doctor", "--store", &program.store()]);
    assert!(lines.contains("ok    counts     1 landlords, 1 sites, 1 buildings,"), "{lines}");
}

#[test]
fn the_doctor_names_what_is_wrong_and_what_to_do() {
    for (ill, expected) in [
        (
            "INSERT INTO refinery_schema_history SELECT 999, name, applied_on, checksum FROM refinery_schema_history LIMIT 1",
            (Some(1), "schema fail"),
        ),
        (
            "DROP TRIGGER event_is_never_removed; DELETE FROM event WHERE seq = 4",
            (Some(1), "numbers fail"),
        ),
        (
            "DROP TRIGGER event_only_forgets; UPDATE event SET recorded_at = 32503680000000 WHERE seq = 4",
            (Some(0), "times warn"),
        ),
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM site WHERE code = 'PH-0001'",
            (Some(1), "integrity fail"),
        ),
    ] {
        let folder = filled();
        let path = folder.path().join("vigie.db");
        alter(&path, ill);
        let (code, ills) = ills(&path);
        assert_eq!((code, ills.as_str()), expected, "{ill}");
        let lines = run(&["doctor", "--store", &url(folder.path(), "vigie.db")]).stdout;
        let lines = String::from_utf8(lines).unwrap();
        assert_eq!(lines.matches(" → ").count(), 1, "{lines}");
    }
}

#[cfg(unix)]
#[test]
fn the_doctor_warns_of_a_file_that_others_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = filled();
    let path = folder.path().join("vigie.db");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

    assert_eq!(ills(&path), (Some(0), "rights warn".to_owned()));
}

#[test]
fn the_doctor_does_not_break_down_over_a_damaged_file() {
    let folder = filled();
    let path = folder.path().join("vigie.db");
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'incident'";
    let root: usize =
        rusqlite::Connection::open(&path).unwrap().query_row(root, [], |row| row.get(0)).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[(root - 1) * 4096..root * 4096].fill(0xa5);
    fs::write(&path, bytes).unwrap();

    let (code, ills) = ills(&path);

    assert_eq!(code, Some(1));
    assert!(ills.contains("integrity fail"), "{ills}");
}

#[test]
fn a_backup_can_only_be_read() {
    let folder = filled();
    said(&["backup", "--store", &url(folder.path(), "vigie.db"), &file(folder.path(), "b.db")]);

    let mut backup = SqliteStore::open_backup(&folder.path().join("b.db")).unwrap();

    let refused = commit(&mut backup, batch([incident_fact(9, 1)]));
    assert!(matches!(refused, Err(StoreError::Away(_))), "{refused:?}");
    let facts = backup.events_after(Seq(2)).unwrap();
    assert!(facts.iter().any(|event| matches!(event.fact, Fact::PatrolRecorded(_))));
    assert_eq!(facts[0].recorded_at, at(0));
}
