//! [`Stop`]: tells threads that sleep to end.

use std::{
    sync::{
        Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::lock;

/// Whether threads are to end.
#[derive(Default)]
pub(super) struct Stop {
    told: AtomicBool,
    sleeping: Mutex<()>,
    awake: Condvar,
}

impl Stop {
    pub(super) fn tell(&self) {
        let _nobody_falls_asleep = lock(&self.sleeping);
        self.told.store(true, Ordering::SeqCst);
        self.awake.notify_all();
    }

    pub(super) fn is_told(&self) -> bool {
        self.told.load(Ordering::SeqCst)
    }

    /// Sleeps for so long, and says whether it was told meanwhile.
    pub(super) fn is_told_within(&self, time: Duration) -> bool {
        let sleeping = lock(&self.sleeping);
        let slept = self.awake.wait_timeout_while(sleeping, time, |()| !self.is_told());
        drop(slept);
        self.is_told()
    }
}
