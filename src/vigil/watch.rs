//! [`watch`]: the alerts that are new by now, or another than they were.

use super::{check_in, escalation::escalated, purges::purges};
use crate::{
    alert::{Alert, AlertId, AlertKind, AlertState},
    incident::{Action, Nomenclature, Status},
    patrol::{POSITION_AGE_S_MAX_ON_MISSION, PatrolId},
    time::Timestamp,
    twin::{Mission, Snapshot},
};

/// How long a patrol may stand still on its way, in seconds.
pub const NO_MOVEMENT_S: f64 = 300.0;

/// What is watched, and when.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a> {
    /// The patrols, what they are on, and the alerts about them.
    pub snapshot: &'a Snapshot,
    /// What the kinds of their incidents ask for.
    pub nomenclature: &'a Nomenclature,
    /// The time.
    pub now: Timestamp,
    /// Since when crews can be heard: while the server or its store was away, none could say anything.
    pub listening_since: Timestamp,
    /// Whether this program is to purge what is over its term.
    pub purges: bool,
}

/// The alerts that are to be raised now, or to be louder than they are; empty where all is as it should be.
///
/// Each matter is raised once while its alert is open. When a person resolves it, its clock begins anew: a
/// crew that still says nothing is a new alert one full term later. Cost: one look at each patrol on a mission.
#[must_use]
pub fn watch(watch: Watch<'_>, mut new_id: impl FnMut() -> AlertId) -> Vec<Alert> {
    let Watch { snapshot, now, .. } = watch;
    let mut alerts: Vec<Alert> =
        snapshot.alerts().open().filter_map(|alert| escalated(alert, now)).collect();
    alerts.extend(purges(&watch, &mut new_id));
    for (patrol, mission) in snapshot.interventions().missions() {
        let rules = [
            (AlertKind::CheckInMissed, watch.has_missed_its_check_in(patrol)),
            (AlertKind::NoMovement, watch.does_not_move(patrol, mission)),
            (AlertKind::SignalLost, watch.is_silent(patrol, mission)),
        ];
        for (kind, _) in rules.into_iter().filter(|(_, is_so)| *is_so) {
            if snapshot.alerts().open_of(patrol, kind).is_none() {
                alerts.push(raised(new_id(), kind, patrol, snapshot, now));
            }
        }
    }
    alerts
}

/// A new alert about that patrol, during what it is on.
#[must_use]
pub fn raised(
    id: AlertId,
    kind: AlertKind,
    patrol: &PatrolId,
    snapshot: &Snapshot,
    raised_at: Timestamp,
) -> Alert {
    let mission = snapshot.interventions().mission_of(patrol).map(|mission| mission.incident);
    let incident = mission.and_then(|id| snapshot.interventions().get(id));
    Alert {
        id,
        kind,
        patrol: Some(patrol.clone()),
        incident: mission,
        site: incident.map(|incident| incident.site.clone()),
        raised_at,
        level: 1,
        state: AlertState::Raised,
        acknowledged: None,
        resolved: None,
    }
}

impl Watch<'_> {
    /// A crew on site has not said that all is well.
    fn has_missed_its_check_in(&self, patrol: &PatrolId) -> bool {
        let check_in = check_in(self.snapshot, self.nomenclature, patrol, self.now);
        check_in.is_some_and(|check_in| {
            let heard_s = self.now.seconds_since(self.listening_since);
            self.now >= check_in.missed_at() && heard_s >= POSITION_AGE_S_MAX_ON_MISSION
        })
    }

    /// A patrol on its way says again and again that it is where it was. One that says nothing is silent, and
    /// may move.
    fn does_not_move(&self, patrol: &PatrolId, mission: &Mission) -> bool {
        if mission.sent.stage != Status::EnRoute {
            return false;
        }
        let known = self.snapshot.patrols();
        let last_fix = known.get(patrol).and_then(|state| state.last_fix.as_ref());
        let (Some(fix), Some(still_since)) = (last_fix, known.still_since(patrol)) else {
            return false;
        };
        let resolved_at =
            self.snapshot.alerts().last_resolved_at(Some(patrol), AlertKind::NoMovement);
        let since = Some(still_since.max(mission.sent.since)).max(resolved_at);
        since.is_some_and(|since| fix.recorded_at.seconds_since(since) >= NO_MOVEMENT_S)
    }

    /// A patrol on a mission does not say where it is. Its silence counts from when it was sent: before, nobody
    /// waited for it.
    fn is_silent(&self, patrol: &PatrolId, mission: &Mission) -> bool {
        let Some(incident) = self.snapshot.interventions().get(mission.incident) else {
            return false;
        };
        let sends = incident.steps.iter().rev().find(|step| {
            step.patrol.as_ref() == Some(patrol)
                && matches!(step.action, Action::Assigned | Action::Reinforced)
        });
        let state = self.snapshot.patrols().get(patrol);
        let heard_at = state.and_then(|state| state.last_fix.as_ref()).map(|fix| fix.recorded_at);
        // Switched off, the last position is gone: the silence begins there, not when it was sent.
        let heard_at = heard_at.max(state.and_then(|state| state.patrol.position_off_at));
        let resolved_at =
            self.snapshot.alerts().last_resolved_at(Some(patrol), AlertKind::SignalLost);
        let since = sends.map(|step| step.recorded_at).max(heard_at).max(resolved_at);
        let since = since.max(Some(self.listening_since));
        since.is_some_and(|since| self.now.seconds_since(since) > POSITION_AGE_S_MAX_ON_MISSION)
    }
}
