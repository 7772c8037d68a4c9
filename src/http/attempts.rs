//! [`Attempts`]: how often somebody has failed to sign in, and for how long nothing more is tried.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash, RandomState},
    sync::{Mutex, PoisonError},
};

use crate::time::Timestamp;

/// Failures that cost nothing: people mistype.
const FREE: u32 = 4;
/// Longest wait, in seconds.
const WAIT_S_MAX: i64 = 900;
/// After how many seconds without a failure all is forgotten.
const FORGOTTEN_S: i64 = 3600;
/// Names and addresses that are kept. Beyond, the oldest are forgotten: whoever fills the table waits all the same, by
/// the address.
const KEPT_MAX: usize = 8192;

/// Failures by name and by address. Neither is kept, only a digest of it with a key of this process.
#[derive(Debug, Default)]
pub struct Attempts {
    key: RandomState,
    failures: Mutex<HashMap<u64, Failures>>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// From when on it may be tried again: twice as long after each failure.
    fn until(self) -> Timestamp {
        let over = self.count.saturating_sub(FREE);
        let wait_s = if over == 0 { 0 } else { (1_i64 << (over - 1).min(20)).min(WAIT_S_MAX) };
        self.last.plus_seconds(wait_s)
    }
}

impl Attempts {
    /// For how many seconds nothing more is tried for any of `whom`; `None` where it may be.
    pub fn wait_s(&self, whom: &[&str], now: Timestamp) -> Option<u32> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = self.digests(whom).filter_map(|of| failures.get(&of)).map(|one| one.until());
        let until = waits.max().filter(|until| *until > now)?;
        Some(until.seconds_since(now).ceil() as u32)
    }

    /// Notes a failure for each of `whom`.
    pub fn failed(&self, whom: &[&str], now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= KEPT_MAX {
            failures.retain(|_, one| now.seconds_since(one.last) < FORGOTTEN_S as f64);
        }
        if failures.len() >= KEPT_MAX
            && let Some(oldest) = failures.iter().min_by_key(|(_, one)| one.last).map(|(of, _)| *of)
        {
            failures.remove(&oldest);
        }
        for of in self.digests(whom) {
            let one = failures.entry(of).or_insert(Failures { count: 0, last: now });
            let old = now.seconds_since(one.last) >= FORGOTTEN_S as f64;
            *one = Failures { count: if old { 1 } else { one.count.saturating_add(1) }, last: now };
        }
    }

    /// Forgets the failures of each of `whom`.
    pub fn succeeded(&self, whom: &[&str]) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for of in self.digests(whom) {
            failures.remove(&of);
        }
    }

    fn digests<'a>(&'a self, whom: &'a [&str]) -> impl Iterator<Item = u64> + 'a {
        whom.iter().map(|one| self.digest(*one))
    }

    fn digest(&self, one: &(impl Hash + ?Sized)) -> u64 {
        self.key.hash_one(one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_700_000_000_000 + second * 1000).unwrap()
    }

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait() {
        let attempts = Attempts::default();
        let mut waits = Vec::new();
        for _ in 0..20 {
            attempts.failed(&["name salle-1"], at(0));
            waits.push(attempts.wait_s(&["name salle-1"], at(0)).unwrap_or(0));
        }
        assert_eq!(waits[..8], [0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(waits[19], 900);
        assert_eq!(attempts.wait_s(&["name salle-1"], at(900)), None);
        assert_eq!(attempts.wait_s(&["name salle-2"], at(0)), None);
        attempts.succeeded(&["name salle-1"]);
        assert_eq!(attempts.wait_s(&["name salle-1"], at(0)), None);
    }

    #[test]
    fn an_address_waits_whatever_names_it_tries() {
        let attempts = Attempts::default();
        for number in 0..6 {
            attempts.failed(&[&format!("name {number}"), "address 203.0.113.7"], at(0));
        }
        assert!(attempts.wait_s(&["name new", "address 203.0.113.7"], at(0)).is_some());
        assert!(attempts.wait_s(&["name new", "address 203.0.113.8"], at(0)).is_none());
    }

    #[test]
    fn the_table_has_an_end_and_old_failures_are_forgotten() {
        let attempts = Attempts::default();
        for number in 0..2 * KEPT_MAX {
            attempts.failed(&[&number.to_string()], at(number as i64 / 100));
        }
        assert!(attempts.failures.lock().unwrap().len() <= KEPT_MAX);
        for _ in 0..5 {
            attempts.failed(&["x"], at(1000));
        }
        attempts.failed(&["x"], at(1000 + FORGOTTEN_S));
        assert_eq!(attempts.wait_s(&["x"], at(1000 + FORGOTTEN_S)), None);
    }
}
