//! Random histories against a model in memory.

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use vigie::{
    access::Account,
    alert::Alert,
    correlation::Situation,
    event::{Event, Fact, Seq},
    incident::Status,
    patrol::{Availability, PositionFix},
    store::Batch,
    twin::Snapshot,
};

use super::{
    Place,
    fixture::{
        account, alert, batch, commit, fix, incident, patrol, patrol_fact, setting, stepped, stock,
        stock_fact,
    },
    signals::situation,
    state::{State, followed, replayed},
};

/// Sites, patrols and incidents that a history plays with: few, so that it meets each of them again.
const NUMBERS: u32 = 6;

#[derive(Debug, Clone)]
enum Step {
    Stock {
        number: u32,
        dwellings: u32,
        halls: usize,
    },
    Incident {
        number: u32,
        status: usize,
    },
    Patrol {
        number: u32,
        availability: usize,
    },
    /// The next of the steps that an incident may take, of which there is at least one until it is over.
    Taken {
        number: u32,
        choice: usize,
        patrol: u32,
    },
    Alert {
        number: u32,
        about: u32,
    },
    Account {
        number: u32,
        epoch: u32,
    },
    Setting {
        number: u32,
    },
    Situation {
        number: u32,
        times: u64,
    },
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
        (0..NUMBERS * 4, 0_usize..16, 0..NUMBERS)
            .prop_map(|(number, choice, patrol)| Step::Taken { number, choice, patrol }),
        (0..NUMBERS, 0..NUMBERS).prop_map(|(number, about)| Step::Alert { number, about }),
        (0..NUMBERS, 0_u32..9).prop_map(|(number, epoch)| Step::Account { number, epoch }),
        (0_u32..2).prop_map(|number| Step::Setting { number }),
        (0..NUMBERS, 1_u64..9).prop_map(|(number, times)| Step::Situation { number, times }),
    ]
}

impl Step {
    /// What it does in `state`: nothing where it is about somebody who is not there.
    fn fact(&self, state: &Snapshot) -> Option<Fact> {
        let known = |number: u32| state.incident(incident(number, 0, Status::Received).id);
        let is_there =
            |number: u32| state.patrols().get(&patrol(number, Availability::Busy).id).is_some();
        Some(match *self {
            Self::Stock { number, dwellings, halls } => {
                let mut change = stock(number);
                change.sites[0].dwellings = dwellings;
                change.buildings[0].halls.truncate(halls);
                Fact::StockChanged(change)
            }
            Self::Incident { number, status } => {
                let on = number % NUMBERS;
                let new = || incident(number, on, Status::ALL[status]);
                Fact::IncidentRecorded(known(number).unwrap_or_else(new))
            }
            Self::Patrol { number, availability } => {
                patrol_fact(number, Availability::ALL[availability])
            }
            Self::Taken { number, choice, patrol } => {
                let incident = known(number).filter(|_| is_there(patrol))?;
                let id = super::fixture::patrol(patrol, Availability::Busy).id;
                if state
                    .interventions()
                    .mission_of(&id)
                    .is_some_and(|on| on.incident != incident.id)
                {
                    return None; // one patrol, one mission: what decides keeps that rule
                }
                let allowed = incident.allowed();
                let action = *allowed.get(choice % allowed.len().max(1))?;
                Fact::IncidentRecorded(stepped(&incident, action, patrol))
            }
            Self::Alert { number, about } => {
                let new = alert(number, is_there(about).then_some(about)?, known(about).as_ref());
                // What it is about stays; how loud it is changes.
                let level = 1 + (about % 3) as u8;
                let known = state.alerts().get(new.id).cloned();
                Fact::AlertRecorded(Alert { level, ..known.unwrap_or(new) })
            }
            Self::Account { number, epoch } => {
                let new = account(number);
                let known = new.seat.scope().patrol().is_none_or(|_| is_there(1));
                known.then_some(Fact::AccountRecorded(Account { epoch, ..new }))?
            }
            Self::Setting { number } => {
                let new = setting(number);
                let known = new.changed_by.is_none_or(|id| state.accounts().get(id).is_some());
                known.then_some(Fact::SettingChanged(new))?
            }
            Self::Situation { number, times } => {
                let (new, is_over) = (situation(number), times % 2 == 0);
                let closed = new.closed.filter(|_| is_over);
                Fact::SituationRecorded(Situation { times, closed, ..new })
            }
        })
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
            let mut next = batch([]);
            let mut then = model.state.clone();
            for step in &steps {
                let Some(fact) = step.fact(&then) else { continue };
                then.apply([fact.clone()], then.seq());
                next.facts.extend(batch([fact]).facts);
            }
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
