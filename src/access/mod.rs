//! Who may do what: roles, permissions, the table between them, accounts, and what is turned on.
//!
//! Uses [`crate::time`], [`crate::stock`] and [`crate::patrol`] only. Whoever asks has a [`Seat`]: a role, and the
//! landlord or patrol that it is for. The role says what may be done ([`Role::may`], one table), the seat which
//! part of the data is seen ([`Scope`]). No key is here as it was given: passwords are argon2id, tokens SHA-256.

mod account;
mod account_id;
mod account_name;
mod anchor;
mod key;
mod permission;
mod role;
mod scope;
mod seat;
mod second_factor;
mod setting;

pub use account::Account;
pub use account_id::{AccountId, InvalidAccountId};
pub use account_name::{ACCOUNT_NAME_LENGTH_MAX, AccountName, InvalidAccountName};
pub use anchor::AccessAnchor;
pub use key::{InvalidPasswordHash, Key, PasswordHash, SealKey, TOKEN_PREFIX, TokenDigest};
pub use permission::Permission;
pub use role::Role;
pub use scope::Scope;
pub use seat::{InvalidSeat, Seat};
pub use second_factor::{
    RECOVERY_CODES, RecoveryDigest, SEALED_SECRET_BYTES, SealedSecret, SecondFactor,
    TOTP_SECRET_BYTES,
};
pub use setting::{Setting, SettingName};
