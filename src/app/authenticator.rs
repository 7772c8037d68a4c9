//! [`TotpSecret`]: what an authenticator holds, for as long as it takes to show it or to check a code of it: RFC 6238 with
//! SHA-1, six digits and half minutes, which every authenticator knows.

use std::fmt;

use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use subtle::{ConditionallySelectable as _, ConstantTimeEq as _};

use super::{Unavailable, passwords::random};
use crate::{
    access::{
        AccountId, AccountName, RECOVERY_CODES, RecoveryDigest, SealKey, SealedSecret,
        TOTP_SECRET_BYTES,
    },
    time::Timestamp,
};

/// Milliseconds for which a code is shown.
const STEP_MS: i64 = 30_000;
/// Steps by which the clock of an authenticator may be off, either way.
const STEPS_OFF_MAX: u64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
/// What secrets are sealed for.
const PURPOSE: &[u8] = b"vigie totp 1";
/// Letters of RFC 4648, 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Letters of a recovery code: no two look alike. 16 of them are 80 bits.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The secret of an authenticator. Its `Debug` form does not tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; TOTP_SECRET_BYTES]);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    /// One that the program makes up.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoChance`] when the system has no random bytes.
    pub fn made_up() -> Result<Self, Unavailable> {
        random().map(Self)
    }

    /// The secret of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; TOTP_SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be sealed.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; TOTP_SECRET_BYTES] {
        &self.0
    }

    /// The secret in the letters that somebody types into an authenticator.
    #[must_use]
    pub fn base32(&self) -> String {
        let mut text = String::with_capacity(TOTP_SECRET_BYTES * 8 / 5);
        // 20 bytes are 32 letters without a rest.
        for five in self.0.chunks_exact(5) {
            let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for at in (0..8).rev() {
                text.push(char::from(BASE32[(bits >> (5 * at) & 31) as usize]));
            }
        }
        text
    }

    /// The address that an authenticator reads from a picture.
    #[must_use]
    pub fn uri(&self, name: &AccountName) -> String {
        let secret = self.base32();
        format!(
            "otpauth://totp/Vigie:{name}?secret={secret}&issuer=Vigie&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The code of a step.
    fn code(&self, step: u64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        // RFC 4226, 5.3: the last four bits say where the four bytes of the code begin.
        let at = usize::from(tag[19] & 15);
        let bits = u32::from_be_bytes([tag[at], tag[at + 1], tag[at + 2], tag[at + 3]]);
        (bits & 0x7fff_ffff) % 1_000_000
    }

    /// The step whose code somebody typed, where it is the one of now or a neighbour; in a time that does not tell how
    /// near a wrong one comes.
    #[must_use]
    pub fn step_of(&self, typed: &str, now: Timestamp) -> Option<u64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let typed: u32 = digits.parse().ok()?;
        let step = u64::try_from(now.unix_ms() / STEP_MS).ok()?;
        let mut found = 0_u64;
        for step in step.saturating_sub(STEPS_OFF_MAX)..=step + STEPS_OFF_MAX {
            found.conditional_assign(&step, self.code(step).ct_eq(&typed));
        }
        (found > 0).then_some(found)
    }

    /// The secret as it is kept for `account`, sealed with a key that is made of `key`.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoChance`] when the system has no random bytes.
    pub fn sealed(&self, key: &SealKey, account: AccountId) -> Result<SealedSecret, Unavailable> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut bytes = self.0.to_vec();
        let aad = Aad::from(*account.uuid().as_bytes());
        cipher(key)
            .and_then(|cipher| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                cipher.seal_in_place_append_tag(nonce, aad, &mut bytes).ok()
            })
            .ok_or(Unavailable::NoChance)?;
        let all: Vec<u8> = nonce.into_iter().chain(bytes).collect();
        let all = all.try_into().map_err(|_length| Unavailable::NoChance)?;
        Ok(SealedSecret::from_bytes(all))
    }

    /// The secret that is kept for `account`, or `None` where it was sealed with another key or for another account.
    #[must_use]
    pub fn opened(key: &SealKey, account: AccountId, sealed: &SealedSecret) -> Option<Self> {
        let (nonce, rest) = sealed.bytes().split_at(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let aad = Aad::from(*account.uuid().as_bytes());
        let plain = cipher(key)?.open_in_place(nonce, aad, &mut rest).ok()?;
        Some(Self(<[u8; TOTP_SECRET_BYTES]>::try_from(&*plain).ok()?))
    }
}

/// A cipher whose key is made of the one that seals sessions, so that neither opens what the other sealed.
fn cipher(key: &SealKey) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, &key.secret_for(PURPOSE)).ok().map(LessSafeKey::new)
}

/// New recovery codes, to be shown once, and what is kept of them.
///
/// # Errors
///
/// [`Unavailable::NoChance`] when the system has no random bytes.
pub fn recovery_codes() -> Result<Vec<(String, RecoveryDigest)>, Unavailable> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let bytes: [u8; 16] = random()?;
            let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
            let four = |bytes: &[u8]| bytes.iter().map(letter).collect::<String>();
            let code = bytes.chunks(4).map(four).collect::<Vec<_>>().join("-");
            let digest = RecoveryDigest::of(&code);
            Ok((code, digest))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_ms(second * 1000).unwrap()
    }

    /// The secret of the tests of RFC 6238.
    fn of_the_rfc() -> TotpSecret {
        TotpSecret(*b"12345678901234567890")
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1: the last six of the eight digits there.
        for (second, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            let step = second / 30;
            assert_eq!(of_the_rfc().code(step), code, "at {second} s");
            let typed = format!("{code:06}");
            assert_eq!(of_the_rfc().step_of(&typed, at(second as i64)), Some(step));
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_the_neighbours() {
        let secret = of_the_rfc();
        let (now, step) = (at(1_111_111_109), 1_111_111_109 / 30);
        let good = |of: u64| secret.step_of(&format!("{:06}", secret.code(of)), now);
        assert_eq!(
            [good(step - 1), good(step), good(step + 1)],
            [step - 1, step, step + 1].map(Some)
        );
        assert_eq!([good(step - 2), good(step + 2)], [None, None]);
        let typed = format!("{:06}", secret.code(step));
        assert_eq!(secret.step_of(&format!("{} {}", &typed[..3], &typed[3..]), now), Some(step));
        for nonsense in ["", "12345", "1234567", "abcdef", "１２３４５６", "+81804"] {
            assert_eq!(secret.step_of(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn a_secret_is_told_to_an_authenticator_as_they_read_it() {
        // RFC 4648: `12345678901234567890` in base 32.
        assert_eq!(of_the_rfc().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = of_the_rfc().uri(&"salle-1".parse().unwrap());
        assert!(uri.starts_with("otpauth://totp/Vigie:salle-1?secret=GEZD"), "{uri}");
        assert_eq!(format!("{:?}", of_the_rfc()), "TotpSecret(…)");
    }

    #[test]
    fn a_kept_secret_opens_for_its_account_with_its_key_alone() {
        let id = |number| AccountId::new(uuid::Uuid::from_u128(number));
        let key = SealKey::new([7; 32]);
        let sealed = of_the_rfc().sealed(&key, id(1)).unwrap();
        assert!(TotpSecret::opened(&key, id(1), &sealed) == Some(of_the_rfc()));
        assert!(TotpSecret::opened(&key, id(2), &sealed).is_none());
        assert!(TotpSecret::opened(&SealKey::new([8; 32]), id(1), &sealed).is_none());
        assert!(of_the_rfc().sealed(&key, id(1)).unwrap() != sealed, "each has a nonce of its own");
    }

    #[test]
    fn recovery_codes_differ_and_are_known_again() {
        let codes = recovery_codes().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        for (at, (code, digest)) in codes.iter().enumerate() {
            assert_eq!(code.len(), 19);
            assert!(RecoveryDigest::of(&code.to_uppercase()) == *digest);
            assert!(codes[..at].iter().all(|(other, _)| other != code));
        }
    }
}
