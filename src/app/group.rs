//! [`Group`]: commands that become durable in one commit, and the answers that wait for it.

use std::{collections::HashMap, sync::Arc};

use super::{
    AccountError, AlertError, Cared, FixOutcome, HoldChange, HoldError, ImportOutcome, PutPatrol,
    PutPatrolError, ReceiveError, Received, SetHazards, SetHazardsError, SettingChange, StepError,
    Stepped, Unavailable,
    accounts::{self, AccountChange, Author},
    alerts::{self, AlertRequest},
    doubts::Doubts,
    hazards, holds,
    incidents::Admitted,
    job::{Job, Reply, answer},
    planned::{Planned, PlannedStep},
    settings,
    stepping::Against,
    stock,
    transitions::AskedStep,
};
use crate::{
    access::Account,
    alert::Alert,
    correlation::Situation,
    event::{Event, Fact},
    incident::{IdempotencyKey, Nomenclature, RequestDigest, Step},
    patrol::{Availability, FixRefusal, FixVerdict, Patrol, PositionFix},
    retention::Hold,
    stock::StockChange,
    store::{Batch, NewFact, Receipt, StoreError},
    time::Timestamp,
    twin::Snapshot,
    vigil::Watch,
};

/// An answer that waits for the commit.
pub(super) enum Pending {
    Receive(Vec<Planned>, Reply<Vec<Result<Received, ReceiveError>>, Unavailable>),
    Step(PlannedStep, Reply<Stepped, StepError>),
    Alert(Result<Cared, AlertError>, Reply<Cared, AlertError>),
    Account(Result<Account, AccountError>, Reply<Account, AccountError>),
    Hold(Result<Hold, HoldError>, Reply<Hold, HoldError>),
    Patrol(Reply<(), PutPatrolError>),
    Hazards(Reply<(), SetHazardsError>),
    Setting(Reply<(), Unavailable>),
    Positions(Vec<FixOutcome>, Reply<Vec<FixOutcome>, Unavailable>),
    Stock(ImportOutcome, Reply<ImportOutcome, Unavailable>),
    Situations(Reply<(), Unavailable>),
}

/// One commit in the making: decisions are taken against `state`, which runs ahead of the store.
pub(super) struct Group {
    state: Snapshot,
    nomenclature: Arc<Nomenclature>,
    batch: Batch,
    keys: HashMap<IdempotencyKey, (RequestDigest, usize)>,
    /// What earlier commits answered under the keys of this one.
    receipts: HashMap<IdempotencyKey, Receipt>,
    pending: Vec<Pending>,
    doubts: Doubts,
}

impl Group {
    /// A group that is decided against `state`, what was answered before and what was doubted, at the time
    /// `recorded_at`.
    pub(super) fn new(
        state: &Snapshot,
        nomenclature: Arc<Nomenclature>,
        receipts: HashMap<IdempotencyKey, Receipt>,
        doubts: Doubts,
        recorded_at: Timestamp,
    ) -> Self {
        Self {
            state: state.clone(),
            nomenclature,
            batch: Batch { recorded_at, facts: Vec::new(), fixes: Vec::new() },
            keys: HashMap::new(),
            receipts,
            pending: Vec::new(),
            doubts,
        }
    }

    /// What is to be committed, who waits for it, and what is doubted.
    pub(super) fn into_parts(self) -> (Batch, Vec<Pending>, Doubts) {
        (self.batch, self.pending, self.doubts)
    }

    /// Decides what `job` does and adds it.
    pub(super) fn plan(&mut self, job: Job) {
        let pending = match job {
            Job::Receive(admitted, reply) => {
                let planned = admitted.into_iter().map(|one| self.plan_incident(one));
                Pending::Receive(planned.collect(), reply)
            }
            Job::Step(request, reply) => Pending::Step(self.plan_step(*request), reply),
            Job::Alert(request, reply) => Pending::Alert(self.plan_alert(*request), reply),
            Job::Account(author, change, reply) => {
                Pending::Account(self.plan_account(author, *change), reply)
            }
            Job::Hold(change, reply) => Pending::Hold(self.plan_hold(*change), reply),
            Job::Watch { listening_since, purges } => return self.watch(listening_since, purges),
            Job::Patrol(put, reply) => match self.plan_patrol(put) {
                Ok(()) => Pending::Patrol(reply),
                Err(refusal) => return answer(reply, Err(refusal)),
            },
            Job::Hazards(set, reply) => match self.plan_hazards(set) {
                Ok(()) => Pending::Hazards(reply),
                Err(refusal) => return answer(reply, Err(refusal)),
            },
            Job::Setting(change, reply) => {
                self.plan_setting(change);
                Pending::Setting(reply)
            }
            Job::Positions(fixes, reply) => {
                let outcomes = fixes.into_iter().map(|fix| self.plan_fix(fix));
                Pending::Positions(outcomes.collect(), reply)
            }
            Job::Stock(change, reply) => {
                let (settled, outcome) = stock::settle(&self.state, change);
                if !settled.is_empty() {
                    self.push(Fact::StockChanged(settled), None);
                }
                Pending::Stock(outcome, reply)
            }
            Job::Situations(found, reply) => {
                found.into_iter().for_each(|situation| self.plan_situation(situation));
                Pending::Situations(reply)
            }
            // The writer does it between two commits.
            Job::Signals(..) | Job::AtStore(_) | Job::Upkeep(_) | Job::LookAround => return,
        };
        self.pending.push(pending);
    }

    fn watch(&mut self, listening_since: Timestamp, purges: bool) {
        let found = alerts::watched(Watch {
            snapshot: &self.state,
            nomenclature: &self.nomenclature,
            now: self.batch.recorded_at,
            listening_since,
            purges,
        });
        for alert in found {
            self.record_alert(alert);
        }
    }

    fn push(&mut self, fact: Fact, key: Option<(IdempotencyKey, RequestDigest)>) -> usize {
        self.batch.facts.push(NewFact { fact, author: None, key });
        self.batch.facts.len() - 1
    }

    fn plan_incident(&mut self, admitted: Result<Admitted, ReceiveError>) -> Planned {
        let Admitted { incident, key } = match admitted {
            Ok(admitted) => admitted,
            Err(refused) => return Planned::Settled(Err(refused)),
        };
        match self.asked_before(key.as_ref()) {
            AskedBefore::No => {}
            AskedBefore::InThisCommit(at) => return Planned::Fact { at, repeated: true },
            AskedBefore::InAnother(Receipt { incident, seq, .. }) => {
                return Planned::Settled(Ok(Received { incident, seq, repeated: true }));
            }
            AskedBefore::Otherwise => return Planned::Settled(Err(ReceiveError::KeyReused)),
        }
        let at = self.push(Fact::IncidentRecorded(incident), key);
        if let Some((key, digest)) = key {
            self.keys.insert(key, (digest, at));
        }
        Planned::Fact { at, repeated: false }
    }

    fn plan_step(&mut self, asked: AskedStep) -> PlannedStep {
        let settled = |result| PlannedStep::Settled(Box::new(result));
        match self.asked_before(asked.key()) {
            AskedBefore::No => {}
            AskedBefore::InThisCommit(at) => return PlannedStep::Fact { at, repeated: true },
            AskedBefore::InAnother(receipt) => {
                let Receipt { incident, seq, recorded_at, .. } = receipt;
                let is_it = |step: &Step| step.recorded_at == recorded_at && asked.made(step);
                let incident = incident.as_of(is_it).unwrap_or(incident);
                return settled(Ok(Stepped { incident, seq, repeated: true }));
            }
            AskedBefore::Otherwise => return settled(Err(StepError::KeyReused)),
        }
        let request = match asked.resolved(&self.state) {
            Ok(request) => request,
            Err(refusal) => return settled(Err(refusal)),
        };
        let against = Against {
            state: &self.state,
            nomenclature: &self.nomenclature,
            now: self.batch.recorded_at,
        };
        let mut facts = match against.decide(&request) {
            Ok(facts) => facts,
            Err(refusal) => return settled(Err(refusal)),
        };
        self.state.apply(facts.iter().cloned(), self.state.seq());
        let last = facts.pop();
        for fact in facts {
            self.push(fact, None);
        }
        // A step is at least one fact: see `Against::decide`.
        let last = last.unwrap_or_else(|| unreachable!("a step adds a fact"));
        let at = self.push(last, request.key);
        if let Some((key, digest)) = request.key {
            self.keys.insert(key, (digest, at));
        }
        PlannedStep::Fact { at, repeated: false }
    }

    fn plan_alert(&mut self, request: AlertRequest) -> Result<Cared, AlertError> {
        let fix = match &request {
            AlertRequest::Raise(new) => new.fix.clone(),
            AlertRequest::Care(..) => None,
        };
        let cared = alerts::decide(&self.state, request, self.batch.recorded_at)?;
        if !cared.repeated {
            self.record_alert(cared.alert.clone());
        }
        if let Some(fix) = fix {
            // Where somebody calls from counts, however far that seems; and whatever becomes of it, the alert stands.
            if let FixVerdict::Refused(FixRefusal::TooFast { .. }) = self.plan_fix(fix.clone()) {
                self.take_fix(fix);
            }
        }
        Ok(cared)
    }

    fn plan_account(
        &mut self,
        author: Author,
        change: AccountChange,
    ) -> Result<Account, AccountError> {
        let account = accounts::decide(&self.state, change, self.batch.recorded_at)?;
        if self.state.accounts().get(account.id).is_none_or(|known| **known != account) {
            let fact = Fact::AccountRecorded(account.clone());
            self.state.apply([fact.clone()], self.state.seq());
            self.batch.facts.push(NewFact { fact, author, key: None });
        }
        Ok(account)
    }

    fn plan_hold(&mut self, change: HoldChange) -> Result<Hold, HoldError> {
        let hold = holds::decide(&self.state, change, self.batch.recorded_at)?;
        let fact = Fact::HoldRecorded(hold.clone());
        self.state.apply([fact.clone()], self.state.seq());
        self.push(fact, None);
        Ok(hold)
    }

    fn record_alert(&mut self, alert: Alert) {
        let fact = Fact::AlertRecorded(alert);
        self.state.apply([fact.clone()], self.state.seq());
        self.push(fact, None);
    }

    /// Whether the same was asked under that key.
    fn asked_before(&self, key: Option<&(IdempotencyKey, RequestDigest)>) -> AskedBefore {
        let Some((key, digest)) = key else { return AskedBefore::No };
        match (self.keys.get(key), self.receipts.get(key)) {
            (Some((known, at)), _) if known == digest => AskedBefore::InThisCommit(*at),
            (None, Some(receipt)) if receipt.digest == *digest => {
                AskedBefore::InAnother(receipt.clone())
            }
            (None, None) => AskedBefore::No,
            _ => AskedBefore::Otherwise,
        }
    }

    fn plan_patrol(&mut self, put: PutPatrol) -> Result<(), PutPatrolError> {
        let PutPatrol { mut patrol, fix, sharing } = put;
        let off_duty = patrol.availability == Availability::OffDuty;
        if off_duty && let Some(mission) = self.state.interventions().mission_of(&patrol.id) {
            let incident = mission.incident;
            return Err(PutPatrolError::OnMission { patrol: patrol.id, incident });
        }
        patrol.position_off_at = self.position_off_at(&patrol, sharing);
        let shares = patrol.shares_position();
        let fix = fix.filter(|_| shares);
        let now = self.batch.recorded_at;
        let last = self.state.patrols().get(&patrol.id).and_then(|known| known.last_fix.as_ref());
        let verdict = fix.as_ref().map(|fix| self.doubts.judge(last, fix, now));
        if let Some(FixVerdict::Refused(refusal)) = verdict {
            return Err(refusal.into());
        }
        if !shares {
            // Positions go in after facts: one taken in a moment ago must not outlive the end of duty or the switch.
            self.batch.fixes.retain(|earlier| earlier.patrol != patrol.id);
            self.doubts.forget(&patrol.id);
        }
        let fact = Fact::PatrolRecorded(patrol);
        self.state.apply([fact.clone()], self.state.seq());
        self.push(fact, None);
        if let (Some(fix), Some(FixVerdict::Accepted)) = (fix, verdict) {
            self.take_fix(fix);
        }
        Ok(())
    }

    /// Since when its position is off, once `sharing` is said of it.
    fn position_off_at(&self, patrol: &Patrol, sharing: Option<bool>) -> Option<Timestamp> {
        let known = self.state.patrols().get(&patrol.id);
        let before = known.and_then(|known| known.patrol.position_off_at);
        match sharing {
            _ if patrol.availability == Availability::OffDuty => None,
            Some(true) => None,
            Some(false) => before.or(Some(self.batch.recorded_at)),
            None => before,
        }
    }

    fn plan_hazards(&mut self, set: SetHazards) -> Result<(), SetHazardsError> {
        let hazards = hazards::decide(&self.state, set, self.batch.recorded_at)?;
        if !hazards.is_empty() {
            let fact = Fact::StockChanged(StockChange { hazards, ..StockChange::default() });
            self.state.apply([fact.clone()], self.state.seq());
            self.push(fact, None);
        }
        Ok(())
    }

    fn plan_setting(&mut self, change: SettingChange) {
        if let Some(setting) = settings::decide(&self.state, change, self.batch.recorded_at) {
            let fact = Fact::SettingChanged(setting);
            self.state.apply([fact.clone()], self.state.seq());
            self.push(fact, None);
        }
    }

    /// Of two servers over one store one is the first to find a situation.
    fn plan_situation(&mut self, situation: Situation) {
        if self.state.situations().get(situation.id).is_some_and(|known| !known.becomes(&situation))
        {
            return;
        }
        let fact = Fact::SituationRecorded(situation);
        self.state.apply([fact.clone()], self.state.seq());
        self.push(fact, None);
    }

    fn plan_fix(&mut self, fix: PositionFix) -> FixOutcome {
        let verdict = match self.state.patrols().get(&fix.patrol) {
            None => FixVerdict::Refused(FixRefusal::UnknownPatrol(fix.patrol.clone())),
            Some(known) if known.patrol.availability == Availability::OffDuty => {
                FixVerdict::Refused(FixRefusal::OffDuty(fix.patrol.clone()))
            }
            Some(known) if known.patrol.position_off_at.is_some() => {
                FixVerdict::Refused(FixRefusal::SwitchedOff(fix.patrol.clone()))
            }
            Some(known) => self.doubts.judge(known.last_fix.as_ref(), &fix, self.batch.recorded_at),
        };
        if verdict == FixVerdict::Accepted {
            self.take_fix(fix);
        }
        verdict
    }

    fn take_fix(&mut self, fix: PositionFix) {
        self.state.place(fix.clone());
        self.batch.fixes.push(fix);
    }
}

/// What became of a key before.
enum AskedBefore {
    /// Nothing.
    No,
    /// It made the fact at this place of the batch.
    InThisCommit(usize),
    /// An earlier commit answered it.
    InAnother(Receipt),
    /// It was used for something else.
    Otherwise,
}

impl Pending {
    /// Answers with what the commit said.
    pub(super) fn answer(self, committed: &Result<Vec<Event>, StoreError>) {
        let committed = committed.as_deref().map_err(|fault| Unavailable::from(fault.clone()));
        match self {
            Self::Receive(planned, reply) => {
                let received =
                    |events| planned.into_iter().map(|one| one.received(events)).collect();
                answer(reply, committed.map(received));
            }
            Self::Step(planned, reply) => answer(reply, planned.stepped(committed)),
            Self::Alert(cared, reply) => {
                answer(reply, committed.map_err(Into::into).and(cared));
            }
            Self::Account(account, reply) => {
                answer(reply, committed.map_err(Into::into).and(account));
            }
            Self::Hold(hold, reply) => answer(reply, committed.map_err(Into::into).and(hold)),
            Self::Patrol(reply) => answer(reply, committed.map(|_| ()).map_err(Into::into)),
            Self::Hazards(reply) => answer(reply, committed.map(|_| ()).map_err(Into::into)),
            Self::Setting(reply) => answer(reply, committed.map(|_| ())),
            Self::Positions(outcomes, reply) => answer(reply, committed.map(|_| outcomes)),
            Self::Situations(reply) => answer(reply, committed.map(|_| ())),
            Self::Stock(outcome, reply) => {
                let seq = |events: &[Event]| events.last().map(|event| event.seq);
                let told = committed.map(|events| ImportOutcome { seq: seq(events), ..outcome });
                answer(reply, told);
            }
        }
    }
}
