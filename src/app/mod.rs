//! The only write path: commands in, durable events out, the twin kept in step with the store.
//!
//! Uses the nouns, the twin, [`crate::locate`], [`crate::dispatch`], [`crate::vigil`] and [`crate::store`]. [`App`] is the handle that the edges
//! hold; one thread, the [`writer`], owns the store.

mod access_anchors;
mod accounts;
mod alerts;
mod authenticator;
mod clock;
mod correlating;
mod daily;
mod doubts;
mod group;
mod hazards;
mod health;
mod holds;
mod incidents;
mod job;
mod mailings;
mod news;
mod passwords;
mod patrols;
mod planned;
mod purging;
mod road_builder;
mod roads;
mod settings;
mod signals;
mod stepping;
mod stock;
mod stop;
mod transitions;
mod writer;

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex,
        atomic::AtomicBool,
        mpsc::{SyncSender, TrySendError},
    },
    thread::JoinHandle,
};

use tokio::sync::oneshot;

pub use accounts::{AccountChange, AccountError, Author, NewAccount, NewToken, TOKEN_DAYS_MAX};
pub use alerts::{AlertCare, AlertError, Cared, NewAlert};
pub use authenticator::{TotpSecret, recovery_codes};
pub use clock::{Clock, system_clock};
pub use correlating::Correlating;
pub use daily::{Daily, DailyJob, Done, Run, last_due, next_due};
pub use hazards::{SetHazards, SetHazardsError};
pub use holds::{HoldChange, HoldError};
pub use incidents::{NewIncident, ReceiveError, Received, Whereabouts};
pub use mailings::{Copies, MailboxError, NIGHTS_MAX, WantedMailing};
pub use news::{Listener, News, Subject, What};
pub use passwords::{InvalidPassword, PASSWORD_LENGTH_MIN, Password};
pub use patrols::{FixOutcome, PutPatrol, PutPatrolError};
pub use purging::{PurgeError, nightly_purge};
pub use settings::SettingChange;
pub use signals::{
    AHEAD_S_MAX, SIGNALS_AT_ONCE_MAX, SignalFault, SignalsError, TakenIn, located, of_incident,
};
pub use stock::{ImportOutcome, Tally};
pub use transitions::{Correction, StepError, StepRequest, Stepped};

use crate::{
    incident::Nomenclature,
    store::{Store, StoreError},
    twin::{Snapshot, Twin},
};
use health::Health;
use job::{Job, at_store};
use news::NewsDesk;
use road_builder::RoadBuilder;
use writer::Writer;

/// Jobs that may wait for the writer; beyond, callers are told to come back.
const WAITING_JOBS_MAX: usize = 4096;

/// The running program: read its [`App::snapshot`], write through its commands. Cloning is free.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    desk: Arc<NewsDesk>,
    nomenclature: Arc<Nomenclature>,
    clock: Clock,
    jobs: Arc<Queue>,
    health: Arc<Health>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Whether this program is to purge what is over its term.
    purges: Arc<AtomicBool>,
}

/// Where jobs wait for the writer; `None` once the program stops.
type Queue = Mutex<Option<SyncSender<Job>>>;

/// Why a command was not carried out, whatever it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Too many commands wait.
    #[error("more than {WAITING_JOBS_MAX} commands wait to be written")]
    Busy,
    /// The program is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// The system has no random bytes.
    #[error("the system has no random bytes")]
    NoChance,
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Unavailable {
    /// What whoever asked may know: no host, no path, no words of the store's own.
    #[must_use]
    pub const fn words_for_clients(&self) -> &'static str {
        match self {
            Self::Busy => "more commands wait to be written than the server keeps",
            Self::Stopping => "the server is stopping",
            Self::NoChance => "the server cannot make keys now",
            Self::Store(StoreError::Unsure(_)) => {
                "the store went away during the write, which may be there: ask again under the same \
                 Idempotency-Key"
            }
            Self::Store(StoreError::Full) => "the disk of the store is full",
            Self::Store(StoreError::Locked) => "another program is writing to the store",
            Self::Store(_) => "the store is away",
        }
    }

    /// Whether the store refused what should have been refused before it came there: the program is at fault.
    #[must_use]
    pub const fn breaks_our_own_rules(&self) -> bool {
        matches!(self, Self::Store(StoreError::Refused(_)))
    }
}

impl App {
    /// Builds the twin from the store and starts the writer, with the kinds that ship with the program.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    pub fn open(store: Box<dyn Store>, clock: Clock) -> Result<Self, StoreError> {
        Self::open_with(store, clock, Nomenclature::shipped())
    }

    /// Builds the twin from the store and starts the writer, with these kinds in force as long as it runs.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    pub fn open_with(
        mut store: Box<dyn Store>,
        clock: Clock,
        nomenclature: Nomenclature,
    ) -> Result<Self, StoreError> {
        let state = writer::state_of(&mut *store)?;
        let roads = RoadBuilder::default();
        roads.start(state.roads());
        let desk = Arc::new(NewsDesk::new(Twin::new(state)));
        let health = Arc::new(Health::default());
        let (jobs, queue) = std::sync::mpsc::sync_channel(WAITING_JOBS_MAX);
        let jobs = Arc::new(Mutex::new(Some(jobs)));
        let (waiting, told) = (Arc::clone(&jobs), Arc::clone(&health));
        store.watch(Box::new(move || wake(&waiting, &told)));
        let nomenclature = Arc::new(nomenclature);
        let purges = Arc::new(AtomicBool::new(false));
        let writer = Writer::new(
            store,
            Arc::clone(&desk),
            clock,
            Arc::clone(&health),
            Arc::clone(&nomenclature),
            Arc::clone(&purges),
        );
        let ended = Arc::clone(&health);
        let work = move || {
            // The queue ends with the thread, however it ends: whoever waits is told, nobody hangs.
            let queue = queue;
            let worked = std::panic::catch_unwind(AssertUnwindSafe(|| writer.run(&queue, &roads)));
            if worked.is_err() {
                ended.note_end(StoreError::Away("the writer has failed; restart".to_owned()));
            }
        };
        let thread = std::thread::Builder::new()
            .name("vigie-writer".to_owned())
            .spawn(work)
            .map_err(|e| StoreError::Away(format!("the writer's thread does not start: {e}")))?;
        Ok(Self {
            shared: Arc::new(Shared {
                desk,
                nomenclature,
                clock,
                jobs,
                health,
                writer: Mutex::new(Some(thread)),
                purges,
            }),
        })
    }

    /// The state now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.desk.snapshot()
    }

    /// The kinds in force.
    #[must_use]
    pub fn nomenclature(&self) -> &Nomenclature {
        &self.shared.nomenclature
    }

    /// The time now, by the server's clock.
    #[must_use]
    pub fn now(&self) -> crate::time::Timestamp {
        (self.shared.clock)()
    }

    /// What is wrong with the store, or `None` while it is well.
    #[must_use]
    pub fn store_fault(&self) -> Option<StoreError> {
        self.shared.health.fault()
    }

    /// For how many seconds the state has not been compared with the store, or `None` while it is kept in step:
    /// what is read meanwhile may be old, and nothing else is wrong with it.
    #[must_use]
    pub fn stale_s(&self) -> Option<u64> {
        self.shared.health.stale_for().map(|stale| stale.as_secs())
    }

    /// Lets the writer finish what waits, then stops it. Later commands are [`Unavailable::Stopping`].
    pub fn close(&self) {
        lock(&self.shared.jobs).take();
        if let Some(thread) = lock(&self.shared.writer).take() {
            // The thread has noted its own panic.
            let _ = thread.join();
        }
    }

    /// Hands a job to the writer and waits for its answer.
    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<T>) -> Job) -> Result<T, Unavailable> {
        self.hand_over(job)?.await.map_err(|_dropped| Unavailable::Stopping)
    }

    /// The same for a thread that waits itself.
    fn ask_and_wait<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<T>) -> Job,
    ) -> Result<T, Unavailable> {
        self.hand_over(job)?.blocking_recv().map_err(|_dropped| Unavailable::Stopping)
    }

    fn hand_over<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<T>) -> Job,
    ) -> Result<oneshot::Receiver<T>, Unavailable> {
        let (reply, answer) = oneshot::channel();
        let jobs = lock(&self.shared.jobs);
        let jobs = jobs.as_ref().ok_or(Unavailable::Stopping)?;
        jobs.try_send(job(reply)).map_err(|e| match e {
            TrySendError::Full(_) => Unavailable::Busy,
            TrySendError::Disconnected(_) => Unavailable::Stopping,
        })?;
        Ok(answer)
    }

    /// Has `work` done at the store, on the writer's thread and between two of its commits. It is to be short: everybody
    /// waits meanwhile.
    async fn at_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Unavailable> {
        Ok(self.ask(at_store(work)).await??)
    }
}

/// Has the writer look around soon, where it has not been told to already. Where the queue is full it works, and
/// looks around by itself.
fn wake(jobs: &Queue, health: &Health) {
    if let Some(jobs) = lock(jobs).as_ref()
        && health.note_news()
    {
        let _ = jobs.try_send(Job::LookAround);
    }
}

/// Locks `mutex`. The data behind our locks is whole at every instant, so a poisoned lock is as good as another.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
