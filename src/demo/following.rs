//! How the demo follows what is so: incidents that others have touched, patrols that others have called.

use rand::Rng as _;

use super::evening::{Evening, LEFT_ALONE_S, PACE, plain};
use crate::{
    incident::{
        Action, ActorRole, Command, Incident, IncidentId, KindCode, Priority, Reason, Status,
    },
    patrol::{Availability, PatrolId},
    simulation::{Call, CallIx, CrewIx, Hand, Reported, Told},
    twin::Snapshot,
};

/// What the engine has as one call: an incident with the patrol that leads, or a patrol that was sent second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) incident: IncidentId,
    pub(super) second: Option<PatrolId>,
}

/// An incident that the demo follows.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    pub(super) call: CallIx,
    pub(super) kind: KindCode,
    /// The steps that the engine knows of.
    pub(super) steps: usize,
    /// Whether what the engine thinks may not be so.
    pub(super) is_doubtful: bool,
    /// When somebody else last did something about it.
    touched_s: f64,
    /// What the engine was told last.
    pub(super) told: Told,
}

impl Evening<'_> {
    /// Takes in what is so now; incidents that the engine does not know are in the hand of `others`. Returns what must be asked so that incidents of the history that stand in the
    /// middle of nowhere can go on.
    pub(super) fn look(&mut self, snapshot: &Snapshot, others: Hand) -> Vec<(IncidentId, Command)> {
        let now_s = self.now_s;
        for row in 0..self.patrols.len() {
            let is_on_duty = self.is_on_duty(snapshot, &self.patrols[row]);
            self.engine.set_duty(CrewIx(row as u32), is_on_duty, now_s);
        }
        let mut asked = Vec::new();
        let mut seen: Vec<Key> = Vec::new();
        for id in open(snapshot) {
            let Some(incident) = snapshot.incident(id) else { continue };
            if is_lost(&incident) {
                let reason = Some(Reason::PatrolUnavailable);
                let actor = ActorRole::Dispatcher;
                asked.push((id, Command { actor, reason, ..plain(Action::Reassigned) }));
                continue;
            }
            for key in keys(&incident) {
                self.look_at(&key, &incident, snapshot, others);
                seen.push(key);
            }
        }
        let over: Vec<Key> =
            self.followed.keys().filter(|key| !seen.contains(key)).cloned().collect();
        for key in over {
            if let Some(followed) = self.followed.remove(&key) {
                let told = Told { status: Status::Closed, crew: None, ..followed.told };
                self.engine.follow(followed.call, told, now_s);
            }
        }
        asked
    }

    /// Whether a patrol works, as far as it says.
    pub(super) fn is_on_duty(&self, snapshot: &Snapshot, id: &PatrolId) -> bool {
        let known = snapshot.patrols().get(id);
        known.is_some_and(|known| known.patrol.availability == Availability::Available)
    }

    /// Takes in an incident that the engine does not know.
    pub(super) fn adopt(&mut self, incident: &Incident, snapshot: &Snapshot, hand: Hand) {
        for key in keys(incident) {
            self.adopt_as(key, incident, snapshot, hand);
        }
    }

    fn adopt_as(&mut self, key: Key, incident: &Incident, snapshot: &Snapshot, hand: Hand) {
        let now_s = self.now_s;
        let Some(told) = self.told(&key, incident, snapshot, hand) else { return };
        let call = CallIx(self.calls);
        self.calls += 1;
        let kind = self.setting.nomenclature.get(&incident.kind);
        let reported = Reported {
            reported_s: incident.reported_at.seconds_since(self.setting.ways.begin),
            kind: incident.kind.clone(),
            priority: kind.map_or(Priority::P3, |kind| kind.priority),
            crew_min: told.crew_min,
            position: told.position,
        };
        let durations = PACE.draw(&incident.kind, &mut self.dice);
        let lot = self.dice.next_u64();
        self.engine.adopt(call, Call { reported, durations, lot }, told, now_s);
        let followed = Followed {
            call,
            kind: incident.kind.clone(),
            steps: incident.steps.len(),
            is_doubtful: false,
            touched_s: now_s,
            told,
        };
        self.followed.insert(key, followed);
    }

    fn look_at(&mut self, key: &Key, incident: &Incident, snapshot: &Snapshot, others: Hand) {
        let now_s = self.now_s;
        let Some(known) = self.followed.get(key).cloned() else {
            self.adopt_as(key.clone(), incident, snapshot, others);
            return;
        };
        let news = incident.steps.get(known.steps..).unwrap_or_default();
        let is_left_alone =
            known.told.hand != Hand::Engine && now_s - known.touched_s > LEFT_ALONE_S;
        if news.is_empty() && !known.is_doubtful && !is_left_alone {
            return;
        }
        let by_crew = news.iter().any(|step| step.actor == ActorRole::Patrol);
        let hand = match known.told.hand {
            _ if by_crew => Hand::Crew,
            hand if !news.is_empty() => hand.max(Hand::Desk),
            _ if is_left_alone => Hand::Engine,
            hand => hand,
        };
        let touched_s = if news.is_empty() { known.touched_s } else { now_s };
        let told = self.told(key, incident, snapshot, hand).unwrap_or(known.told);
        self.engine.follow(known.call, told, now_s);
        let steps = incident.steps.len();
        let kind = incident.kind.clone();
        let followed = Followed { kind, steps, is_doubtful: false, touched_s, told, ..known };
        self.followed.insert(key.clone(), followed);
    }

    /// What is so about an incident, for the engine; `None` where the stock does not know its site.
    fn told(
        &self,
        key: &Key,
        incident: &Incident,
        snapshot: &Snapshot,
        hand: Hand,
    ) -> Option<Told> {
        let stock = snapshot.stock();
        let site = stock.site_ix(&incident.site)?;
        let building = incident.building.as_ref().and_then(|id| stock.building_ix(id));
        let place =
            building.map_or_else(|| stock.place_of_site(site), |ix| stock.place_of_building(ix));
        let sent = incident.sent();
        let (patrol, status) = match &key.second {
            Some(second) => {
                let stage = sent.iter().find(|one| one.patrol == *second)?.stage;
                (Some(second), stage)
            }
            None => (incident.reporter(), incident.status),
        };
        let with_crew = (Status::Assigned..=Status::Reported).contains(&status);
        let crew = patrol.filter(|_| with_crew).and_then(|patrol| {
            self.patrols.iter().position(|id| id == patrol).map(|row| CrewIx(row as u32))
        });
        // A patrol of somebody else's is not the demo's to move.
        let is_foreign = with_crew && crew.is_none() && patrol.is_some();
        let kind = self.setting.nomenclature.get(&incident.kind);
        let now = self.instant(self.now_s);
        Some(Told {
            status,
            crew,
            hand: if is_foreign { Hand::Crew } else { hand },
            position: stock.place(place).position,
            crew_min: kind.map_or(1, |kind| kind.crew_min(now)),
        })
    }
}

/// The incidents that are not over.
fn open(snapshot: &Snapshot) -> Vec<IncidentId> {
    let mut open = Vec::new();
    for part in snapshot.incidents().parts() {
        let rows = part.status().iter().zip(part.id());
        open.extend(rows.filter(|(status, _)| !status.is_over()).map(|(_, id)| *id));
    }
    open
}

/// The calls that an incident is for the engine.
fn keys(incident: &Incident) -> Vec<Key> {
    let seconds = incident.sent().into_iter().filter(|one| !one.leads);
    let seconds = seconds.map(|one| Some(one.patrol));
    std::iter::once(None)
        .chain(seconds)
        .map(|second| Key { incident: incident.id, second })
        .collect()
}

/// Whether a patrol should be on it and none is: so it stands in a history that came without steps.
fn is_lost(incident: &Incident) -> bool {
    let on_the_way = (Status::Assigned..=Status::OnSite).contains(&incident.status);
    on_the_way && incident.lead().is_none()
}
