//! `vigie import signals`: what sensors and calendars said, from CSV.

use serde::Serialize;

use crate::{
    app::{App, SIGNALS_AT_ONCE_MAX, SignalFault, SignalsError, TakenIn},
    import::{At, Summary},
    signal::Signal,
};

/// What became of signals.
#[derive(Debug, Default, Serialize)]
pub struct SignalsTold {
    taken: usize,
    as_they_were: usize,
}

impl SignalsTold {
    /// What is said at the end.
    pub fn line(&self) -> String {
        let Self { taken, as_they_were } = self;
        format!("signals: {taken} taken in, {as_they_were} were there already")
    }

    /// Has the app take in the signals of a file, in writes of bounded size. What cannot be is counted as refused.
    pub fn take(
        &mut self,
        app: &App,
        signals: Vec<(At, Signal)>,
        summary: &mut Summary,
    ) -> Result<(), SignalsError> {
        let (snapshot, now) = (app.snapshot(), app.now());
        let mut kept = Vec::with_capacity(signals.len());
        for (at, signal) in signals {
            match SignalFault::of(&signal, snapshot.stock(), now) {
                Some(fault) => {
                    summary.refuse_after_all(
                        &at,
                        "refused by the stock or the clock",
                        &fault.to_string(),
                    );
                }
                None => kept.push(signal),
            }
        }
        for some in kept.chunks(SIGNALS_AT_ONCE_MAX) {
            let answer = app.take_signals(some.to_vec());
            let TakenIn { new, known } = actix_web::rt::System::new().block_on(answer)?;
            self.taken += new;
            self.as_they_were += known;
        }
        Ok(())
    }
}
