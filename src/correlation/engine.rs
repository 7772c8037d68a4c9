//! [`Engine`]: signals in, situations out.

use std::{cmp::Reverse, collections::BinaryHeap};

use smallvec::{SmallVec, smallvec};

use super::{
    Change, Ground, Rule, RuleSet, Scope, Selector, Situation,
    circumstance::Circumstances,
    heard::{Heard, KnownTerritories, Waiting},
    slots::{Roles, Slots},
    subjects::Naming,
    watch::{Said, Watch},
};
use crate::{signal::Signal, time::Timestamp};

/// The rules at work.
///
/// Time is that of the signals. A signal may come later than one that was after it, by the lateness of the rules at most: it waits
/// for so long until none can come before it, and is then heard in order. The same signals make the same situations in
/// whichever order they come, as long as none is too late.
///
/// # Cost
///
/// A signal costs the rules that listen to its kind where it is, not all rules there are. `benches/correlation.rs` has the figures.
#[derive(Debug)]
pub struct Engine {
    rules: Vec<Rule>,
    lateness_s: i64,
    ground: Ground,
    territories: KnownTerritories,
    /// What must last, each selector once; [`Engine::during`] are indices into it.
    lasting: Vec<Selector>,
    during: Vec<Vec<u32>>,
    slots: Slots,
    circumstances: Circumstances,
    waiting: Waiting,
    watches: Vec<Watch>,
    timers: BinaryHeap<Reverse<Timer>>,
    /// What was before is settled.
    frontier: Option<Timestamp>,
    found: Vec<(u32, Roles)>,
}

/// When a rule is to look at a subject.
type Timer = (Timestamp, u32, u32);

/// What became of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is heard once no earlier one can come.
    Waits,
    /// No rule listens to its kind.
    Unheard,
    /// What was then is settled: it has no say.
    TooLate,
}

impl Engine {
    /// Rules that have heard nothing yet.
    #[must_use]
    pub fn new(rules: RuleSet, ground: Ground) -> Self {
        let mut lasting: Vec<Selector> = Vec::new();
        let mut number = |selector: &Selector| {
            let known = lasting.iter().position(|one| one == selector);
            known.unwrap_or_else(|| {
                lasting.push(selector.clone());
                lasting.len() - 1
            }) as u32
        };
        let during: Vec<Vec<u32>> =
            rules.rules.iter().map(|rule| rule.during.iter().map(&mut number).collect()).collect();
        Self {
            slots: Slots::new(&rules, &ground, lasting.clone()),
            circumstances: Circumstances::new(lasting.len()),
            watches: rules.rules.iter().map(Watch::new).collect(),
            territories: KnownTerritories::new(rules.territories, &ground),
            rules: rules.rules,
            lateness_s: rules.lateness_s,
            ground,
            lasting,
            during,
            waiting: Waiting::default(),
            timers: BinaryHeap::new(),
            frontier: None,
            found: Vec::new(),
        }
    }

    /// Takes a signal, and adds to `changes` what is settled with it: the signals themselves are the clock.
    pub fn take(&mut self, signal: &Signal, changes: &mut Vec<Change>) -> Taken {
        let taken = self.offer(signal, changes);
        if taken != Taken::TooLate {
            self.advance(signal.at.plus_seconds(-self.lateness_s), changes);
        }
        taken
    }

    /// Takes a signal and settles nothing, for whoever settles by a clock ([`Engine::advance_to`]): a calendar speaks of next
    /// week, and what is said now must not be late for it. What came too late and still lasts counts from then on.
    pub fn offer(&mut self, signal: &Signal, changes: &mut Vec<Change>) -> Taken {
        let settled = self.frontier.filter(|frontier| signal.at < *frontier);
        if settled.is_some_and(|settled| signal.until.is_none_or(|until| until <= settled)) {
            return Taken::TooLate;
        }
        let Some(class) = self.slots.class(&signal.source, &signal.kind) else {
            return Taken::Unheard;
        };
        let heard = Heard::new(signal, class, &self.ground, &self.territories);
        self.waiting.push(Heard { at: settled.unwrap_or(heard.at), ..heard });
        if self.waiting.is_full() {
            let first = self.waiting.first_at();
            self.advance(first.map_or(signal.at, |at| at.plus_seconds(1)), changes);
        }
        Taken::Waits
    }

    /// Settles what no signal can be earlier than at `now`, by the lateness of the rules.
    pub fn advance_to(&mut self, now: Timestamp, changes: &mut Vec<Change>) {
        self.advance(now.plus_seconds(-self.lateness_s), changes);
    }

    /// Settles what was before `frontier`: no earlier signal counts from now on.
    pub fn advance(&mut self, frontier: Timestamp, changes: &mut Vec<Change>) {
        if self.frontier.is_some_and(|known| frontier <= known) {
            return;
        }
        while let Some(heard) = self.waiting.pop_before(frontier) {
            self.run_timers(heard.at, changes);
            self.hear(&heard, changes);
        }
        self.run_timers(frontier, changes);
        self.frontier = Some(frontier);
    }

    /// The situations that are open, by rule and subject.
    #[must_use]
    pub fn open_situations(&self) -> Vec<Situation> {
        let of = |(rule, watch): (&Rule, &Watch)| {
            let (ground, territories) = (&self.ground, &self.territories);
            let naming = |key| Naming { ground, territories, on: rule.on, key };
            let mut open = watch.open(rule, naming);
            open.sort_by(|a, b| a.subject.cmp(&b.subject));
            open
        };
        self.rules.iter().zip(&self.watches).flat_map(of).collect()
    }

    fn hear(&mut self, heard: &Heard, changes: &mut Vec<Change>) {
        for ix in self.slots.circumstances(heard.class) {
            let bound = self.lasting[*ix as usize].value;
            if bound.is_none_or(|bound| bound.holds(heard.value)) {
                self.circumstances.take(*ix, heard);
            }
        }
        let mut found = std::mem::take(&mut self.found);
        self.slots.find(heard, &mut found);
        for (ix, roles) in &mut found {
            let mut during = self.during[*ix as usize].iter();
            if !during.all(|lasting| self.circumstances.hold(*lasting, heard)) {
                roles.main = 0;
            }
            self.hear_rule(*ix, *roles, heard, changes);
        }
        self.found = found;
    }

    fn hear_rule(&mut self, ix: u32, roles: Roles, heard: &Heard, changes: &mut Vec<Change>) {
        let rule = &self.rules[ix as usize];
        let said = Said {
            roles,
            at: heard.at,
            site: heard.site(),
            position: heard.position.as_ref().map(|(_, centred)| centred),
        };
        for key in self.keys(ix, heard) {
            let watch = &mut self.watches[ix as usize];
            let (ground, territories) = (&self.ground, &self.territories);
            let naming = Naming { ground, territories, on: rule.on, key };
            if let Some(due) = watch.hear(rule, naming, &said, changes) {
                self.timers.push(Reverse((due, ix, key)));
            }
        }
        let watch = &mut self.watches[ix as usize];
        watch.remember(rule, &said);
        watch.tidy(rule, heard.at);
    }

    /// The subjects of a rule that a signal is on: none where a rule on sites hears of a quarter.
    fn keys(&self, rule: u32, heard: &Heard) -> SmallVec<[u32; 4]> {
        match self.rules[rule as usize].on {
            Scope::Site => heard.site().into_iter().collect(),
            Scope::Landlord => heard.landlord.into_iter().collect(),
            Scope::Everywhere => smallvec![0],
            Scope::Territory => {
                let named =
                    self.slots.placed[rule as usize].territories.as_deref().unwrap_or_default();
                heard.territories.iter().copied().filter(|ix| named.contains(ix)).collect()
            }
        }
    }

    /// Looks at what is due before `now`: a signal at the very instant still counts.
    fn run_timers(&mut self, now: Timestamp, changes: &mut Vec<Change>) {
        while self.timers.peek().is_some_and(|Reverse((due, ..))| *due < now) {
            let Some(Reverse((due, ix, key))) = self.timers.pop() else { return };
            let rule = &self.rules[ix as usize];
            let (ground, territories) = (&self.ground, &self.territories);
            let naming = Naming { ground, territories, on: rule.on, key };
            let again = self.watches[ix as usize].look(rule, naming, due, changes);
            if let Some(due) = again {
                self.timers.push(Reverse((due, ix, key)));
            }
        }
    }
}
