//! [`Mailing::claim`]: who may send it now.

use super::{MailAddress, Mailing, MailingKey, MailingState};
use crate::time::Timestamp;

/// How long an answer of the mail server is waited for, unless somebody says otherwise, seconds.
pub const PATIENCE_S_DEFAULT: u32 = 60;
/// A claim holds for so many answers of the mail server: more than a message takes. Whoever finds it later knows that
/// nobody is at it any more.
const CLAIM_ANSWERS: i64 = 15;
/// Longest wait between two attempts, in answers of the mail server: an hour.
const WAIT_ANSWERS_MAX: i64 = 60;
/// For how long it is tried, seconds: then the next night is there.
const GIVE_UP_S: i64 = 24 * 3600;

/// How long the mail server is waited for; every other time follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For one answer, seconds.
    pub answer_s: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer_s: PATIENCE_S_DEFAULT }
    }
}

impl Patience {
    /// When to try again after attempt number `attempts`: 1, 2, 4, … answers later, 60 at most.
    pub(super) fn after_attempt(self, attempts: u32, now: Timestamp) -> Timestamp {
        let doubled = 1_i64 << attempts.saturating_sub(1).min(16);
        now.plus_seconds(i64::from(self.answer_s) * doubled.min(WAIT_ANSWERS_MAX))
    }

    fn claim_ends(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(i64::from(self.answer_s) * CLAIM_ANSWERS)
    }
}

/// Who wants to send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The server, in the morning.
    InTheMorning,
    /// Somebody who does not wait until it would be tried again.
    Now,
    /// The server, which does not send it any more: what is open is given up.
    TooLate,
}

/// What is to become of a mailing that somebody wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is theirs: once this entry is in the register they send, and say how it ended.
    Yours(Mailing),
    /// There is nothing to send, which the register is to say.
    Noted(Mailing),
    /// It is somebody else's, or its time has not come: not before then.
    NotBefore(Timestamp),
    /// It is over, as the register says.
    Over(Mailing),
}

impl Mailing {
    /// What is to become of the mailing `key`, of which the register knows `known`, where it goes to `mailbox`.
    #[must_use]
    pub fn claim(
        key: MailingKey,
        known: Option<Self>,
        mailbox: Option<&MailAddress>,
        wish: Wish,
        now: Timestamp,
        patience: Patience,
    ) -> Claim {
        let is_new = known.is_none();
        let known = known.unwrap_or_else(|| Self::opened(key, now));
        if let Some(claim) = known.held(wish, now, patience) {
            return claim;
        }
        let Some(mailbox) = mailbox else {
            if known.state == MailingState::ToFetch && !is_new {
                return Claim::Over(known);
            }
            let state = MailingState::ToFetch;
            return Claim::Noted(Self { state, due_at: None, changed_at: now, ..known });
        };
        let was_lost = known.state == MailingState::Claimed;
        Claim::Yours(Self {
            state: MailingState::Claimed,
            mailbox: Some(mailbox.clone()),
            changed_at: now,
            due_at: Some(patience.claim_ends(now)),
            attempts: known.attempts + 1,
            unsure: known.unsure + u32::from(was_lost),
            reply: None,
            ..known
        })
    }

    /// What keeps it from being sent now, if anything does.
    fn held(&self, wish: Wish, now: Timestamp, patience: Patience) -> Option<Claim> {
        let not_yet = self.due_at.filter(|due| *due > now);
        // Where nobody was there to try again, it is tried once more before it is given up.
        let longest_s = (i64::from(patience.answer_s) * WAIT_ANSWERS_MAX) as f64;
        let was_tried = self.due_at.is_none_or(|due| now.seconds_since(due) <= longest_s);
        let is_old = now.seconds_since(self.opened_at) > GIVE_UP_S as f64 && was_tried;
        let is_over = wish == Wish::TooLate || (is_old && self.state == MailingState::Waiting);
        match self.state {
            MailingState::Sent | MailingState::Refused | MailingState::GivenUp => {
                Some(Claim::Over(self.clone()))
            }
            MailingState::Claimed if not_yet.is_some() => not_yet.map(Claim::NotBefore),
            MailingState::Waiting if wish == Wish::Now => None,
            MailingState::Claimed | MailingState::Waiting if is_over => {
                let was_lost = self.state == MailingState::Claimed;
                let (state, unsure) = (MailingState::GivenUp, self.unsure + u32::from(was_lost));
                let over = Self { state, due_at: None, changed_at: now, unsure, ..self.clone() };
                Some(Claim::Noted(over))
            }
            MailingState::Claimed => None,
            MailingState::Waiting => not_yet.map(Claim::NotBefore),
            MailingState::ToFetch if wish == Wish::TooLate => Some(Claim::Over(self.clone())),
            MailingState::ToFetch => None,
        }
    }

    /// An entry that nobody has written yet.
    const fn opened(key: MailingKey, now: Timestamp) -> Self {
        Self {
            key,
            state: MailingState::ToFetch,
            mailbox: None,
            opened_at: now,
            changed_at: now,
            due_at: None,
            attempts: 0,
            unsure: 0,
            reply: None,
            files: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        mailing::{FileDigests, Outcome},
        stock::LandlordId,
    };

    const PATIENCE: Patience = Patience { answer_s: 60 };

    fn at(minute: i64) -> Timestamp {
        "2026-11-24T05:00:00Z".parse::<Timestamp>().unwrap().plus_seconds(60 * minute)
    }

    fn key() -> MailingKey {
        let landlord = LandlordId::of_name("RIVP").unwrap();
        MailingKey { landlord, night: "2026-11-23".parse().unwrap(), ordinal: 0 }
    }

    fn mailbox() -> MailAddress {
        "astreinte@rivp.example".parse().unwrap()
    }

    fn claim(known: Option<&Mailing>, minute: i64) -> Claim {
        let mailbox = mailbox();
        let wish = Wish::InTheMorning;
        Mailing::claim(key(), known.cloned(), Some(&mailbox), wish, at(minute), PATIENCE)
    }

    fn claimed(known: Option<&Mailing>, minute: i64) -> Mailing {
        match claim(known, minute) {
            Claim::Yours(mailing) => mailing,
            other => panic!("at {minute}: {other:?}"),
        }
    }

    fn not_now(mailing: Mailing, minute: i64) -> Mailing {
        mailing.ended(Outcome::NotNow { reply: Some(451) }, None, at(minute), PATIENCE)
    }

    #[test]
    fn of_two_servers_one_sends_and_nobody_sends_again() {
        let first = claimed(None, 0);
        assert_eq!(claim(Some(&first), 1), Claim::NotBefore(at(15)), "the other server waits");
        let files = Some(FileDigests { pdf: [1; 32], csv: [2; 32] });
        let sent = first.ended(Outcome::Accepted { reply: Some(250) }, files, at(1), PATIENCE);
        assert_eq!(claim(Some(&sent), 60), Claim::Over(sent.clone()));
        assert_eq!((sent.attempts, sent.unsure, sent.due_at), (1, 0, None));
    }

    #[test]
    fn a_server_that_was_killed_holds_nobody_up_for_ever_and_is_told_of() {
        let lost = claimed(None, 0);
        let second = claimed(Some(&lost), 15);
        assert_eq!((second.attempts, second.unsure), (2, 1));
    }

    #[test]
    fn what_fails_for_a_while_is_tried_ever_more_rarely_and_given_up_after_a_day() {
        let (mut minute, mut waits) = (0, Vec::new());
        let mut mailing = claimed(None, 0);
        for _ in 0..9 {
            mailing = not_now(mailing, minute);
            let due = mailing.due_at.unwrap();
            let wait = (due.seconds_since(at(minute)) / 60.0) as i64;
            assert_eq!(claim(Some(&mailing), minute + wait - 1), Claim::NotBefore(due));
            waits.push(wait);
            minute += wait;
            mailing = claimed(Some(&mailing), minute);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        let late = not_now(mailing, 1440);
        let Claim::Noted(over) = claim(Some(&late), 1441 + 60) else { panic!("given up") };
        assert_eq!((over.state, over.due_at), (MailingState::GivenUp, None));
        assert!(matches!(claim(Some(&over), 3000), Claim::Over(_)));
    }

    #[test]
    fn what_waits_while_nobody_is_there_is_tried_once_more() {
        let waiting = not_now(claimed(None, 0), 0);
        let back = 3 * 1440;
        let again = claimed(Some(&waiting), back);
        let failed = not_now(again, back);
        let Claim::Noted(over) = claim(Some(&failed), back + 3) else { panic!("given up") };
        assert_eq!((over.state, over.attempts), (MailingState::GivenUp, 2));
    }

    #[test]
    fn what_is_too_late_is_given_up_but_for_a_claim_that_holds() {
        let mailbox = mailbox();
        let late = |known: &Mailing, minute| {
            let (known, wish) = (Some(known.clone()), Wish::TooLate);
            Mailing::claim(key(), known, Some(&mailbox), wish, at(minute), PATIENCE)
        };
        let first = claimed(None, 0);
        assert_eq!(late(&first, 1), Claim::NotBefore(at(15)));
        let Claim::Noted(lost) = late(&first, 15) else { panic!("given up") };
        assert_eq!((lost.state, lost.unsure, lost.due_at), (MailingState::GivenUp, 1, None));
        let Claim::Noted(over) = late(&not_now(first, 1), 1) else { panic!("given up") };
        assert_eq!((over.state, over.unsure), (MailingState::GivenUp, 0));
        assert!(matches!(late(&over, 2), Claim::Over(_)));
    }

    #[test]
    fn somebody_who_asks_does_not_wait_but_for_whoever_is_at_it() {
        let mailbox = mailbox();
        let now = |known: &Mailing, minute| {
            let known = Some(known.clone());
            Mailing::claim(key(), known, Some(&mailbox), Wish::Now, at(minute), PATIENCE)
        };
        let first = claimed(None, 0);
        assert_eq!(now(&first, 1), Claim::NotBefore(at(15)));
        assert!(matches!(now(&not_now(first, 1), 1), Claim::Yours(_)));
    }

    #[test]
    fn without_a_mailbox_it_is_to_fetch_and_with_one_it_is_sent_after_all() {
        let none = |known: Option<&Mailing>, minute| {
            Mailing::claim(key(), known.cloned(), None, Wish::InTheMorning, at(minute), PATIENCE)
        };
        let Claim::Noted(noted) = none(None, 0) else { panic!("noted") };
        assert_eq!((noted.state, noted.attempts), (MailingState::ToFetch, 0));
        assert_eq!(none(Some(&noted), 1), Claim::Over(noted.clone()));
        assert_eq!(claimed(Some(&noted), 2).mailbox, Some(mailbox()));
        let Claim::Noted(taken_away) = none(Some(&not_now(claimed(None, 0), 0)), 5) else {
            panic!("noted")
        };
        assert_eq!(taken_away.state, MailingState::ToFetch);
    }
}
