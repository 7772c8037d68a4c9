//! [`MailingState`]: how far a mailing has got.

use crate::closed_list::closed_list;

closed_list! {
    /// How far a mailing has got.
    MailingState {
        /// A server is about to send it, or has sent it and has not said so.
        Claimed = "claimed",
        /// It failed in a way that may pass, and is tried again.
        Waiting = "waiting",
        /// The mail server has taken it.
        Sent = "sent",
        /// The mail server refuses it for good: the mailbox is wrong, or the message.
        Refused = "refused",
        /// It failed for a day, or was still open when it was too late to send it.
        GivenUp = "given_up",
        /// The landlord has no mailbox: whoever reads the report fetches it.
        ToFetch = "to_fetch",
    }
}

impl MailingState {
    /// Whether the report did not reach a mailbox that it was to reach, and will not by itself.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Refused | Self::GivenUp)
    }

    /// Whether somebody is to come back to it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Claimed | Self::Waiting)
    }
}
