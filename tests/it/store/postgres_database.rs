//! What PostgreSQL promises beyond the suite: its rules hold for plain SQL too, its faults are told, and it is
//! heard when others write.

use std::{
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use vigie::{
    event::Seq,
    patrol::Availability,
    store::{Store, StoreError, StoreUrl},
};

use super::{
    Place,
    fixture::{batch, commit, fix, incident_fact, one_of_everything, patrol_fact, stock_fact},
    signals::commit_signals,
    state::replayed,
};
use crate::{
    cutting_proxy::{CommitFate, CuttingProxy},
    postgres_cluster::{Cluster, Database},
};

/// Longest wait for something that comes by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database with one of everything.
fn filled() -> Database {
    let database = Database::fresh();
    commit(&mut *database.open(), one_of_everything()).unwrap();
    commit_signals(&mut *database.open(), 1..=4).unwrap();
    database
}

fn opened(url: &str) -> Result<Box<dyn Store>, StoreError> {
    url.parse::<StoreUrl>().unwrap().open()
}

fn fault(url: &str) -> StoreError {
    opened(url).err().unwrap()
}

/// Runs SQL that must fail; answers with what PostgreSQL says.
fn refusal(database: &Database, sql: &str) -> String {
    let quoted = sql.replace('\'', "''");
    let script = format!(
        "DO $$ BEGIN EXECUTE '{quoted}'; EXCEPTION WHEN OTHERS THEN
             RAISE EXCEPTION USING MESSAGE = 'refused: ' || SQLERRM; END $$"
    );
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| database.sql(&script)));
    let said = ran.err().and_then(|panic| panic.downcast_ref::<String>().cloned());
    let said = said.unwrap_or_else(|| panic!("not refused: {sql}"));
    let line = said.lines().find_map(|line| line.split_once("refused: ")).expect("an answer");
    line.1.to_owned()
}

#[test]
fn plain_sql_cannot_break_the_rules() {
    let database = filled();
    let incident = "incident, incident_reported_at FROM vigie.event WHERE fact = 'incident'";

    let signal = |column: &str, value: &str| {
        format!(
            "INSERT INTO vigie.signal (id, received_at, source, kind, at, {column})
             VALUES (gen_random_uuid(), '2026-01-01Z', 'noise', 'level', '2026-01-01Z', {value})"
        )
    };

    for (sql, rule) in [
        ("DELETE FROM vigie.event", "an event is never changed or removed"),
        ("UPDATE vigie.event SET recorded_at = now()", "an event is never changed or removed"),
        ("TRUNCATE vigie.event CASCADE", "an event is never changed or removed"),
        (
            "INSERT INTO vigie.event VALUES (22, '2026-01-01Z', 'stock')",
            "the number of an event follows the last one",
        ),
        (
            "INSERT INTO vigie.event SELECT number, '2026-01-01Z', 'stock' FROM unnest('{21,23}'::int[]) number",
            "the number of an event follows the last one",
        ),
        (
            &format!("INSERT INTO vigie.event SELECT 21, now(), 'patrol', {incident}"),
            "violates check constraint",
        ),
        (
            "INSERT INTO vigie.incident VALUES (gen_random_uuid(), 'OCC-HAL', 'call', 'received', '2031-01-01Z', 'PH-0001')",
            "no partition of relation \"incident\"",
        ),
        (
            "WITH again AS (
                INSERT INTO vigie.incident SELECT id, kind, channel, status, reported_at + interval '1 second', site
                FROM vigie.incident RETURNING id, reported_at
            ) INSERT INTO vigie.event SELECT 21, '2026-01-01Z', 'incident', id, reported_at FROM again",
            "an incident is reported once",
        ),
        (
            "UPDATE vigie.incident SET reported_at = reported_at + interval '1 second'",
            "an incident is never removed",
        ),
        ("UPDATE vigie.step SET actor = 'patrol'", "a step is never changed"),
        ("DELETE FROM vigie.incident", "an incident is never removed"),
        ("DELETE FROM vigie.incident_2023_11", "an incident is never removed"),
        ("TRUNCATE vigie.incident", "an incident is never removed"),
        ("TRUNCATE vigie.incident_2023_11", "an incident is never removed"),
        (
            "INSERT INTO vigie.event SELECT 21, '2026-01-01Z', 'incident', gen_random_uuid(), '2026-01-01Z'",
            "an event is about an incident that is there",
        ),
        (
            "INSERT INTO vigie.incident SELECT gen_random_uuid(), kind, channel, status, reported_at + interval '1 microsecond', site
             FROM vigie.incident",
            "violates check constraint",
        ),
        ("UPDATE vigie.incident SET site = 'PH-0009'", "violates foreign key constraint"),
        (
            "INSERT INTO vigie.position SELECT 'TANGO-2', position, recorded_at FROM vigie.position",
            "the position of a patrol off duty is not kept",
        ),
        ("UPDATE vigie.position SET patrol = 'TANGO-2'", "a position stays with its patrol"),
        (
            "UPDATE vigie.position SET position = ST_SetSRID(ST_MakePoint(181, 48), 4326)",
            "violates check constraint",
        ),
        (
            "UPDATE vigie.position SET position = 'SRID=4326;POINT EMPTY'",
            "violates check constraint",
        ),
        (
            "UPDATE vigie.building SET footprint = 'SRID=2154;MULTIPOLYGON EMPTY'",
            "does not match column SRID",
        ),
        ("UPDATE vigie.site SET dwellings = -1", "violates check constraint"),
        ("UPDATE vigie.landlord SET id = 'Été'", "violates check constraint"),
        ("INSERT INTO vigie.head VALUES (false, 0, 0)", "violates check constraint"),
        ("UPDATE vigie.signal SET value = 7", "a signal is never changed"),
        (&signal("site, position", "'PH-0001', 'SRID=4326;POINT(2 48)'"), "violates check constraint"),
        (&signal("position", "'SRID=4326;POINT(200 48)'"), "violates check constraint"),
        (&signal("area", "'SRID=4326;POINT(2 48)'"), "does not match column type"),
        (&signal("value", "'NaN'"), "violates check constraint"),
        (&signal("until", "'2025-12-31Z'"), "violates check constraint"),
        (&signal("site", "'chez elle'"), "violates check constraint"),
        ("DELETE FROM vigie.situation", "violates foreign key constraint"),
        ("UPDATE vigie.situation SET subject = NULL", "violates check constraint"),
        ("UPDATE vigie.situation SET last_at = opened_at - interval '1 s'", "violates check constraint"),
        ("UPDATE vigie.situation SET closed_by = NULL", "violates check constraint"),
    ] {
        let said = refusal(&database, sql);
        assert!(said.contains(rule), "{sql}\n{said}");
    }
    assert_eq!(database.open().begin().unwrap().head(), Seq(20));
}

#[test]
fn incidents_lie_in_the_month_in_which_they_were_reported() {
    let database = filled(); // of November 2023

    assert_eq!(
        database.sql("SELECT tableoid::regclass, count(*) FROM vigie.incident GROUP BY 1"),
        "vigie.incident_2023_11|1"
    );
}

#[test]
fn plain_sql_sees_incidents_as_points_and_what_is_near() {
    let database = filled();

    assert_eq!(
        database.sql(
            "SELECT kind, site, landlord, ST_AsText(position, 3) FROM vigie.incident_on_map
             WHERE ST_DWithin(position::geography, 'SRID=4326;POINT(2.301 48.85)'::geography, 10)"
        ),
        "TEC-EAU|PH-0001|paris-habitat|POINT(2.301 48.85)"
    );
    assert_eq!(
        database.sql(
            "SELECT string_agg(DISTINCT f_table_name || '.' || type, ' ' ORDER BY f_table_name || '.' || type)
             FROM geometry_columns WHERE f_table_schema = 'vigie' AND srid = 4326"
        ),
        "building.MULTIPOLYGON hall.POINT incident_on_map.POINT position.POINT road.LINESTRING signal.POINT \
         signal.POLYGON site.MULTIPOLYGON site.POINT surrounding.GEOMETRY tract.MULTIPOLYGON"
    );
}

#[test]
fn a_position_takes_the_place_of_the_one_before() {
    // Alone on its server: a long transaction, even in another database, keeps old versions there.
    let database = Cluster::new().database();
    let mut store = database.open();
    commit(&mut *store, batch((0..50).map(|n| patrol_fact(n, Availability::Busy)))).unwrap();
    database.sql("ALTER TABLE vigie.position SET (autovacuum_enabled = off)");

    for second in 1..200 {
        let mut tracked = batch([]);
        tracked.fixes = (0..50).map(|number| fix(number, second)).collect();
        commit(&mut *store, tracked).unwrap();
    }

    let pages: u32 = database
        .sql("SELECT pg_relation_size('vigie.position') / 8192 + pg_relation_size('vigie.position_pkey') / 8192")
        .parse()
        .unwrap();
    // One after the other, they would fill 150.
    assert!(pages <= 60, "10,000 positions of 50 patrols fill {pages} pages of 8 kB");
}

#[test]
fn many_programs_may_open_a_new_database_at_once() {
    let database = Database::fresh();

    std::thread::scope(|scope| {
        for number in 0..6 {
            let database = &database;
            scope
                .spawn(move || commit(&mut *database.open(), batch([stock_fact(number)])).unwrap());
        }
    });

    assert_eq!(replayed(&mut *database.open()).sites.len(), 6);
}

#[test]
fn a_store_of_a_newer_program_is_refused() {
    let database = filled();
    database.sql(
        "INSERT INTO vigie.refinery_schema_history
         SELECT 999, 'later', applied_on, checksum FROM vigie.refinery_schema_history LIMIT 1",
    );

    assert!(matches!(fault(&database.url()), StoreError::TooNew { found: 999, .. }));
}

#[test]
fn a_database_without_postgis_says_who_can_help() {
    let database = Database::fresh().cluster.database_without_postgis();

    let fault = fault(&database.url());

    assert!(matches!(fault, StoreError::NotReady(_)), "{fault:?}");
    let told = fault.to_string();
    assert!(told.contains("CREATE EXTENSION postgis"), "{told}");
    assert!(told.contains("administrator"), "{told}");
}

#[test]
fn postgis_may_live_in_a_schema_of_its_own() {
    let database = Database::fresh().cluster.database_without_postgis();
    database.sql("CREATE SCHEMA gis; GRANT USAGE ON SCHEMA gis TO PUBLIC; CREATE EXTENSION postgis SCHEMA gis");

    commit(&mut *database.open(), batch([stock_fact(1)])).unwrap();

    assert_eq!(replayed(&mut *database.open()).buildings.len(), 1);
}

#[test]
fn a_wrong_password_or_database_is_told_and_no_secret_with_it() {
    let database = Database::fresh();
    let url = database.url();
    let wrong_password = url.replace("night-watch", "open-sesame");
    let wrong_database = format!("{url}_not_there");

    for (url, reason) in
        [(wrong_password, "authentication failed"), (wrong_database, "does not exist")]
    {
        let told = fault(&url).to_string();
        assert!(told.contains(reason), "{told}");
        assert!(!told.contains("night-watch") && !told.contains("open-sesame"), "{told}");
    }
}

#[test]
fn a_server_that_was_restarted_costs_nobody_a_refusal() {
    let cluster = Cluster::new();
    let database = cluster.database();
    let mut store = database.open();
    commit(&mut *store, batch([stock_fact(1)])).unwrap();

    cluster.stop_immediately();
    let away = store.has_foreign_commits();
    cluster.start();
    let events = commit(&mut *store, batch([incident_fact(1, 1)])).unwrap();
    cluster.stop();
    cluster.start();
    let later = commit(&mut *store, batch([incident_fact(2, 1)])).unwrap();

    assert!(matches!(away, Err(StoreError::Away(_))), "{away:?}");
    assert_eq!((events[0].seq, later[0].seq), (Seq(2), Seq(3)));
}

#[test]
fn a_commit_that_was_cut_off_is_unsure_and_there_or_not() {
    let database = filled();
    let proxy = CuttingProxy::before(database.cluster.port());
    let mut store = opened(&database.url_at("127.0.0.1", proxy.port)).unwrap();

    for (fate, events_then) in [(CommitFate::Lost, 20), (CommitFate::Unanswered, 21)] {
        proxy.cut_at_next_commit(fate);
        let cut = commit(&mut *store, batch([incident_fact(7, 1)]));

        assert!(matches!(cut, Err(StoreError::Unsure(_))), "{fate:?}: {cut:?}");
        assert_eq!(store.begin().unwrap().head(), Seq(events_then), "{fate:?}");
    }
    assert!(store.has_foreign_commits().unwrap(), "what may be ours is read again");
}

#[test]
fn a_writer_that_freezes_does_not_keep_the_others_out() {
    let database = filled();
    let proxy = CuttingProxy::before(database.cluster.port());
    let mut frozen = opened(&database.url_at("127.0.0.1", proxy.port)).unwrap();
    let begun = frozen.begin().unwrap();
    proxy.freeze();

    let mut other = database.open();
    let mut written = commit(&mut *other, batch([incident_fact(2, 1)]));
    if written == Err(StoreError::Locked) {
        written = commit(&mut *other, batch([incident_fact(2, 1)]));
    }

    assert_eq!(written.unwrap()[0].seq, Seq(21));
    proxy.heal();
    let late = begun.commit(batch([incident_fact(3, 1)]));
    assert!(matches!(late, Err(StoreError::Away(_))), "{late:?}");
    assert_eq!(other.begin().unwrap().head(), Seq(21));
}

#[test]
fn a_replica_is_read_and_says_that_it_cannot_be_written() {
    let cluster = Cluster::new();
    let database = cluster.database();
    let mut primary = database.open();
    commit(&mut *primary, batch([stock_fact(1), incident_fact(1, 1)])).unwrap();
    let standby = cluster.standby();
    let mut replica = opened(&database.url_on(&standby)).unwrap();
    assert_eq!(replayed(&mut *replica), replayed(&mut *primary));

    commit(&mut *primary, batch([incident_fact(2, 1)])).unwrap();
    let begun = std::time::Instant::now();
    while !replica.has_foreign_commits().unwrap() {
        assert!(begun.elapsed() < PATIENCE, "the replica does not follow");
        std::thread::sleep(Duration::from_millis(20));
    }
    let refused = commit(&mut *replica, batch([incident_fact(3, 1)])).unwrap_err();

    assert!(refused.to_string().contains("read-only replica"), "{refused}");
    assert_eq!(replica.events_after(Seq(2)).unwrap().len(), 1);
    standby.promote();
    assert_eq!(commit(&mut *replica, batch([incident_fact(3, 1)])).unwrap()[0].seq, Seq(4));
}

#[test]
fn tls_is_spoken_and_a_server_is_believed_as_far_as_sslmode_says() {
    let cluster = Cluster::with_tls();
    let database = cluster.database();
    let authority = cluster.certificate_authority().display().to_string().replace('/', "%2F");
    let at = |host: &str, settings: &str| {
        let url = database.url_at(host, cluster.port());
        opened(&format!("{url}?application_name=asking&hostaddr=127.0.0.1&{settings}"))
    };
    let is_secret = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE application_name = 'asking'";

    for (host, settings, secret) in [
        ("localhost", "sslmode=disable", "f"),
        ("localhost", "", "t"),
        ("127.0.0.1", "sslmode=prefer", "t"),
        ("127.0.0.1", "sslmode=require", "t"),
        ("localhost", &format!("sslmode=verify-full&sslrootcert={authority}"), "t"),
        ("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={authority}"), "t"),
        // A name that is not in the certificate.
        ("db.example", &format!("sslmode=verify-ca&sslrootcert={authority}"), "t"),
        ("db.example", &format!("sslmode=require&sslrootcert={authority}"), "t"),
    ] {
        let store = at(host, settings).unwrap_or_else(|e| panic!("{host} {settings}: {e}"));
        assert_eq!(database.sql(is_secret), secret, "{host} {settings}");
        drop(store);
        while !database.sql(is_secret).is_empty() {} // the server notices by itself
    }
    for (host, settings, reason) in [
        ("localhost", "sslmode=verify-full", "UnknownIssuer"),
        ("localhost", "sslmode=verify-ca&sslrootcert=system", "UnknownIssuer"),
        (
            "db.example",
            &format!("sslmode=verify-full&sslrootcert={authority}"),
            "not valid for name",
        ),
        ("localhost", "sslmode=verify-full&sslrootcert=%2Fnowhere.pem", "/nowhere.pem"),
    ] {
        let told = at(host, settings).err().unwrap_or_else(|| panic!("{host} {settings}"));
        assert!(told.to_string().contains(reason), "{host} {settings}: {told}");
    }
}

#[test]
fn a_server_without_tls_is_used_only_where_that_is_allowed() {
    let database = Database::fresh();

    assert!(opened(&format!("{}?sslmode=prefer", database.url())).is_ok());
    let told = fault(&format!("{}?sslmode=require", database.url())).to_string();

    assert!(told.contains("does not support TLS"), "{told}");
}

#[test]
fn writes_go_on_to_the_standby_that_was_promoted() {
    let cluster = Cluster::new();
    let database = cluster.database();
    let standby = cluster.standby();
    let both = database.url_at(&format!("127.0.0.1:{},127.0.0.1", cluster.port()), standby.port());
    let mut store = opened(&format!("{both}?target_session_attrs=read-write")).unwrap();
    commit(&mut *store, batch([stock_fact(1)])).unwrap();
    let begun = std::time::Instant::now();
    while opened(&database.url_on(&standby)).is_err() {
        assert!(begun.elapsed() < PATIENCE, "the standby does not follow");
    }

    cluster.stop();
    let away = store.probe();
    standby.promote();

    assert!(matches!(away, Err(StoreError::Away(_))), "{away:?}");
    assert_eq!(commit(&mut *store, batch([incident_fact(1, 1)])).unwrap()[0].seq, Seq(2));
}

/// What `watch` of a store tells.
fn news(store: &mut dyn Store) -> Receiver<()> {
    let (tell, news) = channel();
    store.watch(Box::new(move || {
        let _ = tell.send(()); // the test may have ended
    }));
    news.recv_timeout(PATIENCE).expect("it listens");
    news
}

#[test]
fn who_watches_is_told_when_others_commit_and_not_of_its_own() {
    let database = filled();
    let (mut one, mut two) = (database.open(), database.open());
    let (to_one, to_two) = (news(&mut *one), news(&mut *two));

    commit(&mut *one, batch([incident_fact(2, 1)])).unwrap();
    to_two.recv_timeout(PATIENCE).expect("told of the other's commit");
    commit(&mut *two, batch([incident_fact(3, 1)])).unwrap();
    to_one.recv_timeout(PATIENCE).expect("told of the other's commit");

    // What was said before the last message has arrived before it.
    assert!(to_one.try_recv().is_err(), "not told of its own");
}

#[test]
fn who_watches_is_told_again_after_an_outage_and_no_more_once_the_store_is_gone() {
    let cluster = Cluster::new();
    let database = cluster.database();
    let mut store = database.open();
    let told = news(&mut *store);

    cluster.stop_immediately();
    cluster.start();
    told.recv_timeout(PATIENCE).expect("told to look again");
    commit(&mut *database.open(), batch([stock_fact(1)])).unwrap();
    told.recv_timeout(PATIENCE).expect("told of the other's commit");
    drop(store);

    assert_eq!(told.recv_timeout(PATIENCE), Err(std::sync::mpsc::RecvTimeoutError::Disconnected));
}
