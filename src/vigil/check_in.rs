//! [`check_in`]: when a crew on site must next say that all is well.

use crate::{
    alert::AlertKind,
    incident::{Incident, Nomenclature, Priority, Status},
    patrol::PatrolId,
    time::Timestamp,
    twin::Snapshot,
};

/// How often a crew on site says that all is well, in seconds.
const EVERY_S: u32 = 15 * 60;
/// How often it does in danger, in seconds.
const EVERY_S_IN_DANGER: u32 = 8 * 60;
/// How long before it is due the crew is asked, in seconds.
const PROMPTED_BEFORE_S: i64 = 60;
/// How long after it was due the control room is alarmed, in seconds.
const MISSED_AFTER_S: i64 = 60;

/// When a crew on site must next say that all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckIn {
    /// When it is due.
    pub due_at: Timestamp,
    /// How often it is, in seconds.
    pub every_s: u32,
}

impl CheckIn {
    /// When the crew is asked.
    #[must_use]
    pub fn prompted_at(&self) -> Timestamp {
        self.due_at.plus_seconds(-PROMPTED_BEFORE_S)
    }

    /// When the control room is alarmed.
    #[must_use]
    pub fn missed_at(&self) -> Timestamp {
        self.due_at.plus_seconds(MISSED_AFTER_S)
    }
}

/// When that patrol must next say that all is well; `None` unless it is on site.
///
/// It counts from when it came or last said so, or from when a person resolved that it had not. A hazard that is
/// flagged meanwhile gives it a whole short term from then on, never more than it had: nobody is late at once.
#[must_use]
pub fn check_in(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    patrol: &PatrolId,
    now: Timestamp,
) -> Option<CheckIn> {
    let mission = snapshot.interventions().mission_of(patrol)?;
    if mission.sent.stage != Status::OnSite {
        return None;
    }
    let incident = snapshot.interventions().get(mission.incident)?;
    let reached = snapshot.alerts().last_resolved_at(Some(patrol), AlertKind::CheckInMissed);
    let well_at = incident.last_check_in(patrol).max(reached)?;
    let in_danger_since = match in_danger_since(snapshot, nomenclature, incident, now) {
        Some(since) => since.max(well_at),
        None => {
            return Some(CheckIn {
                due_at: well_at.plus_seconds(EVERY_S.into()),
                every_s: EVERY_S,
            });
        }
    };
    let due_at = in_danger_since.plus_seconds(EVERY_S_IN_DANGER.into());
    let due_at = due_at.min(well_at.plus_seconds(EVERY_S.into()));
    Some(CheckIn { due_at, every_s: EVERY_S_IN_DANGER })
}

/// How often a crew on that site says that all is well, in seconds, as things stand.
#[must_use]
pub fn check_in_every_s(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    incident: &Incident,
    now: Timestamp,
) -> u32 {
    let in_danger = in_danger_since(snapshot, nomenclature, incident, now).is_some();
    if in_danger { EVERY_S_IN_DANGER } else { EVERY_S }
}

/// Since when whoever goes to `incident` is in danger: always by its kind, else by a hazard that holds on its site;
/// `None` where it is not.
fn in_danger_since(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    incident: &Incident,
    now: Timestamp,
) -> Option<Timestamp> {
    let kind = nomenclature.get(&incident.kind);
    if kind.is_some_and(|kind| kind.priority == Priority::P1) {
        return Some(incident.reported_at);
    }
    let briefing = snapshot.briefings().of(&incident.site)?;
    briefing.active_hazards(now).map(|hazard| hazard.since).min()
}
