//! [`ChainKey`]: how lines hang together.

use std::fmt;

use ring::hmac::{HMAC_SHA256, Key, sign};
use uuid::Uuid;

use super::entry::AccessLine;
use crate::access::SealKey;

/// What the key of a chain is made for, so that it is good for nothing else.
const PURPOSE: &[u8] = b"vigie access log, version 1";
/// What stands before the hash of a line.
const BEFORE_HASH: &str = ",\"hash\":\"";
/// Its length in hexadecimal digits.
const HASH_DIGITS: usize = 64;

/// The key that lines are hashed with. Whoever has a file and not the store cannot make lines that fit.
#[derive(Clone)]
pub struct ChainKey(Key);

impl fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A line that was read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadLine {
    /// What it says.
    pub line: AccessLine,
    /// The hash that stands in it.
    pub hash: String,
    /// Whether that is the right one.
    pub fits: bool,
}

impl ChainKey {
    /// The key of the chains of the store that has this key.
    #[must_use]
    pub fn of(store: &SealKey) -> Self {
        Self(Key::new(HMAC_SHA256, &store.secret_for(PURPOSE)))
    }

    /// What the first line of the chain `log` holds in place of the hash of a line before.
    pub(super) fn beginning(&self, log: Uuid) -> String {
        self.hash(log.as_bytes())
    }

    /// The text of a line with its hash and its line break, and the hash.
    pub(super) fn sealed(&self, line: &AccessLine) -> Result<(String, String), serde_json::Error> {
        let body = serde_json::to_string(line)?;
        let hash = self.hash(body.as_bytes());
        let open = body.strip_suffix('}').unwrap_or(&body);
        Ok((format!("{open}{BEFORE_HASH}{hash}\"}}\n"), hash))
    }

    /// Reads a line without its line break; `None` where it is no line of ours.
    pub(super) fn read(&self, text: &str) -> Option<ReadLine> {
        let (open, rest) = text.rsplit_once(BEFORE_HASH)?;
        let hash = rest.strip_suffix("\"}").filter(|hash| hash.len() == HASH_DIGITS)?;
        let body = format!("{open}}}");
        let line = serde_json::from_str(&body).ok()?;
        Some(ReadLine { line, hash: hash.to_owned(), fits: self.hash(body.as_bytes()) == hash })
    }

    fn hash(&self, bytes: &[u8]) -> String {
        hex::encode(sign(&self.0, bytes))
    }
}
