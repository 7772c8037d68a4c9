//! The rules of retention: terms on Paris calendars, holds, and a register that shows what was done to it.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    access::SealKey,
    closed_list::ClosedList as _,
    incident::IncidentId,
    stock::SiteCode,
    time::{TimeWindow, Timestamp},
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(number: u128) -> IncidentId {
    IncidentId::new(Uuid::from_u128(number))
}

fn purge(count: u64) -> Purge {
    Purge {
        number: 0,
        at: at("2026-11-30T02:15:00Z"),
        cause: PurgeCause::Daily,
        complete: true,
        removed: vec![Removed { what: Kept::Incidents, before: at("2023-11-30T02:15:00Z"), count }],
        holds: vec![HoldId::new(Uuid::from_u128(7))],
        previous: [0; 32],
        public_key: [0; 32],
        signature: [0; 64],
    }
}

/// As a store finds them whose events tell of all of them.
fn checked(rows: &[Purge], signer: &Signer) -> Result<(), BrokenRegister> {
    let last = rows.last().map_or(0, |row| row.number);
    check_register(rows, RegisterEnds { kept: last, told: last }, Some(&signer.public_key()))
}

fn register(counts: &[u64], signer: &Signer) -> Vec<Purge> {
    let mut rows: Vec<Purge> = Vec::new();
    for count in counts {
        let row = purge(*count).signed(rows.last(), signer);
        rows.push(row);
    }
    rows
}

fn signer(byte: u8) -> Signer {
    Signer::of(&SealKey::new([byte; 32]))
}

#[track_caller]
fn due(what: Kept, now: &str, expected: &str) {
    assert_eq!(what.due_before(at(now)), at(expected), "{what:?}");
}

#[test]
fn terms_are_months_on_paris_calendars() {
    due(Kept::Incidents, "2026-11-30T02:15:00Z", "2023-11-30T02:15:00Z");
    due(Kept::Identities, "2026-11-30T02:15:00Z", "2025-10-30T02:15:00Z");
    // 03:15 in Paris is 01:15 in UTC in summer, and 02:15 in winter.
    due(Kept::Identities, "2026-07-15T01:15:00Z", "2025-06-15T01:15:00Z");
    due(Kept::Identities, "2026-04-20T01:15:00Z", "2025-03-20T02:15:00Z");
    // 13 months before 31 March there is no 31 February.
    due(Kept::Identities, "2026-03-31T01:15:00Z", "2025-02-28T02:15:00Z");
    due(Kept::Incidents, "2028-02-29T02:15:00Z", "2025-02-28T02:15:00Z");
    due(Kept::Accounts, "2026-11-30T02:15:00Z", "2025-10-30T02:15:00Z");
    due(Kept::Positions, "2026-11-30T02:15:00Z", "2026-11-29T02:15:00Z");
}

proptest! {
    #[test]
    fn what_is_due_stays_due(ms in 0_i64..4_000_000_000_000, later_s in 0_i64..400_000_000) {
        let now = Timestamp::from_unix_ms(ms).unwrap();
        for what in Kept::ALL {
            let before = what.due_before(now);
            prop_assert!(before < now);
            prop_assert!(what.due_before(now.plus_seconds(later_s)) >= before);
        }
    }

    #[test]
    fn a_hold_covers_what_has_all_that_it_names(
        incident in prop::option::of(0_u128..3), site in prop::option::of(0_u8..3),
        from in prop::option::of(0_i64..6), to in prop::option::of(0_i64..6),
        of in 0_u128..3, on in 0_u8..3, reported in 0_i64..6,
    ) {
        let code = |number: u8| format!("S-{number}").parse::<SiteCode>().unwrap();
        let time = |s: i64| Timestamp::from_unix_ms(s * 1000).unwrap();
        let scope = HoldScope {
            incident: incident.map(id),
            site: site.map(code),
            reported: TimeWindow { from: from.map(time), to: to.map(time) },
        };
        let expected = incident.is_none_or(|one| one == of)
            && site.is_none_or(|one| one == on)
            && from.is_none_or(|from| from <= reported)
            && to.is_none_or(|to| reported < to);
        prop_assert_eq!(scope.covers(Some(id(of)), Some(&code(on)), time(reported)), expected);
    }

    #[test]
    fn a_register_that_was_touched_is_not_believed(
        counts in prop::collection::vec(0_u64..1000, 2..6), which in 0_usize..6, how in 0_u8..4,
    ) {
        let signer = signer(1);
        let mut rows = register(&counts, &signer);
        prop_assert_eq!(checked(&rows, &signer), Ok(()));
        let at = which % rows.len();
        match how {
            0 => rows[at].removed[0].count += 1,
            1 => rows[at].complete = false,
            2 => rows[at].holds.clear(),
            _ if at + 1 == rows.len() => rows[at].signature[3] ^= 1,
            _ => drop(rows.remove(at)),
        }
        prop_assert!(checked(&rows, &signer).is_err());
    }
}

#[test]
fn a_register_of_another_store_is_known() {
    let (own, other) = (signer(1), signer(2));
    let rows = register(&[1, 2], &other);
    assert_eq!(checked(&rows, &own), Err(BrokenRegister::Key(1)));
    let forged: Vec<Purge> =
        rows.into_iter().map(|row| Purge { public_key: own.public_key(), ..row }).collect();
    assert_eq!(checked(&forged, &own), Err(BrokenRegister::Signature(1)));
}

#[test]
fn a_register_that_was_cut_at_its_end_or_emptied_is_known_by_the_events() {
    let signer = signer(1);
    let (rows, key) = (register(&[1, 2, 3], &signer), signer.public_key());
    let check = |many: usize, kept, told| {
        check_register(&rows[..many], RegisterEnds { kept, told }, Some(&key))
    };
    assert_eq!(check(3, 3, 3), Ok(()));
    assert_eq!(check(2, 3, 3), Ok(()), "read a moment before");
    assert_eq!(check(2, 2, 3), Err(BrokenRegister::End { kept: 2, told: 3 }));
    assert_eq!(check(0, 0, 3), Err(BrokenRegister::End { kept: 0, told: 3 }));
    assert_eq!(check(3, 3, 2), Err(BrokenRegister::End { kept: 3, told: 3 }), "nobody told of it");
    assert_eq!(check(3, 2, 2), Err(BrokenRegister::End { kept: 2, told: 3 }), "known in memory");
    let none = RegisterEnds { kept: 0, told: 0 };
    assert_eq!(check_register(&[], none, None), Ok(()));
    assert_eq!(
        check_register(&rows, RegisterEnds { kept: 3, told: 3 }, None),
        Err(BrokenRegister::NoKey)
    );
}

#[test]
fn what_is_signed_is_a_text_that_people_read() {
    let row = purge(3).signed(None, &signer(1));
    let expected = "vigie purge 1\nnumber 1\nat 2026-11-30T02:15:00Z\ncause daily\ncomplete yes\n\
                    removed incidents before 2023-11-30T02:15:00Z count 3\n\
                    hold 00000000-0000-0000-0000-000000000007\n\
                    previous 0000000000000000000000000000000000000000000000000000000000000000\n";
    assert_eq!(row.text(), expected);
}

#[test]
fn a_hold_names_something_and_ends() {
    let now = at("2026-11-30T02:15:00Z");
    let all = HoldScope { incident: None, site: None, reported: TimeWindow::default() };
    let one = HoldScope { incident: Some(id(1)), ..all.clone() };
    let hold = |scope: &HoldScope, until: &str| Hold {
        id: HoldId::new(Uuid::from_u128(1)),
        scope: scope.clone(),
        reason: HoldReason::Complaint,
        until: at(until),
        set_at: now,
        set_by: None,
        lifted: None,
    };
    assert_eq!(hold(&all, "2027-01-01T00:00:00Z").check(), Err(InvalidHold::Everything));
    assert_eq!(hold(&one, "2029-11-30T02:15:00Z").check(), Ok(()));
    let latest = at("2029-11-30T02:15:00Z");
    assert_eq!(hold(&one, "2029-11-30T02:15:01Z").check(), Err(InvalidHold::TooLong { latest }));
    assert_eq!(hold(&one, "2026-11-30T02:15:00Z").check(), Err(InvalidHold::Over { now }));
    let reported = TimeWindow { from: Some(now), to: Some(now) };
    let never = HoldScope { reported, ..all };
    assert_eq!(hold(&never, "2027-01-01T00:00:00Z").check(), Err(InvalidHold::EmptyWindow));
}
