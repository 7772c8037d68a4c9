//! Purges that are killed, that somebody is in the way of, or that come late, and a register that somebody cuts.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use vigie::{
    app::system_clock,
    event::Fact,
    patrol::Availability,
    retention::{Signer, check_register},
    stock::StockChange,
    store::{Batch, StoreUrl},
};

use super::{Place, found, history, months_ago, over};
use crate::{
    postgres_cluster::Database,
    server::vigie,
    store::fixture::{batch, commit, patrol_fact, stock_fact},
};

#[test]
fn a_purge_that_is_killed_has_removed_what_it_signed_and_goes_on_later() {
    const OLD: u32 = 6_000;
    for place in Place::both() {
        place.furnish();
        fill_quickly(&place, OLD);
        for round in 1..=4 {
            let mut child = vigie()
                .args(["purge", "--store", &place.url()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(400 * round)
                && child.try_wait().unwrap().is_none()
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            let _ = child.kill(); // SIGKILL
            child.wait().unwrap();
            let rows = place.says_json(&["purge", "list", "--json"]);
            let left = place.incidents().len() as u64;
            assert_eq!(over(&rows, "incidents") + left, u64::from(OLD), "round {round}");
            place.says(&["purge", "verify"]);
        }

        place.says(&["purge"]);

        assert_eq!(place.incidents().len(), 0);
        let rows = place.says_json(&["purge", "list", "--json"]);
        assert_eq!(over(&rows, "incidents"), u64::from(OLD));
        assert!(rows.as_array().unwrap().len() > 2, "more than one write");
    }
}

fn fill_quickly(place: &Place, many: u32) {
    let mut store = place.url().parse::<StoreUrl>().unwrap().open().unwrap();
    let reported_at = |number| months_ago(40).plus_seconds(i64::from(number));
    let incidents = (0..many).map(|n| Fact::IncidentRecorded(history(n, reported_at(n))));
    let recorded_at = months_ago(40);
    commit(&mut *store, Batch { recorded_at, ..batch(incidents) }).unwrap();
}

#[test]
fn nothing_is_left_behind_for_the_sake_of_somebody_who_has_been_reading_for_long() {
    let database = Database::fresh();
    let other = database.cluster.database();
    let place = Place::Postgres(database);
    place.furnish();
    let old = place.fill(0..20, months_ago(37));
    // It has a number from before the purge, in another database of the server, and keeps it for a while.
    let long = std::thread::spawn(move || {
        other.sql("BEGIN; SELECT pg_current_xact_id(); SELECT pg_sleep(7); COMMIT");
    });
    std::thread::sleep(Duration::from_millis(700));

    let begun = Instant::now();
    place.says(&["purge"]);

    assert!(begun.elapsed() > Duration::from_secs(3), "it has waited for the other one");
    assert_eq!(found(&place.bytes(), &old), 0);
    long.join().unwrap();
}

#[test]
fn a_register_that_is_cut_at_its_end_or_emptied_is_not_believed() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..3, months_ago(40));
        for _ in 0..3 {
            place.says(&["purge"]);
        }
        place.says(&["purge", "verify"]);
        let running = place.open();
        let runtime = actix_web::rt::System::new();
        for (gone, ends) in [("number = 3", "purge 2"), ("number > 0", "purge 0")] {
            cut(&place, gone);
            let said = place.refuses(&["purge", "verify"]);
            let expected = format!("the register ends with {ends}, and the events tell of purge 3");
            assert!(said.contains(&expected), "{}: {said}", place.url());

            // Whoever has read it before it was cut looks at the store all the same.
            let known = running.snapshot();
            let ends = runtime.block_on(running.register_ends()).unwrap();
            let key = known.accounts().seal().map(|key| Signer::of(key).public_key());
            assert!(check_register(known.registers().purges(), ends, key.as_ref()).is_err());
        }
        running.close();
    }
}

/// Removes rows of the register, as somebody does who may do anything at the store.
fn cut(place: &Place, gone: &str) {
    match place {
        Place::Sqlite(folder) => {
            let raw = rusqlite::Connection::open(folder.path().join("vigie.db")).unwrap();
            raw.execute_batch(&format!(
                "PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS purge_is_never_removed;
                 DELETE FROM purge WHERE {gone}"
            ))
            .unwrap();
        }
        Place::Postgres(database) => {
            database.sql(&format!(
                "SET session_replication_role = replica; DELETE FROM vigie.purge WHERE {gone}"
            ));
        }
    }
}

#[test]
fn whoever_comes_late_signs_that_nothing_was_due_unless_there_is_nothing_yet() {
    for place in Place::both() {
        let app = place.open();
        let runtime = actix_web::rt::System::new();
        let hours_ago = system_clock().plus_seconds(-5 * 3600);
        assert_eq!(runtime.block_on(app.purge_of_night(hours_ago)).unwrap(), []);
        app.close();

        let mut store = place.url().parse::<StoreUrl>().unwrap().open().unwrap();
        let crews = (1..=3).map(|number| patrol_fact(number, Availability::Available));
        // Without its hazards of long ago, which are due.
        let stock = (1..=3).map(|number| match stock_fact(number) {
            Fact::StockChanged(change) => {
                Fact::StockChanged(StockChange { hazards: vec![], ..change })
            }
            other => other,
        });
        commit(&mut *store, batch(stock.chain(crews))).unwrap();
        drop(store);
        place.fill(0..1, months_ago(1));
        let late = place.open();
        let rows = runtime.block_on(late.purge_of_night(hours_ago)).unwrap();
        assert_eq!((rows.len(), &rows[0].removed), (1, &vec![]), "{}", place.url());
        late.close();
    }
}
