//! [`Health`]: what the last calls of the store said.

use std::sync::Mutex;

use super::lock;
use crate::store::StoreError;

/// What the last calls of the store said. That it can be read says nothing of whether it can be written:
/// each is remembered for itself, and each is well again with its next success.
#[derive(Default)]
pub(super) struct Health(Mutex<Faults>);

#[derive(Default)]
struct Faults {
    /// The writer is gone, which only a restart mends.
    ended: Option<StoreError>,
    writing: Option<StoreError>,
    reading: Option<StoreError>,
}

impl Health {
    /// What is wrong, the gravest first.
    pub(super) fn fault(&self) -> Option<StoreError> {
        let faults = lock(&self.0);
        [&faults.ended, &faults.writing, &faults.reading].into_iter().flatten().next().cloned()
    }

    pub(super) fn cannot_write(&self) -> bool {
        lock(&self.0).writing.is_some()
    }

    pub(super) fn note_reading<T>(&self, result: &Result<T, StoreError>) {
        lock(&self.0).reading = fault_of(result);
    }

    pub(super) fn note_writing<T>(&self, result: &Result<T, StoreError>) {
        lock(&self.0).writing = fault_of(result);
    }

    pub(super) fn note_end(&self, fault: StoreError) {
        lock(&self.0).ended = Some(fault);
    }
}

fn fault_of<T>(result: &Result<T, StoreError>) -> Option<StoreError> {
    match result {
        // A store that refuses what breaks its rules is well.
        Ok(_) | Err(StoreError::Refused(_)) => None,
        Err(fault) => Some(fault.clone()),
    }
}
