//! Where events become durable: the [`Store`] trait and its implementations.
//!
//! Uses the nouns and [`crate::event`]. A store is owned by one thread, the writer of [`crate::app`];
//! it knows nothing of the twin.

use crate::{
    event::{Event, Fact, Seq},
    incident::{IdempotencyKey, Incident, RequestDigest},
    patrol::PositionFix,
    time::Timestamp,
};

pub mod sqlite;

/// A durable log of events and the rows that they left.
///
/// Calls block; the writer's thread is theirs alone.
pub trait Store: Send {
    /// Hands the whole state to `each`, in pieces, as facts that build it from nothing: the stock first,
    /// then patrols and incidents. Returns the last `seq` and each patrol's last fix.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn replay(&mut self, each: &mut dyn FnMut(Vec<Fact>)) -> Result<Replayed, StoreError>;

    /// The events after `seq`, in order; empty where there are none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn events_after(&mut self, seq: Seq) -> Result<Vec<Event>, StoreError>;

    /// Whether anybody else has committed since the last call. Cheap enough to ask twice a second.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn has_foreign_commits(&mut self) -> Result<bool, StoreError>;

    /// What was answered under an idempotency key.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn receipt(&mut self, key: &IdempotencyKey) -> Result<Option<Receipt>, StoreError>;

    /// Makes all of `batch` durable, or none of it, and numbers its facts. Returns once it would survive
    /// a power cut.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of the batch is then kept.
    fn commit(&mut self, batch: Batch) -> Result<Vec<Event>, StoreError>;
}

/// What [`Store::replay`] found beside the facts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replayed {
    /// The last event.
    pub seq: Seq,
    /// The last known position of each patrol that has one.
    pub fixes: Vec<PositionFix>,
}

/// Facts and positions that become durable together.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// When the server took them.
    pub recorded_at: Timestamp,
    /// Facts, to be numbered in this order.
    pub facts: Vec<NewFact>,
    /// Positions that replace the last ones of their patrols; they take no number.
    pub fixes: Vec<PositionFix>,
}

/// A fact that is not durable yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFact {
    /// What happened.
    pub fact: Fact,
    /// Under which key it was asked, for an incident.
    pub key: Option<(IdempotencyKey, RequestDigest)>,
}

/// What became of a request that had an idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// What was asked.
    pub digest: RequestDigest,
    /// The incident that it made, as it was then or as it is now.
    pub incident: Incident,
    /// The event that it made.
    pub seq: Seq,
}

/// Why the store did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, opened or written now; the same call may go through later.
    #[error("the store is away: {0}")]
    Away(String),
    /// What it holds cannot be read as what it should be.
    #[error("the store holds something unreadable: {0}")]
    Unreadable(String),
    /// It was made by a newer program.
    #[error("the store has schema version {found}, this program knows versions up to {known}")]
    TooNew {
        /// Version of the store.
        found: u32,
        /// Newest version that the program knows.
        known: u32,
    },
}
