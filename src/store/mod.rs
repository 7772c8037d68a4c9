//! Where events become durable: the [`Store`] trait and its implementations.
//!
//! Uses the nouns and [`crate::event`]. A store is owned by one thread, the writer of [`crate::app`];
//! it knows nothing of the twin.
//!
//! # What every store promises
//!
//! - An event has a number, and numbers have no gap, however many programs write at once.
//! - A [`Batch`] is there as a whole or not at all, and once [`Transaction::commit`] has returned it
//!   survives a power cut.
//! - What a [`Fact::Purged`] names is removed with the commit that records it; the events that told of it stay, as
//!   [`Fact::Gone`], so that numbers keep having no gap.
//! - Facts carry state, so the rows answer for the events: [`Log::events_after`] tells each event with its
//!   subject *as it is now*. Applied in their order they lead to the state that [`Store::replay`] builds.

use crate::{
    access::AccessAnchor,
    access::AccountId,
    event::{Event, Fact, Seq},
    incident::{IdempotencyKey, Incident, RequestDigest},
    mailing::{Mailbox, Mailing},
    patrol::PositionFix,
    retention::{HoldId, Kept, RegisterEnds, Removed},
    signal::Signal,
    stock::LandlordId,
    time::{Date, Timestamp},
};

mod account_columns;
pub mod archive;
mod care;
mod examination;
mod fault;
mod finding;
pub mod postgres;
mod register_columns;
mod situation_columns;
pub mod sqlite;
mod stock_pieces;
mod store_url;

use archive::{Counts, Piece};
pub use fault::StoreError;
pub use finding::{Finding, Grade};
pub use store_url::{InvalidStoreUrl, StoreUrl};

/// Events in one answer of [`Log::events_after`], and facts in one piece of [`Store::replay`]: enough
/// that the cost of a call vanishes, few enough (some megabytes) that memory stays bounded.
pub const PIECE_FACTS_MAX: usize = 8192;

/// What has happened, as a store remembers it: asked outside a write or inside one.
///
/// Calls block; the writer's thread is theirs alone.
pub trait Log {
    /// The first events after `seq` in their order, [`PIECE_FACTS_MAX`] at most; empty where there are none.
    ///
    /// Each carries its subject as it is now, not as it was then. The first change of the stock among
    /// them carries all that has changed in the stock after `seq`, so that no later fact can refer to
    /// something that the reader does not hold yet; further ones may then be empty.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn events_after(&mut self, seq: Seq) -> Result<Vec<Event>, StoreError>;

    /// The last known position of each patrol that has one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn last_fixes(&mut self) -> Result<Vec<PositionFix>, StoreError>;

    /// What was answered under an idempotency key.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn receipt(&mut self, key: &IdempotencyKey) -> Result<Option<Receipt>, StoreError>;

    /// What was answered under each of these keys, in their order. A store that is elsewhere is asked once
    /// for all of them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn receipts(&mut self, keys: &[IdempotencyKey]) -> Result<Vec<Option<Receipt>>, StoreError> {
        keys.iter().map(|key| self.receipt(key)).collect()
    }

    /// Where the reports of landlords go, in the order of ids.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError>;

    /// What the register of mailings says of the nights from `first` to `last`, by night, landlord and ordinal.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn mailings(&mut self, first: Date, last: Date) -> Result<Vec<Mailing>, StoreError>;

    /// How far the access logs of servers had got on each day, by log and day.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn access_anchors(&mut self) -> Result<Vec<AccessAnchor>, StoreError>;

    /// Signals that were taken in after the one with that number and were not over before `since`, by number,
    /// [`PIECE_FACTS_MAX`] at most; empty where there are none. Numbers grow, and may have gaps.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn signals_after(
        &mut self,
        number: u64,
        since: Timestamp,
    ) -> Result<Vec<KeptSignal>, StoreError>;

    /// With which purge the register ends, by its rows and by the events, at one instant.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn register_ends(&mut self) -> Result<RegisterEnds, StoreError>;
}

/// A durable log of events and the rows that they left.
pub trait Store: Log + Send {
    /// Hands the whole state to `each`, in pieces of [`PIECE_FACTS_MAX`] at most, as facts that build it
    /// from nothing: the stock first, then patrols, then incidents. Returns the last `seq`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn replay(&mut self, each: &mut dyn FnMut(Vec<Fact>)) -> Result<Seq, StoreError>;

    /// Whether anybody else has committed since the last call. Cheap enough to ask several times a second.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn has_foreign_commits(&mut self) -> Result<bool, StoreError>;

    /// Asks to be told, from a thread of the store's own, when another program may have committed, so that
    /// it need not be asked all the time. A call may be missing or needless; a store without such news, as
    /// this default, makes none.
    fn watch(&mut self, _wake: Box<dyn Fn() + Send>) {}

    /// Begins a write and keeps every other writer out until it ends, so that what is decided inside is
    /// decided against the last state. Dropping the transaction undoes it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be written now.
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError>;

    /// Makes a durable write that changes nothing, to learn whether writes go through again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] while they do not.
    fn probe(&mut self) -> Result<(), StoreError>;

    /// Overwrites what purges removed, so that nothing of it is left in the files that the store has on its disk. Others
    /// may wait for it meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be done now; what was removed stays removed.
    fn scrub(&mut self, removed: &[Removed]) -> Result<(), StoreError>;

    /// How many records of each kind there are, at one instant.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn counts(&mut self) -> Result<Counts, StoreError>;

    /// Hands every record to `each`, as they are at one instant: kinds in the order of [`RecordKind::ALL`],
    /// records in the order of the bytes of their keys. Writers go on meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read, or the first one of `each`, which ends it.
    ///
    /// [`RecordKind::ALL`]: archive::RecordKind::ALL
    fn export(
        &mut self,
        each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Begins to take in the records of another store, and keeps every other writer out until it ends.
    /// Dropping the import undoes it.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotEmpty`] where anything is there already; others when it cannot be written now.
    fn begin_import(&mut self) -> Result<Box<dyn Import + '_>, StoreError>;
}

/// A store in the making, from the records of another one.
pub trait Import {
    /// Takes in records, which come in the order of [`Store::export`].
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the import can then only be dropped.
    fn put(&mut self, piece: Piece) -> Result<(), StoreError>;

    /// Hands back what was taken in, as [`Store::export`] will.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be read, or the first one of `each`.
    fn export(
        &mut self,
        each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Makes all of it durable, or none of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`], also where a record refers to one that never came; nothing is then kept.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// A write in the making.
pub trait Transaction: Log {
    /// The last event so far.
    fn head(&self) -> Seq;

    /// Says that it will be long before the commit, as a change of the whole stock takes to decide. A store
    /// that ends the transaction of a program which stands still waits longer then.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store is away.
    fn take_time(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// What of that sort was over before that instant and is covered by none of these holds: the oldest `at_most` of
    /// it, and those that were over at the same instant as the last of them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn due(
        &mut self,
        what: Kept,
        before: Timestamp,
        holds: &[HoldId],
        at_most: u64,
    ) -> Result<Due, StoreError>;

    /// Makes all of `batch` durable, or none of it. Returns its facts as events, numbered from
    /// [`Transaction::head`] on in their order.
    ///
    /// Facts come before positions. A position that is not newer than the one there changes nothing.
    /// A patrol that is recorded off duty loses its position. A purge that does not count what is there is refused.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of the batch is then kept.
    fn commit(self: Box<Self>, batch: Batch) -> Result<Vec<Event>, StoreError>;

    /// Makes a change of mailboxes or of the register of mailings durable. It is no event: nobody's view of the
    /// operations depends on it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing is then changed.
    fn commit_mail(self: Box<Self>, change: MailChange) -> Result<(), StoreError>;

    /// Makes signals durable; those that are there already, by their ids, stay as they are, and so does the second of two in
    /// one call. Returns the new ones, with their numbers. They are no events: nobody's view of the operations depends on them.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; none of them is then kept.
    fn commit_signals(
        self: Box<Self>,
        received_at: Timestamp,
        signals: &[Signal],
    ) -> Result<Vec<KeptSignal>, StoreError>;

    /// Makes durable how far an access log has got; one that is not further than the one there changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing is then changed.
    fn commit_anchor(self: Box<Self>, anchor: &AccessAnchor) -> Result<(), StoreError>;
}

/// A signal as the store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptSignal {
    /// Its place among all signals, in the order in which they were taken in.
    pub number: u64,
    /// When it was taken in, by the server's clock.
    pub received_at: Timestamp,
    /// What was said.
    pub signal: Signal,
}

/// What changes about the sending of reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailChange {
    /// Reports go there from now on.
    Mailbox(Mailbox),
    /// They go nowhere.
    NoMailbox(LandlordId),
    /// The entry of the register is now so, new or known.
    Mailing(Mailing),
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

impl Batch {
    /// Whether there is nothing to make durable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.fixes.is_empty()
    }
}

/// A fact that is not durable yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFact {
    /// What happened.
    pub fact: Fact,
    /// Which account did it, where it is about an account.
    pub author: Option<AccountId>,
    /// Under which key it was asked, for an incident.
    pub key: Option<(IdempotencyKey, RequestDigest)>,
}

/// What a purge may remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// All that was over before this instant: the one that was asked for, unless more is left than was asked for.
    pub before: Timestamp,
    /// How many.
    pub count: u64,
}

/// What became of a request that had an idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// What was asked.
    pub digest: RequestDigest,
    /// The incident that it made or changed, as it is now.
    pub incident: Incident,
    /// The event that it made.
    pub seq: Seq,
    /// When the store took that event.
    pub recorded_at: Timestamp,
}
