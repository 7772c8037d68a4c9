//! [`Job`]: a command for the writer, and where its answer goes.

use tokio::sync::oneshot;

use super::{
    AccountError, AlertError, Cared, FixOutcome, HoldChange, HoldError, ImportOutcome, PutPatrol,
    PutPatrolError, ReceiveError, Received, SetHazards, SetHazardsError, SettingChange, StepError,
    Stepped, Unavailable,
    accounts::{AccountChange, Author},
    alerts::AlertRequest,
    incidents::Admitted,
    purging::Upkeep,
    transitions::AskedStep,
};
use crate::{
    access::Account,
    correlation::Situation,
    incident::{IdempotencyKey, RequestDigest},
    patrol::PositionFix,
    retention::Hold,
    signal::Signal,
    stock::StockChange,
    store::{Store, StoreError},
    time::Timestamp,
};

/// A command, and where its answer goes.
pub(super) enum Job {
    Receive(
        Vec<Result<Admitted, ReceiveError>>,
        Reply<Vec<Result<Received, ReceiveError>>, Unavailable>,
    ),
    Step(Box<AskedStep>, Reply<Stepped, StepError>),
    Alert(Box<AlertRequest>, Reply<Cared, AlertError>),
    Account(Author, Box<AccountChange>, Reply<Account, AccountError>),
    Hold(Box<HoldChange>, Reply<Hold, HoldError>),
    /// Raises what the watch finds: nobody waits for an answer.
    Watch {
        /// Since when crews can be heard.
        listening_since: Timestamp,
        /// Whether this program is to purge what is over its term.
        purges: bool,
    },
    Patrol(PutPatrol, Reply<(), PutPatrolError>),
    Hazards(SetHazards, Reply<(), SetHazardsError>),
    Setting(SettingChange, Reply<(), Unavailable>),
    Positions(Vec<PositionFix>, Reply<Vec<FixOutcome>, Unavailable>),
    Stock(StockChange, Reply<ImportOutcome, Unavailable>),
    /// What rules have found.
    Situations(Vec<Situation>, Reply<(), Unavailable>),
    /// Signals, which are no events. The answer is how many of them are new.
    Signals(Vec<Signal>, Reply<usize, Unavailable>),
    /// Work at the store itself, which is no event; it is handed the fault where the store is away.
    AtStore(AtStore),
    /// What the writer does by itself, beside all commits of others.
    Upkeep(Upkeep),
    /// Another program may have written: nobody waits for an answer.
    LookAround,
}

/// Work at the store, which answers for itself.
pub(super) type AtStore = Box<dyn FnOnce(Result<&mut dyn Store, StoreError>) + Send>;

pub(super) type Reply<T, E> = oneshot::Sender<Result<T, E>>;

impl Job {
    /// How much it adds to a group.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Receive(incidents, _) => incidents.len(),
            Self::Positions(fixes, _) => fixes.len(),
            Self::Signals(signals, _) => signals.len(),
            Self::Situations(found, _) => found.len(),
            _ => 1,
        }
    }

    /// The idempotency keys of what it asks.
    pub(super) fn keys(&self) -> Vec<IdempotencyKey> {
        let keyed = |(key, _): (IdempotencyKey, RequestDigest)| key;
        match self {
            Self::Receive(incidents, _) => {
                let admitted = incidents.iter().filter_map(|incident| incident.as_ref().ok());
                admitted.filter_map(|admitted| admitted.key.map(keyed)).collect()
            }
            Self::Step(asked, _) => asked.key().copied().map(keyed).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Answers that nothing was done.
    pub(super) fn refuse(self, fault: &StoreError) {
        let unavailable = Unavailable::from(fault.clone());
        match self {
            Self::Receive(_, reply) => answer(reply, Err(unavailable)),
            Self::Step(_, reply) => answer(reply, Err(unavailable.into())),
            Self::Alert(_, reply) => answer(reply, Err(unavailable.into())),
            Self::Account(.., reply) => answer(reply, Err(unavailable.into())),
            Self::Hold(_, reply) => answer(reply, Err(unavailable.into())),
            Self::Patrol(_, reply) => answer(reply, Err(unavailable.into())),
            Self::Hazards(_, reply) => answer(reply, Err(unavailable.into())),
            Self::Setting(_, reply) => answer(reply, Err(unavailable)),
            Self::Positions(_, reply) => answer(reply, Err(unavailable)),
            Self::Stock(_, reply) => answer(reply, Err(unavailable)),
            Self::Situations(_, reply) => answer(reply, Err(unavailable)),
            Self::Signals(_, reply) => answer(reply, Err(unavailable)),
            Self::AtStore(work) => work(Err(fault.clone())),
            Self::Watch { .. } | Self::Upkeep(_) | Self::LookAround => {}
        }
    }
}

/// Sends an answer; whoever asked may have gone away, and then nobody misses it.
pub(super) fn answer<T, E>(reply: Reply<T, E>, result: Result<T, E>) {
    let _ = reply.send(result);
}

/// The job that has `work` done at the store.
pub(super) fn at_store<T: Send + 'static>(
    work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Job {
    |reply| Job::AtStore(Box::new(move |store| answer(reply, store.and_then(work))))
}
