//! [`Mailing`]: the entry of the register about one report that was sent, is to be sent, or is to be fetched.

use super::{MailAddress, MailingState, Patience};
use crate::{
    stock::LandlordId,
    time::{Date, Timestamp},
};

/// What a mailing is about. There is one entry for each key, and so nothing is sent twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailingKey {
    /// Whose report.
    pub landlord: LandlordId,
    /// The date on which the night began.
    pub night: Date,
    /// 0 for the mailing of the morning; 1, 2, … where somebody has had it sent again.
    pub ordinal: u32,
}

/// SHA-256 of the files that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDigests {
    /// Of the PDF.
    pub pdf: [u8; 32],
    /// Of the CSV.
    pub csv: [u8; 32],
}

/// An entry of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailing {
    /// What it is about.
    pub key: MailingKey,
    /// How far it has got.
    pub state: MailingState,
    /// Where it was sent to last.
    pub mailbox: Option<MailAddress>,
    /// When the entry was made.
    pub opened_at: Timestamp,
    /// When it changed last: when it was sent, where it was.
    pub changed_at: Timestamp,
    /// Until when a claim holds, or when it is tried again.
    pub due_at: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// How many of these attempts ended without a word, as where a server is killed or a connection breaks: the mailbox
    /// may have the message of each.
    pub unsure: u32,
    /// What the mail server answered last, such as 250, where it did.
    pub reply: Option<u16>,
    /// What was sent last.
    pub files: Option<FileDigests>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server has taken the message.
    Accepted {
        /// Its code.
        reply: Option<u16>,
    },
    /// Not now: no server, or one that says so.
    NotNow {
        /// Its code.
        reply: Option<u16>,
    },
    /// The connection broke, or no answer came: the message may have been taken.
    Lost,
    /// Never like this.
    Refused {
        /// Its code.
        reply: Option<u16>,
    },
}

impl Mailing {
    /// The entry once a claimed attempt has ended.
    #[must_use]
    pub fn ended(
        self,
        outcome: Outcome,
        files: Option<FileDigests>,
        now: Timestamp,
        patience: Patience,
    ) -> Self {
        let (state, reply) = match outcome {
            Outcome::Accepted { reply } => (MailingState::Sent, reply),
            Outcome::Refused { reply } => (MailingState::Refused, reply),
            Outcome::NotNow { reply } => (MailingState::Waiting, reply),
            Outcome::Lost => (MailingState::Waiting, None),
        };
        let unsure = self.unsure + u32::from(outcome == Outcome::Lost);
        let due_at =
            (state == MailingState::Waiting).then(|| patience.after_attempt(self.attempts, now));
        Self { state, reply, due_at, files, unsure, changed_at: now, ..self }
    }
}
