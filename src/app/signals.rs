//! Signals: taken in whole or not at all, each once; incidents are signals, too.

use super::{
    App, Unavailable,
    job::{Job, at_store},
};
use crate::{
    correlation::Situation,
    locate::locate,
    retention::Kept,
    signal::{Signal, SignalPlace},
    store::KeptSignal,
    time::Timestamp,
    twin::{IncidentRow, Snapshot, StockIndex},
};

/// How far the clock of a sensor may be ahead of ours, in seconds. What lasts may be told long before it begins.
pub const AHEAD_S_MAX: i64 = 300;
/// Most signals that are taken in together.
pub const SIGNALS_AT_ONCE_MAX: usize = 1000;

/// Signals that are durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenIn {
    /// How many were new.
    pub new: usize,
    /// How many were there already.
    pub known: usize,
}

/// Why a signal that its source declares is not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignalFault {
    /// It is an instant that is yet to come.
    #[error("at: must not be more than {AHEAD_S_MAX} s ahead of the server's clock")]
    Ahead,
    /// Nobody has that site. The code is not repeated: any text of that form would be.
    #[error("site_code: is not in the stock")]
    UnknownSite,
}

/// Why no signal was taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignalsError {
    /// One of them cannot be.
    #[error("{fault}")]
    Refused {
        /// Its place among them, from 0.
        index: usize,
        /// Why.
        fault: SignalFault,
    },
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl App {
    /// Takes in signals, [`SIGNALS_AT_ONCE_MAX`] at most; those that are at a point on a site are on that site from then on.
    /// They are durable when this returns.
    ///
    /// # Errors
    ///
    /// [`SignalsError`]; none of them is then taken in.
    pub async fn take_signals(&self, signals: Vec<Signal>) -> Result<TakenIn, SignalsError> {
        let (snapshot, now) = (self.snapshot(), self.now());
        for (index, signal) in signals.iter().enumerate() {
            if let Some(fault) = SignalFault::of(signal, snapshot.stock(), now) {
                return Err(SignalsError::Refused { index, fault });
            }
        }
        let count = signals.len();
        let signals = signals.into_iter().map(|one| located(one, snapshot.stock())).collect();
        let new = self.ask(|reply| Job::Signals(signals, reply)).await??;
        Ok(TakenIn { new, known: count - new })
    }

    /// Every signal that is not over its term, in the order in which they came. For a thread that waits itself.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot be read.
    pub fn kept_signals(&self) -> Result<Vec<Signal>, Unavailable> {
        let mut signals: Vec<Signal> = Vec::new();
        let since = Kept::Signals.due_before(self.now());
        self.each_signal(0, since, |kept| signals.push(kept.signal))?;
        Ok(signals)
    }

    /// Hands every signal that was taken in after the one with that number, and was not over before `since`, to `each`, in the
    /// order in which they came. For a thread that waits itself.
    pub(super) fn each_signal(
        &self,
        after: u64,
        since: Timestamp,
        mut each: impl FnMut(KeptSignal),
    ) -> Result<(), Unavailable> {
        let mut number = after;
        loop {
            let page = at_store(move |store| store.signals_after(number, since));
            let kept = self.ask_and_wait(page)??;
            let Some(last) = kept.last() else { return Ok(()) };
            number = last.number;
            kept.into_iter().for_each(&mut each);
        }
    }

    /// Records what rules have found. For a thread that waits itself.
    pub(super) fn record_situations(&self, found: Vec<Situation>) -> Result<(), Unavailable> {
        self.ask_and_wait(|reply| Job::Situations(found, reply))?
    }
}

impl SignalFault {
    /// What is wrong with a signal at `now`, if anything.
    #[must_use]
    pub fn of(signal: &Signal, stock: &StockIndex, now: Timestamp) -> Option<Self> {
        if signal.until.is_none() && signal.at > now.plus_seconds(AHEAD_S_MAX) {
            return Some(Self::Ahead);
        }
        match &signal.place {
            SignalPlace::Site(code) if stock.site_ix(code).is_none() => Some(Self::UnknownSite),
            _ => None,
        }
    }
}

/// The signal on the site that its point is on; others stay where they are.
#[must_use]
pub fn located(signal: Signal, stock: &StockIndex) -> Signal {
    let SignalPlace::Point(at) = signal.place else { return signal };
    match locate(stock, at).site {
        Some(site) => Signal { place: SignalPlace::Site(stock.site(site).code.clone()), ..signal },
        None => signal,
    }
}

/// An incident as a signal; `None` where its kind has not the form of a name, which no rule could listen to.
#[must_use]
pub fn of_incident(snapshot: &Snapshot, row: &IncidentRow) -> Option<Signal> {
    let kind = snapshot.incidents().kinds()[usize::from(row.kind)].as_str().parse().ok()?;
    let site = snapshot.stock().site(row.site).code.clone();
    Some(Signal::of_incident(kind, site, row.reported_at, &row.id.to_string()))
}
