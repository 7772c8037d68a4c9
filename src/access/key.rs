//! [`Key`]: by what an account is known. Nothing here is what a person typed or a program sends.

use std::{fmt, str::FromStr};

use ring::hmac;
use sha2::{Digest as _, Sha256};

/// What a token begins with, so that people and scanners of repositories know one when they see it.
pub const TOKEN_PREFIX: &str = "vgt_";
/// Random bytes in a token: 256 bits, so that a fast digest is as good as a slow one.
const TOKEN_BYTES: usize = 32;

/// By what an account is known. Its `Debug` form says of which sort it is, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A password that a person knows.
    Password(PasswordHash),
    /// A token that a program sends.
    Token(TokenDigest),
    /// The program's own, which seals the sessions of all servers over one store.
    Seal(SealKey),
}

/// A password as argon2id keeps it, in the form of the [PHC](https://github.com/P-H-C/phc-string-format).
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Box<str>);

/// Why a text is not a [`PasswordHash`]. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password is kept as argon2id")]
pub struct InvalidPasswordHash;

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl PasswordHash {
    /// The form that is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PasswordHash {
    type Err = InvalidPasswordHash;

    fn from_str(text: &str) -> Result<Self, InvalidPasswordHash> {
        let fits = text.starts_with("$argon2id$") && text.len() <= 256 && text.is_ascii();
        if fits { Ok(Self(text.into())) } else { Err(InvalidPasswordHash) }
    }
}

/// The SHA-256 of a token; the token itself is shown once, to whoever it is given to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest([u8; 32]);

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl TokenDigest {
    /// A new token of these random bytes, to be shown once, and its digest.
    #[must_use]
    pub fn new_token(random: &[u8; TOKEN_BYTES]) -> (String, Self) {
        let token = format!("{TOKEN_PREFIX}{}", hex::encode(random));
        let digest = Self(Sha256::digest(&token).into());
        (token, digest)
    }

    /// The digest of what a program sends, or `None` for what cannot be a token.
    #[must_use]
    pub fn of(token: &str) -> Option<Self> {
        let digits = token.strip_prefix(TOKEN_PREFIX)?;
        let fits = digits.len() == 2 * TOKEN_BYTES && digits.bytes().all(|b| b.is_ascii_hexdigit());
        fits.then(|| Self(Sha256::digest(token).into()))
    }

    /// The token whose digest this is.
    #[must_use]
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The key of a cipher that seals sessions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SealKey([u8; 32]);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl SealKey {
    /// The key of these random bytes.
    #[must_use]
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A secret that is made of it for `purpose` alone (HMAC-SHA-256): it tells nothing of the key, nor of the secret
    /// for another purpose.
    #[must_use]
    pub fn secret_for(&self, purpose: &[u8]) -> [u8; 32] {
        let made = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose);
        let bytes = made.as_ref().try_into();
        bytes.unwrap_or_else(|_| unreachable!("a SHA-256 has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_digest_and_by_nothing_less() {
        let (token, digest) = TokenDigest::new_token(&[7; 32]);
        assert_eq!(token.len(), 68);
        assert!(TokenDigest::of(&token) == Some(digest));
        assert!(TokenDigest::of(&token.to_uppercase()).is_none());
        assert!(TokenDigest::of(&token[..67]).is_none());
        assert!(TokenDigest::of(&format!("{token}0")).is_none());
        assert!(TokenDigest::of("").is_none());
    }

    #[test]
    fn a_key_is_not_told_by_its_debug_form() {
        let keys = [
            Key::Password("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".parse().unwrap()),
            Key::Token(TokenDigest::from_digest([0xab; 32])),
            Key::Seal(SealKey::new([0xab; 32])),
        ];
        assert_eq!(format!("{keys:?}"), "[Password(…), Token(…), Seal(…)]");
        assert!("hunter2".parse::<PasswordHash>().is_err());
    }
}
