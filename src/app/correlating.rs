//! [`Correlating`]: rules of correlation at work on what comes in, on a thread of their own.
//!
//! What the thread knows is made of the store alone: it begins anew after a start, a change of the stock, or when it has missed
//! news, by hearing again what may still matter, in the order and at the instants at which it was taken in. The same signals make
//! the same situations, so that what is recorded already is found again and changes nothing.

use std::{
    collections::{BTreeMap, HashSet},
    io,
    panic::AssertUnwindSafe,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::sync::broadcast::error::TryRecvError;

use super::{App, Listener, Subject, Unavailable, What, of_incident, stop::Stop};
use crate::{
    correlation::{Change, ClosedBy, Engine, Ground, RuleSet, Situation, SituationId},
    retention::Kept,
    signal::Signal,
    time::Timestamp,
    twin::{Situations, Snapshot},
};

/// How often the thread looks for what has come in.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// How often it is told that open situations were met again.
const TELL_INTERVAL: Duration = Duration::from_secs(30);
/// What opened and was over again while nobody looked is told of where that was so long ago at most, in seconds.
const TOLD_LATER_S: i64 = 3600;
/// Situations that are recorded together.
const RECORDED_AT_ONCE_MAX: usize = 500;

/// Rules at work. They end with [`Correlating::stop`].
pub struct Correlating {
    stop: Arc<Stop>,
    thread: JoinHandle<()>,
}

impl Correlating {
    /// Puts rules to work on what `app` takes in, and on what others write to its store.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub fn start(app: App, rules: RuleSet) -> io::Result<Self> {
        let stop = Arc::<Stop>::default();
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("vigie-correlation".to_owned());
        let thread = thread.spawn(move || run(&app, &rules, &told))?;
        Ok(Self { stop, thread })
    }

    /// Tells the thread to stop, and waits until it has.
    pub fn stop(self) {
        self.stop.tell();
        // Its panics are caught and logged where they happen.
        let _ = self.thread.join();
    }
}

fn run(app: &App, rules: &RuleSet, stop: &Stop) {
    let mut at_work: Option<AtWork> = None;
    while !stop.is_told_within(LOOK_INTERVAL) {
        let look = AssertUnwindSafe(|| look(app, rules, &mut at_work));
        match std::panic::catch_unwind(look) {
            Ok(Ok(())) => {}
            // The store is away, which is told elsewhere: what was found is recorded later.
            Ok(Err(_unavailable)) => {}
            Err(_panic) => {
                tracing::error!("correlation has failed; it begins anew");
                at_work = None;
            }
        }
    }
}

fn look(app: &App, rules: &RuleSet, at_work: &mut Option<AtWork>) -> Result<(), Unavailable> {
    at_work.take_if(AtWork::is_outdated);
    let work = match at_work {
        Some(work) => work,
        None => at_work.insert(AtWork::begin(app, rules)?),
    };
    // What is long over is passed by once, and not found in the way at each look.
    work.hear_kept(app, Timestamp::FIRST, Vec::new())?;
    work.settle(app.now());
    work.tell_open(&app.snapshot());
    work.record(app)
}

/// An engine, and how far it has heard.
struct AtWork {
    engine: Engine,
    news: Listener,
    /// The last signal that was heard.
    number: u64,
    /// When it was last told how often open situations were met.
    told_at: Option<Instant>,
    /// What was found and is not recorded yet.
    found: BTreeMap<SituationId, Situation>,
}

impl AtWork {
    fn begin(app: &App, rules: &RuleSet) -> Result<Self, Unavailable> {
        // Before the state is read, so that nothing falls in between; what is heard twice counts once.
        let news = app.listen();
        let (snapshot, now) = (app.snapshot(), app.now());
        let sites = snapshot.stock().sites().iter();
        let ground = Ground::new(
            sites.map(|site| (site.code.clone(), site.landlord.clone(), site.position)),
        );
        let from = whole_since(snapshot.situations(), now, rules.memory_s());
        let mut work = Self {
            engine: Engine::new(rules.clone(), ground),
            news,
            number: 0,
            told_at: None,
            found: BTreeMap::new(),
        };
        let since = from.plus_seconds(-rules.memory_s());
        work.hear_kept(app, since, incidents_since(&snapshot, since))?;
        work.settle(now);
        // What opened before is found on a part of its signals, or is none.
        work.found.retain(|_, one| one.opened_at >= from && is_news(one, &snapshot, now));
        work.close_unwatched(&snapshot, now);
        Ok(work)
    }

    /// Tells now and then how often open situations were met: what changes within a minute is not told by itself.
    fn tell_open(&mut self, snapshot: &Snapshot) {
        if self.told_at.is_some_and(|told_at| told_at.elapsed() < TELL_INTERVAL) {
            return;
        }
        self.told_at = Some(Instant::now());
        for one in self.engine.open_situations() {
            let known = snapshot.situations().get(one.id);
            if known.is_some_and(|known| known.becomes(&one)) {
                self.found.entry(one.id).or_insert(one);
            }
        }
    }

    /// Hears the signals of the store that came after the last one that was heard and were not over before `since`, and
    /// `incidents`, which are in the order of time, as they came in.
    fn hear_kept(
        &mut self,
        app: &App,
        since: Timestamp,
        incidents: Vec<Signal>,
    ) -> Result<(), Unavailable> {
        let mut incidents = incidents.into_iter().peekable();
        app.each_signal(self.number, since, |kept| {
            while let Some(incident) = incidents.next_if(|known| known.at <= kept.received_at) {
                self.hear(incident.at, &incident);
            }
            self.hear(kept.received_at, &kept.signal);
            self.number = kept.number;
        })?;
        incidents.for_each(|incident| self.hear(incident.at, &incident));
        Ok(())
    }

    /// Situations that are open in the state and that no rule finds any more are over.
    fn close_unwatched(&mut self, snapshot: &Snapshot, now: Timestamp) {
        let open: HashSet<SituationId> =
            self.engine.open_situations().into_iter().map(|one| one.id).collect();
        for known in snapshot.situations().open().filter(|known| !open.contains(&known.id)) {
            let over = || Situation { closed: Some((now, ClosedBy::Unwatched)), ..known.clone() };
            self.found.entry(known.id).or_insert_with(over);
        }
    }

    /// Whether it must begin anew. Hears the incidents of the news on the way.
    fn is_outdated(&mut self) -> bool {
        loop {
            let news = match self.news.try_recv() {
                Ok(news) => news,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return false,
                Err(TryRecvError::Lagged(_)) => return true,
            };
            let What::Events(events) = &news.what else { return true };
            for (_, subject) in events {
                match subject {
                    Subject::Stock => return true,
                    Subject::Incident(id) if news.before.incidents().get(*id).is_none() => {
                        let row = news.after.incidents().get(*id);
                        let signal = row.and_then(|row| of_incident(&news.after, &row));
                        signal.inspect(|signal| self.hear(signal.at, signal));
                    }
                    _ => {}
                }
            }
        }
    }

    fn hear(&mut self, received_at: Timestamp, signal: &Signal) {
        let mut changes = Vec::new();
        self.engine.advance_to(received_at, &mut changes);
        self.engine.offer(signal, &mut changes);
        self.note(changes);
    }

    fn settle(&mut self, now: Timestamp) {
        let mut changes = Vec::new();
        self.engine.advance_to(now, &mut changes);
        self.note(changes);
    }

    /// Of each situation, what was told last counts.
    fn note(&mut self, changes: Vec<Change>) {
        let told = changes.into_iter().map(Change::into_situation);
        self.found.extend(told.map(|situation| (situation.id, situation)));
    }

    fn record(&mut self, app: &App) -> Result<(), Unavailable> {
        while !self.found.is_empty() {
            let some: Vec<Situation> =
                self.found.values().take(RECORDED_AT_ONCE_MAX).cloned().collect();
            let ids: Vec<SituationId> = some.iter().map(|one| one.id).collect();
            app.record_situations(some)?;
            ids.iter().for_each(|id| drop(self.found.remove(id)));
        }
        Ok(())
    }
}

/// The instant from which on every situation is found whole, where signals are heard from `memory_s` before it on: no known one
/// lasts across it. What is over its term is not heard, so what opened before is not found again.
fn whole_since(situations: &Situations, now: Timestamp, memory_s: i64) -> Timestamp {
    let first = Kept::Signals.due_before(now).plus_seconds(memory_s);
    let mut since = now.plus_seconds(-memory_s);
    for known in situations.iter().rev() {
        let lasts_across = known.closed.is_none_or(|(closed_at, _)| closed_at >= since);
        if known.opened_at < since && lasts_across {
            since = known.opened_at;
        }
    }
    since.max(first)
}

/// Whether something that was found again is worth telling: it is open, or was when it was last told of, or has been over for a
/// short while only. Rules that are new do not tell of old times.
fn is_news(found: &Situation, snapshot: &Snapshot, now: Timestamp) -> bool {
    let known = snapshot.situations().get(found.id);
    let is_fresh =
        |(closed_at, _): (Timestamp, ClosedBy)| closed_at >= now.plus_seconds(-TOLD_LATER_S);
    known.is_some() || found.closed.is_none_or(is_fresh)
}

/// The incidents that were reported at `since` or later, as signals, by time.
fn incidents_since(snapshot: &Snapshot, since: Timestamp) -> Vec<Signal> {
    let mut signals: Vec<Signal> = Vec::new();
    for part in snapshot.incidents().parts() {
        let first = part.reported_at().partition_point(|at| *at < since);
        let rows = (first..part.len()).map(|row| part.row(row));
        signals.extend(rows.filter_map(|row| of_incident(snapshot, &row)));
    }
    signals.sort_by_key(|signal| signal.at);
    signals
}
