//! Purges that are killed, or that somebody is in the way of.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use vigie::{
    event::Fact,
    store::{Batch, StoreUrl},
};

use super::{Place, found, history, months_ago, over};
use crate::{
    postgres_cluster::Database,
    server::vigie,
    store::fixture::{batch, commit},
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
