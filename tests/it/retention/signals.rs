//! Signals and situations go when their terms are over, and nothing of them is left in the files.

use vigie::{
    correlation::{ClosedBy, Situation, SituationId},
    signal::Signal,
};

use super::*;
use crate::store::signals::{all_signals, signal, situation};

/// What `place` keeps of signals: those that were told in that range of numbers, at that instant.
fn said(numbers: std::ops::Range<u32>, at: Timestamp, until: Option<Timestamp>) -> Vec<Signal> {
    numbers.map(|number| Signal { at, until, ..signal(number) }).collect()
}

/// Situations with ids that look like nothing else in a file.
fn found_then(
    numbers: std::ops::Range<u32>,
    opened_at: Timestamp,
    closed_at: Option<Timestamp>,
) -> Vec<Situation> {
    let id = |number: u32| SituationId::new(Uuid::from_u128(signal(50_000 + number).id.number()));
    let one = |number| Situation {
        id: id(number),
        opened_at,
        last_at: opened_at,
        closed: closed_at.map(|at| (at, ClosedBy::Quiet)),
        ..situation(number)
    };
    numbers.map(one).collect()
}

fn traces(signals: &[Signal], situations: &[Situation]) -> Vec<Vec<u8>> {
    let of_signals = signals.iter().map(|one| one.id.number().to_be_bytes().to_vec());
    of_signals.chain(situations.iter().map(|one| one.id.uuid().as_bytes().to_vec())).collect()
}

#[test]
fn signals_go_after_three_months_and_situations_after_thirteen() {
    for place in Place::both() {
        place.furnish();
        let mut store = place.url().parse::<StoreUrl>().unwrap().open().unwrap();
        let old = said(1..501, months_ago(4), None);
        let ended = said(501..601, months_ago(9), Some(months_ago(4)));
        let lasting = said(601..651, months_ago(9), Some(months_ago(2)));
        let young = said(651..701, months_ago(2), None);
        let all = [&old[..], &ended, &lasting, &young].concat();
        let kept = store.begin().unwrap().commit_signals(months_ago(2), &all).unwrap();
        let closed = found_then(1..61, months_ago(30), Some(months_ago(14)));
        let lately = found_then(61..71, months_ago(30), Some(months_ago(12)));
        let open = found_then(71..81, months_ago(30), None);
        let situations = [&closed[..], &lately, &open].concat();
        let facts = situations.into_iter().map(Fact::SituationRecorded);
        commit(&mut *store, batch(facts)).unwrap();
        let gone = traces(&[&old[..], &ended].concat(), &closed);
        let left = traces(&[&lasting[..], &young].concat(), &[&lately[..], &open].concat());
        assert_eq!(found(&place.bytes(), &gone), gone.len());
        drop(store);

        let rows = place.says_json(&["purge", "--json"]);

        assert_eq!((over(&rows, "signals"), over(&rows, "situations")), (600, 60), "{rows}");
        let bytes = place.bytes();
        assert_eq!(
            (found(&bytes, &gone), found(&bytes, &left)),
            (0, left.len()),
            "{}",
            place.url()
        );
        let mut store = place.url().parse::<StoreUrl>().unwrap().open().unwrap();
        assert_eq!(all_signals(&mut *store), kept[600..]);
        let app = place.open();
        let snapshot = app.snapshot();
        let there = |all: &[Situation]| {
            all.iter().filter(|one| snapshot.situations().get(one.id).is_some()).count()
        };
        assert_eq!([there(&closed), there(&lately), there(&open)], [0, 10, 10]);
        app.close();
        assert!(place.says(&["purge", "verify"]).starts_with("1 purge"));
    }
}
