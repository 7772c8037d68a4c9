//! The one task that renders what happens: each change once, however many listen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use actix_web::web::Bytes;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, timeout_at},
};

use super::{
    Problem,
    audience::Audience,
    message::{gone, message, positions, stock},
    ring::{Ring, Told},
};
use crate::{
    access::Scope,
    alert::{AlertId, AlertKind},
    app::{App, Listener, News, Subject, What},
    correlation::{RuleSet, SituationId},
    event::Seq,
    http::{
        alert_body::AlertBody, incident_feature, patrols, sites, situation_body::SituationBody,
    },
    incident::IncidentId,
    patrol::{PatrolId, PositionFix},
    stock::{LandlordId, SiteCode},
    time::Timestamp,
    twin::{IncidentRow, Mission, Snapshot},
};

/// Events of one publication that are told one by one. More come by an import, or to a server that was cut off: a
/// client reads a list faster than that many messages.
const EVENTS_AT_ONCE_MAX: usize = 256;
/// How often positions are told, and how often, at most, that everything must be read again.
const TICK: Duration = Duration::from_secs(1);

/// Puts what `app` tells into `ring`, until the program stops.
pub async fn tell(app: App, rules: RuleSet, mut heard: Listener, ring: Arc<Ring>) {
    let mut teller = Teller { app, rules, ring, flooded: None, placed: BTreeMap::new() };
    let mut tick_at = Instant::now();
    loop {
        match timeout_at(tick_at, heard.recv()).await {
            Ok(Ok(news)) => teller.take(&news),
            Ok(Err(RecvError::Lagged(_))) => teller.flooded = Some(teller.app.snapshot().seq()),
            Ok(Err(RecvError::Closed)) => return teller.ring.end(),
            Err(_elapsed) => {}
        }
        if Instant::now() >= tick_at {
            teller.tick();
            tick_at = Instant::now() + TICK;
        }
    }
}

/// Messages and whom each is for.
type Messages = Vec<(Audience, Bytes)>;

struct Teller {
    app: App,
    rules: RuleSet,
    ring: Arc<Ring>,
    /// The last event of a flood, which ends with the next tick.
    flooded: Option<Seq>,
    /// When each patrol was where it was last told to be.
    placed: BTreeMap<PatrolId, Timestamp>,
}

impl Teller {
    fn take(&mut self, news: &News) {
        let head = news.after.seq();
        let told = match &news.what {
            What::Events(events)
                if events.len() <= EVENTS_AT_ONCE_MAX && !events.iter().any(is_purge) =>
            {
                self.render(events, news).ok()
            }
            What::Events(_) | What::Anew => None,
        };
        match (told, &mut self.flooded) {
            (Some(told), None) => self.ring.add(told, head.max(self.ring.head())),
            (_, flooded) => *flooded = Some(head),
        }
    }

    /// The messages about `events`.
    fn render(&self, events: &[(Seq, Subject)], news: &News) -> Result<Vec<Told>, Problem> {
        // Some may have been there before the ring was made.
        let known = self.ring.head();
        let mut messages = Vec::new();
        for (seq, subject) in events.iter().filter(|(seq, _)| *seq > known) {
            let seq = *seq;
            let told = match subject {
                Subject::Stock => vec![(Audience::Crews, stock(seq))],
                Subject::Briefings(codes) => self.briefings(seq, codes, &news.after)?,
                Subject::Incident(id) => self.incident(seq, *id, news)?,
                Subject::Patrol(id) => self.patrol(Some(seq), id, &news.after)?,
                Subject::Alert(id) => self.alert(seq, *id, news)?,
                Subject::Situation(id) => self.situation(seq, *id, &news.after)?,
                // Who may ask is nobody's news; a tablet reads with its mission what is turned on.
                Subject::Account(_)
                | Subject::Setting(_)
                | Subject::Purge { .. }
                | Subject::Nobodys => Vec::new(),
            };
            messages.extend(told.into_iter().map(|(audience, text)| Told { seq, audience, text }));
        }
        Ok(messages)
    }

    /// An incident, after the patrols that it sends or sets free. These messages have no id: whoever is cut off
    /// between them and the incident hears of both again.
    fn incident(&self, seq: Seq, id: IncidentId, news: &News) -> Result<Messages, Problem> {
        let after = &*news.after;
        let Some(row) = after.incidents().get(id) else { return Ok(Vec::new()) };
        let crews: BTreeSet<&PatrolId> = [&news.before, &news.after]
            .into_iter()
            .flat_map(|state| state.interventions().missions())
            .filter(|(_, mission)| mission.incident == id)
            .map(|(patrol, _)| patrol)
            .collect();
        let mission = |state: &Snapshot, patrol| state.interventions().mission_of(patrol).cloned();
        let mut messages = Vec::new();
        for crew in &crews {
            if mission(&news.before, crew) != mission(after, crew) {
                messages.extend(self.patrol(None, crew, after)?);
            }
        }
        let crews = crews.into_iter().cloned().collect();
        let (kinds, now) = (self.app.nomenclature(), self.app.now());
        let feature = incident_feature::feature(after, kinds, &row, now);
        let told = message("incident", Some(seq), &feature)?;
        let was_open =
            news.before.incidents().get(id).is_some_and(|before| !before.status.is_over());
        if row.status.is_over() {
            messages.push((Audience::Over(crews), told));
            // Operators are told that it has gone, and once.
            if was_open {
                messages.push((Audience::Operators, gone(seq, id)?));
            }
        } else {
            messages.push((Audience::Intervention(crews), told));
        }
        let landlord = landlord_of(after, &row);
        let before = news.before.incidents().get(id).map(|row| landlord_of(&news.before, &row));
        if let Some(left) = before.filter(|before| *before != landlord) {
            messages.push((Audience::Landlord(left), gone(seq, id)?));
        }
        let feature = incident_feature::feature_without_crews(after, kinds, &row, now);
        messages.push((Audience::Landlord(landlord), message("incident", Some(seq), &feature)?));
        Ok(messages)
    }

    /// What is told of sites, to the crews that are on something there: whoever is sent later is told with the
    /// mission.
    fn briefings(
        &self,
        seq: Seq,
        codes: &BTreeSet<SiteCode>,
        after: &Snapshot,
    ) -> Result<Messages, Problem> {
        let told = codes.iter().filter_map(|code| {
            let ix = after.stock().site_ix(code)?;
            let is_there = |mission: &Mission| {
                let incident = after.interventions().get(mission.incident);
                incident.is_some_and(|incident| incident.site == *code)
            };
            let missions = after.interventions().missions();
            let crews = missions.filter(|(_, mission)| is_there(mission));
            let crews = crews.map(|(patrol, _)| patrol.clone()).collect();
            let feature = sites::details(after, ix, &Scope::Everything, self.app.now());
            let message = message("site", Some(seq), &feature);
            Some(message.map(|message| (Audience::Intervention(crews), message)))
        });
        told.collect()
    }

    fn patrol(
        &self,
        seq: Option<Seq>,
        id: &PatrolId,
        after: &Snapshot,
    ) -> Result<Messages, Problem> {
        let Some(state) = after.patrols().get(id) else { return Ok(Vec::new()) };
        let feature = patrols::feature(after, state, self.app.now());
        Ok(vec![(Audience::Crew(id.clone()), message("patrol", seq, &feature)?)])
    }

    /// An alert, after the patrol that it is about where that asks for help now, or no longer does.
    fn alert(&self, seq: Seq, id: AlertId, news: &News) -> Result<Messages, Problem> {
        let after = &*news.after;
        let Some(alert) = after.alerts().get(id) else { return Ok(Vec::new()) };
        let told = message("alert", Some(seq), &AlertBody::of(after, alert))?;
        let Some(patrol) = &alert.patrol else { return Ok(vec![(Audience::ControlRoom, told)]) };
        let sos = |state: &Snapshot| state.alerts().open_of(patrol, AlertKind::Sos).is_some();
        let mut messages = Vec::new();
        if sos(&news.before) != sos(after) {
            messages.extend(self.patrol(None, patrol, after)?);
        }
        messages.push((Audience::Crew(patrol.clone()), told));
        Ok(messages)
    }

    /// A situation, to the room alone.
    fn situation(&self, seq: Seq, id: SituationId, after: &Snapshot) -> Result<Messages, Problem> {
        let Some(situation) = after.situations().get(id) else { return Ok(Vec::new()) };
        let body = SituationBody::of(after, &self.rules, situation);
        Ok(vec![(Audience::ControlRoom, message("situation", Some(seq), &body)?)])
    }

    fn tick(&mut self) {
        if let Some(head) = self.flooded.take() {
            self.ring.restart(head);
        }
        let snapshot = self.app.snapshot();
        let fixes = || snapshot.patrols().iter().filter_map(|state| state.last_fix.as_ref());
        let is_new = |fix: &&PositionFix| self.placed.get(&fix.patrol) != Some(&fix.recorded_at);
        let moved: Vec<&PositionFix> = fixes().filter(is_new).collect();
        // Off duty a position is forgotten, here as well.
        let known = snapshot.patrols();
        let has_gone = |id: &PatrolId| known.get(id).is_none_or(|state| state.last_fix.is_none());
        if moved.is_empty() && !self.placed.keys().any(has_gone) {
            return;
        }
        let rendered = (positions(moved.into_iter()), positions(fixes()));
        if let (Ok(changed), Ok(all)) = rendered {
            self.ring.place(changed, all);
        }
        self.placed = fixes().map(|fix| (fix.patrol.clone(), fix.recorded_at)).collect();
    }
}

/// Whether it takes from what clients show: they read their lists again.
const fn is_purge((_, subject): &(Seq, Subject)) -> bool {
    matches!(subject, Subject::Purge { shows: true })
}

/// The landlord of the site that an incident is on.
fn landlord_of(snapshot: &Snapshot, row: &IncidentRow) -> LandlordId {
    snapshot.stock().site(row.site).landlord.clone()
}
