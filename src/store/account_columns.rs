//! What the columns of an account mean, in either store.

use super::StoreError;
use crate::{
    access::{Key, Role, SealKey, Seat, TokenDigest},
    patrol::PatrolId,
    stock::LandlordId,
};

/// A key in its columns: one of them is not null.
pub(super) struct KeyColumns<'a> {
    /// A password as argon2id keeps it.
    pub(super) password: Option<&'a str>,
    /// The SHA-256 of a token.
    pub(super) token: Option<&'a [u8]>,
    /// A key that seals sessions.
    pub(super) seal: Option<&'a [u8]>,
}

impl<'a> KeyColumns<'a> {
    /// The columns of `key`.
    pub(super) fn of(key: &'a Key) -> Self {
        let none = Self { password: None, token: None, seal: None };
        match key {
            Key::Password(hash) => Self { password: Some(hash.as_str()), ..none },
            Key::Token(digest) => Self { token: Some(digest.digest()), ..none },
            Key::Seal(key) => Self { seal: Some(key.bytes()), ..none },
        }
    }
}

impl TryFrom<KeyColumns<'_>> for Key {
    type Error = StoreError;

    /// No column is repeated in the error: it is secret.
    fn try_from(columns: KeyColumns<'_>) -> Result<Self, StoreError> {
        let odd = |what| StoreError::Unreadable(format!("account.{what} is not what it should be"));
        let bytes = |what, bytes: &[u8]| bytes.try_into().map_err(|_length| odd(what));
        match columns {
            KeyColumns { password: Some(hash), token: None, seal: None } => {
                Ok(Self::Password(hash.parse().map_err(|_invalid| odd("password"))?))
            }
            KeyColumns { password: None, token: Some(digest), seal: None } => {
                Ok(Self::Token(TokenDigest::from_digest(bytes("token", digest)?)))
            }
            KeyColumns { password: None, token: None, seal: Some(key) } => {
                Ok(Self::Seal(SealKey::new(bytes("seal", key)?)))
            }
            _ => Err(odd("key")),
        }
    }
}

/// The seat that these columns say.
///
/// # Errors
///
/// [`StoreError::Unreadable`] when they say none.
pub(super) fn seat(
    role: Role,
    landlord: Option<LandlordId>,
    patrol: Option<PatrolId>,
) -> Result<Seat, StoreError> {
    match role {
        Role::System => Ok(Seat::SYSTEM),
        role => Seat::new(role, landlord, patrol)
            .map_err(|e| StoreError::Unreadable(format!("account.role: {e}"))),
    }
}
