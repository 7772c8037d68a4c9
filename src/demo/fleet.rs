//! The demo's patrols as their shift begins.

use rand::RngExt;

use super::plan::dice;
use crate::{
    geo::LonLat,
    patrol::{Availability, Patrol, PatrolId},
    simulation::Crew,
};

/// Patrols of the demo.
pub const PATROLS: usize = 30;
/// The last one of them that is on duty.
const LAST_ON_DUTY: usize = PATROLS - 3;
/// Agents aboard: one of these. Most kinds ask for three by night.
const AGENTS: [u8; 5] = [2, 3, 3, 3, 4];

/// Whether `patrol` is one of the demo's.
#[must_use]
pub fn is_of_the_demo(patrol: &Patrol) -> bool {
    (1..=PATROLS).any(|number| {
        patrol.callsign == format!("TANGO {number}")
            && patrol.id.as_str() == format!("TANGO-{number}")
    })
}

/// The patrols of the demo, some of them off duty.
#[must_use]
pub fn patrols(seed: u64) -> Vec<Patrol> {
    let mut dice = dice(seed, "fleet");
    let ids = (1..=PATROLS).filter_map(|number| {
        let id = format!("TANGO-{number}").parse::<PatrolId>().ok()?;
        Some((number, id))
    });
    ids.map(|(number, id)| Patrol {
        id,
        callsign: format!("TANGO {number}"),
        availability: match number {
            ..=LAST_ON_DUTY => Availability::Available,
            _ => Availability::OffDuty,
        },
        crew: Some(AGENTS[dice.random_range(0..AGENTS.len())]),
        position_off_at: None,
    })
    .collect()
}

/// The same as crews of a run, each where it was last, or at one of `places`.
#[must_use]
pub fn crews(
    seed: u64,
    patrols: &[Patrol],
    places: &[LonLat],
    last: impl Fn(&PatrolId) -> Option<LonLat>,
) -> Vec<Crew> {
    let mut dice = dice(seed, "muster");
    let crews = patrols.iter().filter_map(|patrol| {
        let anywhere = places.get(dice.random_range(0..places.len().max(1)))?;
        Some(Crew {
            agents: patrol.crew.unwrap_or(AGENTS[0]),
            position: last(&patrol.id).unwrap_or(*anywhere),
            duty_s: match patrol.availability {
                Availability::Available => vec![0.0..f64::MAX],
                Availability::Busy | Availability::OffDuty => Vec::new(),
            },
        })
    });
    crews.collect()
}
