//! [`IdempotencyKey`]: how a client that heard no answer asks again without doubling anything.

use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Longest key, in bytes.
pub const IDEMPOTENCY_KEY_LENGTH_MAX: usize = 255;

/// The SHA-256 of an `Idempotency-Key` header; the key itself is not kept, whatever a client puts into it.
///
/// Source: draft-ietf-httpapi-idempotency-key-header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyKey([u8; 32]);

/// The SHA-256 of what was asked, to tell a repeated request from another one under the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestDigest([u8; 32]);

/// Why a text is not an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to {IDEMPOTENCY_KEY_LENGTH_MAX} printable ASCII characters")]
pub struct InvalidIdempotencyKey;

impl FromStr for IdempotencyKey {
    type Err = InvalidIdempotencyKey;

    fn from_str(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        let printable = text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        if !printable || !(1..=IDEMPOTENCY_KEY_LENGTH_MAX).contains(&text.len()) {
            return Err(InvalidIdempotencyKey);
        }
        Ok(Self(Sha256::digest(text).into()))
    }
}

impl IdempotencyKey {
    /// The key of a row of a file: the same content under the same `ordinal` has the same key.
    #[must_use]
    pub fn of_row(content: &[u8], ordinal: u64) -> Self {
        let hasher = Sha256::new_with_prefix(b"row\0").chain_update(ordinal.to_be_bytes());
        Self(hasher.chain_update(content).finalize().into())
    }

    /// The key whose digest this is.
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

impl RequestDigest {
    /// The digest of the bytes that were asked.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// The request whose digest this is.
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
