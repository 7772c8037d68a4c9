//! [`Record`]: the interventions of a run, as its steps tell them.

use std::ops::Range;

use super::{Call, CallIx, CrewIx, Scenario, Step};
use crate::incident::{KindCode, Priority, Status};

/// The life of one call. Times are seconds since the beginning of the run; `None` for what has not been.
#[derive(Debug, Clone, PartialEq)]
pub struct Intervention {
    /// Which call.
    pub call: CallIx,
    /// What it is.
    pub kind: KindCode,
    /// How soon a crew must be there.
    pub priority: Priority,
    /// T0.
    pub reported_s: f64,
    /// T1 to T7, in the order of statuses from [`Status::Qualified`] to [`Status::Reported`].
    times_s: [Option<f64>; 7],
    /// The crew that came.
    pub crew: Option<CrewIx>,
    /// How many crews were called off before.
    pub called_off: u32,
}

impl Intervention {
    fn of(row: usize, call: &Call) -> Self {
        Self {
            call: CallIx(row as u32),
            kind: call.reported.kind.clone(),
            priority: call.reported.priority,
            reported_s: call.reported.reported_s,
            times_s: [None; 7],
            crew: None,
            called_off: 0,
        }
    }

    /// When it got to `status`, which is one from [`Status::Received`] to [`Status::Reported`].
    #[must_use]
    pub fn at_s(&self, status: Status) -> Option<f64> {
        match status as usize {
            0 => Some(self.reported_s),
            row => self.times_s.get(row - 1).copied().flatten(),
        }
    }

    /// Seconds from one status to a later one.
    #[must_use]
    pub fn between_s(&self, from: Status, to: Status) -> Option<f64> {
        Some(self.at_s(to)? - self.at_s(from)?)
    }

    fn take(&mut self, step: &Step) {
        let row = step.status as usize - 1;
        if step.status == Status::Qualified && self.times_s[0].is_some() {
            // Called off: it waits again, and was sure the first time.
            self.called_off += 1;
            self.times_s[1..].fill(None);
        } else if let Some(time_s) = self.times_s.get_mut(row) {
            *time_s = Some(step.at_s);
        }
        if step.status <= Status::Reported {
            self.crew = step.crew;
        }
    }
}

/// What happened in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Every call of the run, in the order in which they were reported.
    pub interventions: Vec<Intervention>,
    /// When each crew was on a mission.
    pub missions: Vec<(CrewIx, Range<f64>)>,
}

impl Record {
    /// What the steps of a whole run tell.
    #[must_use]
    pub fn of(scenario: &Scenario, steps: &[Step]) -> Self {
        let calls = scenario.calls.iter().enumerate();
        let mut interventions: Vec<Intervention> =
            calls.map(|(row, call)| Intervention::of(row, call)).collect();
        let mut missions = Vec::new();
        for step in steps {
            let intervention = &mut interventions[step.call.0 as usize];
            let leaves = matches!(step.status, Status::Qualified | Status::Reported);
            let since_s = intervention.at_s(Status::Assigned);
            if let (true, Some(crew), Some(since_s)) = (leaves, intervention.crew, since_s) {
                missions.push((crew, since_s..step.at_s));
            }
            intervention.take(step);
        }
        Self { interventions, missions }
    }
}
