//! Correlation: rules over signals of many sources, and the situations that they find. Works on the time of the signals.
//!
//! Uses [`crate::closed_list`], [`crate::geo`], [`crate::time`], [`crate::statistics`], [`crate::stock`] and [`crate::signal`] only. Rules come from a file that
//! [`crate::import`] reads; an [`Engine`] hears signals and says what becomes of situations; [`back_test`] lets history through rules, [`associate`] says which incidents go with which signals.
//!
//! ```text
//! Signal ─► Waiting (until none can be earlier) ─► Slots (which rules listen) ─► Watch (by subject) ─► Change
//! ```

mod association;
#[cfg(test)]
mod association_tests;
mod back_test;
mod circumstance;
mod engine;
#[cfg(test)]
mod engine_tests;
mod ground;
mod heard;
mod nearby;
#[cfg(test)]
mod oracle_tests;
mod progress;
mod rule;
mod selector;
mod situation;
mod slots;
mod span;
mod subjects;
mod watch;

pub use association::{
    Association, EXPECTED_MIN, FALSE_DISCOVERIES_MAX, Finding, INCIDENTS_MIN, Unit, associate,
};
pub use back_test::{BackTest, RuleTold, back_test};
pub use engine::{Engine, Taken};
pub use ground::{Ground, Territory};
pub use rule::{
    AT_LEAST_MAX, Condition, InvalidRuleName, Narrowing, RULE_NAME_LENGTH_MAX, RULES_MAX, Rule,
    RuleName, RuleSet, SELECTORS_MAX, Scope, TERRITORIES_MAX, WITHIN_M_MAX,
};
pub use selector::{InvalidSelector, KindPattern, Selector, Sense, ValueBound};
pub use situation::{Change, ClosedBy, InvalidSituationId, Situation, SituationId, Subject};
pub use span::{InvalidSpan, SPAN_S_MAX, Span};
