//! [`Attempts`]: how often somebody has failed to sign in, and for how long nothing more is tried.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::time::Timestamp;

/// Failures that cost nothing: people mistype. So many from one address count against a name, too, and no more: whoever
/// fails at one address alone has nobody wait at another one.
const FREE: u32 = 4;
/// Longest wait of an address, and of wrong codes after a right password, in seconds.
const WAIT_S_MAX: i64 = 900;
/// Longest wait of a name for the sake of failures elsewhere, in seconds: anybody can cause it who knows what a post is
/// called, and a post must not be kept out for long.
const NAME_WAIT_S_MAX: i64 = 60;
/// After how many seconds without a failure all is forgotten.
const FORGOTTEN_S: i64 = 3600;
/// For how long an address is known as one of a name after it signed in there, in seconds: 30 days.
const KNOWN_S: i64 = 30 * 24 * 3600;
/// Counters that are kept. Beyond, the oldest are forgotten: whoever fills the table waits all the same, by the address.
const KEPT_MAX: usize = 8192;
/// Known addresses of names that are kept, apart from failures: only whoever has a password adds one. Beyond, the oldest
/// are forgotten.
const KNOWN_MAX: usize = 4096;

/// Failures by name and by address. Neither is kept, only a digest of it with a key of this process.
#[derive(Debug, Default)]
pub struct Attempts {
    key: RandomState,
    kept: Mutex<Kept>,
}

/// Who tries.
#[derive(Debug, Clone, Copy)]
pub struct Whom<'a> {
    /// From where.
    pub address: &'a str,
    /// As whom, where that is said.
    pub name: Option<&'a str>,
}

#[derive(Debug, Default)]
struct Kept {
    failures: HashMap<u64, Failures>,
    /// When a name signed in last at an address.
    known: HashMap<u64, Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// What failures are counted by.
#[derive(Hash)]
enum Counter<'a> {
    /// All from there.
    Address(&'a str),
    /// Of a name, from anywhere: the first few from each address.
    Name(&'a str),
    /// Of a name, from there.
    Both(&'a str, &'a str),
    /// Wrong codes of a name, from anywhere.
    Code(&'a str),
}

impl Failures {
    /// From when on it may be tried again: twice as long after each failure, up to `wait_s_max`.
    fn until(self, wait_s_max: i64) -> Timestamp {
        let over = self.count.saturating_sub(FREE);
        let wait_s = if over == 0 { 0 } else { (1_i64 << (over - 1).min(20)).min(wait_s_max) };
        self.last.plus_seconds(wait_s)
    }
}

impl Kept {
    /// Counts one more failure; how many there are.
    fn count(&mut self, of: u64, now: Timestamp) -> u32 {
        if !self.failures.contains_key(&of) {
            self.make_room(now);
        }
        let one = self.failures.entry(of).or_insert(Failures { count: 0, last: now });
        let old = now.seconds_since(one.last) >= FORGOTTEN_S as f64;
        *one = Failures { count: if old { 1 } else { one.count.saturating_add(1) }, last: now };
        one.count
    }

    /// Room for one more.
    fn make_room(&mut self, now: Timestamp) {
        if self.failures.len() >= KEPT_MAX {
            self.failures.retain(|_, one| now.seconds_since(one.last) < FORGOTTEN_S as f64);
        }
        if self.failures.len() >= KEPT_MAX
            && let Some(oldest) = oldest(self.failures.iter().map(|(of, one)| (*of, one.last)))
        {
            self.failures.remove(&oldest);
        }
    }

    fn is_known(&self, of: u64, now: Timestamp) -> bool {
        self.known.get(&of).is_some_and(|at| now.seconds_since(*at) < KNOWN_S as f64)
    }
}

fn oldest(of: impl Iterator<Item = (u64, Timestamp)>) -> Option<u64> {
    of.min_by_key(|(_, at)| *at).map(|(of, _)| of)
}

impl Attempts {
    /// For how many seconds nothing more is tried by them; `None` where it may be.
    pub fn wait_s(&self, whom: Whom<'_>, now: Timestamp) -> Option<u32> {
        let kept = self.kept();
        let until = |of: Counter<'_>, wait_s_max| {
            kept.failures.get(&self.digest(&of)).map(|one| one.until(wait_s_max))
        };
        let by_address = until(Counter::Address(whom.address), WAIT_S_MAX);
        let by_name = whom.name.and_then(|name| {
            let is_known = kept.is_known(self.digest(&Counter::Both(name, whom.address)), now);
            let elsewhere = || until(Counter::Name(name), NAME_WAIT_S_MAX);
            let elsewhere = if is_known { None } else { elsewhere() };
            elsewhere.max(until(Counter::Code(name), WAIT_S_MAX))
        });
        let until = by_address.max(by_name).filter(|until| *until > now)?;
        Some(until.seconds_since(now).ceil() as u32)
    }

    /// Notes a failure.
    pub fn failed(&self, whom: Whom<'_>, now: Timestamp) {
        let mut kept = self.kept();
        kept.count(self.digest(&Counter::Address(whom.address)), now);
        let Some(name) = whom.name else { return };
        if kept.count(self.digest(&Counter::Both(name, whom.address)), now) <= FREE {
            kept.count(self.digest(&Counter::Name(name)), now);
        }
    }

    /// Notes a wrong code of somebody who has the password, and so is no stranger who would lock a post out.
    pub fn failed_code(&self, whom: Whom<'_>, now: Timestamp) {
        self.failed(whom, now);
        if let Some(name) = whom.name {
            self.kept().count(self.digest(&Counter::Code(name)), now);
        }
    }

    /// Forgets the failures of the name. The address is known as one of its own from now on.
    pub fn succeeded(&self, whom: Whom<'_>, now: Timestamp) {
        let Some(name) = whom.name else { return };
        let mut kept = self.kept();
        let both = self.digest(&Counter::Both(name, whom.address));
        for of in [both, self.digest(&Counter::Name(name)), self.digest(&Counter::Code(name))] {
            kept.failures.remove(&of);
        }
        if kept.known.len() >= KNOWN_MAX
            && !kept.known.contains_key(&both)
            && let Some(oldest) = oldest(kept.known.iter().map(|(of, at)| (*of, *at)))
        {
            kept.known.remove(&oldest);
        }
        kept.known.insert(both, now);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn digest(&self, counter: &Counter<'_>) -> u64 {
        self.key.hash_one(counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_700_000_000_000 + second * 1000).unwrap()
    }

    fn by<'a>(address: &'a str, name: &'a str) -> Whom<'a> {
        Whom { address, name: Some(name) }
    }

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait() {
        let attempts = Attempts::default();
        let mut waits = Vec::new();
        for _ in 0..20 {
            attempts.failed(by("a", "salle-1"), at(0));
            waits.push(attempts.wait_s(by("a", "salle-1"), at(0)).unwrap_or(0));
        }
        assert_eq!(waits[..8], [0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(waits[19], 900);
        assert_eq!(attempts.wait_s(by("a", "salle-1"), at(900)), None);
    }

    #[test]
    fn whoever_fails_at_one_address_has_nobody_wait_elsewhere() {
        let attempts = Attempts::default();
        for _ in 0..50 {
            attempts.failed(by("a", "salle-1"), at(0));
        }
        assert_eq!(attempts.wait_s(by("b", "salle-1"), at(0)), None);
        assert_eq!(attempts.wait_s(by("a", "salle-2"), at(0)), Some(900), "the address waits");
    }

    #[test]
    fn failures_from_many_addresses_have_a_name_wait_a_minute_at_most_and_not_where_it_is_known() {
        let attempts = Attempts::default();
        attempts.succeeded(by("office", "salle-1"), at(0));
        for number in 0..500 {
            attempts.failed(by(&format!("203.0.113.{number}"), "salle-1"), at(0));
        }
        assert_eq!(attempts.wait_s(by("new", "salle-1"), at(0)), Some(60));
        assert_eq!(attempts.wait_s(by("office", "salle-1"), at(0)), None);
        assert_eq!(attempts.wait_s(by("office", "salle-2"), at(0)), None);
        for _ in 0..5 {
            attempts.failed(by("office", "salle-1"), at(0));
        }
        assert_eq!(attempts.wait_s(by("office", "salle-1"), at(0)), Some(1), "by its own failures");
        let month = KNOWN_S;
        attempts.failed(by("x", "salle-1"), at(month - 1));
        for number in 0..9 {
            attempts.failed(by(&number.to_string(), "salle-1"), at(month));
        }
        let long_ago = attempts.wait_s(by("office", "salle-1"), at(month));
        assert!(long_ago.is_some(), "where it signed in too long ago it is no more known");
    }

    #[test]
    fn wrong_codes_after_the_right_password_have_the_name_wait_wherever_it_is_tried() {
        let attempts = Attempts::default();
        attempts.succeeded(by("office", "salle-1"), at(0));
        for number in 0..30 {
            attempts.failed_code(by(&number.to_string(), "salle-1"), at(0));
        }
        assert_eq!(attempts.wait_s(by("office", "salle-1"), at(0)), Some(900));
        attempts.succeeded(by("office", "salle-1"), at(900));
        assert_eq!(attempts.wait_s(by("new", "salle-1"), at(900)), None, "a success ends it");
    }

    #[test]
    fn an_address_waits_whatever_names_it_tries() {
        let attempts = Attempts::default();
        for number in 0..6 {
            attempts.failed(by("203.0.113.7", &format!("name {number}")), at(0));
        }
        assert!(attempts.wait_s(by("203.0.113.7", "new"), at(0)).is_some());
        assert!(attempts.wait_s(by("203.0.113.8", "new"), at(0)).is_none());
        let nameless = Whom { address: "203.0.113.7", name: None };
        assert!(attempts.wait_s(nameless, at(0)).is_some());
    }

    #[test]
    fn the_table_has_an_end_and_old_failures_are_forgotten() {
        let attempts = Attempts::default();
        for number in 0..KEPT_MAX {
            attempts
                .failed_code(by(&number.to_string(), &number.to_string()), at(number as i64 / 100));
            assert!(attempts.kept().failures.len() <= KEPT_MAX);
        }
        assert_eq!(attempts.kept().failures.len(), KEPT_MAX);
        for number in 0..KNOWN_MAX + 5 {
            attempts.succeeded(by(&number.to_string(), "x"), at(number as i64));
        }
        assert_eq!(attempts.kept().known.len(), KNOWN_MAX);
        for _ in 0..5 {
            attempts.failed(by("x", "x"), at(1000));
        }
        attempts.failed(by("x", "x"), at(1000 + FORGOTTEN_S));
        assert_eq!(attempts.wait_s(by("x", "x"), at(1000 + FORGOTTEN_S)), None);
    }
}
