//! The writer: one thread that owns the store, gathers what waits into one commit, and publishes the twin.
//!
//! Group commit: while one fsync runs, commands gather; the next commit takes them all. So the cost of
//! durability is shared, and the order of events is the order of commits.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use tokio::sync::oneshot;

use super::{
    Clock, FixOutcome, ImportOutcome, PutPatrol, PutPatrolError, ReceiveError, Received,
    Unavailable, incidents::Admitted, lock, stock,
};
use crate::{
    event::{Event, Fact, Seq},
    incident::{IdempotencyKey, RequestDigest},
    patrol::{Availability, FixRefusal, FixVerdict, PositionFix, judge_fix},
    stock::StockChange,
    store::{Batch, NewFact, Store, StoreError},
    time::Timestamp,
    twin::{Snapshot, Twin},
};

/// Commands in one commit: enough to share an fsync, few enough that nobody waits long behind others.
const GROUP_JOBS_MAX: usize = 1024;
/// How often an idle writer looks whether another program has written to the store.
const FOLLOW_INTERVAL: Duration = Duration::from_millis(300);

/// A command, and where its answer goes.
pub(super) enum Job {
    Receive(
        Vec<Result<Admitted, ReceiveError>>,
        Reply<Vec<Result<Received, ReceiveError>>, Unavailable>,
    ),
    Patrol(PutPatrol, Reply<(), PutPatrolError>),
    Positions(Vec<PositionFix>, Reply<Vec<FixOutcome>, Unavailable>),
    Stock(StockChange, Reply<ImportOutcome, Unavailable>),
}

type Reply<T, E> = oneshot::Sender<Result<T, E>>;

/// What the last call of the store said.
#[derive(Default)]
pub(super) struct Health(Mutex<Option<StoreError>>);

impl Health {
    pub(super) fn fault(&self) -> Option<StoreError> {
        lock(&self.0).clone()
    }

    fn set(&self, fault: Option<StoreError>) {
        *lock(&self.0) = fault;
    }
}

/// An answer that waits for the commit.
enum Pending {
    Receive(Vec<Planned>, Reply<Vec<Result<Received, ReceiveError>>, Unavailable>),
    Patrol(Reply<(), PutPatrolError>),
    Positions(Vec<FixOutcome>, Reply<Vec<FixOutcome>, Unavailable>),
    Stock(ImportOutcome, Reply<ImportOutcome, Unavailable>),
}

/// What is to become of one incident of a job.
enum Planned {
    /// Known before the commit.
    Settled(Result<Received, ReceiveError>),
    /// The fact at this place of the batch.
    Fact { at: usize, repeated: bool },
}

/// One commit in the making: decisions are taken against `state`, which runs ahead of the store.
struct Group {
    state: Snapshot,
    batch: Batch,
    keys: HashMap<IdempotencyKey, (RequestDigest, usize)>,
    pending: Vec<Pending>,
}

/// The thread's own state.
pub(super) struct Writer {
    store: Box<dyn Store>,
    twin: Arc<Twin>,
    clock: Clock,
    health: Arc<Health>,
}

impl Writer {
    pub(super) fn new(
        store: Box<dyn Store>,
        twin: Arc<Twin>,
        clock: Clock,
        health: Arc<Health>,
    ) -> Self {
        Self { store, twin, clock, health }
    }

    /// Works until every sender is gone and the queue is empty.
    pub(super) fn run(mut self, queue: &Receiver<Job>) {
        loop {
            match queue.recv_timeout(FOLLOW_INTERVAL) {
                Ok(first) => {
                    let more = queue.try_iter().take(GROUP_JOBS_MAX - 1);
                    self.work_off(std::iter::once(first).chain(more).collect());
                }
                Err(RecvTimeoutError::Timeout) => {
                    let followed = self.follow();
                    self.note(&followed);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Commits the jobs in their order; an import of stock has a commit of its own.
    fn work_off(&mut self, jobs: Vec<Job>) {
        if let Err(fault) = self.follow() {
            self.note::<()>(&Err(fault.clone()));
            jobs.into_iter().for_each(|job| job.refuse(&fault));
            return;
        }
        let mut group = self.new_group();
        for job in jobs {
            let alone = matches!(job, Job::Stock(..));
            if alone {
                group = self.finish(group);
            }
            self.plan(&mut group, job);
            if alone {
                group = self.finish(group);
            }
        }
        self.finish(group);
    }

    fn new_group(&self) -> Group {
        let recorded_at: Timestamp = (self.clock)();
        Group {
            state: (*self.twin.snapshot()).clone(),
            batch: Batch { recorded_at, facts: Vec::new(), fixes: Vec::new() },
            keys: HashMap::new(),
            pending: Vec::new(),
        }
    }

    /// Takes in what another program has written to the same store.
    fn follow(&mut self) -> Result<(), StoreError> {
        if self.store.has_foreign_commits()? {
            self.catch_up()?;
        }
        Ok(())
    }

    fn catch_up(&mut self) -> Result<(), StoreError> {
        let mut state = (*self.twin.snapshot()).clone();
        let events = self.store.events_after(state.seq())?;
        if let Some(last) = events.last().map(|event| event.seq) {
            state.apply(events.into_iter().map(|event| event.fact), last);
            self.twin.publish(state);
        }
        Ok(())
    }

    fn note<T>(&self, result: &Result<T, StoreError>) {
        self.health.set(result.as_ref().err().cloned());
    }

    /// Decides what `job` does and adds it to the group.
    fn plan(&mut self, group: &mut Group, job: Job) {
        let pending = match job {
            Job::Receive(admitted, reply) => {
                let planned =
                    admitted.into_iter().map(|one| self.plan_incident(group, one)).collect();
                Pending::Receive(planned, reply)
            }
            Job::Patrol(put, reply) => match plan_patrol(group, put) {
                Ok(()) => Pending::Patrol(reply),
                Err(refusal) => return answer(reply, Err(refusal.into())),
            },
            Job::Positions(fixes, reply) => {
                let outcomes = fixes.into_iter().map(|fix| plan_fix(group, fix)).collect();
                Pending::Positions(outcomes, reply)
            }
            Job::Stock(change, reply) => {
                let (settled, outcome) = stock::settle(&group.state, change);
                if !settled.is_empty() {
                    group
                        .batch
                        .facts
                        .push(NewFact { fact: Fact::StockChanged(settled), key: None });
                }
                Pending::Stock(outcome, reply)
            }
        };
        group.pending.push(pending);
    }

    fn plan_incident(
        &mut self,
        group: &mut Group,
        admitted: Result<Admitted, ReceiveError>,
    ) -> Planned {
        let Admitted { incident, key } = match admitted {
            Ok(admitted) => admitted,
            Err(refused) => return Planned::Settled(Err(refused)),
        };
        if let Some((key, digest)) = key {
            if let Some((known, at)) = group.keys.get(&key) {
                return if *known == digest {
                    Planned::Fact { at: *at, repeated: true }
                } else {
                    Planned::Settled(Err(ReceiveError::KeyReused))
                };
            }
            match self.store.receipt(&key) {
                Err(fault) => return Planned::Settled(Err(Unavailable::from(fault).into())),
                Ok(Some(receipt)) if receipt.digest == digest => {
                    let (incident, seq) = (receipt.incident, receipt.seq);
                    return Planned::Settled(Ok(Received { incident, seq, repeated: true }));
                }
                Ok(Some(_)) => return Planned::Settled(Err(ReceiveError::KeyReused)),
                Ok(None) => {}
            }
            group.keys.insert(key, (digest, group.batch.facts.len()));
        }
        group.batch.facts.push(NewFact { fact: Fact::IncidentRecorded(incident), key });
        Planned::Fact { at: group.batch.facts.len() - 1, repeated: false }
    }

    /// Makes the group durable, publishes it, answers, and opens the next group.
    fn finish(&mut self, group: Group) -> Group {
        let Group { batch, pending, .. } = group;
        let fixes = batch.fixes.clone();
        let nothing = batch.facts.is_empty() && fixes.is_empty();
        let committed = if nothing { Ok(Vec::new()) } else { self.commit(batch) };
        if !nothing {
            self.note(&committed);
        }
        if let Ok(events) = &committed {
            self.publish(events, fixes);
        }
        for waiting in pending {
            waiting.answer(&committed);
        }
        self.new_group()
    }

    fn commit(&mut self, batch: Batch) -> Result<Vec<Event>, StoreError> {
        let events = self.store.commit(batch)?;
        let expected = self.twin.snapshot().seq().next();
        if events.first().is_some_and(|first| first.seq != expected) {
            // Another program came in between: its events come first, ours are among those read back.
            self.catch_up()?;
        }
        Ok(events)
    }

    fn publish(&self, events: &[Event], fixes: Vec<PositionFix>) {
        let mut state = (*self.twin.snapshot()).clone();
        let unseen: Vec<Fact> = events
            .iter()
            .filter(|event| event.seq > state.seq())
            .map(|event| event.fact.clone())
            .collect();
        let seq = events.last().map_or(state.seq(), |event| event.seq).max(state.seq());
        state.apply(unseen, seq);
        for fix in fixes {
            state.place(fix);
        }
        self.twin.publish(state);
    }
}

fn plan_patrol(group: &mut Group, put: PutPatrol) -> Result<(), FixRefusal> {
    let PutPatrol { patrol, fix } = put;
    let fix = fix.filter(|_| patrol.availability != Availability::OffDuty);
    let last = group.state.patrols().get(&patrol.id).and_then(|known| known.last_fix.as_ref());
    let accepted = match fix.as_ref().map(|fix| judge_fix(last, fix, group.batch.recorded_at)) {
        Some(FixVerdict::Refused(refusal)) => return Err(refusal),
        Some(FixVerdict::Accepted) => fix,
        Some(FixVerdict::Ignored) | None => None,
    };
    let fact = Fact::PatrolRecorded(patrol);
    let seq = group.state.seq();
    group.state.apply([fact.clone()], seq);
    group.batch.facts.push(NewFact { fact, key: None });
    if let Some(fix) = accepted {
        group.state.place(fix.clone());
        group.batch.fixes.push(fix);
    }
    Ok(())
}

fn plan_fix(group: &mut Group, fix: PositionFix) -> FixOutcome {
    let verdict = match group.state.patrols().get(&fix.patrol) {
        None => FixVerdict::Refused(FixRefusal::UnknownPatrol(fix.patrol.clone())),
        Some(known) if known.patrol.availability == Availability::OffDuty => {
            FixVerdict::Refused(FixRefusal::OffDuty(fix.patrol.clone()))
        }
        Some(known) => judge_fix(known.last_fix.as_ref(), &fix, group.batch.recorded_at),
    };
    if verdict == FixVerdict::Accepted {
        group.state.place(fix.clone());
        group.batch.fixes.push(fix);
    }
    verdict
}

impl Job {
    /// Answers that nothing was done.
    fn refuse(self, fault: &StoreError) {
        let unavailable = Unavailable::from(fault.clone());
        match self {
            Self::Receive(_, reply) => answer(reply, Err(unavailable)),
            Self::Patrol(_, reply) => answer(reply, Err(unavailable.into())),
            Self::Positions(_, reply) => answer(reply, Err(unavailable)),
            Self::Stock(_, reply) => answer(reply, Err(unavailable)),
        }
    }
}

impl Pending {
    /// Answers with what the commit said.
    fn answer(self, committed: &Result<Vec<Event>, StoreError>) {
        let unavailable = |fault: &StoreError| Unavailable::from(fault.clone());
        match self {
            Self::Receive(planned, reply) => answer(
                reply,
                match committed {
                    Ok(events) => Ok(planned.into_iter().map(|one| one.received(events)).collect()),
                    Err(fault) => Err(unavailable(fault)),
                },
            ),
            Self::Patrol(reply) => {
                answer(
                    reply,
                    committed.as_ref().map(|_| ()).map_err(|fault| unavailable(fault).into()),
                );
            }
            Self::Positions(outcomes, reply) => {
                answer(reply, committed.as_ref().map(|_| outcomes).map_err(unavailable));
            }
            Self::Stock(outcome, reply) => answer(
                reply,
                committed
                    .as_ref()
                    .map(|events| ImportOutcome { seq: events.last().map(last_seq), ..outcome })
                    .map_err(unavailable),
            ),
        }
    }
}

fn last_seq(event: &Event) -> Seq {
    event.seq
}

impl Planned {
    fn received(self, events: &[Event]) -> Result<Received, ReceiveError> {
        match self {
            Self::Settled(result) => result,
            Self::Fact { at, repeated } => {
                match events.get(at).map(|event| (&event.fact, event.seq)) {
                    Some((Fact::IncidentRecorded(incident), seq)) => {
                        Ok(Received { incident: incident.clone(), seq, repeated })
                    }
                    // The store numbers the facts in their order: see `Store::commit`.
                    _ => unreachable!("the store answers one event for each fact"),
                }
            }
        }
    }
}

/// Sends an answer; whoever asked may have gone away, and then nobody misses it.
fn answer<T, E>(reply: Reply<T, E>, result: Result<T, E>) {
    let _ = reply.send(result);
}
