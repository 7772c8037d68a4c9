//! [`Watch`]: what one rule remembers, by subject.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{
    Change, ClosedBy, Condition, Rule, Situation, SituationId, nearby::Nearby, progress::Progress,
    slots::Roles, subjects::Naming,
};
use crate::{geo::EarthCentred, time::Timestamp};

/// A situation that goes on is told of again after so long, in seconds.
const TELLS_EVERY_S: i64 = 60;

/// One rule's memory. Subjects are numbered by its scope.
#[derive(Debug)]
pub(super) struct Watch {
    parts: HashMap<u32, Part, RandomState>,
    nearby: Option<Nearby>,
    tidy_at: usize,
}

/// What a rule remembers of one subject.
#[derive(Debug)]
struct Part {
    progress: Progress,
    open: Option<Open>,
    /// The site of the last signal that mattered.
    site: Option<u32>,
    /// When it is to be looked at; one timer of each part counts at a time.
    timer: Option<Timestamp>,
    /// A signal closed its situation: what was before has no say any more.
    settled_at: Option<Timestamp>,
    last_at: Timestamp,
}

#[derive(Debug)]
struct Open {
    opened_at: Timestamp,
    last_at: Timestamp,
    told_at: Timestamp,
    times: u64,
}

/// A signal as a rule hears it on one subject.
pub(super) struct Said<'a> {
    pub(super) roles: Roles,
    pub(super) at: Timestamp,
    pub(super) site: Option<u32>,
    pub(super) position: Option<&'a EarthCentred>,
}

impl Watch {
    pub(super) fn new(rule: &Rule) -> Self {
        let nearby = match rule.condition {
            Condition::Together { within_m, .. } => Some(Nearby::new(within_m)),
            _ => None,
        };
        Self { parts: HashMap::default(), nearby, tidy_at: 1024 }
    }

    /// Takes a signal on a subject. The answer is when the subject is to be looked at, where no timer says so yet.
    pub(super) fn hear(
        &mut self,
        rule: &Rule,
        naming: Naming<'_>,
        said: &Said<'_>,
        changes: &mut Vec<Change>,
    ) -> Option<Timestamp> {
        let is_near = self.is_near(rule, naming.key, said);
        if !begins(&rule.condition, said.roles, is_near) && !self.parts.contains_key(&naming.key) {
            return None;
        }
        let part = self.parts.entry(naming.key);
        let part = part.or_insert_with(|| Part::new(&rule.condition, said.at));
        part.last_at = said.at;
        if said.roles.closes {
            part.settle(rule, naming, said.at, changes);
        }
        let is_met = part.progress.hear(&rule.condition, said.roles, said.at) || is_near;
        if said.roles.main != 0 {
            part.site = said.site;
        }
        if is_met {
            part.meet(rule, naming, said.at, changes);
        }
        part.timer_to_set(rule)
    }

    /// Whether a signal completes signals that are to be near one another. One that closes completes nothing.
    fn is_near(&self, rule: &Rule, key: u32, said: &Said<'_>) -> bool {
        let (Some(nearby), Condition::Together { of, within, .. }, Some(at)) =
            (&self.nearby, &rule.condition, said.position)
        else {
            return false;
        };
        if said.roles.main == 0 || said.roles.closes {
            return false;
        }
        let earliest = said.at.plus_seconds(-within.seconds());
        let settled = self.parts.get(&key).and_then(|part| part.settled_at);
        let since = settled.filter(|settled| *settled >= earliest).map_or(earliest, after);
        nearby.complete(said.roles.main, of.len(), at, since)
    }

    /// Remembers where a signal was, once it was heard on all its subjects.
    pub(super) fn remember(&mut self, rule: &Rule, said: &Said<'_>) {
        if let (Some(nearby), Some(at)) = (&mut self.nearby, said.position) {
            let since = said.at.plus_seconds(-rule.condition.within().seconds());
            nearby.add(said.roles.main, at, said.at, since);
        }
    }

    /// A timer of a subject is due. The answer is when to look again.
    pub(super) fn look(
        &mut self,
        rule: &Rule,
        naming: Naming<'_>,
        due: Timestamp,
        changes: &mut Vec<Change>,
    ) -> Option<Timestamp> {
        let part = self.parts.get_mut(&naming.key).filter(|part| part.timer == Some(due))?;
        part.timer = None;
        if part.progress.runs_out() == Some(due) {
            part.progress.run_out();
            part.last_at = due;
            part.meet(rule, naming, due, changes);
        }
        if part.open.as_ref().is_some_and(|open| closes_at(rule, open) == due) {
            part.close(rule, naming, due, ClosedBy::Quiet, changes);
        }
        part.timer_to_set(rule)
    }

    /// Forgets subjects on which nothing can follow from what was before `now`, once there are many more than the last time.
    pub(super) fn tidy(&mut self, rule: &Rule, now: Timestamp) {
        if self.parts.len() < self.tidy_at {
            return;
        }
        let earliest = now.plus_seconds(-rule.condition.within().seconds());
        self.parts.retain(|_, part| {
            part.open.is_some() || part.timer.is_some() || part.last_at >= earliest
        });
        self.tidy_at = self.parts.len() * 2 + 1024;
    }

    /// The situations that are open, with the numbers of their subjects.
    pub(super) fn open<'a>(
        &self,
        rule: &Rule,
        naming: impl Fn(u32) -> Naming<'a>,
    ) -> Vec<Situation> {
        let told =
            |(key, part): (&u32, &Part)| Some(part.told(rule, naming(*key), part.open.as_ref()?));
        self.parts.iter().filter_map(told).collect()
    }
}

impl Part {
    fn new(condition: &Condition, at: Timestamp) -> Self {
        Self {
            progress: Progress::new(condition),
            open: None,
            site: None,
            timer: None,
            settled_at: None,
            last_at: at,
        }
    }

    fn meet(&mut self, rule: &Rule, naming: Naming<'_>, at: Timestamp, changes: &mut Vec<Change>) {
        match &mut self.open {
            None => {
                let open = Open { opened_at: at, last_at: at, told_at: at, times: 1 };
                changes.push(Change::Opened(self.told(rule, naming, &open)));
                self.open = Some(open);
            }
            Some(open) => {
                open.last_at = at;
                open.times += 1;
                if at >= open.told_at.plus_seconds(TELLS_EVERY_S) {
                    open.told_at = at;
                    let told = self.open.as_ref().map(|open| self.told(rule, naming, open));
                    changes.extend(told.map(Change::Updated));
                }
            }
        }
    }

    fn close(
        &mut self,
        rule: &Rule,
        naming: Naming<'_>,
        at: Timestamp,
        by: ClosedBy,
        changes: &mut Vec<Change>,
    ) {
        let Some(open) = self.open.take() else { return };
        let told = self.told(rule, naming, &open);
        changes.push(Change::Closed(Situation { closed: Some((at, by)), ..told }));
    }

    /// A signal says that it is over: what was before has no say any more.
    fn settle(
        &mut self,
        rule: &Rule,
        naming: Naming<'_>,
        at: Timestamp,
        changes: &mut Vec<Change>,
    ) {
        self.close(rule, naming, at, ClosedBy::Signal, changes);
        self.progress = Progress::new(&rule.condition);
        self.settled_at = Some(at);
    }

    fn told(&self, rule: &Rule, naming: Naming<'_>, open: &Open) -> Situation {
        let subject = naming.subject();
        Situation {
            id: SituationId::of(&rule.name, &subject, open.opened_at),
            rule: rule.name.clone(),
            subject,
            opened_at: open.opened_at,
            last_at: open.last_at,
            times: open.times,
            last_site: self.site.map(|site| naming.site(site)),
            closed: None,
        }
    }

    /// When the part is to be looked at, where its timer does not say so already.
    fn timer_to_set(&mut self, rule: &Rule) -> Option<Timestamp> {
        let closes = self.open.as_ref().map(|open| closes_at(rule, open));
        let due = [self.progress.runs_out(), closes].into_iter().flatten().min()?;
        if self.timer.is_some_and(|timer| timer <= due) {
            return None;
        }
        self.timer = Some(due);
        Some(due)
    }
}

/// Whether there is anything to remember of a signal on a subject of which nothing is remembered yet.
const fn begins(condition: &Condition, roles: Roles, is_near: bool) -> bool {
    match condition {
        Condition::Count { .. } => roles.main != 0,
        Condition::Sequence { .. } => roles.main & 1 != 0,
        Condition::Absence { .. } => roles.main != 0 || roles.answers,
        Condition::Together { .. } => is_near || roles.closes,
    }
}

fn closes_at(rule: &Rule, open: &Open) -> Timestamp {
    open.last_at.plus_seconds(rule.closes_after.seconds())
}

/// The next instant there is.
fn after(at: Timestamp) -> Timestamp {
    Timestamp::from_unix_ms(at.unix_ms() + 1).unwrap_or(at)
}
