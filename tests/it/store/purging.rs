//! The promises about purges: what a store removes, a follower removes, and nothing else goes.

use vigie::{
    access::{Account, AccountId},
    closed_list::ClosedList as _,
    event::{Event, Fact, Seq},
    incident::{Action, Incident, Status},
    patrol::Availability,
    retention::{Hold, HoldId, HoldScope, Kept, Purge, Removed},
    store::{
        Batch, NewFact, Store, StoreError,
        archive::{EventRecord, Piece, Subject},
    },
    time::{TimeWindow, Timestamp},
    twin::Snapshot,
};

use super::{
    Place,
    fixture::{
        account, alert, at, batch, commit, fix, hold, incident, key, patrol_fact, purge, setting,
        stepped, stock_fact,
    },
    signals::{commit_signals, situation, situation_fact},
    state::{State, followed, replayed},
};

/// Incidents that are closed, a minute apart; each third has steps, and each fourth another one merged into it.
const INCIDENTS: u32 = 40;
/// Situations, each third still open.
const SITUATIONS: u32 = 9;

/// A history of which everything but the last seconds is over.
fn fill(store: &mut dyn Store) {
    let mut first = batch([stock_fact(1), stock_fact(2), stock_fact(3)]);
    first.facts.extend(batch((1..=3).map(|n| patrol_fact(n, Availability::Busy))).facts);
    first.facts.extend(batch((0..6).map(|n| Fact::AccountRecorded(account(n)))).facts);
    commit(store, first).unwrap();
    for number in 1..=INCIDENTS {
        let received = history(number);
        let (key, digest) = key(&format!("call {number}"));
        let mut facts = vec![NewFact {
            fact: Fact::IncidentRecorded(received.clone()),
            author: None,
            key: Some((key, digest)),
        }];
        let mut known = received;
        if number % 3 == 0 {
            for action in [Action::Qualified, Action::Assigned, Action::NoAction] {
                known = stepped(&known, action, 1 + number % 2);
                if action == Action::NoAction
                    && number > 4
                    && let Some(last) = known.steps.last_mut()
                {
                    last.other = Some(history(number - 4).id);
                }
                facts.push(NewFact {
                    fact: Fact::IncidentRecorded(known.clone()),
                    author: None,
                    key: None,
                });
            }
        }
        let mut raised = alert(number, 1, Some(&known));
        raised.raised_at = known.reported_at;
        facts.push(NewFact { fact: Fact::AlertRecorded(raised), author: None, key: None });
        let of_crew = patrol_fact(1 + number % 3, Availability::Busy);
        facts.push(NewFact { fact: of_crew, author: None, key: None });
        let recorded_at = known.reported_at;
        commit(store, Batch { recorded_at, facts, fixes: vec![fix(1, i64::from(number))] })
            .unwrap();
    }
    commit(store, Batch { fixes: vec![fix(2, 90_000)], ..batch([]) }).unwrap();
    commit(store, batch((1..=SITUATIONS).map(situation_fact))).unwrap();
    commit_signals(store, 1..=50).unwrap();
    // Account 5, which was taken away, had changed account 1 and a setting; account 1 had changed account 5.
    let by =
        |author: u32, fact: Fact| NewFact { fact, author: Some(account(author).id), key: None };
    let changed = |number: u32| Account { epoch: 1000, ..account(number) };
    let facts = vec![
        by(5, Fact::AccountRecorded(changed(1))),
        by(1, Fact::AccountRecorded(changed(5))),
        NewFact { fact: Fact::SettingChanged(setting(5)), author: None, key: None },
    ];
    commit(store, Batch { facts, ..batch([]) }).unwrap();
}

/// Which accounts are named as authors of events, first to last.
fn authors(store: &mut dyn Store) -> Vec<Option<AccountId>> {
    let mut authors = Vec::new();
    store
        .export(&mut |piece| {
            if let Piece::Events(events) = piece {
                let about = |event: &&EventRecord| matches!(event.subject, Subject::Account(_));
                authors.extend(events.iter().filter(about).map(|event| event.author));
            }
            Ok(())
        })
        .unwrap();
    authors
}

fn history(number: u32) -> Incident {
    let incident = incident(number, 1 + number % 3, Status::Closed);
    Incident { reported_at: at(60 * i64::from(number)), ..incident }
}

/// Removes what was over before that instant, as one row of the register.
pub fn purged(store: &mut dyn Store, before: Timestamp, holds: &[HoldId]) -> (Purge, Vec<Event>) {
    let number = 1 + replayed(store).purges.len() as u64;
    let mut transaction = store.begin().unwrap();
    let mut removed = Vec::new();
    for what in Kept::ALL.iter().copied() {
        let due = transaction.due(what, before, holds, 1000).unwrap();
        assert_eq!(due.before, before, "{what:?}");
        removed.push(Removed { what, before, count: due.count });
    }
    let purge = purge(number, removed, holds.to_vec());
    let events = transaction.commit(batch([Fact::Purged(purge.clone())])).unwrap();
    (purge, events)
}

fn snapshot_of(store: &mut dyn Store) -> Snapshot {
    followed(Snapshot::default(), store)
}

pub fn a_purge_removes_what_it_counts_and_followers_agree(place: &dyn Place) {
    let mut store = place.open();
    fill(&mut *store);
    let before = snapshot_of(&mut *store);
    let (half, all) = (at(60 * 20), at(100_000));

    for until in [half, all, all] {
        let live = followed(before.clone(), &mut *store);
        let head = live.seq();
        let (_, events) = purged(&mut *store, until, &[]);

        let mut applied = live.clone();
        applied.apply(events.iter().map(|event| event.fact.clone()), events[0].seq);
        let replayed = replayed(&mut *store);
        assert_eq!(State::of(&applied), replayed, "the one who purged");
        assert_eq!(State::of(&followed(live, &mut *store)), replayed, "one who follows");
        let late = followed(before.clone(), &mut *store);
        assert_eq!(State::of(&late), replayed, "one who comes late");
        assert_eq!(store.events_after(Seq(0)).unwrap().len() as u64, head.0 + 1);
    }
    let (second, _) = purged(&mut *store, all, &[]);

    assert!(second.removed.iter().all(|one| one.count == 0), "{second:?}");
    let left = replayed(&mut *store);
    assert_eq!(left.incidents.len(), 0);
    assert_eq!(left.alerts, []);
    assert_eq!(left.situations, [3, 6, 9].map(situation));
    assert_eq!(left.patrols.iter().filter(|known| known.last_fix.is_some()).count(), 0);
    // Of accounts one that is good and the program's own; nobody is named who is gone.
    assert_eq!(
        left.accounts.iter().map(|one| one.id).collect::<Vec<_>>(),
        [1, 3].map(|n| account(n).id)
    );
    assert_eq!(authors(&mut *store), [None, None, None]);
    assert_eq!(left.settings.iter().map(|one| one.changed_by).collect::<Vec<_>>(), [None]);
    assert!(store.receipt(&key("call 1").0).unwrap().is_none());
    let told = store.events_after(Seq(0)).unwrap();
    let gone = told.iter().filter(|event| event.fact == Fact::Gone).count();
    // All but the stock, what is told of accounts that are left, a setting, the last change of each patrol, situations that are
    // open, and the purges.
    assert_eq!(told.len() - gone, 3 + 3 + 1 + 3 + 3 + 4);
}

pub fn what_a_hold_covers_stays(place: &dyn Place) {
    let mut store = place.open();
    fill(&mut *store);
    let (one, of_site) = (hold(1, Some(&history(6)), None), hold(2, None, Some(2)));
    let reported = TimeWindow { from: None, to: Some(at(60 * 10)) };
    let of_site = Hold { scope: HoldScope { reported, ..of_site.scope.clone() }, ..of_site };
    let holds = [Fact::HoldRecorded(one.clone()), Fact::HoldRecorded(of_site.clone())];
    commit(&mut *store, batch(holds)).unwrap();
    let live = snapshot_of(&mut *store);

    purged(&mut *store, at(100_000), &[one.id, of_site.id]);

    let left = replayed(&mut *store);
    assert_eq!(State::of(&followed(live.clone(), &mut *store)), left);
    // Incident 6, and of site 2 those that were reported before the tenth minute.
    let expected: Vec<String> =
        [1, 4, 6, 7].iter().map(|number| history(*number).id.to_string()).collect();
    assert_eq!(left.incidents.keys().cloned().collect::<Vec<_>>(), expected);
    assert!(left.incidents[&expected[2]].contains("TANGO-1"), "{:?}", left.incidents);
    let alerts: Vec<_> = left.alerts.iter().map(|alert| alert.incident).collect();
    assert_eq!(alerts, [1, 4, 6, 7].map(|number| Some(history(number).id)));

    // Without them it goes, also for whoever still knows the hold as it was set.
    purged(&mut *store, at(100_000), &[]);
    assert_eq!(replayed(&mut *store).incidents.len(), 0);
    assert_eq!(State::of(&followed(live, &mut *store)), replayed(&mut *store));
}

pub fn much_that_is_due_goes_in_pieces(place: &dyn Place) {
    let mut store = place.open();
    fill(&mut *store);
    let live = snapshot_of(&mut *store);
    let mut left = INCIDENTS as usize;
    let before = at(100_000);

    while left > 0 {
        let number = 1 + replayed(&mut *store).purges.len() as u64;
        let mut transaction = store.begin().unwrap();
        let due = transaction.due(Kept::Incidents, before, &[], 7).unwrap();
        let expected = left.min(7);
        assert_eq!((due.count as usize, due.before == before), (expected, left <= 7));
        let removed = vec![Removed { what: Kept::Incidents, before: due.before, count: due.count }];
        let fact = Fact::Purged(purge(number, removed, Vec::new()));
        transaction.commit(batch([fact])).unwrap();
        left -= expected;
        let state = replayed(&mut *store);
        assert_eq!(state.incidents.len(), left);
        assert_eq!(State::of(&followed(live.clone(), &mut *store)), state);
    }
}

pub fn a_purge_that_counts_otherwise_is_refused(place: &dyn Place) {
    let mut store = place.open();
    fill(&mut *store);
    let before = replayed(&mut *store);
    let removed = vec![Removed {
        what: Kept::Incidents,
        before: at(100_000),
        count: u64::from(INCIDENTS) - 1,
    }];

    let refused = commit(&mut *store, batch([Fact::Purged(purge(1, removed, Vec::new()))]));

    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!(replayed(&mut *store), before);
}
