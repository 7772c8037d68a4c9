//! The demo while it is served: patrols drive, calls come in and are seen to, through the app's own commands.

use std::{sync::Arc, time::Duration};

use super::history::reported;
use crate::{
    app::{
        App, Correction, PutPatrol, PutPatrolError, ReceiveError, StepError, StepRequest,
        Unavailable,
    },
    demo::{self, Evening, Ground, Happenings, Setting},
    geo::LonLat,
    patrol::Patrol,
    roads::TravelTime,
    simulation::{Policy, Ways},
    vigil,
};

/// How often patrols tell where they are.
const TICK: Duration = Duration::from_secs(2);

/// Musters the patrols and lets time pass, until the app stops.
pub(super) async fn live(app: App, seed: u64, roads: Arc<dyn TravelTime>) {
    let scenery = Scenery::of(&app, seed, roads);
    let mut stopping = scenery.muster(&app).await.is_err();
    let mut evening = scenery.begin(&app);
    while !stopping {
        let beaten = match beat(&app, &mut evening).await {
            Ok(()) => scenery.check_in(&app).await,
            fault => fault,
        };
        match beaten {
            Ok(()) => {}
            Err(Unavailable::Stopping) => stopping = true,
            Err(fault) => tracing::warn!(fault = %fault, "the demo could not be written"),
        }
        actix_web::rt::time::sleep(TICK).await;
    }
}

/// What an evening stands on for as long as it lasts.
struct Scenery {
    seed: u64,
    patrols: Vec<Patrol>,
    grounds: Vec<Ground>,
    places: Vec<LonLat>,
    roads: Arc<dyn TravelTime>,
}

impl Scenery {
    fn of(app: &App, seed: u64, roads: Arc<dyn TravelTime>) -> Self {
        let grounds = demo::grounds(app.snapshot().stock());
        let places = grounds.iter().map(|ground| ground.position).collect();
        Self { seed, patrols: demo::patrols(seed), grounds, places, roads }
    }

    /// Brings the patrols to the beginning of their shift.
    async fn muster(&self, app: &App) -> Result<(), Unavailable> {
        for patrol in &self.patrols {
            match app
                .put_patrol(PutPatrol { patrol: patrol.clone(), fix: None, sharing: None })
                .await
            {
                Ok(()) => {}
                Err(PutPatrolError::Unavailable(Unavailable::Stopping)) => {
                    return Err(Unavailable::Stopping);
                }
                Err(refused) => {
                    tracing::warn!(reason = %refused, "a patrol of the demo was refused");
                }
            }
        }
        Ok(())
    }

    /// Has the crews on site say that all is well, when their tablets would ask them to.
    async fn check_in(&self, app: &App) -> Result<(), Unavailable> {
        let (snapshot, now) = (app.snapshot(), app.now());
        for patrol in &self.patrols {
            let due = vigil::check_in(&snapshot, app.nomenclature(), &patrol.id, app.now());
            if due.is_none_or(|due| now < due.prompted_at()) {
                continue;
            }
            // Any other refusal says that it has left meanwhile.
            if let Err(StepError::Unavailable(fault)) =
                app.check_in(patrol.id.clone(), None, None).await
            {
                return Err(fault);
            }
        }
        Ok(())
    }

    /// The evening from now on, with what is open.
    fn begin<'a>(&'a self, app: &'a App) -> Evening<'a> {
        let snapshot = app.snapshot();
        let setting = Setting {
            seed: self.seed,
            ways: Ways { roads: &*self.roads, begin: app.now() },
            grounds: &self.grounds,
            places: &self.places,
            nomenclature: app.nomenclature(),
            policy: Policy::Road,
        };
        let crews = demo::crews(self.seed, &self.patrols, &self.places, |id| {
            snapshot.patrols().get(id)?.last_fix.as_ref().map(|fix| fix.position)
        });
        Evening::begin(setting, &self.patrols, crews, &snapshot)
    }
}

/// Lets time pass until now, asks the app for what has happened, and tells the evening what has become of it.
async fn beat(app: &App, evening: &mut Evening<'_>) -> Result<(), Unavailable> {
    let Happenings { fixes, calls, steps } = evening.step(&app.snapshot(), app.now());
    app.report_positions(fixes).await?;
    for call in calls {
        match app.receive_incident(reported(call)).await {
            Ok(received) => evening.received(&received.incident, &app.snapshot()),
            Err(ReceiveError::Unavailable(fault)) => return Err(fault),
            Err(refused) => tracing::warn!(reason = %refused, "a call of the demo was refused"),
        }
    }
    for (incident, command) in steps {
        let correction = Correction::default();
        match app.step_incident(StepRequest { incident, command, correction, key: None }).await {
            Ok(stepped) => evening.stepped(&stepped.incident),
            Err(StepError::Unavailable(fault)) => return Err(fault),
            Err(refused) => {
                // Somebody else was faster: that is what the demo is for.
                tracing::debug!(reason = %refused, "a step of the demo was refused");
                evening.refused(incident);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
