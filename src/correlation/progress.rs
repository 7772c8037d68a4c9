//! [`Progress`]: how far a condition has got on one subject.

use std::collections::VecDeque;

use smallvec::{SmallVec, smallvec};

use super::{Condition, slots::Roles};
use crate::time::Timestamp;

/// What is remembered of the signals on one subject: no more than its condition needs.
#[derive(Debug)]
pub(super) enum Progress {
    /// The instants of the last signals, as many as are asked for at most.
    Count(VecDeque<Timestamp>),
    Sequence(Steps),
    Absence {
        /// When what was asked runs out.
        runs_out: Option<Timestamp>,
        answered_at: Option<Timestamp>,
    },
    /// Its signals are remembered by place.
    Together,
}

/// By step.
type Beginnings = SmallVec<[Option<Timestamp>; 3]>;

/// The latest beginning of a sequence that has got to each step.
#[derive(Debug)]
pub(super) struct Steps {
    /// With steps before `instant`.
    before: Beginnings,
    /// Whose last step is at `instant`, so that nothing of that instant follows it.
    fresh: Beginnings,
    instant: Option<Timestamp>,
}

impl Progress {
    pub(super) fn new(condition: &Condition) -> Self {
        match condition {
            Condition::Count { .. } => Self::Count(VecDeque::new()),
            Condition::Sequence { steps, .. } => Self::Sequence(Steps {
                before: smallvec![None; steps.len()],
                fresh: smallvec![None; steps.len()],
                instant: None,
            }),
            Condition::Absence { .. } => Self::Absence { runs_out: None, answered_at: None },
            Condition::Together { .. } => Self::Together,
        }
    }

    /// Takes a signal; says whether the condition is met with it. That of an absence is met later, if at all.
    pub(super) fn hear(&mut self, condition: &Condition, roles: Roles, at: Timestamp) -> bool {
        match (self, condition) {
            (Self::Count(times), Condition::Count { at_least, within, .. }) if roles.main != 0 => {
                times.push_back(at);
                if times.len() > *at_least as usize {
                    times.pop_front();
                }
                let earliest = at.plus_seconds(-within.seconds());
                times.len() == *at_least as usize
                    && times.front().is_some_and(|first| *first >= earliest)
            }
            (Self::Sequence(steps), Condition::Sequence { within, .. }) if roles.main != 0 => {
                steps.hear(roles.main, at, at.plus_seconds(-within.seconds()))
            }
            (Self::Absence { runs_out, answered_at }, Condition::Absence { within, .. }) => {
                if roles.answers {
                    *runs_out = None;
                }
                let is_answered = !roles.answers && *answered_at == Some(at);
                if roles.main != 0 && runs_out.is_none() && !is_answered {
                    *runs_out = Some(at.plus_seconds(within.seconds()));
                }
                if roles.answers {
                    *answered_at = Some(at);
                }
                false
            }
            _ => false,
        }
    }

    /// When an absence that nobody has answered is one.
    pub(super) const fn runs_out(&self) -> Option<Timestamp> {
        match self {
            Self::Absence { runs_out, .. } => *runs_out,
            _ => None,
        }
    }

    /// What was asked has run out.
    pub(super) fn run_out(&mut self) {
        if let Self::Absence { runs_out, .. } = self {
            *runs_out = None;
        }
    }
}

impl Steps {
    /// Takes a signal that is these steps; says whether it is the last of a sequence that began at `earliest` or later.
    fn hear(&mut self, main: u16, at: Timestamp, earliest: Timestamp) -> bool {
        if self.instant != Some(at) {
            for (before, fresh) in self.before.iter_mut().zip(&mut self.fresh) {
                *before = (*before).max(fresh.take());
            }
            self.instant = Some(at);
        }
        let mut is_met = false;
        for step in (0..self.before.len()).filter(|step| main & (1 << step) != 0) {
            let began = match step {
                0 => Some(at),
                _ => self.before[step - 1].filter(|began| *began >= earliest),
            };
            is_met |= began.is_some() && step + 1 == self.before.len();
            self.fresh[step] = self.fresh[step].max(began);
        }
        is_met
    }
}
