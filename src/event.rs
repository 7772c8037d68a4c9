//! [`Event`]: the one shape of everything that has happened. Uses the nouns only.

use std::fmt;

use crate::{
    access::{Account, Setting},
    alert::Alert,
    correlation::Situation,
    incident::Incident,
    patrol::Patrol,
    retention::{Hold, Purge},
    stock::StockChange,
    time::Timestamp,
};

/// The number of an event: 1, 2, 3, … without a gap, in the order in which the store made them durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seq(pub u64);

impl Seq {
    /// The number that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fact that the store has made durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place among all events.
    pub seq: Seq,
    /// When the store took it.
    pub recorded_at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

/// What happened. Each variant carries the whole new state of its subject, so that applying one twice changes nothing.
///
/// Positions of patrols are not here: only the last one is kept, and a log of them would be a trace of people.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// An import changed the stock.
    StockChanged(StockChange),
    /// An incident is new, or is now as told: then its last step is what happened.
    IncidentRecorded(Incident),
    /// A patrol is new, or is now as told.
    PatrolRecorded(Patrol),
    /// An alert is new, or is now as told.
    AlertRecorded(Alert),
    /// A rule has found a situation, or one is now as told.
    SituationRecorded(Situation),
    /// An account is new, or is now as told.
    AccountRecorded(Account),
    /// Something was turned on or off.
    SettingChanged(Setting),
    /// A hold is new, or was lifted.
    HoldRecorded(Hold),
    /// What was over before the instants that it names is gone.
    Purged(Purge),
    /// What this once told of was purged since: it keeps its number, and says nothing.
    Gone,
}

impl Fact {
    /// Its name in the store and on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StockChanged(_) => "stock",
            Self::IncidentRecorded(_) => "incident",
            Self::PatrolRecorded(_) => "patrol",
            Self::AlertRecorded(_) => "alert",
            Self::SituationRecorded(_) => "situation",
            Self::AccountRecorded(_) => "account",
            Self::SettingChanged(_) => "setting",
            Self::HoldRecorded(_) => "hold",
            Self::Purged(_) => "purge",
            Self::Gone => "gone",
        }
    }
}
