//! [`Daily`]: jobs that run once a day at an hour of Paris, each on a thread of its own.
//!
//! Nobody keeps here which days are done: after a start every job is told the last day that is due, and its own
//! register says whether there is anything left to do. So a run that was missed is caught up, and of two servers over
//! one store the one does it that takes its key in that register first.

use std::{io, panic::AssertUnwindSafe, sync::Arc, thread::JoinHandle, time::Duration};

use super::{Clock, stop::Stop};
use crate::time::{Date, Timestamp};

/// How long a thread sleeps at most before it looks at the clock again: a clock may be set, and a machine suspended.
const LOOK_INTERVAL: Duration = Duration::from_secs(20);
/// After how long a job that has panicked is tried again.
const AFTER_PANIC: Duration = Duration::from_secs(3600);

/// A job of every day.
pub struct DailyJob {
    /// What the log calls it.
    pub name: &'static str,
    /// The hour on Paris clocks, 0 to 23; where they skip it, the one after, and where it comes twice, the first.
    pub hour: i8,
    /// Does it. It may take long, and is then to look at [`Run::is_stopping`].
    pub work: Box<dyn FnMut(&Run<'_>) -> Done + Send>,
}

/// What a job has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Nothing is left to do for this day, or nothing that would help.
    ForToday,
    /// Something failed that may go through later: the job is to be run again after so long, for the same day, unless
    /// the next day is due before.
    TryAgain(Duration),
}

/// One run of a job.
pub struct Run<'a> {
    /// The day that it is for: the last one whose hour has come.
    pub date: Date,
    /// When it was due.
    pub due_at: Timestamp,
    stop: &'a Stop,
}

impl Run<'_> {
    /// Whether the program stops: what is left is caught up after the next start.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.is_told()
    }
}

/// The last day whose hour has come at `now`, and when it came.
#[must_use]
pub fn last_due(now: Timestamp, hour: i8) -> (Date, Timestamp) {
    let today = Date::of(now);
    let at = today.at_hour(hour);
    if at <= now {
        return (today, at);
    }
    let yesterday = today.plus_days(-1);
    (yesterday, yesterday.at_hour(hour))
}

/// When that hour comes next, after `now`.
#[must_use]
pub fn next_due(now: Timestamp, hour: i8) -> Timestamp {
    let (date, _) = last_due(now, hour);
    date.plus_days(1).at_hour(hour)
}

/// The threads of jobs. They end with [`Daily::stop`].
pub struct Daily {
    stop: Arc<Stop>,
    threads: Vec<JoinHandle<()>>,
}

impl Daily {
    /// Starts `jobs`; each runs at once for the last day that is due, and then every day.
    ///
    /// # Errors
    ///
    /// When the system has no thread left; none of the jobs then goes on.
    pub fn start(jobs: Vec<DailyJob>, clock: Clock) -> io::Result<Self> {
        Self::looking(jobs, clock, LOOK_INTERVAL)
    }

    fn looking(jobs: Vec<DailyJob>, clock: Clock, every: Duration) -> io::Result<Self> {
        let mut daily = Self { stop: Arc::default(), threads: Vec::with_capacity(jobs.len()) };
        for job in jobs {
            let stop = Arc::clone(&daily.stop);
            let thread = std::thread::Builder::new().name(format!("vigie-{}", job.name));
            match thread.spawn(move || run_daily(job, clock, every, &stop)) {
                Ok(thread) => daily.threads.push(thread),
                Err(fault) => {
                    daily.stop();
                    return Err(fault);
                }
            }
        }
        Ok(daily)
    }

    /// Tells every job to stop, and waits until all have.
    pub fn stop(self) {
        self.stop.tell();
        for thread in self.threads {
            // A job's panic is caught and logged where it happens.
            let _ = thread.join();
        }
    }
}

fn run_daily(mut job: DailyJob, clock: Clock, every: Duration, stop: &Stop) {
    let mut done_for: Option<Date> = None;
    let mut again_at: Option<Timestamp> = None;
    loop {
        let now = clock();
        let (date, due_at) = last_due(now, job.hour);
        // A clock that is set back makes no day due again.
        let is_new = done_for.is_none_or(|done| done < date);
        if is_new || again_at.is_some_and(|at| at <= now) {
            done_for = done_for.max(Some(date));
            again_at = match run_once(&mut job, &Run { date, due_at, stop }) {
                Done::ForToday => None,
                Done::TryAgain(after) => Some(clock().plus_seconds(after.as_secs() as i64)),
            };
        }
        let until_again = again_at.map(|at| at.seconds_since(clock()).max(0.0));
        if stop.is_told_within(until_again.map_or(every, |s| every.min(Duration::from_secs_f64(s))))
        {
            return;
        }
    }
}

fn run_once(job: &mut DailyJob, run: &Run<'_>) -> Done {
    tracing::debug!(job.name = job.name, day = %run.date, "a daily job runs");
    std::panic::catch_unwind(AssertUnwindSafe(|| (job.work)(run))).unwrap_or_else(|_panic| {
        // Where it panicked is in the log already: see `cli::log`.
        tracing::error!(job.name = job.name, day = %run.date, "a daily job has failed; it is tried again");
        Done::TryAgain(AFTER_PANIC)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicI64, Ordering},
        mpsc,
    };

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn check(now: &str, hour: i8, last: &str, next: &str) {
        let (date, due_at) = last_due(at(now), hour);
        assert_eq!(due_at, at(last), "last before {now}");
        assert_eq!(Date::of(due_at), date, "the day of {now}");
        assert_eq!(next_due(at(now), hour), at(next), "next after {now}");
    }

    #[test]
    fn six_in_the_morning_is_six_on_paris_clocks_on_both_sides_of_summer_time() {
        check("2026-11-24T04:59:59Z", 6, "2026-11-23T05:00:00Z", "2026-11-24T05:00:00Z");
        check("2026-11-24T05:00:00Z", 6, "2026-11-24T05:00:00Z", "2026-11-25T05:00:00Z");
        // Summer time begins on 29 March 2026 and ends on 25 October.
        check("2026-03-28T12:00:00Z", 6, "2026-03-28T05:00:00Z", "2026-03-29T04:00:00Z");
        check("2026-03-29T04:00:00Z", 6, "2026-03-29T04:00:00Z", "2026-03-30T04:00:00Z");
        check("2026-10-24T12:00:00Z", 6, "2026-10-24T04:00:00Z", "2026-10-25T05:00:00Z");
    }

    #[test]
    fn an_hour_that_clocks_skip_comes_after_and_one_that_comes_twice_comes_first() {
        check("2026-03-29T00:59:59Z", 2, "2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z");
        check("2026-03-29T01:00:00Z", 2, "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
        check("2026-10-25T00:00:00Z", 2, "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z");
        check("2026-10-25T01:30:00Z", 2, "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z");
    }

    #[test]
    fn midnight_belongs_to_the_day_that_begins() {
        check("2026-11-23T22:59:59Z", 0, "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z");
        check("2026-11-23T23:00:00Z", 0, "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z");
    }

    #[test]
    fn a_year_of_days_is_due_once_each() {
        let first = at("2026-01-01T12:00:00Z");
        for hour in [0, 2, 3, 6, 23] {
            let mut due = next_due(first, hour);
            for day in 1..=365 {
                assert_eq!(last_due(due, hour).1, due);
                let next = next_due(due, hour);
                let hours = next.seconds_since(due) / 3600.0;
                assert!((23.0..=25.0).contains(&hours), "day {day} at {hour} has {hours} hours");
                due = next;
            }
        }
    }

    /// A clock of the tests, milliseconds since 1970.
    static CLOCK_MS: AtomicI64 = AtomicI64::new(0);

    fn test_clock() -> Timestamp {
        Timestamp::from_unix_ms(CLOCK_MS.load(Ordering::SeqCst)).unwrap()
    }

    fn set_clock(text: &str) {
        CLOCK_MS.store(at(text).unix_ms(), Ordering::SeqCst);
    }

    #[test]
    fn a_job_catches_up_runs_each_day_once_tries_again_and_stops() {
        let patience = Duration::from_secs(20);
        let (told, hears) = mpsc::channel();
        let (answers, answered) = mpsc::channel::<Option<Done>>();
        let work = move |run: &Run<'_>| {
            told.send(run.date.to_string()).unwrap();
            // No answer is a panic.
            answered.recv().unwrap().expect("the job is told to fail")
        };
        let job = DailyJob { name: "test", hour: 6, work: Box::new(work) };
        set_clock("2026-11-24T04:00:00Z");
        let daily = Daily::looking(vec![job], test_clock, Duration::from_millis(2)).unwrap();
        let quiet = || {
            std::thread::sleep(Duration::from_millis(60));
            hears.try_recv().is_err()
        };

        assert_eq!(hears.recv_timeout(patience).unwrap(), "2026-11-23", "caught up at the start");
        answers.send(Some(Done::TryAgain(Duration::from_secs(300)))).unwrap();
        assert!(quiet(), "not before its time");
        set_clock("2026-11-24T04:05:01Z");
        assert_eq!(hears.recv_timeout(patience).unwrap(), "2026-11-23", "tried again");
        answers.send(Some(Done::ForToday)).unwrap();
        assert!(quiet());

        set_clock("2026-11-24T05:00:00Z");
        assert_eq!(hears.recv_timeout(patience).unwrap(), "2026-11-24");
        answers.send(None).unwrap();
        set_clock("2026-11-24T04:00:00Z");
        assert!(quiet(), "a clock that is set back makes no day due again");
        // From when on the hour counts is not known: the panic may still be on its way into the log.
        let mut hours = (6..24).map(|hour| format!("2026-11-24T{hour:02}:00:01Z"));
        let again = hours.find_map(|later| {
            set_clock(&later);
            hears.recv_timeout(Duration::from_millis(300)).ok()
        });
        assert_eq!(again.as_deref(), Some("2026-11-24"), "after a panic");
        answers.send(Some(Done::ForToday)).unwrap();
        assert!(quiet());
        daily.stop();
    }
}
