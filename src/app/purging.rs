//! Purges: what is over is removed, in writes of bounded size, each counted and signed.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::sync::oneshot;

use super::{AccountError, App, DailyJob, Done, Run, Unavailable, job::Job};
use crate::{
    closed_list::ClosedList as _,
    retention::{HoldId, Kept, Purge, PurgeCause, RegisterEnds, Removed, Signer},
    store::{StoreError, Transaction},
    time::Timestamp,
    twin::Snapshot,
};

/// Records that one write removes: some tenths of a second, in which others wait.
const REMOVED_AT_ONCE_MAX: u64 = 2000;
/// For how long a purge of the night that did not come to its end is left to whoever began it, in seconds.
const LEFT_ALONE_S: f64 = 600.0;

/// The hour on Paris clocks at which the job of a night is told of it, and the seconds after which it begins: 03:15, when
/// least happens.
const NIGHT_HOUR: i8 = 3;
const NIGHT_DELAY_S: i64 = 15 * 60;
/// After how long a purge that failed is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(600);
/// What was removed so many seconds ago is overwritten by the next purge, whatever became of the first try.
const SCRUBBED_S: i64 = 48 * 3600;
/// How often overwriting is tried while others are in the way, and the pause in between.
const SCRUBS_MAX: usize = 24;
const SCRUB_PAUSE: Duration = Duration::from_secs(5);
/// How late a purge may be and still be that of its night, in seconds: a later one is caught up after a start.
const LATE_S: f64 = 3600.0;

/// Why nothing was purged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PurgeError {
    /// The store has no key to sign the register with.
    #[error("the store has no key to sign the register with")]
    NoKey,
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for PurgeError {
    fn from(fault: StoreError) -> Self {
        Self::Unavailable(fault.into())
    }
}

/// Why there is a purge now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Somebody asks.
    Command,
    /// A night's purge was due then.
    Night {
        /// When.
        due_at: Timestamp,
    },
}

/// What is asked of the store about what it keeps; each is a write of its own.
pub(super) enum Upkeep {
    /// Removes some of what is due. `after` is the row of the register that the same purge has written before.
    Purge {
        occasion: Occasion,
        after: Option<u64>,
        reply: oneshot::Sender<Result<Option<Purge>, PurgeError>>,
    },
    /// Tells what is due.
    Due(oneshot::Sender<Result<Vec<Removed>, PurgeError>>),
    /// Overwrites what was removed.
    Scrub(Vec<Removed>, oneshot::Sender<Result<(), PurgeError>>),
}

impl App {
    /// Removes all that is due, and overwrites it. Answers with the rows of the register that it has written: one, or
    /// more where much was due, the last of them with `complete`.
    ///
    /// The server goes on meanwhile: each row is a write of its own, and stays where a later one fails.
    ///
    /// # Errors
    ///
    /// [`PurgeError`]; the rows that are written stay, and what they say is gone.
    pub async fn purge(&self) -> Result<Vec<Purge>, PurgeError> {
        let rows = self.remove(Occasion::Command).await?;
        self.scrub().await?;
        Ok(rows)
    }

    /// As [`App::purge`], for the night whose purge was due then, without overwriting. Of several servers over one
    /// store one does it, and the others answer with no row; so does one that has nothing to catch up with.
    ///
    /// # Errors
    ///
    /// As [`App::purge`].
    pub async fn purge_of_night(&self, due_at: Timestamp) -> Result<Vec<Purge>, PurgeError> {
        self.remove(Occasion::Night { due_at }).await
    }

    async fn remove(&self, occasion: Occasion) -> Result<Vec<Purge>, PurgeError> {
        let mut rows: Vec<Purge> = Vec::new();
        let mut made_key = false;
        while rows.last().is_none_or(|row| !row.complete) {
            let after = rows.last().map(|row| row.number);
            let asked = |reply| Job::Upkeep(Upkeep::Purge { occasion, after, reply });
            match self.ask(asked).await? {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => break,
                Err(PurgeError::NoKey) if !made_key => {
                    self.make_key().await?;
                    made_key = true;
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(rows)
    }

    /// Makes the key of the store, from which the register is signed, where a store has none yet.
    async fn make_key(&self) -> Result<(), PurgeError> {
        self.ensure_seal().await.map_err(|refusal| match refusal {
            AccountError::Unavailable(away) => PurgeError::Unavailable(away),
            _ => PurgeError::NoKey,
        })
    }

    /// Overwrites what purges removed in the last two days, so that it cannot be read back from the files of the store.
    /// Of what a purge could not overwrite, because somebody was in the way or it was killed, the next one takes care.
    ///
    /// # Errors
    ///
    /// [`PurgeError`] when that cannot be done now.
    pub async fn scrub(&self) -> Result<(), PurgeError> {
        let since = self.now().plus_seconds(-SCRUBBED_S);
        let snapshot = self.snapshot();
        let rows = snapshot.registers().purges().iter().rev().take_while(|row| row.at >= since);
        let removed: Vec<Removed> = rows.flat_map(|row| row.removed.clone()).collect();
        if removed.is_empty() {
            return Ok(());
        }
        let mut tries = 0;
        loop {
            let wanted = removed.clone();
            let done = self.ask(|reply| Job::Upkeep(Upkeep::Scrub(wanted, reply))).await?;
            tries += 1;
            match done {
                // Whoever reads the whole store, as for a backup, is over sooner or later.
                Err(PurgeError::Unavailable(Unavailable::Store(StoreError::Locked)))
                    if tries < SCRUBS_MAX =>
                {
                    tokio::time::sleep(SCRUB_PAUSE).await;
                }
                done => return done,
            }
        }
    }

    /// With which purge the register ends, by its rows and by the events. Read after a snapshot, it is what that is
    /// checked by.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot be read.
    pub async fn register_ends(&self) -> Result<RegisterEnds, Unavailable> {
        self.at_store(|store| store.register_ends()).await
    }

    /// What a purge would remove now; nothing is changed.
    ///
    /// # Errors
    ///
    /// [`PurgeError`] when the store cannot be asked.
    pub async fn due(&self) -> Result<Vec<Removed>, PurgeError> {
        self.ask(|reply| Job::Upkeep(Upkeep::Due(reply))).await?
    }
}

/// The row that comes next, decided inside the write that will remove what it says; `None` where there is nothing to
/// do for this server.
///
/// # Errors
///
/// [`PurgeError`]; nothing is then to be removed.
pub(super) fn next(
    store: &mut dyn Transaction,
    state: &Snapshot,
    (occasion, after): (Occasion, Option<u64>),
    now: Timestamp,
) -> Result<Option<Purge>, PurgeError> {
    let registers = state.registers();
    let last = registers.last_purge();
    let goes_on = after.is_some() && after == last.map(|row| row.number);
    if let Occasion::Night { due_at } = occasion
        && !goes_on
        && is_done(registers.purges(), due_at, now)
    {
        return Ok(None);
    }
    let holds: Vec<HoldId> = registers.holds_in_force(now).map(|hold| hold.id).collect();
    let mut removed = Vec::new();
    let mut left = REMOVED_AT_ONCE_MAX;
    let mut complete = true;
    for what in Kept::ALL.iter().copied() {
        complete = left > 0;
        if !complete {
            break;
        }
        let asked = what.due_before(now);
        let share = share_of(what);
        let due = store.due(what, asked, &holds, left * share)?;
        if due.count > 0 {
            removed.push(Removed { what, before: due.before, count: due.count });
        }
        left = left.saturating_sub(due.count.div_ceil(share));
        complete = due.before == asked;
        if !complete {
            break;
        }
    }
    let cause = match occasion {
        Occasion::Command => PurgeCause::Command,
        // A store that holds nothing yet has nothing to catch up with. Where it holds an incident, somebody is alarmed
        // unless it is said that nothing was due.
        Occasion::Night { due_at } if now.seconds_since(due_at) > LATE_S => {
            if last.is_none() && removed.is_empty() && state.incidents().is_empty() {
                return Ok(None);
            }
            PurgeCause::Daily
        }
        Occasion::Night { .. } => PurgeCause::Daily,
    };
    let signer = Signer::of(state.accounts().seal().ok_or(PurgeError::NoKey)?);
    let row = Purge {
        number: 0,
        at: now,
        cause,
        complete,
        removed,
        holds,
        previous: [0; 32],
        public_key: [0; 32],
        signature: [0; 64],
    };
    Ok(Some(row.signed(last, &signer)))
}

/// How many of them are removed in the time of one other record: nothing hangs on a signal, and there are many.
const fn share_of(what: Kept) -> u64 {
    match what {
        Kept::Signals => 10,
        _ => 1,
    }
}

/// What is due, all of it.
///
/// # Errors
///
/// [`PurgeError`] when the store cannot be asked.
pub(super) fn due(
    store: &mut dyn Transaction,
    state: &Snapshot,
    now: Timestamp,
) -> Result<Vec<Removed>, PurgeError> {
    let holds: Vec<HoldId> = state.registers().holds_in_force(now).map(|hold| hold.id).collect();
    let mut all = Vec::new();
    for what in Kept::ALL.iter().copied() {
        let due = store.due(what, what.due_before(now), &holds, i64::MAX.cast_unsigned())?;
        all.push(Removed { what, before: due.before, count: due.count });
    }
    Ok(all)
}

/// Whether the purge that was due then is done, or another server is at it.
fn is_done(rows: &[Purge], due_at: Timestamp, now: Timestamp) -> bool {
    let last = rows.iter().rev().find(|row| row.cause == PurgeCause::Daily);
    last.is_some_and(|row| {
        row.at >= due_at && (row.complete || now.seconds_since(row.at) < LEFT_ALONE_S)
    })
}

/// The job that purges every night at 03:15 in Paris, and catches up after a start. From here on the program answers
/// for it: a purge that is missed alarms somebody.
#[must_use]
pub fn nightly_purge(app: App) -> DailyJob {
    app.shared.purges.store(true, Ordering::Relaxed);
    let mut is_owed = false;
    let work = move |run: &Run<'_>| {
        let tonight = run.due_at.plus_seconds(NIGHT_DELAY_S);
        let early_s = tonight.seconds_since(app.now());
        let is_early = early_s > 0.0;
        let last_night = || run.date.plus_days(-1).at_hour(NIGHT_HOUR).plus_seconds(NIGHT_DELAY_S);
        // Whoever starts in that quarter of an hour owes the night before all the same.
        let due_at = if is_early { last_night() } else { tonight };
        match purge_and_scrub(&app, due_at, &mut is_owed) {
            Ok(()) if is_early => Done::TryAgain(Duration::from_secs(early_s.ceil() as u64)),
            Ok(()) => Done::ForToday,
            Err(fault) => {
                tracing::error!(%fault, "the purge of the night has failed; it is tried again");
                Done::TryAgain(AGAIN_AFTER)
            }
        }
    };
    DailyJob { name: "purge", hour: NIGHT_HOUR, work: Box::new(work) }
}

/// `is_owed` says that something was removed which is not overwritten yet.
fn purge_and_scrub(app: &App, due_at: Timestamp, is_owed: &mut bool) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|fault| fault.to_string())?;
    runtime.block_on(async {
        let rows = app.purge_of_night(due_at).await.map_err(|fault| fault.to_string())?;
        for row in &rows {
            let (number, records) = (row.number, row.total());
            tracing::info!(purge.number = number, purge.records = records, "purged");
            *is_owed |= records > 0;
        }
        if *is_owed {
            app.scrub().await.map_err(|fault| fault.to_string())?;
        }
        *is_owed = false;
        Ok(())
    })
}
