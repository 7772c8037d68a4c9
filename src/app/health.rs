//! [`Health`]: what the last calls of the store said.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use super::lock;
use crate::store::StoreError;

/// What the last calls of the store said. That it can be read says nothing of whether it can be written:
/// each is remembered for itself, and each is well again with its next success.
#[derive(Default)]
pub(super) struct Health {
    faults: Mutex<Faults>,
    /// Whether there is news that the writer has not looked at.
    news: AtomicBool,
}

/// How long the writer may be at work, such as with an import, before the state counts as not compared.
const SILENCE_MAX: Duration = Duration::from_secs(10);

struct Faults {
    /// When the store was last read or written without a fault.
    well_at: Instant,
    /// The writer is gone, which only a restart mends.
    ended: Option<StoreError>,
    writing: Option<StoreError>,
    reading: Option<StoreError>,
}

impl Default for Faults {
    fn default() -> Self {
        Self { well_at: Instant::now(), ended: None, writing: None, reading: None }
    }
}

impl Health {
    /// There is news for the writer; whether there was none before.
    pub(super) fn note_news(&self) -> bool {
        !self.news.swap(true, SeqCst)
    }

    /// The writer looks around now: what happens from here on is news.
    pub(super) fn note_look(&self) {
        self.news.store(false, SeqCst);
    }

    /// For how long the store has not been read, while it cannot be, or while nobody has for too long.
    pub(super) fn stale_for(&self) -> Option<Duration> {
        let faults = lock(&self.faults);
        let silence = faults.well_at.elapsed();
        let away = faults.reading.is_some() || faults.ended.is_some();
        (away || silence > SILENCE_MAX).then_some(silence)
    }

    /// What is wrong, the gravest first.
    pub(super) fn fault(&self) -> Option<StoreError> {
        let faults = lock(&self.faults);
        [&faults.ended, &faults.writing, &faults.reading].into_iter().flatten().next().cloned()
    }

    pub(super) fn cannot_write(&self) -> bool {
        lock(&self.faults).writing.is_some()
    }

    pub(super) fn note_reading<T>(&self, result: &Result<T, StoreError>) {
        let mut faults = lock(&self.faults);
        faults.reading = fault_of(result);
        faults.note_well(result);
    }

    pub(super) fn note_writing<T>(&self, result: &Result<T, StoreError>) {
        let mut faults = lock(&self.faults);
        faults.writing = fault_of(result);
        faults.note_well(result);
    }

    pub(super) fn note_end(&self, fault: StoreError) {
        lock(&self.faults).ended = Some(fault);
    }
}

impl Faults {
    fn note_well<T>(&mut self, result: &Result<T, StoreError>) {
        if result.is_ok() {
            self.well_at = Instant::now();
        }
    }
}

fn fault_of<T>(result: &Result<T, StoreError>) -> Option<StoreError> {
    match result {
        // A store that refuses what breaks its rules is well.
        Ok(_) | Err(StoreError::Refused(_)) => None,
        Err(fault) => Some(fault.clone()),
    }
}
