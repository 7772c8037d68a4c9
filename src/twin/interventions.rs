//! [`Interventions`]: the steps of incidents, and which patrol is on which.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::{
    incident::{Incident, IncidentId, Sent, Step},
    patrol::PatrolId,
    time::Timestamp,
};

/// Incidents with steps in the recent part before it is merged into the sealed one: few enough to copy at each
/// write, enough that the merge (10 ns an incident) is rare.
const RECENT_MAX: usize = 512;

/// Every incident that has steps. Cloning is free; a step copies the recent part only.
#[derive(Debug, Clone, Default)]
pub struct Interventions {
    sealed: Arc<BTreeMap<IncidentId, Arc<Incident>>>,
    recent: Arc<BTreeMap<IncidentId, Arc<Incident>>>,
    missions: Arc<BTreeMap<PatrolId, Mission>>,
}

/// What a patrol is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mission {
    /// Which incident.
    pub incident: IncidentId,
    /// How far the patrol has got, and whether it leads.
    pub sent: Sent,
}

impl Interventions {
    /// The incident with its steps, where it has any. O(log n).
    #[must_use]
    pub fn get(&self, id: IncidentId) -> Option<&Arc<Incident>> {
        self.recent.get(&id).or_else(|| self.sealed.get(&id))
    }

    /// What a patrol is on, from the moment that it is sent until it leaves.
    #[must_use]
    pub fn mission_of(&self, patrol: &PatrolId) -> Option<&Mission> {
        self.missions.get(patrol)
    }

    /// Every patrol that is on something, by its id.
    pub fn missions(&self) -> impl ExactSizeIterator<Item = (&PatrolId, &Mission)> {
        self.missions.iter()
    }

    pub(super) fn record(&mut self, incident: Incident) {
        let missions = Arc::make_mut(&mut self.missions);
        missions.retain(|_, mission| mission.incident != incident.id);
        for sent in incident.sent() {
            missions.insert(sent.patrol.clone(), Mission { incident: incident.id, sent });
        }
        Arc::make_mut(&mut self.recent).insert(incident.id, Arc::new(incident));
        if self.recent.len() > RECENT_MAX {
            let mut sealed = (*self.sealed).clone();
            sealed.extend(
                std::mem::take(&mut self.recent).iter().map(|(id, one)| (*id, Arc::clone(one))),
            );
            self.sealed = Arc::new(sealed);
        }
    }

    /// Removes incidents, and forgets that others were merged with them.
    pub(super) fn remove(&mut self, gone: &HashSet<IncidentId>) {
        let is_gone = |step: &Step| step.other.is_some_and(|other| gone.contains(&other));
        for part in [&mut self.sealed, &mut self.recent] {
            let part = Arc::make_mut(part);
            part.retain(|id, _| !gone.contains(id));
            for incident in part.values_mut() {
                if incident.steps.iter().any(is_gone) {
                    let steps = &mut Arc::make_mut(incident).steps;
                    steps
                        .iter_mut()
                        .filter(|step| is_gone(step))
                        .for_each(|step| step.other = None);
                }
            }
        }
        Arc::make_mut(&mut self.missions).retain(|_, mission| !gone.contains(&mission.incident));
    }

    /// Forgets who took the steps that were taken before that instant, but for incidents that `is_held` says. A patrol
    /// that was sent then and never left is free.
    pub(super) fn forget_patrols(
        &mut self,
        before: Timestamp,
        is_held: impl Fn(&Incident) -> bool,
    ) {
        let forgets = |step: &Step| step.patrol.is_some() && step.at < before;
        let mut touched = Vec::new();
        for part in [&mut self.sealed, &mut self.recent] {
            for incident in Arc::make_mut(part).values_mut() {
                if !incident.steps.iter().any(forgets) || is_held(incident) {
                    continue;
                }
                let steps = &mut Arc::make_mut(incident).steps;
                steps.iter_mut().filter(|step| forgets(step)).for_each(|step| step.patrol = None);
                touched.push(Arc::clone(incident));
            }
        }
        let missions = Arc::make_mut(&mut self.missions);
        for incident in touched {
            missions.retain(|_, mission| mission.incident != incident.id);
            for sent in incident.sent() {
                missions.insert(sent.patrol.clone(), Mission { incident: incident.id, sent });
            }
        }
    }

    /// Takes in what a replay tells, without the copies that a reader beside it would need.
    pub(super) fn load(&mut self, incident: Incident) {
        for sent in incident.sent() {
            let mission = Mission { incident: incident.id, sent };
            Arc::make_mut(&mut self.missions).insert(mission.sent.patrol.clone(), mission);
        }
        Arc::make_mut(&mut self.sealed).insert(incident.id, Arc::new(incident));
    }
}
