//! [`SecondFactor`]: what somebody shows beside a password. Nothing here is what an authenticator or a person holds.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Bytes of the secret that an authenticator and the store share: as many as an HMAC-SHA1 has (RFC 4226, 4).
pub const TOTP_SECRET_BYTES: usize = 20;
/// Bytes of the secret as it is kept: a nonce, the secret, a tag.
pub const SEALED_SECRET_BYTES: usize = 12 + TOTP_SECRET_BYTES + 16;
/// Recovery codes that somebody is given at once.
pub const RECOVERY_CODES: usize = 10;

/// What somebody shows beside a password: a code of an authenticator (RFC 6238), or one of some recovery codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The secret of the authenticator.
    pub secret: SealedSecret,
    /// The last half minute whose code was used: it and those before it are no good any more.
    pub used_step: u64,
    /// The recovery codes that were not used yet.
    pub recovery: Vec<RecoveryDigest>,
}

/// A secret as it is kept: sealed with a key of the store.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret([u8; SEALED_SECRET_BYTES]);

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl SealedSecret {
    /// The secret that was sealed as these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; SEALED_SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; SEALED_SECRET_BYTES] {
        &self.0
    }
}

/// The SHA-256 of a recovery code, which has 80 random bits: a fast digest is enough for what nobody can guess.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecoveryDigest([u8; 32]);

impl fmt::Debug for RecoveryDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl RecoveryDigest {
    /// The digest of a code as somebody types it: capitals, spaces and hyphens make no difference.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
        Self(Sha256::digest(plain.to_ascii_lowercase()).into())
    }

    /// The code whose digest this is.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let kept = RecoveryDigest::of("abcd-efgh-jkmn-pqrs");
        assert_eq!(RecoveryDigest::of(" ABCD EFGH jkmnpqrs "), kept);
        assert_ne!(RecoveryDigest::of("abcd-efgh-jkmn-pqrt"), kept);
        assert_eq!(format!("{kept:?}"), "…");
        assert_eq!(format!("{:?}", SealedSecret::from_bytes([7; SEALED_SECRET_BYTES])), "…");
    }
}
