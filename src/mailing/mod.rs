//! Sending reports by mail: to which mailbox, what was sent, and what is to be tried again.
//!
//! Uses [`crate::closed_list`], [`crate::time`], [`crate::privacy`] and [`crate::stock`] only. A [`Mailing`] is the entry of the register
//! about one night of one landlord; it is claimed before anything is sent, so that of two servers one sends.

mod claim;
mod entry;
mod mail_address;
mod owed;
mod state;

pub use claim::{Claim, PATIENCE_S_DEFAULT, Patience, Wish};
pub use entry::{FileDigests, Mailing, MailingKey, Outcome};
pub use mail_address::{InvalidMailAddress, MAIL_ADDRESS_LENGTH_MAX, MailAddress};
pub use owed::{NIGHTS_MADE_UP, Owed, owed};
pub use state::MailingState;

use crate::{stock::LandlordId, time::Timestamp};

/// Where the reports of a landlord go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Whose reports.
    pub landlord: LandlordId,
    /// That of a post, never of a person.
    pub address: MailAddress,
    /// Since when.
    pub set_at: Timestamp,
}
