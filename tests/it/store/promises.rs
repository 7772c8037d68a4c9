//! The promises of [`vigie::store`], each a function that is handed an empty store.

use vigie::{
    event::{Fact, Seq},
    incident::Status,
    mailing::{Mailbox, Mailing, MailingState},
    patrol::Availability,
    stock::{NoteTopic, StockChange},
    store::{Batch, MailChange, NewFact, PIECE_FACTS_MAX, StoreError, archive::Piece},
    twin::Snapshot,
};

use super::{
    Place,
    fixture::{
        account, anchor, at, batch, building, commit, commit_anchor, commit_mail, fix, hazard,
        incident, incident_fact, key, landlord, mailbox, mailing, note, patrol_fact, site, stock,
        stock_fact,
    },
    state::{State, followed, replayed},
};

pub use super::{
    archive::{
        a_broken_import_leaves_an_empty_store, a_copied_store_goes_on_where_the_other_one_was,
        an_export_comes_in_pieces_and_ends_with_its_first_error,
        an_export_is_one_state_while_others_write, only_an_empty_store_takes_in_another_one,
        records_come_in_the_order_of_the_bytes_of_their_keys,
        what_is_copied_in_and_out_again_is_the_same,
    },
    purging::{
        a_purge_removes_what_it_counts_and_followers_agree,
        a_purge_that_counts_otherwise_is_refused, much_that_is_due_goes_in_pieces,
        what_a_hold_covers_stays,
    },
    random::random_histories_lead_to_the_state_of_the_model,
    signals::{
        a_call_with_one_bad_signal_leaves_none,
        a_purge_takes_signals_by_their_end_and_situations_that_are_over,
        a_signal_is_there_once_and_in_the_order_in_which_it_came, a_situation_is_told_as_it_is_now,
        a_store_that_holds_a_signal_is_not_empty, many_signals_come_in_pieces,
        signals_that_are_there_already_are_no_news, signals_that_were_over_are_left_out,
    },
};

pub fn an_empty_store_holds_nothing(place: &dyn Place) {
    let mut store = place.open();

    assert_eq!(replayed(&mut *store), State::of(&Snapshot::default()));
    assert_eq!(store.events_after(Seq(0)).unwrap(), []);
    assert_eq!(store.begin().unwrap().head(), Seq(0));
}

pub fn numbers_have_no_gap_and_follow_the_order_of_facts(place: &dyn Place) {
    let mut store = place.open();

    let first = commit(&mut *store, batch([stock_fact(1), incident_fact(1, 1)])).unwrap();
    let second = commit(&mut *store, batch([incident_fact(2, 1), incident_fact(3, 1)])).unwrap();

    let told: Vec<_> = first.into_iter().chain(second).collect();
    let seqs: Vec<u64> = told.iter().map(|event| event.seq.0).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    assert_eq!(told[2].fact, incident_fact(2, 1));
    assert_eq!(store.events_after(Seq(0)).unwrap(), told);
    assert_eq!(store.events_after(Seq(3)).unwrap(), told[3..]);
}

pub fn a_batch_with_one_bad_fact_leaves_nothing(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, batch([stock_fact(1)])).unwrap();
    let before = replayed(&mut *store);

    let nowhere = batch([incident_fact(1, 1), stock_fact(2), incident_fact(2, 77)]);
    let refused = commit(&mut *store, nowhere);

    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!(replayed(&mut *store), before);
    let next = commit(&mut *store, batch([incident_fact(1, 1)])).unwrap();
    assert_eq!(next[0].seq, Seq(2), "the number is not used up");
}

pub fn a_dropped_transaction_leaves_nothing(place: &dyn Place) {
    let mut store = place.open();

    drop(store.begin().unwrap());

    assert_eq!(store.begin().unwrap().head(), Seq(0));
    assert_eq!(commit(&mut *store, batch([stock_fact(1)])).unwrap()[0].seq, Seq(1));
}

pub fn a_store_that_is_opened_again_holds_what_was_committed(place: &dyn Place) {
    let mut store = place.open();
    let mut everything = batch([
        stock_fact(1),
        stock_fact(2),
        incident_fact(3, 2),
        patrol_fact(1, Availability::Available),
    ]);
    everything.fixes.push(fix(1, 5));
    commit(&mut *store, everything).unwrap();
    let before = replayed(&mut *store);
    drop(store);

    let mut again = place.open();

    assert_eq!(replayed(&mut *again), before);
    assert_eq!(before.sites["PH-0002"], site(2));
    assert_eq!(before.buildings["PH-0002-B1"], building(2, 2));
    assert_eq!(before.surroundings.len(), 4);
    assert!(before.briefings[1].contains("Consigne n° 2"), "{:?}", before.briefings);
    assert!(before.briefings[1].contains("Structure"), "{:?}", before.briefings);
    assert_eq!(before.patrols[0].last_fix, Some(fix(1, 5)));
    assert_eq!(commit(&mut *again, batch([incident_fact(4, 1)])).unwrap()[0].seq, Seq(5));
}

pub fn replay_equals_the_fold_of_all_events(place: &dyn Place) {
    let mut store = place.open();
    let mut live = Snapshot::default();
    for number in 1..20 {
        let events = commit(
            &mut *store,
            batch([
                stock_fact(number % 5),
                incident_fact(number, number % 5),
                patrol_fact(number % 3, Availability::Busy),
            ]),
        );
        let events = events.unwrap();
        let last = events[2].seq;
        live.apply(events.into_iter().map(|event| event.fact), last);
    }

    let fold = followed(Snapshot::default(), &mut *store);

    assert_eq!(State::of(&fold), State::of(&live));
    assert_eq!(replayed(&mut *store), State::of(&live));
}

pub fn a_reader_at_any_event_catches_up_to_the_same_state(place: &dyn Place) {
    let mut store = place.open();
    let mut seen = vec![Snapshot::default()];
    for number in 1..12 {
        let mut changed = stock(number % 4);
        changed.sites[0].dwellings = number;
        changed.buildings[0].halls.truncate(number as usize % 3);
        let mut facts = vec![Fact::StockChanged(changed), incident_fact(number, number % 4)];
        facts.push(Fact::IncidentRecorded(incident(1, 1, Status::ALL[number as usize])));
        let events = commit(&mut *store, batch(facts)).unwrap();
        let mut next = seen[seen.len() - 1].clone();
        let last = events[2].seq;
        next.apply(events.into_iter().map(|event| event.fact), last);
        seen.push(next);
    }

    let last = replayed(&mut *store);
    for earlier in seen {
        let from = earlier.seq();
        assert_eq!(State::of(&followed(earlier, &mut *store)), last, "from event {from}");
    }
}

pub fn a_reader_that_missed_everything_gets_a_site_before_the_incident_on_it(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, batch([stock_fact(1), incident_fact(1, 1)])).unwrap();
    // The site's row now belongs to the third event.
    commit(&mut *store, batch([stock_fact(1)])).unwrap();

    let fold = State::of(&followed(Snapshot::default(), &mut *store));

    assert_eq!(fold.incidents.len(), 1);
    assert_eq!(fold, replayed(&mut *store));
}

pub fn long_histories_come_in_pieces(place: &dyn Place) {
    let mut store = place.open();
    let count = PIECE_FACTS_MAX as u32 + 10;
    let incidents = (1..=count).map(|number| incident_fact(number, 1));
    commit(&mut *store, batch([stock_fact(1)].into_iter().chain(incidents))).unwrap();

    let mut pieces = Vec::new();
    store.replay(&mut |facts| pieces.push(facts.len())).unwrap();

    assert_eq!(pieces, [1, PIECE_FACTS_MAX, 10]);
    assert_eq!(store.events_after(Seq(0)).unwrap().len(), PIECE_FACTS_MAX);
    let fold = State::of(&followed(Snapshot::default(), &mut *store));
    assert_eq!(fold.incidents.len(), count as usize);
}

pub fn an_account_has_an_author_and_nothing_else_has_one(place: &dyn Place) {
    let mut store = place.open();
    let admin = account(0).id;
    let authored = |fact| {
        let mut one = batch([fact]);
        one.facts[0].author = Some(admin);
        one
    };
    commit(&mut *store, batch([stock_fact(1), Fact::AccountRecorded(account(0))])).unwrap();

    commit(&mut *store, authored(Fact::AccountRecorded(account(4)))).unwrap();
    let of_an_incident = commit(&mut *store, authored(incident_fact(1, 1)));

    assert!(matches!(of_an_incident, Err(StoreError::Refused(_))), "{of_an_incident:?}");
    let mut authors = Vec::new();
    let export = store.export(&mut |piece| {
        if let Piece::Events(events) = piece {
            authors.extend(events.iter().map(|event| event.author));
        }
        Ok(())
    });
    export.unwrap();
    assert_eq!(authors, [None, None, Some(admin)]);
}

pub fn a_key_leads_to_the_incident_that_it_made(place: &dyn Place) {
    let mut store = place.open();
    let mut asked = batch([stock_fact(1), incident_fact(1, 1)]);
    asked.facts[1].key = Some(key("call 1"));
    commit(&mut *store, asked).unwrap();
    let closed = incident(1, 1, Status::Closed);
    commit(&mut *store, batch([Fact::IncidentRecorded(closed.clone())])).unwrap();

    let receipt = store.receipt(&key("call 1").0).unwrap().unwrap();

    assert_eq!(receipt.seq, Seq(2), "the event that made it");
    assert_eq!(receipt.digest, key("call 1").1);
    assert_eq!(receipt.incident, closed, "as it is now");
    assert_eq!(store.receipt(&key("call 2").0).unwrap(), None);
    assert!(store.begin().unwrap().receipt(&key("call 1").0).unwrap().is_some());
    let asked = ["call 2", "call 1", "call 1"].map(|name| key(name).0);
    let together = [None, Some(receipt.clone()), Some(receipt)];
    assert_eq!(store.receipts(&asked).unwrap(), together, "many at once, in their order");
    assert_eq!(store.begin().unwrap().receipts(&asked).unwrap(), together);
    assert_eq!(store.receipts(&[]).unwrap(), []);
}

pub fn a_key_makes_one_incident_only(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, batch([stock_fact(1)])).unwrap();
    let asked = |number| {
        let fact = incident_fact(number, 1);
        let facts = vec![NewFact { fact, author: None, key: Some(key("call 1")) }];
        Batch { recorded_at: at(0), facts, fixes: Vec::new() }
    };
    commit(&mut *store, asked(1)).unwrap();

    let again = commit(&mut *store, asked(2));

    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    assert_eq!(replayed(&mut *store).incidents.len(), 1);
}

pub fn a_position_is_kept_only_if_it_is_newer(place: &dyn Place) {
    let mut store = place.open();
    let mut first = batch([patrol_fact(1, Availability::Available)]);
    first.fixes = vec![fix(1, 5), fix(1, 7), fix(1, 6)];
    commit(&mut *store, first).unwrap();
    assert_eq!(store.last_fixes().unwrap(), [fix(1, 7)]);

    let mut later = batch([]);
    later.fixes = vec![fix(1, 3)];
    assert_eq!(commit(&mut *store, later.clone()).unwrap(), []);
    assert_eq!(store.last_fixes().unwrap(), [fix(1, 7)]);
    later.fixes = vec![fix(1, 8)];
    commit(&mut *store, later).unwrap();

    assert_eq!(store.last_fixes().unwrap(), [fix(1, 8)]);
    assert_eq!(store.begin().unwrap().head(), Seq(1), "positions take no number");
}

pub fn off_duty_a_patrol_has_no_position(place: &dyn Place) {
    let mut store = place.open();
    let mut on_duty = batch([patrol_fact(1, Availability::Busy)]);
    on_duty.fixes.push(fix(1, 5));
    commit(&mut *store, on_duty).unwrap();

    commit(&mut *store, batch([patrol_fact(1, Availability::OffDuty)])).unwrap();
    assert_eq!(store.last_fixes().unwrap(), []);
    let mut tracked = batch([]);
    tracked.fixes.push(fix(1, 6));
    let refused = commit(&mut *store, tracked);

    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!(store.last_fixes().unwrap(), []);
}

pub fn switched_off_a_patrol_has_no_position(place: &dyn Place) {
    let mut store = place.open();
    let mut on = batch([patrol_fact(1, Availability::Busy)]);
    on.fixes.push(fix(1, 5));
    commit(&mut *store, on).unwrap();
    let shared = super::fixture::patrol(1, Availability::Busy);
    let off = vigie::patrol::Patrol { position_off_at: Some(at(7)), ..shared.clone() };

    commit(&mut *store, batch([Fact::PatrolRecorded(off.clone())])).unwrap();
    assert_eq!(store.last_fixes().unwrap(), []);
    let mut tracked = batch([]);
    tracked.fixes.push(fix(1, 6));
    let refused = commit(&mut *store, tracked.clone());

    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!(store.last_fixes().unwrap(), []);
    let told = store.events_after(Seq(0)).unwrap();
    assert!(matches!(&told[1].fact, Fact::PatrolRecorded(known) if *known == off), "{told:?}");
    commit(&mut *store, batch([Fact::PatrolRecorded(shared)])).unwrap();
    commit(&mut *store, tracked).unwrap();
    assert_eq!(store.last_fixes().unwrap(), [fix(1, 6)]);
}

pub fn what_refers_to_nothing_is_refused(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, batch([stock_fact(1)])).unwrap();
    let mut orphan_site = stock(2);
    orphan_site.landlords.clear();
    orphan_site.sites[0].landlord = vigie::stock::LandlordId::of_name("nobody").unwrap();
    let mut orphan_building = stock(2);
    orphan_building.sites.clear();
    let note_of_nowhere =
        StockChange { notes: vec![note(2, NoteTopic::Access)], ..StockChange::default() };
    let hazard_nowhere = StockChange { hazards: vec![hazard(2)], ..StockChange::default() };
    let mut unknown_patrol = batch([]);
    unknown_patrol.fixes.push(fix(9, 1));
    let mut unknown_building = incident(1, 1, Status::Received);
    unknown_building.building = Some("elsewhere".parse().unwrap());

    for nonsense in [
        batch([Fact::StockChanged(orphan_site)]),
        batch([Fact::StockChanged(orphan_building)]),
        batch([Fact::StockChanged(note_of_nowhere)]),
        batch([Fact::StockChanged(hazard_nowhere)]),
        batch([incident_fact(1, 2)]),
        batch([Fact::IncidentRecorded(unknown_building)]),
        unknown_patrol,
    ] {
        let refused = commit(&mut *store, nonsense.clone());
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?} for {nonsense:?}");
    }

    assert_eq!(store.begin().unwrap().head(), Seq(1));
}

pub fn two_writers_take_turns_and_see_each_other(place: &dyn Place) {
    const WRITES: u32 = 60;
    commit(&mut *place.open(), batch([stock_fact(1)])).unwrap();
    let write = |mut store: Box<dyn vigie::store::Store>, from: u32| {
        let numbers = (from..from + WRITES).map(|number| {
            let events = commit(&mut *store, batch([incident_fact(number, 1)])).unwrap();
            events[0].seq.0
        });
        numbers.collect::<Vec<u64>>()
    };

    let (one, two) = (place.open(), place.open());
    let (mut seqs, more) = std::thread::scope(|scope| {
        let first = scope.spawn(|| write(one, 1000));
        let second = scope.spawn(|| write(two, 2000));
        (first.join().unwrap(), second.join().unwrap())
    });

    seqs.extend(more);
    seqs.sort_unstable();
    assert_eq!(seqs, (2..2 + 2 * u64::from(WRITES)).collect::<Vec<_>>());
    let mut third = place.open();
    assert_eq!(replayed(&mut *third).incidents.len(), 2 * WRITES as usize);
    assert_eq!(third.events_after(Seq(1)).unwrap().len(), 2 * WRITES as usize);
}

pub fn a_writer_keeps_others_out_until_it_ends(place: &dyn Place) {
    let (mut one, mut two) = (place.open(), place.open());
    let begun = one.begin().unwrap();

    let seq = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| commit(&mut *two, batch([stock_fact(2)])).unwrap()[0].seq);
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!waiting.is_finished());
        begun.commit(batch([stock_fact(1)])).unwrap();
        waiting.join().unwrap()
    });

    assert_eq!(seq, Seq(2));
}

pub fn own_commits_are_not_foreign(place: &dyn Place) {
    let (mut one, mut two) = (place.open(), place.open());
    assert!(!one.has_foreign_commits().unwrap());

    commit(&mut *one, batch([stock_fact(1)])).unwrap();
    assert!(!one.has_foreign_commits().unwrap());
    assert!(two.has_foreign_commits().unwrap());
    assert!(!two.has_foreign_commits().unwrap(), "told once");

    commit(&mut *two, batch([stock_fact(2)])).unwrap();
    assert!(one.has_foreign_commits().unwrap());
}

pub fn a_probe_changes_nothing(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, batch([stock_fact(1)])).unwrap();
    let before = replayed(&mut *store);

    store.probe().unwrap();

    assert_eq!(replayed(&mut *store), before);
}

pub fn mailboxes_and_mailings_are_as_they_were_put_and_no_events(place: &dyn Place) {
    let (mut store, mut other) = (place.open(), place.open());
    commit(&mut *store, batch([stock_fact(1)])).unwrap();
    let day = |day: u32| format!("2023-11-{day:02}").parse().unwrap();

    commit_mail(&mut *store, MailChange::Mailbox(mailbox("accueil"))).unwrap();
    commit_mail(&mut *store, MailChange::Mailbox(mailbox("astreinte"))).unwrap();
    assert_eq!(other.mailboxes().unwrap(), [mailbox("astreinte")]);
    let states = [MailingState::Claimed, MailingState::Sent, MailingState::ToFetch];
    for state in states {
        commit_mail(&mut *store, MailChange::Mailing(mailing(9, 0, state))).unwrap();
        assert_eq!(other.mailings(day(9), day(9)).unwrap(), [mailing(9, 0, state)]);
    }
    for (night, ordinal) in [(9, 1), (10, 0), (8, 0)] {
        let refused = mailing(night, ordinal, MailingState::Refused);
        commit_mail(&mut *store, MailChange::Mailing(refused)).unwrap();
    }
    let nights = |first, last| {
        let told = place.open().mailings(day(first), day(last)).unwrap().into_iter();
        told.map(|one| (one.key.night, one.key.ordinal)).collect::<Vec<_>>()
    };
    assert_eq!(nights(1, 30), [(day(8), 0), (day(9), 0), (day(9), 1), (day(10), 0)]);
    assert_eq!(nights(9, 9), [(day(9), 0), (day(9), 1)]);
    assert_eq!(nights(11, 30), []);
    assert_eq!(store.begin().unwrap().head(), Seq(1));

    commit_mail(&mut *store, MailChange::NoMailbox(landlord().id)).unwrap();
    assert_eq!(other.mailboxes().unwrap(), []);
}

pub fn a_mailing_that_breaks_a_rule_leaves_nothing(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, batch([stock_fact(1)])).unwrap();
    let stranger = vigie::stock::LandlordId::of_name("Personne").unwrap();
    let sent = mailing(9, 0, MailingState::Sent);
    let mut of_nobody = sent.clone();
    of_nobody.key.landlord = stranger.clone();

    for broken in [
        MailChange::Mailing(of_nobody),
        MailChange::Mailing(Mailing { mailbox: None, ..sent.clone() }),
        MailChange::Mailing(Mailing { due_at: Some(at(1)), ..sent.clone() }),
        MailChange::Mailing(Mailing { unsure: 4, ..sent }),
        MailChange::Mailbox(Mailbox { landlord: stranger, ..mailbox("astreinte") }),
    ] {
        let refused = commit_mail(&mut *store, broken.clone());
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{broken:?}: {refused:?}");
    }
    let all = ("2023-01-01".parse().unwrap(), "2023-12-31".parse().unwrap());
    assert_eq!(store.mailings(all.0, all.1).unwrap(), []);
    assert_eq!(store.mailboxes().unwrap(), []);
}

pub fn an_anchor_only_goes_on(place: &dyn Place) {
    let (mut store, mut other) = (place.open(), place.open());
    for (log, day, seq) in [(2, 9, 7), (1, 10, 3), (1, 9, 2), (1, 10, 5), (1, 10, 4)] {
        commit_anchor(&mut *store, anchor(log, day, seq)).unwrap();
    }
    let expected = [anchor(1, 9, 2), anchor(1, 10, 5), anchor(2, 9, 7)];
    assert_eq!(other.access_anchors().unwrap(), expected);
    assert_eq!(store.begin().unwrap().head(), Seq(0));
}
