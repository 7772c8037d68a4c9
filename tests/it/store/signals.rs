//! The promises about signals and situations.

use uuid::Uuid;
use vigie::{
    correlation::{ClosedBy, Situation, SituationId, Subject},
    event::{Event, Fact, Seq},
    signal::{Signal, SignalId, SignalPlace},
    store::{KeptSignal, PIECE_FACTS_MAX, Store, StoreError},
    time::Timestamp,
    twin::Snapshot,
};

use super::{
    Place,
    fixture::{at, batch, commit, hold, landlord, position, site, stock_fact},
    purging::purged,
    state::{State, followed, replayed},
};

/// Signal `number`, of its own minute: on a site, at a point, within an outline, or everywhere; for an hour or for an instant.
pub fn signal(number: u32) -> Signal {
    let minute = at(60 * i64::from(number));
    let outline = format!("POLYGON((2.3 48.8, 2.4 48.8, 2.4 48.8{number:05}1, 2.3 48.9))");
    // The order of ids is another one than that of numbers.
    let id = u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    Signal {
        id: SignalId::new(id),
        source: "noise".parse().unwrap(),
        kind: if number.is_multiple_of(2) { "OCC-HAL" } else { "level" }.parse().unwrap(),
        place: match number % 4 {
            0 => SignalPlace::Site(site(number).code),
            1 => SignalPlace::Point(position(number)),
            2 => SignalPlace::Area(outline.parse().unwrap()),
            _ => SignalPlace::Everywhere,
        },
        at: minute,
        until: number.is_multiple_of(5).then(|| minute.plus_seconds(3600)),
        value: number.is_multiple_of(3).then(|| f64::from(number) / 7.0 - 20.0),
    }
}

/// Situation `number`, which has been there since its own minute; each third is still open.
pub fn situation(number: u32) -> Situation {
    let opened_at = at(60 * i64::from(number));
    let last_at = opened_at.plus_seconds(30);
    let by = [ClosedBy::Quiet, ClosedBy::Signal, ClosedBy::Unwatched][number as usize % 3];
    Situation {
        id: SituationId::new(Uuid::from_u128(u128::from(number))),
        rule: "lift-then-calls".parse().unwrap(),
        subject: match number % 4 {
            0 => Subject::Site(site(number).code),
            1 => Subject::Landlord(landlord().id),
            2 => Subject::Territory("canal".parse().unwrap()),
            _ => Subject::Everywhere,
        },
        opened_at,
        last_at,
        times: 1 + u64::from(number),
        last_site: number.is_multiple_of(2).then(|| site(number).code),
        closed: (!number.is_multiple_of(3)).then(|| (last_at.plus_seconds(600), by)),
    }
}

pub fn situation_fact(number: u32) -> Fact {
    Fact::SituationRecorded(situation(number))
}

pub fn commit_signals(
    store: &mut dyn Store,
    numbers: impl IntoIterator<Item = u32>,
) -> Result<Vec<KeptSignal>, StoreError> {
    let signals: Vec<Signal> = numbers.into_iter().map(signal).collect();
    store.begin()?.commit_signals(at(7), &signals)
}

/// Every signal that there is.
pub fn all_signals(store: &mut dyn Store) -> Vec<KeptSignal> {
    let mut all: Vec<KeptSignal> = Vec::new();
    loop {
        let last = all.last().map_or(0, |kept| kept.number);
        let more = store.signals_after(last, long_ago()).unwrap();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

fn long_ago() -> Timestamp {
    at(-1_000_000_000)
}

fn said(kept: &[KeptSignal]) -> Vec<Signal> {
    kept.iter().map(|kept| kept.signal.clone()).collect()
}

fn expected(numbers: impl IntoIterator<Item = u32>) -> Vec<Signal> {
    numbers.into_iter().map(signal).collect()
}

pub fn a_signal_is_there_once_and_in_the_order_in_which_it_came(place: &dyn Place) {
    let (mut store, mut other) = (place.open(), place.open());

    let first = commit_signals(&mut *store, [4, 3, 4, 1, 3, 2]).unwrap();
    let second = store.begin().unwrap().commit_signals(at(8), &expected([2, 9, 4, 5])).unwrap();

    assert_eq!((said(&first), said(&second)), (expected([4, 3, 1, 2]), expected([9, 5])));
    let all = [first.clone(), second].concat();
    assert!(all[0].number > 0 && all.is_sorted_by(|a, b| a.number < b.number), "{all:?}");
    let received: Vec<Timestamp> = all.iter().map(|kept| kept.received_at).collect();
    assert_eq!(received, [7, 7, 7, 7, 8, 8].map(at));
    assert_eq!(all_signals(&mut *other), all);
    assert_eq!(store.begin().unwrap().signals_after(0, long_ago()).unwrap(), all);
    assert_eq!(store.signals_after(first[3].number, long_ago()).unwrap(), all[4..]);
    assert_eq!(store.signals_after(all[5].number, long_ago()).unwrap(), []);
    assert_eq!(store.begin().unwrap().head(), Seq(0), "signals are no events");
}

pub fn signals_that_are_there_already_are_no_news(place: &dyn Place) {
    let (mut store, mut other) = (place.open(), place.open());
    other.has_foreign_commits().unwrap();

    assert_eq!(commit_signals(&mut *store, [1, 2]).unwrap().len(), 2);
    assert!(other.has_foreign_commits().unwrap());
    assert!(!store.has_foreign_commits().unwrap(), "not to the one who took them in");
    assert_eq!(commit_signals(&mut *store, [2, 1, 2]).unwrap(), []);
    assert_eq!(commit_signals(&mut *store, []).unwrap(), []);

    assert!(!other.has_foreign_commits().unwrap());
    assert_eq!(said(&all_signals(&mut *other)), expected([1, 2]));
}

pub fn a_call_with_one_bad_signal_leaves_none(place: &dyn Place) {
    let mut store = place.open();
    let kept = commit_signals(&mut *store, [1]).unwrap();
    let ends_first = Signal { until: Some(at(0)), ..signal(3) };

    let refused = store.begin().unwrap().commit_signals(at(7), &[signal(2), ends_first, signal(4)]);

    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!(all_signals(&mut *store), kept);
    drop(store.begin().unwrap());
    assert_eq!(said(&commit_signals(&mut *store, [2, 4]).unwrap()), expected([2, 4]));
}

pub fn signals_that_were_over_are_left_out(place: &dyn Place) {
    let mut store = place.open();
    commit_signals(&mut *store, 1..=40).unwrap();
    let numbers = |kept: Vec<KeptSignal>| -> Vec<u32> {
        let number = |one: &KeptSignal| (1..=40).find(|number| signal(*number) == one.signal);
        kept.iter().map(|one| number(one).unwrap()).collect()
    };

    // Each fifth lasts for an hour: the one of minute 5 until minute 65.
    for (since, expected) in [
        (at(60 * 38), &[5, 10, 15, 20, 25, 30, 35, 38, 39, 40][..]),
        (at(60 * 65), &[5, 10, 15, 20, 25, 30, 35, 40]),
        (at(60 * 66), &[10, 15, 20, 25, 30, 35, 40]),
        (at(60 * 100), &[40]),
        (at(60 * 101), &[]),
    ] {
        assert_eq!(numbers(store.signals_after(0, since).unwrap()), expected, "{since}");
    }
    let all = all_signals(&mut *store);
    let after_20 = store.signals_after(all[19].number, at(60 * 65)).unwrap();
    assert_eq!(numbers(after_20), [25, 30, 35, 40]);
}

pub fn many_signals_come_in_pieces(place: &dyn Place) {
    let mut store = place.open();
    let count = PIECE_FACTS_MAX as u32 + 10;
    let numbers: Vec<u32> = (1..=count).collect();
    for sent in numbers.chunks(1000) {
        let new = commit_signals(&mut *store, sent.iter().copied()).unwrap();
        assert_eq!(said(&new), expected(sent.iter().copied()));
    }

    let piece = store.signals_after(0, long_ago()).unwrap();
    let rest = store.signals_after(piece[PIECE_FACTS_MAX - 1].number, long_ago()).unwrap();

    assert_eq!((piece.len(), rest.len()), (PIECE_FACTS_MAX, 10));
    assert!(said(&all_signals(&mut *store)) == expected(1..=count), "in their order");
}

pub fn a_store_that_holds_a_signal_is_not_empty(place: &dyn Place) {
    let mut store = place.open();
    assert!(store.begin_import().is_ok());

    commit_signals(&mut *store, [1]).unwrap();

    assert_eq!(store.begin_import().map(drop), Err(StoreError::NotEmpty));
}

pub fn a_situation_is_told_as_it_is_now(place: &dyn Place) {
    let mut store = place.open();
    // Of a site, a landlord and a territory of which the store knows nothing.
    let open = |number| Situation { closed: None, times: 1, ..situation(number) };
    let begun = batch([8, 1, 2, 7].map(|number| Fact::SituationRecorded(open(number))));
    let told = commit(&mut *store, begun).unwrap();
    let over = batch([situation_fact(7), situation_fact(8)]);
    commit(&mut *store, over).unwrap();

    let now = |seq, situation| Event {
        seq: Seq(seq),
        recorded_at: at(0),
        fact: Fact::SituationRecorded(situation),
    };
    assert_eq!(told[0], now(1, open(8)));
    let expected = [
        now(1, situation(8)),
        now(2, open(1)),
        now(3, open(2)),
        now(4, situation(7)),
        now(5, situation(7)),
        now(6, situation(8)),
    ];
    assert_eq!(store.events_after(Seq(0)).unwrap(), expected);
    let state = replayed(&mut *store);
    assert_eq!(state.situations, [open(1), open(2), situation(7), situation(8)]);
    assert_eq!(State::of(&followed(Snapshot::default(), &mut *store)), state);
}

pub fn a_purge_takes_signals_by_their_end_and_situations_that_are_over(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, batch([stock_fact(0), stock_fact(4)])).unwrap();
    commit(&mut *store, batch((1..=30).map(situation_fact))).unwrap();
    let kept = commit_signals(&mut *store, 1..=80).unwrap();
    // Nothing of it can be held.
    let on_site = hold(2, None, Some(4));
    commit(&mut *store, batch([Fact::HoldRecorded(on_site.clone())])).unwrap();
    let live = followed(Snapshot::default(), &mut *store);

    // At this very instant situation 10 was over: it stays.
    let before = situation(10).closed.unwrap().0;
    let (purge, events) = purged(&mut *store, before, &[on_site.id]);

    let is_left = |one: &Signal| one.until.unwrap_or(one.at) >= before;
    let left: Vec<KeptSignal> = kept.into_iter().filter(|one| is_left(&one.signal)).collect();
    assert_eq!(all_signals(&mut *store), left);
    let gone = |what| purge.count_of(what);
    assert_eq!(gone(vigie::retention::Kept::Signals), 80 - left.len() as u64);
    assert!(left.len() > 60 && left[0].signal == signal(5), "one that lasts: {:?}", left[0]);
    assert_eq!(gone(vigie::retention::Kept::Situations), 6, "1, 2, 4, 5, 7, 8");
    let open_or_later = [3, 6].into_iter().chain(9..=30).map(situation);
    let state = replayed(&mut *store);
    assert_eq!(state.situations, open_or_later.collect::<Vec<_>>());
    let told = store.events_after(Seq(2)).unwrap();
    let is_gone = |number: u32| told[number as usize - 1].fact == Fact::Gone;
    assert_eq!((1..=30).filter(|n| is_gone(*n)).collect::<Vec<_>>(), [1, 2, 4, 5, 7, 8]);

    let mut applied = live.clone();
    applied.apply(events.iter().map(|event| event.fact.clone()), events[0].seq);
    assert_eq!(State::of(&applied), state, "the one who purged");
    assert_eq!(State::of(&followed(live, &mut *store)), state, "one who follows");
    // An open situation is never over.
    purged(&mut *store, at(100_000_000), &[]);
    let open = (1..=30).map(situation).filter(|one| one.closed.is_none());
    assert_eq!(replayed(&mut *store).situations, open.collect::<Vec<_>>());
    // Whoever knows how far it had got misses nothing of what comes next.
    let last = left[left.len() - 1].number;
    assert_eq!(all_signals(&mut *store), []);
    let next = commit_signals(&mut *store, [1]).unwrap();
    assert!(next[0].number > last, "{} is used again", next[0].number);
    assert_eq!(store.signals_after(last, long_ago()).unwrap(), next);
}
