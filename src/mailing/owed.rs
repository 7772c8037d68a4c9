//! [`owed`]: which mailings a server sees to in the morning.

use std::collections::HashSet;

use super::{Mailbox, Mailing, Wish};
use crate::{stock::LandlordId, time::Date};

/// How many nights before the last one are made up for: a server that was away for a week has been missed by then, and a
/// report is no news any more.
pub const NIGHTS_MADE_UP: i32 = 7;

/// A mailing to see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// Whose report.
    pub landlord: LandlordId,
    /// The date on which the night began.
    pub night: Date,
    /// Which one of that night.
    pub ordinal: u32,
    /// What is to become of it.
    pub wish: Wish,
}

/// What is to be seen to where `last` is the last night that is over: the report of that night for each of `landlords`,
/// those of the nights before that never went to a mailbox which was there, and whatever is open in `register`. What is
/// open and older than that, or of a landlord that is no more, is given up.
#[must_use]
pub fn owed(
    last: Date,
    landlords: &[LandlordId],
    mailboxes: &[Mailbox],
    register: &[Mailing],
) -> Vec<Owed> {
    let first = last.plus_days(-NIGHTS_MADE_UP);
    let there: HashSet<&LandlordId> = landlords.iter().collect();
    let noted: HashSet<(&LandlordId, Date)> =
        register.iter().map(|one| (&one.key.landlord, one.key.night)).collect();
    let morning = |landlord: &LandlordId, night| Owed {
        landlord: landlord.clone(),
        night,
        ordinal: 0,
        wish: Wish::InTheMorning,
    };
    let of_last = landlords.iter().map(|landlord| morning(landlord, last));
    let missed = mailboxes.iter().filter(|one| there.contains(&one.landlord)).flat_map(|one| {
        let nights = (1..=NIGHTS_MADE_UP).map(|days| last.plus_days(-days));
        let was_there = |night: &Date| night.night().to.is_some_and(|end| one.set_at <= end);
        let is_new = |night: &Date| !noted.contains(&(&one.landlord, *night));
        nights.filter(was_there).filter(is_new).map(|night| morning(&one.landlord, night))
    });
    let open = register.iter().filter(|one| one.state.is_open() && one.key.night < last);
    let open = open.map(|one| {
        let key = &one.key;
        // One that somebody wanted again is theirs to see to: nobody sends it by himself.
        let is_sent = key.ordinal == 0 && key.night >= first && there.contains(&key.landlord);
        let wish = if is_sent { Wish::InTheMorning } else { Wish::TooLate };
        Owed { landlord: key.landlord.clone(), night: key.night, ordinal: key.ordinal, wish }
    });
    of_last.chain(open).chain(missed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closed_list::ClosedList as _;
    use crate::mailing::{MailingKey, MailingState};

    fn landlord(name: &str) -> LandlordId {
        LandlordId::of_name(name).unwrap()
    }

    fn night(day: i32) -> Date {
        "2026-11-20".parse::<Date>().unwrap().plus_days(day)
    }

    fn mailbox(name: &str, since: i32) -> Mailbox {
        let set_at = night(since).at_hour(12);
        Mailbox {
            landlord: landlord(name),
            address: "astreinte@x.example".parse().unwrap(),
            set_at,
        }
    }

    fn entry(name: &str, day: i32, ordinal: u32, state: MailingState) -> Mailing {
        let at = night(day + 1).at_hour(6);
        Mailing {
            key: MailingKey { landlord: landlord(name), night: night(day), ordinal },
            state,
            mailbox: None,
            opened_at: at,
            changed_at: at,
            due_at: None,
            attempts: 1,
            unsure: 0,
            reply: None,
            files: None,
        }
    }

    /// Whose of which night, as days before the last one, and whether it is given up.
    fn told(mailboxes: &[Mailbox], register: &[Mailing]) -> Vec<(String, i32, u32, bool)> {
        let landlords = [landlord("One"), landlord("Two")];
        let all = owed(night(0), &landlords, mailboxes, register);
        let mut all: Vec<_> = all
            .into_iter()
            .map(|one| {
                let day = (-40..=0).find(|day| night(*day) == one.night).unwrap();
                (one.landlord.to_string(), day, one.ordinal, one.wish == Wish::TooLate)
            })
            .collect();
        all.sort();
        all
    }

    fn sent(name: &str, day: i32) -> (String, i32, u32, bool) {
        (name.to_owned(), day, 0, false)
    }

    #[test]
    fn the_last_night_is_owed_to_every_landlord() {
        assert_eq!(told(&[], &[]), [sent("one", 0), sent("two", 0)]);
    }

    #[test]
    fn a_week_of_nights_is_made_up_for_where_there_was_a_mailbox() {
        let all = told(&[mailbox("One", -30), mailbox("Gone", -30)], &[]);
        let expected: Vec<_> =
            (-7..=0).map(|day| sent("one", day)).chain([sent("two", 0)]).collect();
        assert_eq!(all, expected);
        // Set at noon of the second day before: the first night that ends after that is the one of that day.
        let late = told(&[mailbox("One", -2)], &[]);
        assert_eq!(late, [sent("one", -2), sent("one", -1), sent("one", 0), sent("two", 0)]);
    }

    #[test]
    fn what_the_register_knows_is_not_made_up_for_again() {
        let register: Vec<Mailing> = (-7..0)
            .map(|day| entry("One", day, 0, MailingState::ALL[(day + 7) as usize % 6]))
            .filter(|one| !one.state.is_open())
            .collect();
        let noted: Vec<Date> = register.iter().map(|one| one.key.night).collect();
        let all = told(&[mailbox("One", -30)], &register);
        assert!(noted.len() >= 4);
        assert!(!all.iter().any(|one| one.0 == "one" && noted.contains(&night(one.1))), "{all:?}");
    }

    #[test]
    fn what_is_open_is_sent_within_a_week_and_given_up_after_it() {
        let register = [
            entry("One", -7, 0, MailingState::Waiting),
            entry("One", -8, 0, MailingState::Waiting),
            entry("One", -30, 0, MailingState::Claimed),
            entry("One", -3, 1, MailingState::Waiting),
            entry("Gone", -1, 0, MailingState::Waiting),
            entry("One", -9, 0, MailingState::Sent),
        ];
        let given_up = |name: &str, day, ordinal| (name.to_owned(), day, ordinal, true);
        let expected = [
            given_up("gone", -1, 0),
            given_up("one", -30, 0),
            given_up("one", -8, 0),
            sent("one", -7),
            given_up("one", -3, 1),
            sent("one", 0),
            sent("two", 0),
        ];
        assert_eq!(told(&[], &register), expected);
    }
}
