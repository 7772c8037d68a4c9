//! [`Post`]: claims, sends, and says how it ended.

use std::time::Duration;

use tokio::runtime::Runtime;

use super::{Letter, LetterError, MailServer, mail_server::Told};
use crate::{
    app::{App, Copies, DailyJob, Done, NIGHTS_MAX, Run, Unavailable, WantedMailing},
    mailing::{Claim, FileDigests, Mailing, MailingState, Outcome, Owed, Wish, owed},
    report::ReportError,
    time::{Date, Timestamp},
};

/// The hour on Paris clocks at which the reports of the night go out: that at which the night ends.
pub const REPORTS_HOUR: i8 = 6;
/// Pause between two tries to say in the register how it ended.
const RECORD_PAUSE: Duration = Duration::from_secs(1);

/// Sends the morning reports of one store.
pub struct Post {
    app: App,
    server: MailServer,
    runtime: Runtime,
}

/// What has become of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// This was tried now, or is noted in the register now.
    Now(Mailing),
    /// It was over before.
    Before(Mailing),
    /// Somebody else is at it, or its time has not come: not before then.
    Later(Timestamp),
}

/// Why a report was not seen to.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// There is no such report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The register cannot be asked.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The system lacks what waiting needs.
    #[error("the post cannot start: {0}")]
    Start(#[from] std::io::Error),
}

impl Post {
    /// A post for the reports of `app`, by that server.
    ///
    /// # Errors
    ///
    /// [`PostError::Start`].
    pub fn new(app: App, server: MailServer) -> Result<Self, PostError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { app, server, runtime })
    }

    /// The job of every morning.
    #[must_use]
    pub fn daily_job(self) -> DailyJob {
        let work = Box::new(move |run: &Run<'_>| self.morning(run));
        DailyJob { name: "reports", hour: REPORTS_HOUR, work }
    }

    /// Sees to one report: claims it, sends it, and says how that ended. Blocks, up to some minutes; must not be called
    /// on a thread that runs a server.
    ///
    /// # Errors
    ///
    /// [`PostError`]; nothing was then sent.
    pub fn deliver(&self, wanted: WantedMailing) -> Result<Delivered, PostError> {
        let (landlord, night) = (&wanted.landlord, wanted.night);
        let is_sent = wanted.wish != Wish::TooLate;
        if is_sent && self.app.snapshot().stock().landlord(landlord).is_none() {
            return Err(ReportError::UnknownLandlord(landlord.clone()).into());
        }
        if night.night().to > Some(self.app.now()) {
            return Err(ReportError::NotOver(format!("the night of {night}")).into());
        }
        let patience = self.server.patience();
        match self.runtime.block_on(self.app.claim_mailing(wanted, patience))? {
            Claim::Yours(claimed) => Ok(Delivered::Now(self.send(claimed))),
            Claim::Noted(entry) => {
                tell(&entry, "");
                Ok(Delivered::Now(entry))
            }
            Claim::NotBefore(at) => Ok(Delivered::Later(at)),
            Claim::Over(entry) => Ok(Delivered::Before(entry)),
        }
    }

    /// Sees to every report of the night that has just ended, to those of nights that nobody was there for, and to what
    /// is still open.
    fn morning(&self, run: &Run<'_>) -> Done {
        let mut again_at: Option<Timestamp> = None;
        let to_see_to = match self.to_see_to(run.date.plus_days(-1)) {
            Ok(owed) => owed,
            Err(fault) => {
                tracing::warn!(%fault, "the reports wait");
                again_at = Some(self.soon());
                Vec::new()
            }
        };
        for Owed { landlord, night, ordinal, wish } in to_see_to {
            if run.is_stopping() {
                return Done::ForToday;
            }
            let copy = if ordinal == 0 { Copies::Once } else { Copies::Numbered(ordinal) };
            let due_at = match self.deliver(WantedMailing { landlord, night, copy, wish }) {
                Ok(Delivered::Now(entry)) => entry.due_at,
                Ok(Delivered::Later(at)) => Some(at),
                Ok(Delivered::Before(_)) => None,
                Err(fault) => {
                    tracing::warn!(%fault, %night, "a report waits");
                    Some(self.soon())
                }
            };
            again_at = match (again_at, due_at) {
                (Some(known), Some(at)) => Some(known.min(at)),
                (known, at) => known.or(at),
            };
        }
        match again_at {
            None => Done::ForToday,
            Some(at) => {
                let wait_s = at.seconds_since(self.app.now()).max(0.0).ceil();
                Done::TryAgain(Duration::from_secs(wait_s as u64))
            }
        }
    }

    /// What is owed in the morning after that night; a year of the register is looked at for what is open.
    fn to_see_to(&self, night: Date) -> Result<Vec<Owed>, Unavailable> {
        let nights = night.plus_days(1 - NIGHTS_MAX)..=night;
        let register = self.runtime.block_on(self.app.mailings(nights))?;
        let mailboxes = self.runtime.block_on(self.app.mailboxes())?;
        let snapshot = self.app.snapshot();
        let landlords = snapshot.stock().landlords().iter().map(|landlord| landlord.id.clone());
        Ok(owed(night, &landlords.collect::<Vec<_>>(), &mailboxes, &register))
    }

    /// Sends what is claimed. How it ended is in the register once this returns, where the store could be written.
    fn send(&self, claimed: Mailing) -> Mailing {
        let (told, files) = match self.letter(&claimed) {
            Ok(letter) => (self.server.send(&letter.message), Some(letter.files)),
            Err(fault) => {
                let outcome = Outcome::NotNow { reply: None };
                (Told { outcome, words: fault.to_string() }, None)
            }
        };
        let ended = self.record(claimed, &told, files);
        tell(&ended, &told.words);
        ended
    }

    fn letter(&self, claimed: &Mailing) -> Result<Letter, LetterError> {
        let to = claimed.mailbox.as_ref();
        let to = to.ok_or_else(|| LetterError::Message("no mailbox was claimed".to_owned()))?;
        let (snapshot, now) = (self.app.snapshot(), self.app.now());
        let nomenclature = self.app.nomenclature();
        Letter::write(&claimed.key, (self.server.from(), to), &snapshot, nomenclature, now)
    }

    /// Says in the register how it ended, for as long as an answer of the mail server would be waited for: else the
    /// report is sent again later, under the same id.
    fn record(&self, claimed: Mailing, told: &Told, files: Option<FileDigests>) -> Mailing {
        let patience = self.server.patience();
        let tries = patience.answer_s.max(1);
        for attempt in 1..=tries {
            let ended = self.app.end_mailing(claimed.clone(), told.outcome, files, patience);
            match self.runtime.block_on(ended) {
                Ok(entry) => return entry,
                Err(fault) if attempt == tries => {
                    tracing::error!(%fault, landlord.id = %claimed.key.landlord, night = %claimed.key.night,
                        "the register does not say how a mailing ended");
                }
                Err(_) => std::thread::sleep(RECORD_PAUSE),
            }
        }
        claimed
    }

    /// A moment later, when the store may be there again.
    fn soon(&self) -> Timestamp {
        self.app.now().plus_seconds(i64::from(self.server.patience().answer_s))
    }
}

/// Says in the log what has become of a mailing: without the mailbox, and what failed for good loudest.
fn tell(entry: &Mailing, words: &str) {
    let Mailing { key, state, attempts, reply, .. } = entry;
    let (landlord, night) = (&key.landlord, key.night);
    match state {
        MailingState::Sent => {
            tracing::info!(landlord.id = %landlord, %night, attempts, "a report was sent");
        }
        MailingState::ToFetch => {
            tracing::info!(landlord.id = %landlord, %night, "a report is to be fetched: the landlord has no mailbox");
        }
        MailingState::Refused | MailingState::GivenUp => {
            tracing::error!(landlord.id = %landlord, %night, attempts, smtp.reply = reply, words,
                "a report was not sent and will not be: see `vigie report sent`");
        }
        MailingState::Claimed | MailingState::Waiting => {
            tracing::warn!(landlord.id = %landlord, %night, attempts, smtp.reply = reply, words,
                "a report was not sent, and is tried again");
        }
    }
}
