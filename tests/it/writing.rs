//! The write path: group commit, failures of the store, and programs that share one.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use vigie::{
    access::AccessAnchor,
    app::{
        App, FixOutcome, NewIncident, PutPatrol, ReceiveError, Unavailable, Whereabouts,
        system_clock,
    },
    event::{Event, Seq},
    incident::{Channel, IdempotencyKey, RequestDigest, Status},
    mailing::{Mailbox, Mailing},
    patrol::{Availability, PositionFix},
    retention::{HoldId, Kept, RegisterEnds, Removed},
    signal::Signal,
    store::{
        Batch, Due, Import, KeptSignal, Log, MailChange, Receipt, Store, StoreError, Transaction,
        archive::{Counts, Piece},
        sqlite::SqliteStore,
    },
    time::{Date, Timestamp},
};

use crate::store::fixture::{self, patrol, site, stock};

/// How long a program may take to see what another one has written; it looks three times a second.
const PATIENCE: Duration = Duration::from_secs(20);

fn open(path: &Path) -> App {
    App::open(Box::new(SqliteStore::open(path).unwrap()), system_clock).unwrap()
}

fn call(on: u32, key: Option<&str>) -> NewIncident {
    NewIncident {
        kind: "OCC-HAL".parse().unwrap(),
        channel: Channel::Call,
        status: Status::Received,
        reported_at: None,
        whereabouts: Whereabouts::Site { code: site(on).code, building: None },
        key: key.map(|key| (key.parse().unwrap(), RequestDigest::of(b"the same request"))),
    }
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[actix_web::test]
async fn callers_at_the_same_time_each_get_their_own_number() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(&folder.path().join("vigie.sqlite"));
    app.import_stock(stock(1)).await.unwrap();

    let answers = join_all((0..200).map(|_| app.receive_incident(call(1, None)))).await;

    let mut seqs: Vec<u64> = answers.into_iter().map(|answer| answer.unwrap().seq.0).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (2..202).collect::<Vec<_>>());
    assert_eq!(app.snapshot().incidents().len(), 200, "a write is read by whoever wrote it");
    assert_eq!(app.snapshot().seq(), Seq(201));
    app.close();
}

#[actix_web::test]
async fn one_key_is_one_incident_however_often_and_at_once_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(&folder.path().join("vigie.sqlite"));
    app.import_stock(stock(1)).await.unwrap();

    let at_once = join_all((0..20).map(|_| app.receive_incident(call(1, Some("k"))))).await;
    let later = app.receive_incident(call(1, Some("k"))).await.unwrap();
    let mut other = call(1, Some("k"));
    other.key = other.key.map(|(key, _)| (key, RequestDigest::of(b"another request")));
    let reused = app.receive_incident(other).await;

    let firsts = at_once.iter().filter(|answer| !answer.as_ref().unwrap().repeated).count();
    assert_eq!(firsts, 1);
    assert!(at_once.iter().all(|answer| answer.as_ref().unwrap().incident == later.incident));
    assert!(later.repeated);
    assert_eq!(reused, Err(ReceiveError::KeyReused));
    assert_eq!(app.snapshot().incidents().len(), 1);
    app.close();
}

#[actix_web::test]
async fn the_position_of_a_patrol_that_goes_off_duty_in_the_same_moment_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.sqlite");
    let app = open(&path);
    let put = |availability, fix| PutPatrol { patrol: patrol(1, availability), fix, sharing: None };
    app.put_patrol(put(Availability::Available, None)).await.unwrap();

    let (moved, ended, late) = futures_util::future::join3(
        app.report_positions(vec![fixture::fix(1, 1)]),
        app.put_patrol(put(Availability::OffDuty, None)),
        app.report_positions(vec![fixture::fix(1, 2)]),
    )
    .await;

    assert_eq!(moved.unwrap(), [FixOutcome::Accepted]);
    ended.unwrap();
    assert!(matches!(late.unwrap()[0], FixOutcome::Refused(_)));
    let last_fix = |app: &App| app.snapshot().patrols().iter().next().unwrap().last_fix.clone();
    assert_eq!(last_fix(&app), None);
    app.close();
    assert_eq!(last_fix(&open(&path)), None);
}

#[actix_web::test]
async fn a_position_that_is_switched_off_in_the_same_moment_is_not_kept_and_that_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.sqlite");
    let (app, other) = (open(&path), open(&path));
    let put = |sharing| PutPatrol {
        patrol: patrol(1, Availability::Available),
        fix: Some(fixture::fix(1, 1)),
        sharing,
    };
    app.put_patrol(put(None)).await.unwrap();
    let known = |app: &App| app.snapshot().patrols().iter().next().cloned().unwrap();
    eventually("the position is seen", || {
        !other.snapshot().patrols().is_empty() && known(&other).last_fix.is_some()
    });

    let (moved, off, late) = futures_util::future::join3(
        app.report_positions(vec![fixture::fix(1, 2)]),
        app.put_patrol(put(Some(false))),
        app.report_positions(vec![fixture::fix(1, 3)]),
    )
    .await;

    assert_eq!(moved.unwrap(), [FixOutcome::Accepted]);
    off.unwrap();
    assert!(matches!(late.unwrap()[0], FixOutcome::Refused(_)));
    let since = known(&app).patrol.position_off_at;
    assert!(since.is_some() && known(&app).last_fix.is_none());
    eventually("the other one forgets it", || known(&other) == known(&app));
    // Said again, and not said: it stays as it was.
    app.put_patrol(put(Some(false))).await.unwrap();
    app.put_patrol(put(None)).await.unwrap();
    assert_eq!(known(&app).patrol.position_off_at, since);
    app.close();
    other.close();
    let again = open(&path);
    assert_eq!((known(&again).patrol.position_off_at, known(&again).last_fix), (since, None));
    again.put_patrol(put(Some(true))).await.unwrap();
    assert!(known(&again).patrol.position_off_at.is_none() && known(&again).last_fix.is_some());
    again.close();
}

#[actix_web::test]
async fn importing_the_same_stock_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(&folder.path().join("vigie.sqlite"));

    let first = app.import_stock(stock(1)).await.unwrap();
    let second = app.import_stock(stock(1)).await.unwrap();

    assert_eq!((first.seq, second.seq), (Some(Seq(1)), None));
    assert_eq!(second.tally.changed + second.tally.added, 0);
    app.close();
}

#[actix_web::test]
async fn two_programs_on_one_store_show_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.sqlite");
    let (one, two) = (open(&path), open(&path));
    let incidents = |app: &App| app.snapshot().incidents().len();

    one.import_stock(stock(1)).await.unwrap();
    eventually("the import is seen", || two.snapshot().stock().sites().len() == 1);
    for _ in 0..5 {
        let both = futures_util::future::join(
            one.receive_incident(call(1, None)),
            two.receive_incident(call(1, None)),
        );
        let (first, second) = both.await;
        assert_ne!(first.unwrap().seq, second.unwrap().seq);
    }
    let put = PutPatrol {
        patrol: patrol(1, Availability::Busy),
        fix: Some(fixture::fix(1, 1)),
        sharing: None,
    };
    two.put_patrol(put).await.unwrap();

    eventually("all is seen", || {
        one.snapshot().seq() == Seq(12) && two.snapshot().seq() == Seq(12)
    });
    assert_eq!((incidents(&one), incidents(&two)), (10, 10));
    let last_fix = |app: &App| app.snapshot().patrols().iter().next().unwrap().last_fix.clone();
    eventually("the position is seen", || last_fix(&one) == Some(fixture::fix(1, 1)));
    // Off duty and back between two looks: the old position is gone everywhere.
    for availability in [Availability::OffDuty, Availability::Available] {
        let put = PutPatrol { patrol: patrol(1, availability), fix: None, sharing: None };
        two.put_patrol(put).await.unwrap();
    }
    eventually("the position is forgotten", || last_fix(&one).is_none());
    one.close();
    two.close();
}

#[actix_web::test]
async fn closing_finishes_what_waits_and_refuses_what_comes_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.sqlite");
    let app = open(&path);
    app.import_stock(stock(1)).await.unwrap();
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let app = app.clone();
            actix_web::rt::spawn(async move { app.receive_incident(call(1, None)).await })
        })
        .collect();
    actix_web::rt::task::yield_now().await;

    app.close();

    let answers = join_all(waiting).await;
    let written = answers.iter().filter(|answer| answer.as_ref().unwrap().is_ok()).count();
    assert!(written > 0);
    assert_eq!(open(&path).snapshot().incidents().len(), written);
    let later = app.receive_incident(call(1, None)).await;
    assert_eq!(later, Err(ReceiveError::Unavailable(Unavailable::Stopping)));
}

#[actix_web::test]
async fn a_commit_that_fails_is_told_to_everybody_and_changes_nothing_until_the_store_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mood) = Moody::open(&folder.path().join("vigie.sqlite"));
    let app = App::open(Box::new(store), system_clock).unwrap();
    app.import_stock(stock(1)).await.unwrap();

    mood.store(FULL, SeqCst);
    let answers = join_all((0..30).map(|_| app.receive_incident(call(1, Some("k"))))).await;

    let full = || Err(ReceiveError::Unavailable(Unavailable::Store(StoreError::Full)));
    assert!(answers.into_iter().all(|answer| answer == full()));
    assert_eq!(app.store_fault(), Some(StoreError::Full));
    assert_eq!(app.snapshot().seq(), Seq(1));
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(app.store_fault(), Some(StoreError::Full), "that it can be read does not mend it");

    mood.store(WELL, SeqCst);
    eventually("a probe goes through", || app.store_fault().is_none());
    let received = app.receive_incident(call(1, Some("k"))).await.unwrap();
    assert_eq!((received.seq, received.repeated), (Seq(2), false));
    app.close();
}

#[actix_web::test]
async fn a_writer_that_panics_leaves_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mood) = Moody::open(&folder.path().join("vigie.sqlite"));
    let app = App::open(Box::new(store), system_clock).unwrap();
    app.import_stock(stock(1)).await.unwrap();

    mood.store(PANIC, SeqCst);
    let answers = join_all((0..30).map(|_| app.receive_incident(call(1, None)))).await;

    let stopping = Err(ReceiveError::Unavailable(Unavailable::Stopping));
    assert!(answers.iter().all(|answer| *answer == stopping));
    eventually("the fault is told", || app.store_fault().is_some());
    assert_eq!(app.receive_incident(call(1, None)).await, stopping);
    assert_eq!(app.snapshot().stock().sites().len(), 1, "reading goes on");
    app.close();
}

#[actix_web::test]
async fn a_store_that_comes_back_with_another_history_is_read_anew() {
    for others in [1, 7] {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, mood) = Moody::open(&folder.path().join("lost.sqlite"));
        let mut stand_in = SqliteStore::open(&folder.path().join("stand-in.sqlite")).unwrap();
        let facts = (0..others).map(|number| fixture::incident_fact(number, 1));
        let history = fixture::batch([fixture::stock_fact(1)].into_iter().chain(facts));
        stand_in.begin().unwrap().commit(history).unwrap();
        store.stand_in = Some(stand_in);
        let app = App::open(Box::new(store), system_clock).unwrap();
        app.import_stock(stock(1)).await.unwrap();
        for _ in 0..3 {
            app.receive_incident(call(1, None)).await.unwrap();
        }

        mood.store(AWAY, SeqCst);
        eventually("it is away", || app.stale_s().is_some());
        assert_eq!(app.snapshot().incidents().len(), 3, "reading goes on");
        mood.store(REPLACED, SeqCst);

        let seq = Seq(1 + u64::from(others));
        eventually("the other history is there", || app.snapshot().seq() == seq);
        assert_eq!(app.snapshot().incidents().len(), others as usize);
        let received = app.receive_incident(call(1, None)).await.unwrap();
        assert_eq!(received.seq, seq.next());
        app.close();
    }
}

const WELL: u8 = 0;
const FULL: u8 = 1;
const PANIC: u8 = 2;
const AWAY: u8 = 3;
const REPLACED: u8 = 4;

/// A real store whose commits fail when told to.
struct Moody {
    inner: SqliteStore,
    mood: Arc<AtomicU8>,
    /// What takes its place, once.
    stand_in: Option<SqliteStore>,
}

impl Moody {
    fn open(path: &Path) -> (Self, Arc<AtomicU8>) {
        let mood = Arc::new(AtomicU8::new(WELL));
        let inner = SqliteStore::open(path).unwrap();
        (Self { inner, mood: Arc::clone(&mood), stand_in: None }, mood)
    }
}

struct MoodyTransaction<'a> {
    inner: Box<dyn Transaction + 'a>,
    mood: u8,
}

impl Log for Moody {
    fn events_after(&mut self, seq: Seq) -> Result<Vec<Event>, StoreError> {
        self.inner.events_after(seq)
    }

    fn last_fixes(&mut self) -> Result<Vec<PositionFix>, StoreError> {
        self.inner.last_fixes()
    }

    fn receipt(&mut self, key: &IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        self.inner.receipt(key)
    }

    fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError> {
        self.inner.mailboxes()
    }

    fn mailings(&mut self, first: Date, last: Date) -> Result<Vec<Mailing>, StoreError> {
        self.inner.mailings(first, last)
    }

    fn access_anchors(&mut self) -> Result<Vec<AccessAnchor>, StoreError> {
        self.inner.access_anchors()
    }

    fn signals_after(
        &mut self,
        number: u64,
        since: Timestamp,
    ) -> Result<Vec<KeptSignal>, StoreError> {
        self.inner.signals_after(number, since)
    }

    fn register_ends(&mut self) -> Result<RegisterEnds, StoreError> {
        self.inner.register_ends()
    }
}

impl Store for Moody {
    fn replay(&mut self, each: &mut dyn FnMut(Vec<vigie::event::Fact>)) -> Result<Seq, StoreError> {
        self.inner.replay(each)
    }

    fn has_foreign_commits(&mut self) -> Result<bool, StoreError> {
        match self.mood.load(SeqCst) {
            AWAY => return Err(StoreError::Away("told to".to_owned())),
            REPLACED => self.inner = self.stand_in.take().unwrap_or_else(|| panic!("once")),
            _ => return self.inner.has_foreign_commits(),
        }
        self.mood.store(WELL, SeqCst);
        Ok(true)
    }

    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let mood = self.mood.load(SeqCst);
        Ok(Box::new(MoodyTransaction { inner: self.inner.begin()?, mood }))
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        if self.mood.load(SeqCst) == FULL { Err(StoreError::Full) } else { self.inner.probe() }
    }

    fn scrub(&mut self, removed: &[Removed]) -> Result<(), StoreError> {
        self.inner.scrub(removed)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        self.inner.counts()
    }

    fn export(
        &mut self,
        each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.inner.export(each)
    }

    fn begin_import(&mut self) -> Result<Box<dyn Import + '_>, StoreError> {
        self.inner.begin_import()
    }
}

impl Log for MoodyTransaction<'_> {
    fn events_after(&mut self, seq: Seq) -> Result<Vec<Event>, StoreError> {
        self.inner.events_after(seq)
    }

    fn last_fixes(&mut self) -> Result<Vec<PositionFix>, StoreError> {
        self.inner.last_fixes()
    }

    fn receipt(&mut self, key: &IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        self.inner.receipt(key)
    }

    fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError> {
        self.inner.mailboxes()
    }

    fn mailings(&mut self, first: Date, last: Date) -> Result<Vec<Mailing>, StoreError> {
        self.inner.mailings(first, last)
    }

    fn access_anchors(&mut self) -> Result<Vec<AccessAnchor>, StoreError> {
        self.inner.access_anchors()
    }

    fn signals_after(
        &mut self,
        number: u64,
        since: Timestamp,
    ) -> Result<Vec<KeptSignal>, StoreError> {
        self.inner.signals_after(number, since)
    }

    fn register_ends(&mut self) -> Result<RegisterEnds, StoreError> {
        self.inner.register_ends()
    }
}

impl Transaction for MoodyTransaction<'_> {
    fn head(&self) -> Seq {
        self.inner.head()
    }

    fn due(
        &mut self,
        what: Kept,
        before: Timestamp,
        holds: &[HoldId],
        at_most: u64,
    ) -> Result<Due, StoreError> {
        self.inner.due(what, before, holds, at_most)
    }

    fn commit(self: Box<Self>, batch: Batch) -> Result<Vec<Event>, StoreError> {
        match self.mood {
            FULL => Err(StoreError::Full),
            PANIC => panic!("told to"),
            _ => self.inner.commit(batch),
        }
    }

    fn commit_mail(self: Box<Self>, change: MailChange) -> Result<(), StoreError> {
        self.inner.commit_mail(change)
    }

    fn commit_signals(
        self: Box<Self>,
        received_at: Timestamp,
        signals: &[Signal],
    ) -> Result<Vec<KeptSignal>, StoreError> {
        self.inner.commit_signals(received_at, signals)
    }

    fn commit_anchor(self: Box<Self>, anchor: &AccessAnchor) -> Result<(), StoreError> {
        self.inner.commit_anchor(anchor)
    }
}
