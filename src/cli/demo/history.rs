//! The history of the demo: two years of incidents on the first run, what has passed since on later ones.

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::say;
use crate::{
    app::{App, NewIncident, Whereabouts},
    demo::{self, Call, Caller},
};

/// Length of the history, days.
const HISTORY_DAYS: i64 = 731;
const DAY_S: i64 = 86_400;
/// A shorter time without incidents is not filled up, seconds.
const GAP_S_MIN: f64 = 3600.0;
/// Incidents that are handed to the writer at once: one transaction each.
const INCIDENTS_AT_ONCE: usize = 4000;

/// Records what would have been reported since the last incident, or in two years where there is none, at the
/// rate of an ordinary year. A run that was stopped half-way goes on where it stopped: history is written in
/// the order of time.
pub(super) async fn fill_up(app: &App, seed: u64) -> anyhow::Result<()> {
    let snapshot = app.snapshot();
    let now = app.now();
    let last = snapshot.incidents().span().map(|(_, last)| last);
    let from = last.unwrap_or_else(|| now.plus_seconds(-HISTORY_DAYS * DAY_S));
    if now.seconds_since(from) < GAP_S_MIN {
        return Ok(());
    }
    let grounds = demo::grounds(snapshot.stock());
    let calls = Caller::new(seed, &grounds).history(from, now);
    if last.is_some() {
        let hours = now.seconds_since(from) / 3600.0;
        say(format_args!(
            "the last incident is {hours:.1} hours old: {} simulated incidents bring the history up to now",
            calls.len()
        ));
    } else {
        say(format_args!("{} simulated incidents in the two years before now", calls.len()));
    }
    let bar = ProgressBar::new(calls.len() as u64);
    let style = ProgressStyle::with_template("incidents {wide_bar} {percent}% {elapsed}");
    bar.set_style(style.context("the template of the progress bar")?);
    let mut calls = calls.into_iter().peekable();
    while calls.peek().is_some() {
        let batch: Vec<NewIncident> =
            calls.by_ref().take(INCIDENTS_AT_ONCE).map(reported).collect();
        let count = batch.len() as u64;
        for answer in app.receive_incidents(batch).await? {
            answer.context("an incident of the history is not accepted")?;
        }
        bar.inc(count);
    }
    bar.finish_and_clear();
    Ok(())
}

/// A call as the app takes it down.
pub(super) fn reported(call: Call) -> NewIncident {
    NewIncident {
        kind: call.kind,
        channel: call.channel,
        status: call.status,
        reported_at: Some(call.reported_at),
        whereabouts: Whereabouts::Site { code: call.site, building: call.building },
        key: None,
    }
}
