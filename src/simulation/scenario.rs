//! [`Scenario`]: one evening with everything drawn, before any policy meets it.

use std::ops::Range;

use rand::{Rng as _, RngExt as _};

use super::{Call, Crew, Pace, Reported, Subject, dice};
use crate::geo::LonLat;

/// Which crews there are.
#[derive(Debug, Clone, PartialEq)]
pub struct CrewPlan<'a> {
    /// Agents in each crew.
    pub agents: Vec<u8>,
    /// Where crews may begin: each draws one.
    pub places: &'a [LonLat],
    /// Shifts, in seconds since the beginning of the run; crews are dealt to them in turn.
    pub shifts: Vec<Vec<Range<f64>>>,
}

/// One evening with everything drawn: every policy meets this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Who can be sent.
    pub crews: Vec<Crew>,
    /// What comes in.
    pub calls: Vec<Call>,
}

impl Scenario {
    /// Draws what `reported` does not say: durations, lots, and where crews begin.
    #[must_use]
    pub fn draw(
        (seed, replication): (u64, u32),
        pace: &Pace,
        plan: &CrewPlan<'_>,
        reported: Vec<Reported>,
    ) -> Self {
        let mut of_calls = dice(seed, replication, Subject::Durations);
        let calls = reported.into_iter().map(|reported| {
            let durations = pace.draw(&reported.kind, &mut of_calls);
            Call { reported, durations, lot: of_calls.next_u64() }
        });
        let mut of_crews = dice(seed, replication, Subject::Crews);
        let crews = plan.agents.iter().enumerate().filter_map(|(row, agents)| {
            let place = plan.places.get(of_crews.random_range(0..plan.places.len().max(1)))?;
            let duty_s = plan.shifts.get(row % plan.shifts.len().max(1))?.clone();
            Some(Crew { agents: *agents, position: *place, duty_s })
        });
        Self { calls: calls.collect(), crews: crews.collect() }
    }
}
