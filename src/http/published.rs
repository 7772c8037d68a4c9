//! [`PublishedUnits`]: the units of the publication gate, worked out once for each state and month.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    event::Seq,
    publication::Units,
    time::{Month, Timestamp},
    twin::Snapshot,
};

/// The units that were worked out last. Whoever asks while they are being worked out waits for them.
#[derive(Debug, Default)]
pub struct PublishedUnits(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    seq: Seq,
    running: Month,
    units: Arc<Units>,
}

impl PublishedUnits {
    /// Those of a snapshot at that time. The first question after an event costs O(incidents), so call it where that
    /// may take its time.
    pub fn of(&self, snapshot: &Snapshot, now: Timestamp) -> Arc<Units> {
        let (seq, running) = (snapshot.seq(), Month::of(now));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.as_ref()
            && known.seq == seq
            && known.running == running
        {
            return known.units.clone();
        }
        let units = Arc::new(Units::of(snapshot, now));
        *kept = Some(Kept { seq, running, units: units.clone() });
        units
    }
}
