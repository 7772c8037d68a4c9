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
    /// Since when it is taken away. It stays for its term, so that registers can name it.
    pub disabled_at: Option<Timestamp>,
    /// Rises when its sessions end: a session of an older epoch is none.
    pub epoch: u32,
}

impl Account {
    /// Whether it is good at that time.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        !self.is_disabled() && self.expires_at.is_none_or(|at| now < at)
    }

    /// Whether it was taken away.
    #[must_use]
    pub const fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }

    /// When it was taken away or ran out, whichever came first: from then on its term counts. The program's own has no end.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        if matches!(self.key, Key::Seal(_)) {
            return None;
        }
        self.disabled_at.into_iter().chain(self.expires_at).min()
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
