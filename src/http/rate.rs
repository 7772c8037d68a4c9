//! [`Rates`]: how many requests an address and an account may make.
//!
//! The generic cell rate algorithm (ITU-T I.371): for each, the time at which its next request would be due if all came
//! evenly, in one word. Whoever is ahead of that time by more than a burst waits.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hash},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use actix_web::HttpRequest;

use super::{Problem, caller::is_of_this_machine};
use crate::access::AccountId;

/// Words in a table, 512 kB. Two that fall on one share it: with 1,000 busy clients one in 65 does, and none of them can
/// choose whom to meet, since places are drawn with a key of this process.
const PLACES: usize = 1 << 16;
/// A burst is what is allowed in so many seconds: a page with its tiles, a shift that comes on at once behind one address.
const BURST_S: u64 = 10;
const NS_PER_S: u64 = 1_000_000_000;

/// How many requests a second are answered; `None` for any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Of one address.
    pub address_per_s: Option<NonZeroU32>,
    /// Of one account or token.
    pub account_per_s: Option<NonZeroU32>,
}

impl RateLimits {
    /// What is allowed of one address where nothing else is said: a whole office behind one.
    pub const ADDRESS_PER_S: u32 = 400;
    /// What is allowed of one account or token where nothing else is said: ten times what a page asks for.
    pub const ACCOUNT_PER_S: u32 = 200;
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            address_per_s: NonZeroU32::new(Self::ADDRESS_PER_S),
            account_per_s: NonZeroU32::new(Self::ACCOUNT_PER_S),
        }
    }
}

/// Who has asked how much of late. Whoever asks from this machine is not counted.
#[derive(Debug, Clone)]
pub struct Rates {
    address: Option<Arc<Rate>>,
    account: Option<Arc<Rate>>,
}

impl Rates {
    /// Rates that nobody has used yet.
    #[must_use]
    pub fn new(limits: RateLimits) -> Self {
        let rate = |per_s: Option<NonZeroU32>| per_s.map(|per_s| Arc::new(Rate::of(per_s)));
        Self { address: rate(limits.address_per_s), account: rate(limits.account_per_s) }
    }

    /// Counts a request from its address.
    ///
    /// # Errors
    ///
    /// 429 where it has asked too much.
    pub fn count_address(&self, request: &HttpRequest) -> Result<(), Problem> {
        match &self.address {
            Some(rate) if !is_of_this_machine(request) => rate.count(address(request)),
            _ => Ok(()),
        }
    }

    /// Counts a request of an account or token.
    ///
    /// # Errors
    ///
    /// 429 where it has asked too much.
    pub fn count_account(&self, request: &HttpRequest, of: AccountId) -> Result<(), Problem> {
        match &self.account {
            Some(rate) if !is_of_this_machine(request) => rate.count(of),
            _ => Ok(()),
        }
    }
}

/// From where somebody asks: by the last proxy's word where a proxy of our own network hands the request on, and else
/// by the connection, for whoever connects itself could write any word. As [`network`] tells it.
pub fn address(request: &HttpRequest) -> String {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let is_near = peer.is_some_and(|peer| match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    });
    let forwarded = request.headers().get("x-forwarded-for").filter(|_| is_near);
    let forwarded = forwarded.and_then(|value| value.to_str().ok());
    let last = forwarded.and_then(|all| all.rsplit(',').next()).map(forwarded_network);
    last.or_else(|| peer.map(network)).unwrap_or_default()
}

/// What a proxy says of an address, with or without brackets and a port; what is no address, as it is said.
fn forwarded_network(said: &str) -> String {
    let said = said.trim();
    let bare = said.trim_start_matches('[').trim_end_matches(']');
    let with_port = || said.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let address = bare.parse::<IpAddr>().ok().or_else(with_port);
    address.map_or_else(|| said.to_owned(), network)
}

/// What counts as one address: the first 64 bits of IPv6, for whoever has one has them all (RFC 6177), and of IPv4 all.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX));
            format!("{network}/64")
        }
    }
}

/// One limit, for any number of clients in bounded memory.
#[derive(Debug)]
struct Rate {
    /// Between two requests of one client that come evenly.
    interval_ns: u64,
    /// When the next request of each place is due, since `begun`.
    due_ns: Box<[AtomicU64]>,
    key: RandomState,
    begun: Instant,
}

impl Rate {
    fn of(per_s: NonZeroU32) -> Self {
        Self {
            interval_ns: NS_PER_S / u64::from(per_s.get()),
            due_ns: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            key: RandomState::new(),
            begun: Instant::now(),
        }
    }

    fn count(&self, whom: impl Hash) -> Result<(), Problem> {
        let now_ns = u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.take(whom, now_ns).map_err(Problem::too_fast)
    }

    /// Takes a request of `whom` at that time; for how many seconds it waits where it has asked too much.
    fn take(&self, whom: impl Hash, now_ns: u64) -> Result<(), u32> {
        let place = self.key.hash_one(whom) as usize % PLACES;
        let latest_ns = now_ns + BURST_S * NS_PER_S;
        let next = |due_ns: u64| {
            let next_ns = due_ns.max(now_ns) + self.interval_ns;
            (next_ns <= latest_ns).then_some(next_ns)
        };
        match self.due_ns[place].fetch_update(Ordering::Relaxed, Ordering::Relaxed, next) {
            Ok(_) => Ok(()),
            Err(due_ns) => {
                let wait_ns = (due_ns + self.interval_ns).saturating_sub(latest_ns);
                Err(u32::try_from(wait_ns.div_ceil(NS_PER_S)).unwrap_or(u32::MAX).max(1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_s: u32) -> Rate {
        Rate::of(NonZeroU32::new(per_s).unwrap())
    }

    #[test]
    fn a_burst_is_answered_at_once_and_then_as_many_as_come_in_time() {
        let rate = rate(20);
        let taken = |now_ns| (0..500).filter(|_| rate.take("one", now_ns).is_ok()).count();
        assert_eq!(taken(0), 200, "ten seconds' worth");
        assert_eq!(rate.take("one", 0), Err(1));
        assert_eq!(taken(NS_PER_S), 20);
        assert_eq!(taken(1_000 * NS_PER_S), 200, "and no more, however long it was silent");
    }

    #[test]
    fn one_that_asks_too_much_hinders_no_other() {
        let rate = rate(1);
        while rate.take(0, 0).is_ok() {}
        let others = (1..1_000).filter(|one| rate.take(*one, 0).is_ok()).count();
        assert!(others >= 990, "{others} of 999 others");
    }

    #[test]
    fn whoever_has_an_address_of_ipv6_has_the_other_ones_beside_it() {
        let said = ["2001:db8:1:2::1", "[2001:db8:1:2:ffff::9]", "[2001:db8:1:2::7]:443"];
        assert!(said.iter().all(|said| forwarded_network(said) == "2001:db8:1:2::/64"));
        assert_eq!(forwarded_network("2001:db8:1:3::1"), "2001:db8:1:3::/64");
        for said in ["203.0.113.7", " 203.0.113.7:51000", "::ffff:203.0.113.7"] {
            assert_eq!(forwarded_network(said), "203.0.113.7");
        }
        assert_eq!(forwarded_network("unknown"), "unknown");
    }

    #[test]
    fn whoever_waits_as_long_as_it_is_told_is_answered() {
        let rate = rate(1);
        let mut now_ns = 7 * NS_PER_S;
        for _ in 0..50 {
            while rate.take("one", now_ns).is_ok() {}
            let wait_s = rate.take("one", now_ns).unwrap_err();
            now_ns += u64::from(wait_s) * NS_PER_S;
            assert_eq!(rate.take("one", now_ns), Ok(()));
        }
    }
}
