//! Random histories against a model in memory.

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use vigie::{
    event::{Event, Fact, Seq},
    incident::Status,
    patrol::{Availability, PositionFix},
    store::Batch,
    twin::Snapshot,
};

use super::{
    Place,
    fixture::{batch, commit, fix, incident, patrol_fact, stock, stock_fact},
    state::{State, followed, replayed},
};

/// Sites, patrols and incidents that a history plays with: few, so that it meets each of them again.
const NUMBERS: u32 = 6;

#[derive(Debug, Clone)]
enum Step {
    Stock { number: u32, dwellings: u32, halls: usize },
    Incident { number: u32, status: usize },
    Patrol { number: u32, availability: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..NUMBERS, 0_u32..500, 0_usize..3).prop_map(|(number, dwellings, halls)| Step::Stock {
            number,
            dwellings,
            halls
        }),
        (0..NUMBERS * 4, 0_usize..12)
            .prop_map(|(number, status)| Step::Incident { number, status }),
        (0..NUMBERS, 0_usize..3)
            .prop_map(|(number, availability)| Step::Patrol { number, availability }),
    ]
}

impl Step {
    fn fact(&self) -> Fact {
        match *self {
            Self::Stock { number, dwellings, halls } => {
                let mut change = stock(number);
                change.sites[0].dwellings = dwellings;
                change.buildings[0].halls.truncate(halls);
                Fact::StockChanged(change)
            }
            Self::Incident { number, status } => {
                let on = number % NUMBERS;
                Fact::IncidentRecorded(incident(number, on, Status::ALL[status]))
            }
            Self::Patrol { number, availability } => {
                patrol_fact(number, Availability::ALL[availability])
            }
        }
    }
}

/// What a store should hold: the twin, fed with what was asked.
#[derive(Default)]
struct Model {
    seq: u64,
    state: Snapshot,
}

impl Model {
    fn apply(&mut self, batch: &Batch) -> Vec<Event> {
        let facts = batch.facts.iter().map(|new| new.fact.clone());
        let events: Vec<Event> = facts
            .map(|fact| {
                self.seq += 1;
                Event { seq: Seq(self.seq), recorded_at: batch.recorded_at, fact }
            })
            .collect();
        self.state.apply(batch.facts.iter().map(|new| new.fact.clone()), Seq(self.seq));
        batch.fixes.iter().for_each(|fix| self.state.place(fix.clone()));
        events
    }

    /// A position of a patrol that is known and, once the facts of `batch` are there, on duty.
    fn may_be_placed(&self, fix: &PositionFix, batch: &Batch) -> bool {
        let mut then = self.state.clone();
        then.apply(batch.facts.iter().map(|new| new.fact.clone()), self.state.seq());
        then.patrols()
            .get(&fix.patrol)
            .is_some_and(|known| known.patrol.availability != Availability::OffDuty)
    }
}

pub fn random_histories_lead_to_the_state_of_the_model(place: &dyn Place) {
    // One store for all histories: each goes on where the last one ended.
    let (mut writer, mut follower) = (place.open(), place.open());
    let mut model = Model::default();
    let ground = batch((0..NUMBERS).map(stock_fact));
    model.apply(&ground);
    commit(&mut *writer, ground).unwrap();
    let steps = (
        prop::collection::vec(step(), 0..12),
        prop::collection::vec((0..NUMBERS, 0_i64..400), 0..4),
    );
    let mut runner =
        TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let shared = std::cell::RefCell::new((&mut writer, &mut follower, &mut model));

    runner
        .run(&steps, |(steps, fixes)| {
            let (writer, follower, model) = &mut *shared.borrow_mut();
            let mut next = batch(steps.iter().map(Step::fact));
            let fixes = fixes.into_iter().map(|(number, second)| fix(number, second));
            next.fixes = fixes.filter(|fix| model.may_be_placed(fix, &next)).collect();
            let before = model.state.clone();

            let expected = model.apply(&next);

            // Without the states themselves, which fill pages.
            let state = State::of(&model.state);
            prop_assert!(commit(&mut ***writer, next).unwrap() == expected, "events");
            prop_assert!(replayed(&mut ***writer) == state, "replay");
            prop_assert!(State::of(&followed(before, &mut ***follower)) == state, "following");
            Ok(())
        })
        .unwrap();
}
