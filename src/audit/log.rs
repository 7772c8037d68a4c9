//! [`AccessLog`]: a thread that writes, and a bounded queue before it.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{ChainKey, entry::AccessEntry, journal::Journal};
use crate::{
    access::AccessAnchor,
    time::{Date, Timestamp},
};

/// Lines that may wait for the disk: some seconds of a busy server, and a megabyte or two. Beyond, requests are answered
/// all the same, and counted as missed.
pub const WAITING_LINES_MAX: usize = 8192;
/// How often the end of the chain is anchored in the store: what is cut off younger than that cannot be found.
const ANCHOR_INTERVAL: Duration = Duration::from_secs(60);
/// Pause before a line that could not be written is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Puts an anchor into the store; says whether it is there.
pub type AnchorSink = Box<dyn Fn(&AccessAnchor) -> bool + Send>;

/// The access log of one server. Cloning is free; it ends with [`AccessLog::close`].
#[derive(Clone)]
pub struct AccessLog {
    shared: Arc<Shared>,
}

struct Shared {
    home: PathBuf,
    queue: SyncSender<Message>,
    /// Requests that are in no line and that no line tells of yet.
    missed: AtomicU64,
    closing: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Entry(AccessEntry),
    Prune(Date),
    Close,
}

impl fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AccessLog").field(&self.shared.home).finish()
    }
}

impl AccessLog {
    /// Goes on with a chain in the folder `home`, of which the store knows these anchors.
    ///
    /// # Errors
    ///
    /// When the folder or its files cannot be written.
    pub fn open(
        home: &Path,
        key: ChainKey,
        anchors: &[AccessAnchor],
        now: Timestamp,
        sink: AnchorSink,
    ) -> io::Result<Self> {
        let resumed = Journal::resume(home, key, anchors, now)?;
        for complaint in &resumed.complaints {
            tracing::error!(complaint, "the access log was not as it was left");
        }
        let (queue, waiting) = sync_channel(WAITING_LINES_MAX);
        let shared = Arc::new(Shared {
            home: home.to_owned(),
            queue,
            missed: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            thread: Mutex::new(None),
        });
        let keeper = Keeper { journal: resumed.journal, sink, shared: Arc::clone(&shared) };
        let thread = std::thread::Builder::new().name("vigie-access-log".to_owned());
        let thread = thread.spawn(move || keeper.run(&waiting))?;
        *lock(&shared.thread) = Some(thread);
        Ok(Self { shared })
    }

    /// The folder that it is in.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.shared.home
    }

    /// Takes down a request. Never waits: where the queue is full the request is counted as missed, and the next line
    /// says so.
    pub fn note(&self, entry: AccessEntry) {
        if self.shared.queue.try_send(Message::Entry(entry)).is_err() {
            self.shared.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Has the files of days removed that are no longer kept.
    pub fn prune(&self, today: Date) {
        // Where the queue is full: tomorrow.
        let _ = self.shared.queue.try_send(Message::Prune(today));
    }

    /// Writes what waits, anchors the end, and stops. What comes later is in no line.
    pub fn close(&self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        if let Some(thread) = lock(&self.shared.thread).take() {
            let _ = self.shared.queue.send(Message::Close);
            let _ = thread.join();
        }
    }
}

/// The thread's own state.
struct Keeper {
    journal: Journal,
    sink: AnchorSink,
    shared: Arc<Shared>,
}

impl Keeper {
    fn run(mut self, waiting: &Receiver<Message>) {
        let mut anchored_at = Instant::now();
        loop {
            match waiting.recv_timeout(ANCHOR_INTERVAL.saturating_sub(anchored_at.elapsed())) {
                Ok(Message::Entry(entry)) => self.write(&entry),
                Ok(Message::Prune(today)) => self.prune(today),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => {
                    self.anchor();
                    return;
                }
            }
            if anchored_at.elapsed() >= ANCHOR_INTERVAL {
                self.anchor();
                anchored_at = Instant::now();
            }
        }
    }

    /// Writes a line, however long the disk takes to have room; gives up where the program stops.
    fn write(&mut self, entry: &AccessEntry) {
        let mut is_told = false;
        loop {
            let missed = self.shared.missed.load(Ordering::Relaxed);
            match self.journal.write(entry, missed) {
                Ok(ended) => {
                    self.shared.missed.fetch_sub(missed, Ordering::Relaxed);
                    if let Some(anchor) = ended {
                        self.put(&anchor);
                    }
                    return;
                }
                Err(fault) => {
                    if !is_told {
                        tracing::error!(%fault, "the access log cannot be written: requests are answered, and kept until {WAITING_LINES_MAX} wait");
                        is_told = true;
                    }
                    if self.shared.closing.load(Ordering::SeqCst) {
                        tracing::error!("a request is in no line of the access log");
                        return;
                    }
                    std::thread::sleep(RETRY_PAUSE);
                }
            }
        }
    }

    fn anchor(&mut self) {
        match self.journal.head() {
            Ok(Some(anchor)) => self.put(&anchor),
            Ok(None) => {}
            Err(fault) => tracing::error!(%fault, "the access log is not safe on the disk"),
        }
    }

    /// Where the store does not take it, the next one will do.
    fn put(&mut self, anchor: &AccessAnchor) {
        if (self.sink)(anchor) {
            self.journal.is_anchored(anchor);
        }
    }

    fn prune(&self, today: Date) {
        match self.journal.prune(today) {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "days of the access log are over and were removed"),
            Err(fault) => tracing::error!(%fault, "old days of the access log are still there"),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
