//! [`History`]: the incidents of a store and the signals of files, in a time.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::ensure;
use serde::Serialize;

use crate::{
    app::{App, located, of_incident, system_clock},
    cli::{StoreArgs, signal_args::SourcesArgs},
    correlation::Ground,
    import::{self, Options, Reading, Summary},
    signal::{Signal, Sources},
    time::Timestamp,
    twin::Snapshot,
};

/// Which history, and as what it is told of.
#[derive(Debug, clap::Args)]
pub(super) struct HistoryArgs {
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    pub(super) sources: SourcesArgs,
    /// Signals, as CSV, beside those of the store; may be given more than once. The incidents of the store are signals too.
    #[arg(long, env = "VIGIE_RULES_SIGNALS", value_delimiter = ',', value_name = "FILE")]
    signals: Vec<PathBuf>,
    /// Tell of what began at this instant or later; without it, from the first signal on.
    #[arg(long, env = "VIGIE_RULES_FROM", value_name = "TIME")]
    from: Option<Timestamp>,
    /// Let history end here; without it, now.
    #[arg(long, env = "VIGIE_RULES_TO", value_name = "TIME")]
    to: Option<Timestamp>,
    /// Say it as JSON.
    #[arg(long, env = "VIGIE_RULES_JSON", conflicts_with = "csv")]
    pub(super) json: bool,
    /// Write every row as CSV instead.
    #[arg(long, env = "VIGIE_RULES_CSV")]
    pub(super) csv: bool,
}

/// What was read.
pub(super) struct History {
    pub(super) snapshot: std::sync::Arc<Snapshot>,
    pub(super) ground: Ground,
    pub(super) signals: Vec<Signal>,
    pub(super) files: Vec<FileTold>,
    pub(super) window: (Timestamp, Timestamp),
}

/// What became of a file.
#[derive(Debug, Serialize)]
pub(super) struct FileTold {
    file: String,
    #[serde(flatten)]
    summary: Summary,
}

impl History {
    pub(super) fn read(args: &HistoryArgs, sources: &Sources) -> anyhow::Result<Self> {
        let app = App::open(args.store.url()?.open_existing()?, system_clock)?;
        let snapshot = app.snapshot();
        let kept = app.kept_signals();
        app.close();
        let stock = snapshot.stock();
        let mut signals = incidents(&snapshot);
        signals.extend(kept?);
        let mut files = Vec::new();
        for file in &args.signals {
            let Reading { content, summary } =
                import::signals::read(file, &Options::default(), sources)?;
            files.push(FileTold { file: file.display().to_string(), summary });
            signals.extend(content.into_iter().map(|(_, signal)| located(signal, stock)));
        }
        let to = args.to.unwrap_or_else(system_clock);
        ensure!(args.from.is_none_or(|from| from < to), "--from must be earlier than --to");
        let first = signals.iter().map(|signal| signal.at).min();
        let from = args.from.or(first).unwrap_or(to).min(to);
        let ground = Ground::new(
            stock
                .sites()
                .iter()
                .map(|site| (site.code.clone(), site.landlord.clone(), site.position)),
        );
        Ok(Self { ground, signals, files, window: (from, to), snapshot })
    }

    /// What became of each file: on standard error, beside what was asked for.
    pub(super) fn tell_files(&self) -> anyhow::Result<()> {
        let mut err = io::stderr().lock();
        for FileTold { file, summary } in &self.files {
            writeln!(err, "{file}: {summary}")?;
        }
        Ok(())
    }
}

/// The incidents of the store as signals.
fn incidents(snapshot: &Snapshot) -> Vec<Signal> {
    let parts = snapshot.incidents().parts().into_iter();
    let rows = parts.flat_map(|part| (0..part.len()).map(move |row| part.row(row)));
    rows.filter_map(|row| of_incident(snapshot, &row)).collect()
}
