//! [`Ticket`]: what a session's cookie says, sealed so that nobody else can read or make one.

use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom as _, SystemRandom},
};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{
    access::{AccountId, Role, SealKey, Seat},
    closed_list::ClosedList as _,
    time::Timestamp,
};

/// Longest sealed ticket that is looked at, in hexadecimal digits.
const SEALED_LENGTH_MAX: usize = 1024;
/// What tickets are sealed for: another version reads none of them.
const PURPOSE: &[u8] = b"vigie session 1";

/// What a session's cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticket {
    /// Somebody signed in to that account in that epoch of it.
    Account(AccountId, u32),
    /// A guest of a demo took that seat.
    Guest(Seat),
}

/// Seals a ticket that is good until `expires_at`; `None` where the system has no random bytes.
pub fn seal(key: &SealKey, ticket: &Ticket, expires_at: Timestamp) -> Option<String> {
    seal_text(key, PURPOSE, &plain(ticket, expires_at))
}

/// The ticket, where it is one of ours and still good at `now`.
pub fn open(key: &SealKey, sealed: &str, now: Timestamp) -> Option<Ticket> {
    read(&open_text(key, PURPOSE, sealed)?, now)
}

/// Seals a text for `purpose`, in hexadecimal digits; `None` where the system has no random bytes.
pub fn seal_text(key: &SealKey, purpose: &[u8], plain: &str) -> Option<String> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let mut bytes = plain.as_bytes().to_vec();
    let sealing = cipher(key)?;
    let nonce_of = Nonce::assume_unique_for_key(nonce);
    sealing.seal_in_place_append_tag(nonce_of, Aad::from(purpose), &mut bytes).ok()?;
    Some(hex::encode(nonce) + &hex::encode(bytes))
}

/// The text, where it was sealed with that key for that purpose.
pub fn open_text(key: &SealKey, purpose: &[u8], sealed: &str) -> Option<String> {
    let bytes = hex::decode(sealed).ok().filter(|_| sealed.len() <= SEALED_LENGTH_MAX)?;
    let (nonce, rest) = bytes.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut rest = rest.to_vec();
    let plain = cipher(key)?.open_in_place(nonce, Aad::from(purpose), &mut rest).ok()?;
    Some(std::str::from_utf8(plain).ok()?.to_owned())
}

/// What a page says with a session to show that it is ours: it cannot be worked out from the cookie.
pub fn csrf(key: &SealKey, sealed: &str) -> String {
    hex::encode(key.secret_for(format!("csrf {sealed}").as_bytes()))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn cipher(key: &SealKey) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, key.bytes()).ok().map(LessSafeKey::new)
}

/// `expiry kind …`, one word after the other.
fn plain(ticket: &Ticket, expires_at: Timestamp) -> String {
    let expiry = expires_at.unix_ms();
    match ticket {
        Ticket::Account(id, epoch) => format!("{expiry} account {id} {epoch}"),
        Ticket::Guest(seat) => {
            let scope = seat.scope();
            let of = scope.landlord().map(ToString::to_string);
            let of = of.or_else(|| scope.patrol().map(ToString::to_string)).unwrap_or_default();
            format!("{expiry} guest {} {of}", seat.role().as_str())
        }
    }
}

fn read(plain: &str, now: Timestamp) -> Option<Ticket> {
    let words: Vec<&str> = plain.split(' ').collect();
    let [expiry, kind, first, second] = words[..] else { return None };
    if now.unix_ms() >= expiry.parse::<i64>().ok()? {
        return None;
    }
    match kind {
        "account" => {
            let id = AccountId::new(Uuid::try_parse(first).ok()?);
            Some(Ticket::Account(id, second.parse().ok()?))
        }
        "guest" => guest(Role::of_name(first)?, second).map(Ticket::Guest),
        _ => None,
    }
}

/// The seat that a guest of a demo takes.
pub fn guest(role: Role, of: &str) -> Option<Seat> {
    match role {
        Role::Landlord => {
            Seat::new(role, Some(crate::stock::LandlordId::of_name(of).ok()?), None).ok()
        }
        Role::Patrol => Seat::new(role, None, Some(of.parse().ok()?)).ok(),
        _ => Seat::new(role, None, None).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_ms(second * 1000).unwrap()
    }

    #[test]
    fn a_ticket_comes_back_until_it_expires_and_under_its_own_key_alone() {
        let key = SealKey::new([7; 32]);
        for ticket in [
            Ticket::Account(AccountId::new(Uuid::from_u128(5)), 3),
            Ticket::Guest(guest(Role::Landlord, "rivp").unwrap()),
            Ticket::Guest(guest(Role::Patrol, "TANGO-1").unwrap()),
            Ticket::Guest(guest(Role::Planner, "").unwrap()),
        ] {
            let sealed = seal(&key, &ticket, at(100)).unwrap();
            assert_eq!(open(&key, &sealed, at(99)), Some(ticket.clone()));
            assert_eq!(open(&key, &sealed, at(100)), None);
            assert_eq!(open(&SealKey::new([8; 32]), &sealed, at(1)), None);
            assert_ne!(seal(&key, &ticket, at(100)), Some(sealed));
        }
    }

    #[test]
    fn a_ticket_that_was_changed_is_none() {
        let key = SealKey::new([7; 32]);
        let ticket = Ticket::Account(AccountId::new(Uuid::from_u128(5)), 3);
        let sealed = seal(&key, &ticket, at(100)).unwrap();
        for at_digit in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at_digit] = if changed[at_digit] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(open(&key, &changed, at(1)), None, "{at_digit}");
        }
        for nonsense in ["", "00", "é", "zz", &"0".repeat(1200)] {
            assert_eq!(open(&key, nonsense, at(1)), None);
        }
    }

    #[test]
    fn what_a_page_says_goes_with_its_session() {
        let key = SealKey::new([7; 32]);
        assert_ne!(csrf(&key, "a"), csrf(&key, "b"));
        assert!(same(&csrf(&key, "a"), &csrf(&key, "a")) && !same("a", "b") && !same("a", "aa"));
    }
}
