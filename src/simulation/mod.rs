//! The simulated evening: calls against patrols under a policy, as discrete events, deterministic by seed.
//!
//! Pure: no clock, no files. Uses the nouns only. [`Engine`] lets time pass from event to event; what is drawn
//! is drawn before ([`Pace`], [`Scenario`]), so that two policies meet the same calls, the same service times and
//! the same crews; [`study`] repeats an evening and [`Comparison`] says what differs, with confidence intervals.
//! `docs/simulation.md` gives the model, its assumptions and its validation.

mod agenda;
mod call;
mod comparison;
mod crew;
mod dice;
mod engine;
#[cfg(test)]
mod engine_tests;
mod estimate;
mod following;
mod measure;
mod pace;
mod policy;
mod record;
mod scenario;
mod study;
mod travel;
#[cfg(test)]
mod validation_tests;

pub use call::{Call, CallIx, Durations, Reported};
pub use comparison::{Comparison, PolicyOutcome};
pub use crew::{Crew, CrewIx};
pub use dice::{Subject, dice};
pub use engine::{Between, Engine, Hand, Preemption, Rules, Step};
pub use estimate::{CONFIDENCE, Estimate, Verdict};
pub use following::Told;
pub use measure::{Measures, Metric};
pub use pace::{Lognormal, Pace};
pub use policy::Policy;
pub use record::{Intervention, Record};
pub use scenario::{CrewPlan, Scenario};
pub use study::{CALLS_MAX, Study, StudyError, study};
pub use travel::{Trip, Ways};
