//! The engine alongside people: what they decide is taken in as it comes, and the engine goes on from there.

use super::{
    Call, CallIx, CrewIx, Engine,
    engine::{Case, Due, Hand},
};
use crate::{geo::LonLat, incident::Status};

/// What is so about a call, whoever has decided it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// How far it has got.
    pub status: Status,
    /// The crew that is on it.
    pub crew: Option<CrewIx>,
    /// Who moves it on from here.
    pub hand: Hand,
    /// Where it is.
    pub position: LonLat,
    /// Fewest agents that may be sent now.
    pub crew_min: u8,
}

impl Engine<'_> {
    /// Takes in a call that is there already, as it is.
    pub fn adopt(&mut self, ix: CallIx, call: Call, told: Told, at_s: f64) {
        let (status, hand) = (told.status, told.hand);
        self.calls.insert(ix, Case { call, status, crew: None, hand, epoch: 0 });
        self.follow(ix, told, at_s);
    }

    /// Brings a call to what is so since `at_s`. Its crew goes on from where it is, and what was due before is void.
    pub fn follow(&mut self, ix: CallIx, told: Told, at_s: f64) {
        let Some(case) = self.calls.get_mut(&ix) else { return };
        case.hand = told.hand;
        case.call.reported.position = told.position;
        case.call.reported.crew_min = told.crew_min;
        self.enter(ix, told.status, told.crew, at_s);
        self.serve(at_s);
    }

    /// Has a crew on duty or off from `at_s` on. It finishes what it has begun.
    pub fn set_duty(&mut self, crew: CrewIx, is_on_duty: bool, at_s: f64) {
        let unit = &mut self.crews[crew.0 as usize];
        if unit.crew.is_on_duty(at_s) == is_on_duty {
            return;
        }
        unit.crew.duty_s.clear();
        if is_on_duty {
            unit.crew.duty_s.push(at_s..f64::MAX);
            self.note(at_s, Due::Duty(crew));
        } else if unit.mission.is_none() {
            unit.errand += 1;
            unit.whereabouts.stop(&self.rules.ways, at_s);
        }
    }

    /// How many calls are not over.
    #[must_use]
    pub fn open(&self) -> usize {
        self.calls.len()
    }
}
