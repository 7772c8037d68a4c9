//! [`Snapshot`]: one state of the twin, and the only functions that change a state.

use std::{collections::BTreeMap, mem::take, sync::Arc};

use super::{
    Accounts, Alerts, Briefings, Incidents, Interventions, Patrols, Registers, Roads, Settings,
    Situations, StockIndex,
};
use crate::{
    event::{Fact, Seq},
    incident::{Incident, IncidentId},
    patrol::{Availability, Patrol, PatrolId, PositionFix},
    stock::{LandlordId, StockChange},
};

/// One state. A question takes `&Snapshot`, never awaits, and never sees half a write. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub(super) seq: Seq,
    pub(super) stock: Arc<StockIndex>,
    pub(super) roads: Roads,
    pub(super) briefings: Briefings,
    pub(super) incidents: Incidents,
    pub(super) patrols: Patrols,
    pub(super) interventions: Interventions,
    pub(super) alerts: Alerts,
    pub(super) situations: Situations,
    pub(super) accounts: Accounts,
    pub(super) settings: Settings,
    pub(super) registers: Registers,
    /// By landlord: the last event about an incident on one of its sites, since this state was built.
    pub(super) last_incident: Arc<BTreeMap<LandlordId, Seq>>,
}

impl Snapshot {
    /// The last event that this state holds.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// Landlords, sites, buildings and what is around them.
    #[must_use]
    pub fn stock(&self) -> &StockIndex {
        &self.stock
    }

    /// The roads, and the graph that was made of them.
    #[must_use]
    pub const fn roads(&self) -> &Roads {
        &self.roads
    }

    /// What crews are told of sites.
    #[must_use]
    pub const fn briefings(&self) -> &Briefings {
        &self.briefings
    }

    /// Every incident.
    #[must_use]
    pub const fn incidents(&self) -> &Incidents {
        &self.incidents
    }

    /// Every patrol.
    #[must_use]
    pub const fn patrols(&self) -> &Patrols {
        &self.patrols
    }

    /// The incident with that id and its steps. O(log n).
    #[must_use]
    pub fn incident(&self, id: IncidentId) -> Option<Incident> {
        if let Some(known) = self.interventions.get(id) {
            return Some((**known).clone());
        }
        let row = self.incidents.get(id)?;
        let place = self.stock.place(row.place);
        Some(Incident {
            id,
            kind: self.incidents.kinds()[usize::from(row.kind)].clone(),
            channel: row.channel,
            status: row.status,
            reported_at: row.reported_at,
            site: self.stock.site(row.site).code.clone(),
            building: place.building.map(|ix| self.stock.building(ix).id.clone()),
            steps: Vec::new(),
        })
    }

    /// Whether a patrol may be sent: while it is on an incident it is busy, whatever it says of itself.
    #[must_use]
    pub fn availability(&self, patrol: &Patrol) -> Availability {
        match self.interventions.mission_of(&patrol.id) {
            Some(_) => Availability::Busy,
            None => patrol.availability,
        }
    }

    /// What was done about incidents, and who is on which.
    #[must_use]
    pub const fn interventions(&self) -> &Interventions {
        &self.interventions
    }

    /// What a person must look at.
    #[must_use]
    pub const fn alerts(&self) -> &Alerts {
        &self.alerts
    }

    /// What rules of correlation have found.
    #[must_use]
    pub const fn situations(&self) -> &Situations {
        &self.situations
    }

    /// Who may ask, and as what.
    #[must_use]
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// What is turned on.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What was purged, and what is held beyond its term.
    #[must_use]
    pub const fn registers(&self) -> &Registers {
        &self.registers
    }

    /// The last event about an incident on a site of that landlord, or one that came with it; 0 where there was none
    /// since the program started.
    #[must_use]
    pub fn last_incident_of(&self, landlord: &LandlordId) -> Seq {
        self.last_incident.get(landlord).copied().unwrap_or_default()
    }

    /// The state as a patrol sees it: no patrol but itself.
    #[must_use]
    pub fn with_patrol_alone(&self, patrol: &PatrolId) -> Self {
        Self { patrols: self.patrols.alone(patrol), ..self.clone() }
    }

    /// Applies facts in their order; `seq` is that of the last of them.
    ///
    /// Incidents are gathered up to the next fact of another kind, so that a million cost one sort.
    pub fn apply(&mut self, facts: impl IntoIterator<Item = Fact>, seq: Seq) {
        let mut incidents: Vec<Incident> = Vec::new();
        for fact in facts {
            match fact {
                Fact::IncidentRecorded(incident) => {
                    self.note_landlords(&incident, seq);
                    if !incident.steps.is_empty() {
                        self.interventions.record(incident.clone());
                    }
                    incidents.push(incident);
                }
                Fact::StockChanged(mut change) => {
                    self.record_incidents(&mut incidents);
                    self.take_unindexed(&mut change);
                    if !change.is_empty() {
                        self.stock = Arc::new(self.stock.changed(change, seq));
                    }
                }
                Fact::PatrolRecorded(patrol) => self.patrols.record(patrol),
                Fact::AlertRecorded(alert) => self.alerts.record(alert),
                Fact::SituationRecorded(situation) => self.situations.record(situation),
                Fact::AccountRecorded(account) => self.accounts.record(account),
                Fact::SettingChanged(setting) => self.settings.record(setting),
                Fact::HoldRecorded(hold) => self.registers.record_hold(hold),
                Fact::Purged(purge) => {
                    self.record_incidents(&mut incidents);
                    self.purge(purge, seq);
                }
                Fact::Gone => {}
            }
        }
        self.record_incidents(&mut incidents);
        self.seq = seq;
    }

    /// Puts a patrol where an accepted fix says it is, unless a newer one is there or it is off duty.
    pub fn place(&mut self, fix: PositionFix) {
        self.patrols.place(fix);
    }

    /// Puts every patrol where `fixes` say, and nowhere those that have none.
    pub fn replace_fixes(&mut self, fixes: Vec<PositionFix>) {
        self.patrols.replace_fixes(fixes);
    }

    /// Takes in what of a change stands beside the indexed stock, and leaves the rest: a hazard that is flagged
    /// must not cost an index of the whole town.
    pub(super) fn take_unindexed(&mut self, change: &mut StockChange) {
        if !change.has_no_briefings() {
            self.briefings.take(take(&mut change.notes), take(&mut change.hazards));
        }
        if !change.has_no_roads() {
            let (roads, turns) = (take(&mut change.roads), take(&mut change.turns));
            self.roads = self.roads.changed(roads, turns, take(&mut change.speeds));
        }
    }

    /// Notes that something happened to the landlord of an incident, and to the one that had it before.
    fn note_landlords(&mut self, incident: &Incident, seq: Seq) {
        let before = self.incidents.get(incident.id).map(|row| row.site);
        for site in before.into_iter().chain(self.stock.site_ix(&incident.site)) {
            let landlord = &self.stock.site(site).landlord;
            if self.last_incident.get(landlord) != Some(&seq) {
                Arc::make_mut(&mut self.last_incident).insert(landlord.clone(), seq);
            }
        }
    }

    fn record_incidents(&mut self, incidents: &mut Vec<Incident>) {
        if !incidents.is_empty() {
            self.incidents.record(take(incidents), &self.stock);
        }
    }
}
