//! Deciding a step against a state: which facts it adds.

use super::{Correction, StepError, StepRequest};
use crate::{
    access::SettingName,
    dispatch::{self, By, Eligible, NearestQuery, RankCount, Target},
    event::Fact,
    incident::{
        self, Action, ActorRole, Candidate, Command, Incident, IncidentId, Nomenclature, Reason,
        Refusal, Step,
    },
    patrol::{self, PatrolId},
    time::Timestamp,
    twin::Snapshot,
};

/// What a step is decided against.
pub(super) struct Against<'a> {
    pub(super) state: &'a Snapshot,
    pub(super) nomenclature: &'a Nomenclature,
    pub(super) now: Timestamp,
}

impl Against<'_> {
    /// The facts that `request` adds, each with one step; the last one is about the incident itself.
    ///
    /// # Errors
    ///
    /// [`StepError`]; nothing is then to be recorded.
    pub(super) fn decide(&self, request: &StepRequest) -> Result<Vec<Fact>, StepError> {
        let StepRequest { incident: id, command, correction, .. } = request;
        let known = self.state.incident(*id).ok_or(StepError::UnknownIncident(*id))?;
        let refused = |refusal| StepError::Refused { refusal, incident: Box::new(known.clone()) };
        if !correction.is_empty() && command.action != Action::Qualified {
            return Err(refused(Refusal::Needless("kind, site_code and building_id")));
        }
        if command.remark.is_some() && !self.state.settings().is_on(SettingName::Remarks) {
            return Err(StepError::RemarksOff);
        }
        let command = &match command {
            Command { action: Action::Reinforced, patrol: None, .. }
                if known.allows(Action::Reinforced) =>
            {
                Command { patrol: Some(self.nearest_free(*id)?), ..command.clone() }
            }
            command => command.clone(),
        };
        let mut incident = self.corrected(&known, correction)?;
        let candidate = self.candidate(&incident, command)?;
        let steps = incident::decide(&incident, command, candidate.as_ref(), self.now);
        let steps = steps.map_err(refused)?;
        let mut facts = Vec::new();
        if let Some(candidate) = candidate.filter(|one| one.mission != Some(*id)) {
            facts.extend(self.freed(&candidate.patrol, command.actor));
        }
        if let Some(survivor) = command.duplicate_of {
            facts.push(self.merged(survivor, *id, command)?);
        }
        for step in steps {
            incident.take(step);
            facts.push(Fact::IncidentRecorded(incident.clone()));
        }
        Ok(facts)
    }

    fn corrected(&self, known: &Incident, correction: &Correction) -> Result<Incident, StepError> {
        let mut incident = known.clone();
        let stock = self.state.stock();
        if let Some(kind) = &correction.kind {
            if self.nomenclature.get(kind).is_none() {
                return Err(StepError::UnknownKind(kind.clone()));
            }
            incident.kind = kind.clone();
        }
        if let Some(site) = &correction.site {
            if stock.site_ix(site).is_none() {
                return Err(StepError::UnknownSite(site.clone()));
            }
            if incident.site != *site {
                // A building of the site that it is not on.
                incident.building = None;
            }
            incident.site = site.clone();
        }
        if let Some(building) = &correction.building {
            let site = stock.site_ix(&incident.site);
            let on_site = |ix| site.is_some_and(|site| stock.buildings_of_site(site).contains(&ix));
            if !stock.building_ix(building).is_some_and(on_site) {
                return Err(StepError::UnknownBuilding(building.clone()));
            }
            incident.building = Some(building.clone());
        }
        Ok(incident)
    }

    /// What is known of the patrol that is to be sent, where one is.
    fn candidate(
        &self,
        incident: &Incident,
        command: &Command,
    ) -> Result<Option<Candidate>, StepError> {
        let sends = matches!(command.action, Action::Assigned | Action::Reinforced);
        let Some(id) = command.patrol.as_ref().filter(|_| sends) else { return Ok(None) };
        let known = self.state.patrols().get(id);
        let known = known.ok_or_else(|| StepError::UnknownPatrol(id.clone()))?;
        let mission = self.state.interventions().mission_of(id);
        let availability = self.state.availability(&known.patrol);
        let kind = self.nomenclature.get(&incident.kind);
        Ok(Some(Candidate {
            patrol: id.clone(),
            availability,
            mission: mission.map(|mission| mission.incident),
            turned: mission.is_some_and(|mission| mission.sent.turned),
            crew: known.patrol.crew,
            // Whoever comes second adds to the crew that is there.
            crew_min: match command.action {
                Action::Assigned => kind.map_or(1, |kind| kind.crew_min(self.now)),
                _ => 1,
            },
            is_stale: patrol::is_stale(known.last_fix.as_ref(), availability, self.now),
        }))
    }

    /// The nearest patrol that may be sent now and whose position is fresh: whoever asks for help does not choose.
    fn nearest_free(&self, incident: IncidentId) -> Result<PatrolId, StepError> {
        let count = RankCount::new(1).unwrap_or_else(|_| unreachable!("one is a count"));
        let query = NearestQuery {
            target: Target::Incident(incident),
            count,
            eligible: Eligible::Available,
            by: By::Road,
            crew_min: 1,
            now: self.now,
        };
        let ranking = dispatch::nearest(self.state, &query);
        let ranking = ranking.map_err(|_unknown| StepError::UnknownIncident(incident))?;
        let nearest = ranking.ranked.iter().find(|ranked| !ranked.is_stale);
        nearest.map(|ranked| ranked.state.patrol.id.clone()).ok_or(StepError::NobodyFree)
    }

    /// Takes a patrol that is sent elsewhere from what it is on: what it led waits again.
    fn freed(&self, patrol: &PatrolId, actor: ActorRole) -> Option<Fact> {
        let mission = self.state.interventions().mission_of(patrol)?;
        let mut incident = self.state.incident(mission.incident)?;
        let action = if mission.sent.leads { Action::Reassigned } else { Action::Released };
        incident.take(Step {
            patrol: Some(patrol.clone()),
            reason: mission.sent.leads.then_some(Reason::PreEmpted),
            ..Step::plain(action, self.now, self.now, actor)
        });
        Some(Fact::IncidentRecorded(incident))
    }

    /// The incident that `duplicate` is merged into.
    fn merged(
        &self,
        survivor: IncidentId,
        duplicate: IncidentId,
        command: &Command,
    ) -> Result<Fact, StepError> {
        let open = self.state.incident(survivor).filter(|one| !one.status.is_over());
        let mut survivor =
            open.filter(|_| survivor != duplicate).ok_or(StepError::NoDuplicate(survivor))?;
        survivor.take(Step {
            other: Some(duplicate),
            ..Step::plain(Action::Merged, self.now, self.now, command.actor)
        });
        Ok(Fact::IncidentRecorded(survivor))
    }
}
