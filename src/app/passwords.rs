//! [`Password`]: what a person types, for as long as it takes to check it. Here, too, chance comes in.

use std::{fmt, str::FromStr};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::Unavailable;
use crate::access::PasswordHash;

/// Fewest characters of a password.
pub const PASSWORD_LENGTH_MIN: usize = 12;
/// Most bytes of a password: argon2 reads all of them.
const PASSWORD_BYTES_MAX: usize = 256;
/// Characters of a password that the program makes up: no two look alike. 20 of them are 99 bits.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const MADE_LENGTH: usize = 20;

/// A password. Its `Debug` form does not tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a text is not a [`Password`]. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has {PASSWORD_LENGTH_MIN} characters at least, and {PASSWORD_BYTES_MAX} bytes at most")]
pub struct InvalidPassword;

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl FromStr for Password {
    type Err = InvalidPassword;

    fn from_str(text: &str) -> Result<Self, InvalidPassword> {
        let fits = text.chars().count() >= PASSWORD_LENGTH_MIN && text.len() <= PASSWORD_BYTES_MAX;
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidPassword) }
    }
}

impl Password {
    /// One that the program makes up.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoChance`] when the system has no random bytes.
    pub fn made_up() -> Result<Self, Unavailable> {
        let bytes: [u8; 32] = random()?;
        let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
        Ok(Self(bytes.iter().take(MADE_LENGTH).map(letter).collect()))
    }

    /// The password itself, to be shown once to whoever it is given to.
    #[must_use]
    pub fn told(&self) -> &str {
        &self.0
    }

    /// What is kept of it: argon2id with 19 MiB, two passes, one lane (OWASP). Some 30 ms of one core.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoChance`] when the system has no random bytes.
    pub fn hash(&self) -> Result<PasswordHash, Unavailable> {
        let salt: [u8; 16] = random()?;
        let salt = SaltString::encode_b64(&salt).map_err(|_salt| Unavailable::NoChance)?;
        let hash = Argon2::default().hash_password(self.0.as_bytes(), &salt);
        let hash = hash.map_err(|_memory| Unavailable::NoChance)?.to_string();
        hash.parse().map_err(|_not_argon2id| Unavailable::NoChance)
    }

    /// Whether it is the one of which `kept` was kept. As long as [`Password::hash`], whatever the answer.
    #[must_use]
    pub fn is(&self, kept: &PasswordHash) -> bool {
        argon2::PasswordHash::new(kept.as_str())
            .is_ok_and(|hash| Argon2::default().verify_password(self.0.as_bytes(), &hash).is_ok())
    }
}

/// Random bytes of the system.
///
/// # Errors
///
/// [`Unavailable::NoChance`] when it has none.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Unavailable> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_none| Unavailable::NoChance)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let password: Password = "correct horse battery".parse().unwrap();
        let kept = password.hash().unwrap();
        assert!(password.is(&kept));
        assert!(!Password::from_str("correct horse batterz").unwrap().is(&kept));
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(password.hash().unwrap() != kept, "each has a salt of its own");
    }

    #[test]
    fn a_password_is_long_enough_and_not_told() {
        assert!(Password::from_str("elevenchars").is_err());
        assert!(Password::from_str(&"x".repeat(257)).is_err());
        let made = Password::made_up().unwrap();
        assert_eq!(made.told().len(), MADE_LENGTH);
        assert_eq!(format!("{made:?}"), "Password(…)");
    }
}
