//! [`Engine`]: lets time pass from event to event. Only here does a call or a crew change its state.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Call, CallIx, Crew, CrewIx, Policy, Ways,
    agenda::{Agenda, Moment},
    crew::Whereabouts,
    dice::lot,
};
use crate::{
    geo::LonLat,
    incident::{Priority, Status},
};

/// What a run goes by.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// How patrols get about.
    pub ways: Ways<'a>,
    /// Which crew is sent.
    pub policy: Policy,
    /// What crews do between calls.
    pub between: Between<'a>,
    /// Whether a crew may be called off.
    pub preemption: Preemption,
    /// The seed of who goes where on a round.
    pub seed: u64,
}

/// What crews do between calls.
#[derive(Debug, Clone, Copy)]
pub enum Between<'a> {
    /// They wait where they have finished.
    Rest,
    /// They drive to one place after another, and stop a while at each.
    Round {
        /// The places; a place that comes twice is visited twice as often.
        places: &'a [LonLat],
        /// How long they stop, seconds.
        stop_s: f64,
    },
}

/// Whether a crew that drives to something less urgent is called off for what is most urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preemption {
    /// Never.
    Never,
    /// For P1, where no crew is free: from P3 and P4, before the crew is on site.
    ForHelp,
}

/// Something that has happened to a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// When, in seconds since the beginning of the run.
    pub at_s: f64,
    /// To which call.
    pub call: CallIx,
    /// How far it has got by that.
    pub status: Status,
    /// The crew that is on it, or was.
    pub crew: Option<CrewIx>,
}

/// Who moves a call on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hand {
    /// The engine does all.
    Engine,
    /// Somebody outside chooses its crew and closes it; the crew is the engine's.
    Desk,
    /// Somebody outside does all; the crew drives.
    Crew,
}

/// The life of calls and crews.
pub struct Engine<'a> {
    pub(super) rules: Rules<'a>,
    pub(super) calls: BTreeMap<CallIx, Case>,
    pub(super) crews: Vec<Unit>,
    waiting: BTreeSet<(Priority, Moment, CallIx)>,
    agenda: Agenda<Due>,
    /// How much is noted that is not of a round, which never ends.
    noted: usize,
    steps: Vec<Step>,
}

/// A call that is not over.
pub(super) struct Case {
    pub(super) call: Call,
    pub(super) status: Status,
    pub(super) crew: Option<CrewIx>,
    pub(super) hand: Hand,
    /// Counts its states: what was due in an earlier one is void.
    pub(super) epoch: u32,
}

/// A crew in the run.
pub(super) struct Unit {
    pub(super) crew: Crew,
    pub(super) whereabouts: Whereabouts,
    /// What it is on.
    pub(super) mission: Option<CallIx>,
    /// Counts what it has begun: the end of an earlier errand is void.
    pub(super) errand: u32,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Due {
    /// A call gets to a status, unless it has left the state of that epoch.
    Step(CallIx, Status, u32),
    /// A crew is chosen for a call, or it waits.
    Choice(CallIx, u32),
    /// A shift begins.
    Duty(CrewIx),
    /// A crew on its round goes on, unless it has begun something else.
    Onwards(CrewIx, u32),
}

impl Due {
    const fn is_of_a_round(&self) -> bool {
        matches!(self, Self::Onwards(..))
    }
}

impl<'a> Engine<'a> {
    /// `crews` at the beginning of a run.
    #[must_use]
    pub fn new(rules: Rules<'a>, crews: Vec<Crew>) -> Self {
        let mut engine = Self {
            rules,
            calls: BTreeMap::new(),
            crews: Vec::with_capacity(crews.len()),
            waiting: BTreeSet::new(),
            agenda: Agenda::new(),
            noted: 0,
            steps: Vec::new(),
        };
        for (row, crew) in crews.into_iter().enumerate() {
            for shift in &crew.duty_s {
                engine.note(shift.start, Due::Duty(CrewIx(row as u32)));
            }
            let whereabouts = Whereabouts::at(crew.position);
            engine.crews.push(Unit { crew, whereabouts, mission: None, errand: 0 });
        }
        engine
    }

    /// Takes in a call, which comes at its own time.
    pub fn call(&mut self, ix: CallIx, call: Call) {
        let qualified_s = call.reported.reported_s + call.durations.take_up_s;
        self.note(qualified_s, Due::Step(ix, Status::Qualified, 0));
        let status = Status::Received;
        self.calls.insert(ix, Case { call, status, crew: None, hand: Hand::Engine, epoch: 0 });
    }

    /// Lets time pass until `until_s`; returns what has happened, in the order of time.
    pub fn advance(&mut self, until_s: f64) -> Vec<Step> {
        while let Some((at_s, due)) = self.agenda.take(until_s) {
            self.happen(at_s, due);
        }
        std::mem::take(&mut self.steps)
    }

    /// Lets time pass until nothing can happen to any call any more.
    pub fn finish(&mut self) -> Vec<Step> {
        while self.noted > 0 {
            let Some((at_s, due)) = self.agenda.take(f64::INFINITY) else { break };
            self.happen(at_s, due);
        }
        std::mem::take(&mut self.steps)
    }

    fn happen(&mut self, at_s: f64, due: Due) {
        self.noted -= usize::from(!due.is_of_a_round());
        match due {
            Due::Step(ix, status, epoch) => {
                if let Some(case) = self.calls.get(&ix).filter(|case| case.epoch == epoch) {
                    self.step(ix, status, case.crew, at_s);
                }
            }
            Due::Choice(ix, epoch) => {
                if let Some(case) = self.calls.get(&ix).filter(|case| case.epoch == epoch) {
                    let reported = &case.call.reported;
                    self.waiting.insert((reported.priority, Moment(reported.reported_s), ix));
                    self.serve(at_s);
                }
            }
            Due::Duty(crew) => {
                self.go_on(crew, at_s);
                self.serve(at_s);
            }
            Due::Onwards(crew, errand) => {
                if self.crews[crew.0 as usize].errand == errand {
                    self.go_on(crew, at_s);
                }
            }
        }
    }

    pub(super) fn note(&mut self, at_s: f64, due: Due) {
        self.noted += usize::from(!due.is_of_a_round());
        self.agenda.note(at_s, due);
    }

    /// Where a crew is at `at_s`, which is not before what has already happened.
    #[must_use]
    pub fn position(&self, crew: CrewIx, at_s: f64) -> LonLat {
        self.crews[crew.0 as usize].whereabouts.position(&self.rules.ways, at_s)
    }

    /// A step of the engine's own.
    fn step(&mut self, ix: CallIx, status: Status, crew: Option<CrewIx>, at_s: f64) {
        self.steps.push(Step { at_s, call: ix, status, crew });
        self.enter(ix, status, crew, at_s);
        if status == Status::Reported {
            self.serve(at_s);
        }
    }

    /// Brings a call to `status` with `crew`, and notes what follows from that. Whatever was due to it is void.
    pub(super) fn enter(&mut self, ix: CallIx, status: Status, crew: Option<CrewIx>, at_s: f64) {
        let Some(case) = self.calls.get_mut(&ix) else { return };
        let before = std::mem::replace(&mut case.crew, crew);
        case.status = status;
        case.epoch += 1;
        let (hand, epoch) = (case.hand, case.epoch);
        let reported = &case.call.reported;
        self.waiting.remove(&(reported.priority, Moment(reported.reported_s), ix));
        let (place, durations) = (reported.position, case.call.durations);
        if before != crew {
            before.into_iter().for_each(|before| self.dismiss(before, ix, at_s));
        }
        let goes_on = |mine: Hand| hand <= mine;
        let next = match status {
            Status::Received => Some((durations.take_up_s, Status::Qualified, Hand::Engine)),
            Status::Qualified => {
                if goes_on(Hand::Engine) {
                    self.note(at_s + durations.assign_s, Due::Choice(ix, epoch));
                }
                None
            }
            Status::Assigned => Some((durations.acknowledge_s, Status::Acknowledged, Hand::Desk)),
            Status::Acknowledged => Some((durations.depart_s, Status::EnRoute, Hand::Desk)),
            Status::EnRoute => crew.map(|crew| {
                self.occupy(crew, ix, at_s);
                let to = (place, durations.travel_factor);
                let unit = &mut self.crews[crew.0 as usize];
                let there_s = unit.whereabouts.leave(&self.rules.ways, at_s, to);
                (there_s - at_s, Status::OnSite, Hand::Desk)
            }),
            Status::OnSite => Some((durations.on_site_s, Status::Cleared, Hand::Desk)),
            Status::Cleared => Some((durations.report_s, Status::Reported, Hand::Desk)),
            Status::Reported => Some((durations.close_s, Status::Closed, Hand::Engine)),
            Status::Closed | Status::Cancelled | Status::HandedOver | Status::NoAction => {
                self.calls.remove(&ix);
                None
            }
        };
        if let Some((after_s, status, _)) = next.filter(|next| goes_on(next.2)) {
            self.note(at_s + after_s, Due::Step(ix, status, epoch));
        }
        if status >= Status::Reported {
            crew.into_iter().for_each(|crew| self.dismiss(crew, ix, at_s));
        }
        if matches!(status, Status::Assigned | Status::Acknowledged | Status::OnSite) {
            crew.into_iter().for_each(|crew| self.occupy(crew, ix, at_s));
        }
    }

    /// Puts a crew on a call, where it stands.
    fn occupy(&mut self, crew: CrewIx, ix: CallIx, at_s: f64) {
        let unit = &mut self.crews[crew.0 as usize];
        unit.mission = Some(ix);
        unit.errand += 1;
        unit.whereabouts.stop(&self.rules.ways, at_s);
    }

    /// Frees a crew of a call, if it is still on it.
    fn dismiss(&mut self, crew: CrewIx, ix: CallIx, at_s: f64) {
        let unit = &mut self.crews[crew.0 as usize];
        if unit.mission == Some(ix) {
            unit.mission = None;
            unit.whereabouts.stop(&self.rules.ways, at_s);
            unit.errand += 1;
            self.go_on(crew, at_s);
        }
    }

    /// Gives crews to the calls that wait: by priority, then by time.
    pub(super) fn serve(&mut self, at_s: f64) {
        let waiting: Vec<CallIx> = self.waiting.iter().map(|(_, _, ix)| *ix).collect();
        for ix in waiting {
            let Some(case) = self.calls.get(&ix) else { continue };
            let able = self.able(case.call.reported.crew_min, at_s);
            let rules = self.rules;
            let chosen = rules.policy.choose(&rules.ways, &case.call, &able, at_s);
            if let Some(crew) = chosen.or_else(|| self.call_off(ix, at_s)) {
                self.step(ix, Status::Assigned, Some(crew), at_s);
            } else if able.is_empty() && self.crews.iter().all(|unit| !unit.is_free(at_s)) {
                // Nobody is left for those behind it either.
                break;
            }
        }
    }

    /// The crews that can be sent now, and where they are.
    fn able(&self, crew_min: u8, at_s: f64) -> Vec<(CrewIx, LonLat)> {
        let fit = |unit: &Unit| unit.is_free(at_s) && unit.crew.agents >= crew_min;
        let rows = self.crews.iter().enumerate().filter(|(_, unit)| fit(unit));
        rows.map(|(row, unit)| {
            (CrewIx(row as u32), unit.whereabouts.position(&self.rules.ways, at_s))
        })
        .collect()
    }

    /// Calls a crew off something less urgent, which then waits again.
    fn call_off(&mut self, ix: CallIx, at_s: f64) -> Option<CrewIx> {
        let call = &self.calls.get(&ix)?.call;
        if self.rules.preemption == Preemption::Never || call.reported.priority != Priority::P1 {
            return None;
        }
        let may_leave = |unit: &Unit| {
            let case = unit.mission.and_then(|mission| self.calls.get(&mission));
            unit.crew.agents >= call.reported.crew_min
                && case.is_some_and(|case| {
                    let on_the_way = matches!(
                        case.status,
                        Status::Assigned | Status::Acknowledged | Status::EnRoute
                    );
                    on_the_way
                        && case.hand == Hand::Engine
                        && case.call.reported.priority >= Priority::P3
                })
        };
        let rows = self.crews.iter().enumerate().filter(|(_, unit)| may_leave(unit));
        let able: Vec<(CrewIx, LonLat)> = rows
            .map(|(row, unit)| {
                (CrewIx(row as u32), unit.whereabouts.position(&self.rules.ways, at_s))
            })
            .collect();
        let crew = self.rules.policy.choose(&self.rules.ways, call, &able, at_s)?;
        let left = self.crews[crew.0 as usize].mission?;
        self.step(left, Status::Qualified, None, at_s);
        Some(crew)
    }

    /// Sends a free crew to the next place of its round.
    fn go_on(&mut self, crew: CrewIx, at_s: f64) {
        let Between::Round { places, stop_s } = self.rules.between else { return };
        let unit = &mut self.crews[crew.0 as usize];
        if places.is_empty() || !unit.is_free(at_s) {
            return;
        }
        unit.errand += 1;
        let place =
            places[(lot(self.rules.seed, crew, unit.errand) % places.len() as u64) as usize];
        let there_s = unit.whereabouts.leave(&self.rules.ways, at_s, (place, 1.0));
        let due = Due::Onwards(crew, unit.errand);
        self.note(there_s + stop_s, due);
    }
}

impl Unit {
    /// Whether it can be sent.
    pub(super) fn is_free(&self, at_s: f64) -> bool {
        self.mission.is_none() && self.crew.is_on_duty(at_s)
    }
}
