//! What SQLite promises beyond the suite: the file, its rights, its faults.

use std::{fs, path::Path};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use refinery::Target;
use rusqlite::Connection;
use vigie::{
    event::Seq,
    store::{Log as _, Store as _, StoreError, archive, sqlite::SqliteStore},
    time::Timestamp,
};

use super::{
    Place, SqliteFile,
    fixture::{account, batch, commit, incident_fact, key, one_of_everything, stock_fact},
    signals::{commit_signals, situation_fact},
    state::replayed,
};

/// A file with one of everything.
fn filled() -> SqliteFile {
    let file = SqliteFile::new();
    commit(&mut *file.open(), one_of_everything()).unwrap();
    commit_signals(&mut *file.open(), 1..=4).unwrap();
    file
}

fn raw(path: &Path) -> Connection {
    let raw = Connection::open(path).unwrap();
    raw.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    raw
}

fn fault(path: &Path) -> StoreError {
    SqliteStore::open(path).err().unwrap()
}

#[cfg(unix)]
#[test]
fn a_new_store_and_its_folder_are_for_their_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/paris/vigie.sqlite");
    let mut store = SqliteStore::open(&path).unwrap();
    commit(&mut store, batch([stock_fact(1)])).unwrap();

    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

    assert_eq!(rights(path.parent().unwrap()), 0o700);
    for ending in ["", "-wal", "-shm"] {
        let file = format!("{}{ending}", path.display());
        assert_eq!(rights(Path::new(&file)), 0o600, "{file}");
    }
}

#[test]
fn a_file_that_is_something_else_is_named_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "Not a database at all. ".repeat(100)).unwrap();
    let foreign = folder.path().join("foreign.sqlite");
    raw(&foreign).execute_batch("CREATE TABLE song (title TEXT)").unwrap();

    for path in [&text, &foreign] {
        let before = fs::read(path).unwrap();
        let fault = fault(path);
        assert!(matches!(fault, StoreError::NotAStore { .. }), "{fault}");
        assert_eq!(fs::read(path).unwrap(), before);
    }
}

#[test]
fn a_store_of_a_newer_program_is_refused() {
    let file = filled();
    raw(&file.path())
        .execute_batch(
            "INSERT INTO refinery_schema_history SELECT 999, 'later', applied_on, checksum
             FROM refinery_schema_history LIMIT 1",
        )
        .unwrap();

    let fault = fault(&file.path());

    assert!(matches!(fault, StoreError::TooNew { found: 999, .. }), "{fault:?}");
    assert!(fault.to_string().starts_with("the store has schema version 999, this program knows"));
}

#[test]
fn a_store_whose_migrations_are_not_ours_is_refused() {
    let file = filled();
    raw(&file.path()).execute_batch("UPDATE refinery_schema_history SET checksum = '7'").unwrap();

    let fault = fault(&file.path());

    assert!(matches!(fault, StoreError::NotAStore { .. }), "{fault:?}");
}

#[test]
fn a_path_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let not_a_folder = folder.path().join("file");
    fs::write(&not_a_folder, "").unwrap();

    for path in [not_a_folder.join("vigie.sqlite"), folder.path().to_owned()] {
        let fault = fault(&path);
        assert!(matches!(fault, StoreError::CannotOpen { .. }), "{fault:?}");
        assert!(fault.to_string().contains(&path.display().to_string()), "{fault}");
    }
}

#[test]
fn many_programs_may_open_a_new_file_at_once() {
    for _ in 0..20 {
        let file = SqliteFile::new();

        std::thread::scope(|scope| {
            for number in 0..8 {
                let file = &file;
                scope
                    .spawn(move || commit(&mut *file.open(), batch([stock_fact(number)])).unwrap());
            }
        });

        assert_eq!(file.open().events_after(Seq(0)).unwrap().len(), 8);
    }
}

#[test]
fn a_program_that_was_killed_before_its_first_migration_leaves_a_file_that_can_be_opened() {
    let file = SqliteFile::new();
    let history = "CREATE TABLE refinery_schema_history (
        version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255)
    )";
    raw(&file.path()).execute_batch(history).unwrap();

    assert_eq!(commit(&mut *file.open(), batch([stock_fact(1)])).unwrap()[0].seq, Seq(1));
}

#[test]
fn a_damaged_file_is_an_error_and_never_a_panic() {
    let original = filled();
    let bytes = fs::read(original.path()).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut told = 0;

    for _ in 0..150 {
        let damaged = SqliteFile::new();
        let mut bytes = bytes.clone();
        for _ in 0..random.random_range(1..40) {
            let at = random.random_range(0..bytes.len());
            bytes[at] = random.random();
        }
        bytes.truncate(random.random_range(bytes.len() / 2..=bytes.len()));
        fs::write(damaged.path(), bytes).unwrap();
        let used = SqliteStore::open(&damaged.path()).and_then(|mut store| {
            store.replay(&mut |_| {})?;
            store.events_after(Seq(0))?;
            store.last_fixes()?;
            store.signals_after(0, Timestamp::from_unix_ms(0).unwrap())?;
            commit(&mut store, batch([incident_fact(9, 1)]))
        });
        told += usize::from(used.is_err());
    }

    assert!(told > 50, "only {told} of 150 damaged files were noticed");
}

#[test]
fn a_steady_stream_does_not_make_the_write_ahead_log_grow_without_bound() {
    let file = filled();
    let mut store = file.open();
    for number in 0..600 {
        let incidents = (0..20).map(|more| incident_fact(10 + number * 20 + more, 1));
        commit(&mut *store, batch(incidents)).unwrap();
    }

    let log = format!("{}-wal", file.path().display());
    let (log_bytes, bytes) =
        (fs::metadata(log).unwrap().len(), fs::metadata(file.path()).unwrap().len());

    assert!(bytes > 1_000_000, "a stream that fills the log more than once, got {bytes}");
    assert!(log_bytes < 8_000_000, "{log_bytes}");
}

#[test]
fn what_cannot_be_is_refused_to_bare_sql_too() {
    let file = filled();
    let raw = raw(&file.path());

    for nonsense in [
        "INSERT INTO event (seq, recorded_at, fact) VALUES (7, 0, 'stock')", // a gap: 5 was the last
        "INSERT INTO event (seq, recorded_at, fact) VALUES (6, 0, 'rumour')",
        "INSERT INTO event (seq, recorded_at, fact) VALUES (6, 0, 'incident')",
        "INSERT INTO event (seq, recorded_at, fact, patrol) VALUES (6, 0, 'patrol', 'NOBODY')",
        "INSERT INTO event (seq, recorded_at, fact) VALUES (6, 'yesterday', 'stock')",
        "UPDATE event SET recorded_at = 0 WHERE seq = 1",
        "DELETE FROM event WHERE seq = 5",
        "UPDATE incident SET site = 'XX-0001'",
        "UPDATE incident SET site = NULL",
        "UPDATE incident SET status = 'forgotten'",
        "UPDATE incident SET channel = 'gossip'",
        "UPDATE incident SET kind = 'occ hal'",
        "UPDATE incident SET building = 'elsewhere'",
        "DELETE FROM site WHERE code = 'PH-0001'",
        "UPDATE site SET lon = 181",
        "UPDATE site SET dwellings = -1",
        "UPDATE site SET code = 'ph 1' WHERE code = 'PH-0002'",
        "UPDATE building SET footprint = 'POINT(2 48)'",
        "UPDATE building SET site = NULL, site_was_given = 1",
        "UPDATE building SET seq = 77",
        "UPDATE tract SET code = '75110000'",
        "UPDATE patrol SET availability = 'asleep'",
        "INSERT INTO position VALUES ('TANGO-2', 2.3, 48.8, 0, NULL)", // off duty
        "UPDATE position SET lat = 91",
        "INSERT INTO receipt VALUES (x'00', x'00', 1)",
        "INSERT INTO event (seq, recorded_at, fact, situation) VALUES (21, 0, 'situation', zeroblob(16))",
        "INSERT INTO event (seq, recorded_at, fact) VALUES (21, 0, 'situation')",
        "DELETE FROM situation", // an event is about it
        "UPDATE situation SET subject = NULL",
        "UPDATE situation SET times = 0",
        "UPDATE situation SET last_at = opened_at - 1",
        "UPDATE situation SET closed_by = NULL",
        "UPDATE situation SET rule = 'M. Dupont'",
        "UPDATE signal SET value = 7",
        "INSERT INTO signal (id, received_at, source, kind, at) SELECT id, 0, source, kind, 0 FROM signal",
        "INSERT INTO signal (id, received_at, source, kind, at) VALUES (x'07', 0, 'noise', 'level', 0)",
        "INSERT INTO signal (id, received_at, source, kind, at) VALUES (zeroblob(16), 0, 'M. Dupont', 'level', 0)",
        "INSERT INTO signal (id, received_at, source, kind, at) VALUES (zeroblob(16), 0, 'noise', 'chez elle', 0)",
        "INSERT INTO signal (id, received_at, source, kind, at, until) VALUES (zeroblob(16), 0, 'noise', 'level', 7, 7)",
        "INSERT INTO signal (id, received_at, source, kind, at, lon) VALUES (zeroblob(16), 0, 'noise', 'level', 7, 2.3)",
        "INSERT INTO signal (id, received_at, source, kind, at, site, lon, lat) VALUES (zeroblob(16), 0, 'noise', 'level', 7, 'PH-0001', 2.3, 48.8)",
        "INSERT INTO signal (id, received_at, source, kind, at, area) VALUES (zeroblob(16), 0, 'noise', 'level', 7, 'chez elle')",
        "INSERT INTO signal (id, received_at, source, kind, at, value) VALUES (zeroblob(16), 0, 'noise', 'level', 7, 9e999)",
    ] {
        assert!(raw.execute_batch(nonsense).is_err(), "accepted: {nonsense}");
    }
}

#[test]
fn a_store_of_schema_15_comes_up_with_all_that_it_held() {
    let (now, then) = (SqliteFile::new(), SqliteFile::new());
    let mut everything = one_of_everything();
    everything.facts.pop(); // a situation, of which that schema knows nothing
    everything.facts[2].key = Some(key("call 1"));
    everything.facts[12].author = Some(account(2).id);
    commit(&mut *now.open(), everything).unwrap();
    let mut raw = raw(&then.path());
    let migrations = refinery::load_sql_migrations("migrations/sqlite").unwrap();
    refinery::Runner::new(&migrations).set_target(Target::Version(15)).run(&mut raw).unwrap();
    raw.execute_batch(&format!(
        "PRAGMA foreign_keys = OFF; ATTACH '{}' AS now",
        now.path().display()
    ))
    .unwrap();
    let columns = "SELECT t.name, group_concat(c.name, ', ')
         FROM main.sqlite_schema t, pragma_table_info(t.name, 'main') c
         WHERE t.type = 'table' AND t.name NOT LIKE 'refinery%' GROUP BY t.name";
    let tables = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let tables: Vec<(String, String)> = raw
        .prepare(columns)
        .unwrap()
        .query_map([], tables)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (table, columns) in tables {
        let copy =
            format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}");
        raw.execute_batch(&copy).unwrap_or_else(|e| panic!("{copy}: {e}"));
    }
    drop(raw);

    let (mut before, mut after) = (now.open(), then.open());

    assert_eq!(replayed(&mut *after), replayed(&mut *before));
    assert_eq!(archive::survey(&mut *after).unwrap(), archive::survey(&mut *before).unwrap());
    assert_eq!(after.events_after(Seq(0)).unwrap(), before.events_after(Seq(0)).unwrap());
    assert!(after.receipt(&key("call 1").0).unwrap().is_some());
    assert_eq!(commit(&mut *after, batch([situation_fact(1)])).unwrap()[0].seq, Seq(20));
}

#[test]
fn no_column_holds_personal_data() {
    let file = SqliteFile::new();
    drop(file.open());
    let raw = raw(&file.path());
    let mut tables = raw
        .prepare(
            "SELECT t.name || ': ' || group_concat(c.name, ' ') FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name ORDER BY t.name",
        )
        .unwrap();
    let tables = tables.query_map([], |row| row.get(0)).unwrap();
    let tables: Vec<String> = tables.collect::<Result<_, _>>().unwrap();

    // Whoever adds a column adds it here, and asks first whether it could hold a name, a telephone, a
    // flat or a description. `site.address` is that of the landlord's register;
    // `step.remark` holds what the refusal filter has let through.
    insta::assert_snapshot!(tables.join("\n"), @r"
    access_anchor: log day seq hash
    account: id name role landlord patrol password token seal created_at expires_at disabled epoch totp totp_step recovery disabled_at
    alert: id kind patrol incident site raised_at level state acknowledged_by acknowledged_at resolution resolved_by resolved_at
    building: id site site_was_given footprint height_m levels dwellings seq
    dataset: id source vintage division seq
    dataset_row: dataset code figures
    event: seq recorded_at fact incident patrol alert situation account setting hold purge author
    hall: building ordinal label lon lat
    hazard: site kind since until seq
    hold: id incident site reported_from reported_to reason until set_at set_by lifted_at lifted_by
    incident: id kind channel status reported_at site building
    landlord: id name seq
    mailbox: landlord address set_at
    mailing: landlord night ordinal state mailbox opened_at changed_at due_at attempts unsure reply pdf_sha256 csv_sha256
    patrol: id callsign availability crew position_off_at
    position: patrol lon lat recorded_at accuracy_m
    purge: number at cause complete removed holds previous public_key signature
    receipt: key request seq
    refinery_schema_history: version name applied_on checksum
    road: id class name forward_kmh backward_kmh restricted walkable nodes marks line seq
    road_speed: class percent seq
    setting: name is_on changed_by changed_at
    signal: number id received_at source kind site lon lat area at until value
    site: code landlord name dwellings lon lat outline address seq
    site_note: site topic text seq
    situation: id rule scope subject opened_at last_at times last_site closed_at closed_by
    step: incident ordinal action at recorded_at actor patrol reason override_reason partner other outcome people with_police remark
    surrounding: id class name rank height_m shape seq
    tract: code vintage name kind area seq
    turn: id from_road via_node via_roads to_road rule seq
    variable: dataset ordinal name label unit
    ");
}
