//! [`Signer`]: the key that signs the register of purges, made from the key of the store.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::access::SealKey;

/// What the key of the store is mixed with, so that what signs the register seals nothing else.
const PURPOSE: &[u8] = b"vigie: register of purges, 1";

/// The key by which anybody can check a signature (Ed25519, RFC 8032).
pub type PublicKey = [u8; 32];
/// A signature (Ed25519, RFC 8032).
pub type Signature = [u8; 64];

/// What signs the register: every server over one store has the same.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// The signer of the store that has this key.
    #[must_use]
    pub fn of(store: &SealKey) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&store.secret_for(PURPOSE));
        Self(pair.unwrap_or_else(|_| unreachable!("32 bytes are a seed")))
    }

    /// By what its signatures are checked.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        let bytes = self.0.public_key().as_ref().try_into();
        bytes.unwrap_or_else(|_| unreachable!("an Ed25519 key has 32 bytes"))
    }

    /// The signature of `text`.
    #[must_use]
    pub fn sign(&self, text: &str) -> Signature {
        let bytes = self.0.sign(text.as_bytes()).as_ref().try_into();
        bytes.unwrap_or_else(|_| unreachable!("an Ed25519 signature has 64 bytes"))
    }
}

/// Whether `signature` of `text` is that of the key.
pub(super) fn is_signed(text: &str, key: &PublicKey, signature: &Signature) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(text.as_bytes(), signature).is_ok()
}
