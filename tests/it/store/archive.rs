//! The promises of the archive: what goes out of one store and into another is the same.

use vigie::{
    event::{Event, Fact, Seq},
    incident::Status,
    mailing::MailingState,
    patrol::Availability,
    stock::{Surrounding, SurroundingClass},
    store::{
        MailChange, PIECE_FACTS_MAX, Store, StoreError,
        archive::{self, CopyError, EventRecord, Piece, RecordKind, Stamped, Subject},
    },
    twin::Snapshot,
};

use super::{
    Place, SqliteFile,
    fixture::{
        account, anchor, at, batch, commit, commit_anchor, commit_mail, fix, incident,
        incident_fact, key, landlord, mailbox, mailing, patrol_fact, site, stock, stock_fact,
    },
    signals::{all_signals, commit_signals, signal, situation_fact},
    state::{State, followed, replayed},
};

/// A history that leaves some of everything, also rows whose numbers have gaps.
fn fill(store: &mut dyn Store) {
    commit(store, batch((0..9).map(stock_fact))).unwrap();
    for number in 1..40 {
        let mut asked = batch([
            incident_fact(number, number % 9),
            patrol_fact(number % 7, Availability::ALL[number as usize % 3]),
        ]);
        asked.facts[0].key = Some(key(&format!("call {number}")));
        asked.recorded_at = at(i64::from(number) * 60);
        commit(store, asked).unwrap();
    }
    let mut last = batch([
        patrol_fact(2, Availability::Busy),
        patrol_fact(3, Availability::Available),
        Fact::IncidentRecorded(incident(3, 4, Status::Closed)),
        Fact::StockChanged(unruly_keys()),
        stock_fact(5),
        Fact::AccountRecorded(account(0)),
        Fact::AccountRecorded(account(4)),
        Fact::AccountRecorded(account(28)),
    ]);
    last.facts.extend(batch((1..=9).map(situation_fact)).facts);
    // Event by event: the second account was given by the first.
    last.facts[6].author = Some(account(0).id);
    last.fixes = vec![fix(2, 8), fix(3, 7)];
    commit(store, last).unwrap();
    for (log, day, seq) in [(2, 9, 7), (1, 21, 9), (1, 3, 4)] {
        commit_anchor(store, anchor(log, day, seq)).unwrap();
    }
    commit_signals(store, 1..=40).unwrap();
    commit_mail(store, MailChange::Mailbox(mailbox("astreinte"))).unwrap();
    let states = [MailingState::Sent, MailingState::ToFetch, MailingState::Waiting];
    for (day, ordinal, state) in [(20, 0, 0), (9, 1, 0), (9, 0, 1), (21, 0, 2)] {
        commit_mail(store, MailChange::Mailing(mailing(day, ordinal, states[state]))).unwrap();
    }
}

/// Keys that a dictionary would put into another order than their bytes do.
fn unruly_keys() -> vigie::stock::StockChange {
    let mut change = stock(1);
    let pattern = change.surroundings.remove(0);
    change.surroundings = ["way/9", "way/10", "Éclair", "zone", "Zone", "élan", "way/9 bis", "𝄞"]
        .map(|id| Surrounding {
            id: id.to_owned(),
            name: Some(format!("À {id}")),
            ..pattern.clone()
        })
        .into();
    change.surroundings[3].class = SurroundingClass::Rail;
    change.surroundings[3].height_m = Some(-0.0);
    change
}

fn records(store: &mut dyn Store) -> Vec<Piece> {
    let mut pieces = Vec::new();
    store
        .export(&mut |piece| {
            pieces.push(piece);
            Ok(())
        })
        .unwrap();
    pieces
}

/// All events; a change of the stock, whose items come in any order, without its items.
fn told(store: &mut dyn Store) -> Vec<Event> {
    let mut events = store.events_after(Seq(0)).unwrap();
    for event in &mut events {
        if let Fact::StockChanged(change) = &mut event.fact {
            *change = vigie::stock::StockChange::default();
        }
    }
    events
}

pub fn what_is_copied_in_and_out_again_is_the_same(place: &dyn Place) {
    let (original, returned) = (SqliteFile::new(), SqliteFile::new());
    let (mut original, mut returned) = (original.open(), returned.open());
    let mut store = place.open();
    fill(&mut *original);

    let in_there = archive::copy(&mut *original, &mut *store, &mut |_| {}).unwrap();
    let and_back = archive::copy(&mut *store, &mut *returned, &mut |_| {}).unwrap();

    assert_eq!(and_back, in_there);
    let expected = replayed(&mut *original);
    for copy in [&mut store, &mut returned] {
        assert!(replayed(&mut **copy) == expected, "state");
        assert!(records(&mut **copy) == records(&mut *original), "records");
        assert!(told(&mut **copy) == told(&mut *original), "events");
        assert!(State::of(&followed(Snapshot::default(), &mut **copy)) == expected, "fold");
        assert_eq!(copy.counts().unwrap(), original.counts().unwrap());
        assert_eq!(all_signals(&mut **copy), all_signals(&mut *original));
        for number in 0..40 {
            let key = key(&format!("call {number}")).0;
            assert_eq!(copy.receipt(&key).unwrap(), original.receipt(&key).unwrap());
        }
    }
}

pub fn a_copied_store_goes_on_where_the_other_one_was(place: &dyn Place) {
    let original = SqliteFile::new();
    let mut original = original.open();
    fill(&mut *original);
    let mut store = place.open();
    archive::copy(&mut *original, &mut *store, &mut |_| {}).unwrap();

    let head = original.begin().unwrap().head();
    let mut again = batch([incident_fact(77, 1)]);
    again.facts[0].key = Some(key("call 7"));
    let repeated = commit(&mut *store, again);
    let next = commit(&mut *store, batch([incident_fact(78, 1)])).unwrap();
    let nowhere = commit(&mut *store, batch([incident_fact(79, 777)]));

    assert!(matches!(repeated, Err(StoreError::Refused(_))), "the key is taken: {repeated:?}");
    assert_eq!(next[0].seq, head.next());
    assert!(matches!(nowhere, Err(StoreError::Refused(_))), "rules hold again: {nowhere:?}");
    let kept = all_signals(&mut *original);
    let new = commit_signals(&mut *store, [7, 41, 8]).unwrap();
    assert_eq!(new.len(), 1, "two are known: {new:?}");
    assert_eq!(new[0].signal, signal(41));
    assert!(new[0].number > kept[kept.len() - 1].number, "{new:?}");
}

pub fn records_come_in_the_order_of_the_bytes_of_their_keys(place: &dyn Place) {
    let mut store = place.open();
    let mut everything = batch([Fact::StockChanged(unruly_keys())]);
    let patrols = ["b-1", "B_2", "A-1", "a-1", "_x", "-y", "10", "9"].map(|id| {
        let pattern = super::fixture::patrol(1, Availability::Busy);
        let id = id.parse().unwrap();
        Fact::PatrolRecorded(vigie::patrol::Patrol { id, ..pattern })
    });
    everything.facts.extend(batch(patrols).facts);
    commit(&mut *store, everything).unwrap();

    let (mut kinds, mut surroundings, mut patrols) = (Vec::new(), Vec::new(), Vec::new());
    for piece in records(&mut *store) {
        kinds.push(piece.kind());
        match piece {
            Piece::Surroundings(all) => surroundings.extend(all.into_iter().map(|row| row.item.id)),
            Piece::Patrols(all) => patrols.extend(all.into_iter().map(|row| row.id.to_string())),
            _ => {}
        }
    }

    let of_bytes = ["Zone", "way/10", "way/9", "way/9 bis", "zone", "Éclair", "élan", "𝄞"];
    assert_eq!(surroundings, of_bytes);
    assert_eq!(patrols, ["-y", "10", "9", "A-1", "B_2", "_x", "a-1", "b-1"]);
    assert!(kinds.is_sorted(), "{kinds:?}");
}

pub fn only_an_empty_store_takes_in_another_one(place: &dyn Place) {
    let original = SqliteFile::new();
    let mut original = original.open();
    fill(&mut *original);
    let mut store = place.open();
    commit(&mut *store, batch([stock_fact(1)])).unwrap();
    let before = records(&mut *store);

    let refused = archive::copy(&mut *original, &mut *store, &mut |_| {});

    assert_eq!(refused, Err(CopyError::Target(StoreError::NotEmpty)));
    assert!(records(&mut *store) == before);
    assert_eq!(commit(&mut *store, batch([incident_fact(1, 1)])).unwrap()[0].seq, Seq(2));
}

pub fn a_broken_import_leaves_an_empty_store(place: &dyn Place) {
    let mut store = place.open();
    let event = |seq| {
        let (seq, subject) = (Seq(seq), Subject::Stock);
        EventRecord { seq, recorded_at: at(0), subject, author: None }
    };
    let landlords = Piece::Landlords(vec![Stamped { item: landlord(), seq: Seq(1) }]);
    let sites = Piece::Sites(vec![Stamped { item: site(1), seq: Seq(1) }]);
    let incidents = Piece::Incidents(vec![incident(1, 1, Status::Received)]);
    let mut late = site(1);
    late.landlord = vigie::stock::LandlordId::of_name("nobody").unwrap();

    for (fault, pieces) in [
        ("the event of the landlord is missing", vec![landlords.clone()]),
        ("events have a gap", vec![landlords.clone(), Piece::Events(vec![event(1), event(3)])]),
        ("events do not begin at 1", vec![Piece::Events(vec![event(2)])]),
        (
            "the site's landlord is missing",
            vec![
                landlords.clone(),
                Piece::Sites(vec![Stamped { item: late, seq: Seq(1) }]),
                Piece::Events(vec![event(1)]),
            ],
        ),
        (
            "the site of the incident is missing",
            vec![landlords.clone(), incidents.clone(), Piece::Events(vec![event(1)])],
        ),
        (
            "the incident of an event is missing",
            vec![
                landlords.clone(),
                sites.clone(),
                Piece::Events(vec![
                    event(1),
                    EventRecord {
                        subject: Subject::Incident {
                            id: incident(1, 1, Status::Received).id,
                            reported_at: at(1),
                        },
                        ..event(2)
                    },
                ]),
            ],
        ),
    ] {
        let mut import = store.begin_import().unwrap();
        let put = pieces.into_iter().try_for_each(|piece| import.put(piece));
        let done = put.and_then(|()| import.commit());
        assert!(matches!(done, Err(StoreError::Refused(_))), "{fault}: {done:?}");
        assert_eq!(records(&mut *store), [], "{fault}");
    }

    let mut dropped = store.begin_import().unwrap();
    dropped.put(landlords).unwrap();
    drop(dropped);
    assert_eq!(replayed(&mut *store), State::of(&Snapshot::default()));
    assert_eq!(commit(&mut *store, batch([stock_fact(1)])).unwrap()[0].seq, Seq(1));
}

pub fn an_export_is_one_state_while_others_write(place: &dyn Place) {
    let (mut store, mut other) = (place.open(), place.open());
    fill(&mut *store);
    let before = archive::survey(&mut *store).unwrap();
    let mut number = 1000;

    let mut manifest = archive::ManifestBuilder::default();
    store
        .export(&mut |piece| {
            number += 1;
            commit(&mut *other, batch([stock_fact(number), incident_fact(number, number)]))?;
            manifest.add(&piece);
            Ok(())
        })
        .unwrap();

    assert_eq!(manifest.finish(), before);
    let after = store.counts().unwrap();
    assert_eq!(
        after.get(RecordKind::Event),
        before.tally(RecordKind::Event).count + 2 * u64::from(number - 1000)
    );
}

pub fn an_export_comes_in_pieces_and_ends_with_its_first_error(place: &dyn Place) {
    let mut store = place.open();
    let count = PIECE_FACTS_MAX as u32 + 10;
    let incidents = (1..=count).map(|number| incident_fact(number, 1));
    commit(&mut *store, batch([stock_fact(1)].into_iter().chain(incidents))).unwrap();

    let pieces = records(&mut *store);
    let mut seen = 0;
    let ended = store.export(&mut |_| {
        seen += 1;
        if seen == 3 { Err(StoreError::Full) } else { Ok(()) }
    });

    let lengths: Vec<_> = pieces.iter().map(|piece| (piece.kind().plural(), piece.len())).collect();
    assert_eq!(
        lengths,
        [
            ("landlords", 1),
            ("sites", 1),
            ("buildings", 1),
            ("surroundings", 2),
            ("tracts", 1),
            ("datasets", 1),
            ("roads", 1),
            ("turns", 1),
            ("road_speeds", 1),
            ("site_notes", 2),
            ("hazards", 1),
            ("incidents", PIECE_FACTS_MAX),
            ("incidents", 10),
            ("events", PIECE_FACTS_MAX),
            ("events", 11),
        ]
    );
    assert_eq!((seen, ended), (3, Err(StoreError::Full)));
}
