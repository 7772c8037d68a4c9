//! [`Account`]: who or what may ask, and as what.

use super::{AccountId, AccountName, Key, PasswordHash, Seat, SecondFactor};
use crate::time::Timestamp;

/// Who or what may ask, and as what: a post that a person signs in to, or a program with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Unique.
    pub id: AccountId,
    /// What it is called. Among accounts with a password it is unique; of tokens it is a label.
    pub name: AccountName,
    /// As what it asks.
    pub seat: Seat,
    /// By what it is known.
    pub key: Key,
    /// What somebody shows beside the password, where that was asked for.
    pub second_factor: Option<SecondFactor>,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// From when on it is no longer good.
    pub expires_at: Option<Timestamp>,
    /// Whether it was taken away. It stays, so that registers can name it.
    pub disabled: bool,
    /// Rises when its sessions end: a session of an older epoch is none.
    pub epoch: u32,
}

impl Account {
    /// Whether it is good at that time.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        !self.disabled && self.expires_at.is_none_or(|at| now < at)
    }

    /// What is kept of the password that somebody signs in with.
    #[must_use]
    pub const fn password(&self) -> Option<&PasswordHash> {
        if let Key::Password(kept) = &self.key { Some(kept) } else { None }
    }

    /// Whether somebody signs in to it with a password.
    #[must_use]
    pub const fn has_password(&self) -> bool {
        self.password().is_some()
    }

    /// Whether it is a token.
    #[must_use]
    pub const fn is_token(&self) -> bool {
        matches!(self.key, Key::Token(_))
    }
}
