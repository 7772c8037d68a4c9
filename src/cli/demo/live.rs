//! The demo while it is served: patrols drive and calls come in, through the app's own commands.

use std::time::Duration;

use super::history::reported;
use crate::{
    app::{App, PutPatrol, PutPatrolError, ReceiveError, Unavailable},
    demo::{Evening, Fleet, Ground, Happenings, StreetGraph},
};

/// How often patrols tell where they are.
const TICK: Duration = Duration::from_secs(2);
/// Most time that passes in one step, seconds: after a machine has slept, patrols do not jump.
const STEP_S_MAX: f64 = 10.0;

/// Musters the patrols and lets time pass, until the app stops.
pub(super) async fn live(app: App, seed: u64, streets: StreetGraph, grounds: Vec<Ground>) {
    let snapshot = app.snapshot();
    let fleet = Fleet::muster(seed, &streets, |id| {
        snapshot.patrols().get(id)?.last_fix.as_ref().map(|fix| fix.position)
    });
    let mut before = app.now();
    let begin = Happenings {
        patrols: fleet.patrols().cloned().collect(),
        fixes: fleet.fixes(&streets, before),
        ..Happenings::default()
    };
    let mut evening = Evening::begin(seed, before, &streets, &grounds, fleet);
    let mut happened = begin;
    loop {
        match record(&app, happened).await {
            Ok(()) => {}
            Err(Unavailable::Stopping) => return,
            Err(fault) => tracing::warn!(fault = %fault, "the demo could not be written"),
        }
        actix_web::rt::time::sleep(TICK).await;
        let now = app.now();
        happened = evening.step(now, now.seconds_since(before).clamp(0.0, STEP_S_MAX));
        before = now;
    }
}

async fn record(app: &App, happened: Happenings) -> Result<(), Unavailable> {
    for patrol in happened.patrols {
        match app.put_patrol(PutPatrol { patrol, fix: None }).await {
            Ok(()) => {}
            Err(PutPatrolError::Unavailable(fault)) => return Err(fault),
            Err(refused) => tracing::warn!(reason = %refused, "a patrol of the demo was refused"),
        }
    }
    app.report_positions(happened.fixes).await?;
    for call in happened.calls {
        match app.receive_incident(reported(call)).await {
            Ok(_) => {}
            Err(ReceiveError::Unavailable(fault)) => return Err(fault),
            Err(refused) => tracing::warn!(reason = %refused, "a call of the demo was refused"),
        }
    }
    Ok(())
}
