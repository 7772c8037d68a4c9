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
/// It counts from when it came or last said so, or from when a person resolved that it had not.
#[must_use]
pub fn check_in(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    patrol: &PatrolId,
) -> Option<CheckIn> {
    let mission = snapshot.interventions().mission_of(patrol)?;
    if mission.sent.stage != Status::OnSite {
        return None;
    }
    let incident = snapshot.interventions().get(mission.incident)?;
    let every_s = every_s(nomenclature, incident);
    let reached = snapshot.alerts().last_resolved_at(patrol, AlertKind::CheckInMissed);
    let well_at = incident.last_check_in(patrol).max(reached)?;
    Some(CheckIn { due_at: well_at.plus_seconds(every_s.into()), every_s })
}

/// How often a crew says that all is well during `incident`.
fn every_s(nomenclature: &Nomenclature, incident: &Incident) -> u32 {
    let kind = nomenclature.get(&incident.kind);
    if kind.is_some_and(|kind| kind.priority == Priority::P1) { EVERY_S_IN_DANGER } else { EVERY_S }
}
