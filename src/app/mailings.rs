//! Mailings: where reports go, who may send one now, and how that ended.
//!
//! They are no events, and the twin does not hold them: each is asked of the store itself, on the writer's thread.

use std::ops::RangeInclusive;

use super::{App, Unavailable};
use crate::{
    mailing::{
        Claim, FileDigests, MailAddress, Mailbox, Mailing, MailingKey, Outcome, Patience, Wish,
    },
    stock::LandlordId,
    store::{MailChange, Store},
    time::{Date, Timestamp},
};

/// Most nights that the register is asked for at once: a year.
pub const NIGHTS_MAX: i32 = 366;

/// Why a mailbox stayed as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// The stock holds no such landlord.
    #[error("landlord `{0}` is not in the stock")]
    UnknownLandlord(LandlordId),
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Which mailing somebody wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedMailing {
    /// Whose report.
    pub landlord: LandlordId,
    /// The date on which the night began.
    pub night: Date,
    /// The one of the morning, or one more.
    pub copy: Copies,
    /// Who wants it.
    pub wish: Wish,
}

/// Whether what was sent is sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// It is sent once: the mailing of the morning.
    Once,
    /// It is sent again, whatever has become of those before.
    Again,
    /// The one of that ordinal.
    Numbered(u32),
}

impl App {
    /// Where the reports of landlords go, in the order of ids.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot be read.
    pub async fn mailboxes(&self) -> Result<Vec<Mailbox>, Unavailable> {
        self.at_store(|store| store.mailboxes()).await
    }

    /// Has the reports of a landlord go to `address` from now on, or nowhere.
    ///
    /// # Errors
    ///
    /// [`MailboxError`]; nothing is then changed.
    pub async fn set_mailbox(
        &self,
        landlord: LandlordId,
        address: Option<MailAddress>,
    ) -> Result<(), MailboxError> {
        if self.snapshot().stock().landlord(&landlord).is_none() {
            return Err(MailboxError::UnknownLandlord(landlord));
        }
        let set_at = self.now();
        let change = match address {
            Some(address) => MailChange::Mailbox(Mailbox { landlord, address, set_at }),
            None => MailChange::NoMailbox(landlord),
        };
        Ok(self.at_store(|store| store.begin()?.commit_mail(change)).await?)
    }

    /// What the register says of those nights, at most [`NIGHTS_MAX`] up to the last of them.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot be read.
    pub async fn mailings(
        &self,
        nights: RangeInclusive<Date>,
    ) -> Result<Vec<Mailing>, Unavailable> {
        let (first, last) = nights.into_inner();
        let first = first.max(last.plus_days(1 - NIGHTS_MAX));
        self.at_store(move |store| store.mailings(first, last)).await
    }

    /// Says who may send that mailing now, and writes it into the register, while every other server is kept out.
    ///
    /// # Errors
    ///
    /// [`Unavailable`]; nothing is then to be sent.
    pub async fn claim_mailing(
        &self,
        wanted: WantedMailing,
        patience: Patience,
    ) -> Result<Claim, Unavailable> {
        let now = self.now();
        self.at_store(move |store| claim(store, wanted, now, patience)).await
    }

    /// Says in the register how an attempt on a claimed mailing ended. Returns the entry as it now is: another one than
    /// that, where the claim did not hold any more.
    ///
    /// # Errors
    ///
    /// [`Unavailable`]; then nobody knows how it ended, and it is sent again once the claim no longer holds.
    pub async fn end_mailing(
        &self,
        claimed: Mailing,
        outcome: Outcome,
        files: Option<FileDigests>,
        patience: Patience,
    ) -> Result<Mailing, Unavailable> {
        let now = self.now();
        self.at_store(move |store| {
            let mut transaction = store.begin()?;
            let night = claimed.key.night;
            let known = transaction.mailings(night, night)?;
            let known = known.into_iter().find(|one| one.key == claimed.key);
            match known {
                Some(known) if known == claimed => {
                    let ended = known.ended(outcome, files, now, patience);
                    transaction.commit_mail(MailChange::Mailing(ended.clone()))?;
                    Ok(ended)
                }
                other => Ok(other.unwrap_or(claimed)),
            }
        })
        .await
    }
}

fn claim(
    store: &mut dyn Store,
    wanted: WantedMailing,
    now: Timestamp,
    patience: Patience,
) -> Result<Claim, crate::store::StoreError> {
    let WantedMailing { landlord, night, copy, wish } = wanted;
    let mut transaction = store.begin()?;
    let mut known = transaction.mailings(night, night)?;
    known.retain(|mailing| mailing.key.landlord == landlord);
    let last = known.iter().map(|mailing| mailing.key.ordinal).max();
    let ordinal = match copy {
        Copies::Once => 0,
        Copies::Again => last.map_or(0, |last| last + 1),
        Copies::Numbered(ordinal) => ordinal,
    };
    let mailbox = transaction.mailboxes()?.into_iter().find(|one| one.landlord == landlord);
    let mailbox = mailbox.map(|mailbox| mailbox.address);
    let known = known.into_iter().find(|mailing| mailing.key.ordinal == ordinal);
    let key = MailingKey { landlord, night, ordinal };
    let claim = Mailing::claim(key, known, mailbox.as_ref(), wish, now, patience);
    if let Claim::Yours(entry) | Claim::Noted(entry) = &claim {
        transaction.commit_mail(MailChange::Mailing(entry.clone()))?;
    }
    Ok(claim)
}
