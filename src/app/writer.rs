//! The writer: one thread that owns the store, gathers what waits into one commit, and publishes the twin.
//!
//! Group commit: while one fsync runs, commands gather; the next commit takes them all. So the cost of
//! durability is shared, and the order of events is the order of commits.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use super::{
    Clock, Unavailable, alerts,
    doubts::Doubts,
    group::Group,
    health::Health,
    job::{Job, Reply, answer},
    news::{NewsDesk, Subject, What},
    purging::{self, Occasion, PurgeError, Upkeep},
    road_builder::RoadBuilder,
};
use crate::{
    event::{Event, Fact, Seq},
    incident::{IdempotencyKey, Nomenclature},
    patrol::PositionFix,
    retention::Purge,
    signal::{Signal, SignalId},
    store::{Batch, Log, NewFact, Receipt, Store, StoreError, Transaction},
    time::Timestamp,
    twin::{Snapshot, SnapshotBuilder},
    vigil::Watch,
};

/// Incidents, positions and other things in one commit: enough to share an fsync, few enough that nobody
/// waits long behind others.
const GROUP_WEIGHT_MAX: usize = 4096;
/// How often the writer looks whether another program has written to the store.
const FOLLOW_INTERVAL: Duration = Duration::from_millis(300);

/// How often the writer looks whether somebody is to be alarmed. The look takes microseconds, and writes nothing
/// where all is well.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// The thread's own state.
pub(super) struct Writer {
    store: Box<dyn Store>,
    desk: Arc<NewsDesk>,
    clock: Clock,
    health: Arc<Health>,
    nomenclature: Arc<Nomenclature>,
    /// Whether another program has written what the twin does not hold yet.
    behind: bool,
    /// Whether the store was away, so that another one may have taken its place.
    shaken: bool,
    /// The last event that came by, and when it was recorded.
    last: Option<(Seq, Timestamp)>,
    /// Since when crews can be heard.
    listening_since: Timestamp,
    /// Whether this program is to purge what is over its term.
    purges: Arc<AtomicBool>,
    /// Positions that seemed too far to be true.
    doubts: Doubts,
}

impl Writer {
    pub(super) fn new(
        store: Box<dyn Store>,
        desk: Arc<NewsDesk>,
        clock: Clock,
        health: Arc<Health>,
        nomenclature: Arc<Nomenclature>,
        purges: Arc<AtomicBool>,
    ) -> Self {
        let listening_since = clock();
        Self {
            store,
            desk,
            clock,
            health,
            nomenclature,
            behind: false,
            shaken: false,
            last: None,
            listening_since,
            purges,
            doubts: Doubts::default(),
        }
    }

    /// Works until every sender is gone and the queue is empty.
    pub(super) fn run(mut self, queue: &Receiver<Job>, roads: &RoadBuilder) {
        let mut looked_at = Instant::now();
        let mut watched_at = looked_at;
        loop {
            match queue.recv_timeout(FOLLOW_INTERVAL) {
                Ok(first) => {
                    let jobs = gathered(first, queue);
                    let woken = jobs.iter().any(|job| matches!(job, Job::LookAround));
                    self.work_off(jobs);
                    if woken {
                        self.look_around();
                        looked_at = Instant::now();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if looked_at.elapsed() >= FOLLOW_INTERVAL {
                self.look_around();
                looked_at = Instant::now();
            }
            roads.look(self.desk.snapshot().roads());
            if watched_at.elapsed() >= WATCH_INTERVAL {
                self.keep_watch();
                watched_at = Instant::now();
            }
        }
    }

    /// Raises the alerts that are due. What is found is decided again inside the write, against the last state: of
    /// two servers over one store one raises it. While the store is away nothing is known, and nothing raised.
    fn keep_watch(&mut self) {
        let now = (self.clock)();
        if self.health.fault().is_some() {
            self.listening_since = now;
            return;
        }
        let listening_since = self.listening_since;
        let purges = self.purges.load(Ordering::Relaxed);
        let due = alerts::watched(Watch {
            snapshot: &self.desk.snapshot(),
            nomenclature: &self.nomenclature,
            now,
            listening_since,
            purges,
        });
        if !due.is_empty() {
            self.write(vec![Job::Watch { listening_since, purges }]);
        }
    }

    /// Writes the jobs in their order. An import of stock is a commit of its own: it takes longer than
    /// all others together, and is settled against the stock that they left.
    fn work_off(&mut self, jobs: Vec<Job>) {
        let (mut together, mut heard) = (Vec::new(), Vec::new());
        for job in jobs {
            match job {
                Job::Stock(..) => {
                    self.write(std::mem::take(&mut together));
                    self.write(vec![job]);
                }
                Job::AtStore(work) => {
                    self.write(std::mem::take(&mut together));
                    work(Ok(&mut *self.store));
                }
                Job::Upkeep(upkeep) => {
                    self.write(std::mem::take(&mut together));
                    self.keep_up(upkeep);
                }
                Job::Signals(signals, reply) => heard.push((signals, reply)),
                Job::LookAround => {}
                _ => together.push(job),
            }
        }
        self.write(together);
        if !heard.is_empty() {
            self.keep_signals(heard);
        }
    }

    /// Makes signals durable, all in one write, and tells each that sent some how many of them are new.
    fn keep_signals(&mut self, asked: Vec<(Vec<Signal>, Reply<usize, Unavailable>)>) {
        let all: Vec<Signal> =
            asked.iter().flat_map(|(signals, _)| signals.iter().cloned()).collect();
        let recorded_at = (self.clock)();
        let steady = if self.shaken { self.follow() } else { Ok(()) };
        let kept = steady
            .and_then(|()| begin(&mut *self.store, &self.desk, &mut self.last))
            .and_then(|transaction| transaction.commit_signals(recorded_at, &all));
        self.health.note_writing(&kept);
        self.shaken |= kept.is_err();
        let mut new: HashSet<SignalId> = kept.iter().flatten().map(|kept| kept.signal.id).collect();
        for (signals, reply) in asked {
            let count = signals.iter().filter(|signal| new.remove(&signal.id)).count();
            answer(reply, kept.as_ref().map(|_| count).map_err(|fault| fault.clone().into()));
        }
    }

    /// Decides what `jobs` do, makes it durable, publishes it and answers.
    fn write(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let keys: Vec<IdempotencyKey> = jobs.iter().flat_map(Job::keys).collect();
        let steady = if self.shaken { self.follow() } else { Ok(()) };
        let begun = steady
            .and_then(|()| begin(&mut *self.store, &self.desk, &mut self.last))
            .and_then(|mut begun| {
                if jobs.iter().any(|job| matches!(job, Job::Stock(..))) {
                    begun.take_time()?;
                }
                Ok(begun)
            })
            .and_then(|mut begun| Ok((answered(&mut *begun, &keys)?, begun)));
        let (receipts, transaction) = match begun {
            Ok(begun) => begun,
            Err(fault) => {
                self.shaken = true;
                self.health.note_writing::<()>(&Err(fault.clone()));
                jobs.into_iter().for_each(|job| job.refuse(&fault));
                return;
            }
        };
        let nomenclature = Arc::clone(&self.nomenclature);
        let doubts = std::mem::take(&mut self.doubts);
        let state = self.desk.snapshot();
        let mut group = Group::new(&state, nomenclature, receipts, doubts, (self.clock)());
        for job in jobs {
            group.plan(job);
        }
        let (batch, pending, doubts) = group.into_parts();
        self.doubts = doubts;
        let fixes = batch.fixes.clone();
        let committed = if batch.is_empty() {
            drop(transaction);
            Ok(Vec::new())
        } else {
            let committed = transaction.commit(batch);
            self.health.note_writing(&committed);
            // A commit whose answer was lost may be there.
            self.behind |= committed.is_err();
            self.shaken |= committed.is_err();
            committed
        };
        if let Ok(events) = &committed {
            self.last = events.last().map(|event| (event.seq, event.recorded_at)).or(self.last);
            publish(&self.desk, events, fixes);
        }
        for waiting in pending {
            waiting.answer(&committed);
        }
    }

    /// Whoever asked may have gone away, and then nobody misses the answer.
    fn keep_up(&mut self, upkeep: Upkeep) {
        match upkeep {
            Upkeep::Purge { occasion, after, reply } => {
                let _ = reply.send(self.purge(occasion, after));
            }
            Upkeep::Due(reply) => {
                let now = (self.clock)();
                let begun = begin(&mut *self.store, &self.desk, &mut self.last);
                let due = begun.map_err(PurgeError::from).and_then(|mut transaction| {
                    purging::due(&mut *transaction, &self.desk.snapshot(), now)
                });
                let _ = reply.send(due);
            }
            Upkeep::Scrub(removed, reply) => {
                let _ = reply.send(self.store.scrub(&removed).map_err(PurgeError::from));
            }
        }
    }

    /// Removes some of what is due, in one write.
    fn purge(
        &mut self,
        occasion: Occasion,
        after: Option<u64>,
    ) -> Result<Option<Purge>, PurgeError> {
        if self.shaken {
            self.follow()?;
        }
        let recorded_at = (self.clock)();
        let mut transaction = begin(&mut *self.store, &self.desk, &mut self.last)?;
        let state = self.desk.snapshot();
        let Some(purge) = purging::next(&mut *transaction, &state, (occasion, after), recorded_at)?
        else {
            return Ok(None);
        };
        let fact = NewFact { fact: Fact::Purged(purge.clone()), author: None, key: None };
        let committed =
            transaction.commit(Batch { recorded_at, facts: vec![fact], fixes: Vec::new() });
        self.health.note_writing(&committed);
        self.behind |= committed.is_err();
        self.shaken |= committed.is_err();
        let events = committed?;
        self.last = events.last().map(|event| (event.seq, event.recorded_at)).or(self.last);
        publish(&self.desk, &events, Vec::new());
        Ok(Some(purge))
    }

    /// Follows other programs, and finds out whether a store that did not take a write takes one now.
    fn look_around(&mut self) {
        self.health.note_look();
        let followed = self.follow();
        self.shaken |= followed.is_err();
        self.health.note_reading(&followed);
        if self.health.cannot_write() {
            self.health.note_writing(&self.store.probe());
        }
    }

    /// Takes in what another program has written to the same store.
    fn follow(&mut self) -> Result<(), StoreError> {
        self.behind |= self.store.has_foreign_commits()?;
        if self.shaken {
            if !is_continued(&mut *self.store, &self.desk, self.last)? {
                self.desk.publish(state_of(&mut *self.store)?, What::Anew);
                (self.last, self.behind) = (None, false);
            }
            self.shaken = false;
        }
        if self.behind {
            catch_up(&mut *self.store, &self.desk, &mut self.last)?;
            self.behind = false;
        }
        Ok(())
    }
}

/// `first` and what waits behind it, up to the size of a group.
fn gathered(first: Job, queue: &Receiver<Job>) -> Vec<Job> {
    let mut weight = first.weight();
    let mut jobs = vec![first];
    while weight < GROUP_WEIGHT_MAX
        && let Ok(next) = queue.try_recv()
    {
        weight += next.weight();
        jobs.push(next);
    }
    jobs
}

/// Begins a write, with the twin brought up to the last event: whatever is decided inside is decided
/// against the state that it will change.
fn begin<'a>(
    store: &'a mut dyn Store,
    desk: &NewsDesk,
    last: &mut Option<(Seq, Timestamp)>,
) -> Result<Box<dyn Transaction + 'a>, StoreError> {
    let mut transaction = store.begin()?;
    let (head, seen) = (transaction.head(), desk.snapshot().seq());
    if head < seen {
        // Looked into as soon as nobody waits: see `is_continued`.
        return Err(StoreError::Away(format!(
            "its last event is {head}, but {seen} has been there"
        )));
    }
    if head > seen {
        catch_up(&mut *transaction, desk, last)?;
    }
    Ok(transaction)
}

/// What earlier commits answered under these keys.
fn answered(
    log: &mut dyn Log,
    keys: &[IdempotencyKey],
) -> Result<HashMap<IdempotencyKey, Receipt>, StoreError> {
    let receipts = keys.iter().copied().zip(log.receipts(keys)?);
    Ok(receipts.filter_map(|(key, receipt)| Some((key, receipt?))).collect())
}

/// Whether the store still is the one that the state came from. A standby that has taken the place of a lost
/// primary, or a backup, may lack events that were seen, and have others under their numbers.
fn is_continued(
    store: &mut dyn Store,
    desk: &NewsDesk,
    last: Option<(Seq, Timestamp)>,
) -> Result<bool, StoreError> {
    if let Some((seq, recorded_at)) = last
        && let Some(before) = seq.0.checked_sub(1)
    {
        let there = store.events_after(Seq(before))?;
        return Ok(there.first().is_some_and(|event| event.recorded_at == recorded_at));
    }
    // Nothing came by since the start, or it is a replica that cannot be written: then the number decides.
    match store.begin() {
        Ok(transaction) => Ok(transaction.head() >= desk.snapshot().seq()),
        Err(_) => Ok(true),
    }
}

/// The state that the store holds, read from its beginning.
pub(super) fn state_of(store: &mut dyn Store) -> Result<Snapshot, StoreError> {
    let mut state = SnapshotBuilder::default();
    let seq = store.replay(&mut |facts| state.add(facts))?;
    Ok(state.finish(seq, store.last_fixes()?))
}

/// Takes in the events that the twin does not hold yet, and where patrols are now.
fn catch_up(
    log: &mut dyn Log,
    desk: &NewsDesk,
    seen: &mut Option<(Seq, Timestamp)>,
) -> Result<(), StoreError> {
    let mut state = (*desk.snapshot()).clone();
    let mut told = Vec::new();
    loop {
        let events = log.events_after(state.seq())?;
        let Some((last, recorded_at)) = events.last().map(|e| (e.seq, e.recorded_at)) else {
            break;
        };
        *seen = Some((last, recorded_at));
        told.extend(events.iter().map(Subject::of));
        state.apply(events.into_iter().map(|event| event.fact), last);
    }
    // Positions have no number. A patrol that was off duty for a moment has lost the one that we know.
    state.replace_fixes(log.last_fixes()?);
    desk.publish(state, What::Events(told));
    Ok(())
}

fn publish(desk: &NewsDesk, events: &[Event], fixes: Vec<PositionFix>) {
    if events.is_empty() && fixes.is_empty() {
        return;
    }
    let mut state = (*desk.snapshot()).clone();
    if let Some(last) = events.last() {
        let facts: Vec<Fact> = events.iter().map(|event| event.fact.clone()).collect();
        state.apply(facts, last.seq);
    }
    for fix in fixes {
        state.place(fix);
    }
    desk.publish(state, What::Events(events.iter().map(Subject::of).collect()));
}
