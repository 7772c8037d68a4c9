//! What the columns of an account mean, in either store.

use super::StoreError;
use crate::{
    access::{Key, RecoveryDigest, Role, SealKey, SealedSecret, Seat, SecondFactor, TokenDigest},
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

/// A second factor in its columns: all of them are null, or none.
pub(super) struct SecondColumns<'a> {
    /// The sealed secret of an authenticator.
    pub(super) totp: Option<&'a [u8]>,
    /// The last half minute whose code was used.
    pub(super) totp_step: Option<i64>,
    /// The SHA-256 of each recovery code, one after the other.
    pub(super) recovery: Option<Vec<u8>>,
}

impl<'a> SecondColumns<'a> {
    /// The columns of `second`.
    pub(super) fn of(second: Option<&'a SecondFactor>) -> Self {
        let bytes =
            |codes: &[RecoveryDigest]| codes.iter().flat_map(|code| *code.digest()).collect();
        Self {
            totp: second.map(|second| &second.secret.bytes()[..]),
            // A step is half a minute since 1970.
            totp_step: second.map(|second| second.used_step as i64),
            recovery: second.map(|second| bytes(&second.recovery)),
        }
    }

    /// The second factor that they say.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unreadable`], which repeats no column: they are secret.
    pub(super) fn read(self) -> Result<Option<SecondFactor>, StoreError> {
        let odd = || StoreError::Unreadable("account.totp is not what it should be".to_owned());
        let (totp, step, recovery) = match (self.totp, self.totp_step, self.recovery) {
            (Some(totp), Some(step), Some(recovery)) => (totp, step, recovery),
            (None, None, None) => return Ok(None),
            _ => return Err(odd()),
        };
        let digest = |code: &[u8]| code.try_into().map(RecoveryDigest::from_digest);
        let recovery: Result<_, _> = recovery.chunks(32).map(digest).collect();
        Ok(Some(SecondFactor {
            secret: SealedSecret::from_bytes(totp.try_into().map_err(|_length| odd())?),
            used_step: step.try_into().map_err(|_negative| odd())?,
            recovery: recovery.map_err(|_length| odd())?,
        }))
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
