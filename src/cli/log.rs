//! Log lines: to standard error, as text or JSON, without any value that came from a client.

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Starts writing the lines that `filter` lets through.
///
/// # Errors
///
/// When `filter` is not understood.
pub fn start(format: LogFormat, filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(directives(filter)).context("--log is not understood")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false);
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).init(),
    }
    log_panics();
    Ok(())
}

/// `filter`, and silence of the part that calls a request which is no HTTP an error, unless `filter` speaks of it: what
/// strangers send is no fault of ours, and a scanner would fill the log.
fn directives(filter: &str) -> String {
    const PROTOCOL: &str = "actix_http";
    if filter.contains(PROTOCOL) { filter.to_owned() } else { format!("{filter},{PROTOCOL}=off") }
}

/// A panic goes to the log by its place alone: its message may quote what a client sent.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // A message without any value in it is text of the program itself.
        let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("…");
        tracing::error!(panic.place = place, panic.message = message, "panic");
    }));
}
