//! `vigie rules associate`: which incidents go with which signals.

use std::io::{self, Write as _};

use serde::Serialize;

use super::history::{History, HistoryArgs};
use crate::{
    cli::{of_list, tell_json},
    closed_list::ClosedList as _,
    correlation::{
        Association, FALSE_DISCOVERIES_MAX, Finding, KindPattern, Selector, Unit, associate,
    },
    signal::{INCIDENT_SOURCE, Signal, Sources},
    time::Timestamp,
};

/// A kind that says only that a device is there: nobody asks what goes with it.
const ALIVE: &str = "alive";

/// The options of `vigie rules associate`.
#[derive(Debug, clap::Args)]
pub(super) struct AssociateArgs {
    #[command(flatten)]
    history: HistoryArgs,
    /// Signals to hold incidents against, such as `noise.level >= 85`; may be given more than once. Without it, every kind
    /// in the files that carries no value, but signs of life.
    #[arg(long, env = "VIGIE_RULES_WITH", value_delimiter = ',', value_name = "SELECTOR")]
    with: Vec<Selector>,
    /// hour or day.
    #[arg(long, env = "VIGIE_RULES_UNIT", default_value = "day", value_parser = of_list::<Unit>, value_name = "UNIT")]
    unit: Unit,
}

/// A pair as JSON and as a row.
#[derive(Debug, Serialize)]
struct Pair<'a> {
    with: String,
    family: &'a str,
    finding: &'static str,
    units_with: usize,
    incidents_with: u64,
    expected_with: f64,
    incidents_without: u64,
    expected_without: f64,
    ratio: Option<f64>,
    lower: Option<f64>,
    /// None where nothing bounds it.
    upper: Option<f64>,
    p: Option<f64>,
    p_adjusted: Option<f64>,
}

pub(super) fn run(args: &AssociateArgs) -> anyhow::Result<()> {
    let sources = args.history.sources.read()?;
    let history = History::read(&args.history, &sources)?;
    let with = match args.with.is_empty() {
        true => without_values(&history.signals, &sources),
        false => args.with.clone(),
    };
    let found = associate(&history.signals, &with, &history.ground, args.unit, history.window)?;
    if !args.history.json {
        history.tell_files()?;
    }
    match (args.history.csv, args.history.json) {
        (true, _) => {
            let mut rows = csv::Writer::from_writer(io::stdout().lock());
            found.iter().try_for_each(|one| rows.serialize(Pair::of(one)))?;
            Ok(rows.flush()?)
        }
        (_, true) => tell_json(&found.iter().map(Pair::of).collect::<Vec<_>>()),
        _ => tell(&found, args.unit, history.window),
    }
}

/// Each kind that is among the signals, carries no value and says more than that a device is there.
fn without_values(signals: &[Signal], sources: &Sources) -> Vec<Selector> {
    let mut selectors: Vec<Selector> = Vec::new();
    for Signal { source, kind, .. } in signals {
        let is_asked = source.as_str() != INCIDENT_SOURCE
            && kind.as_str() != ALIVE
            && sources.kind(source, kind).is_some_and(|schema| schema.value.is_none());
        if is_asked && !selectors.iter().any(|known| known.takes(source, kind)) {
            let (source, kind) = (source.clone(), KindPattern::Exactly(kind.clone()));
            selectors.push(Selector { source, kind, value: None });
        }
    }
    selectors.sort_by_key(ToString::to_string);
    selectors
}

impl<'a> Pair<'a> {
    fn of(found: &'a Association) -> Self {
        let interval = found.ratio.map(|ratio| ratio.interval);
        Self {
            with: found.with.to_string(),
            family: &found.family,
            finding: found.finding().as_str(),
            units_with: found.units_with,
            incidents_with: found.inside.events,
            expected_with: found.inside.exposure,
            incidents_without: found.outside.events,
            expected_without: found.outside.exposure,
            ratio: found.ratio.and_then(|ratio| ratio.ratio),
            lower: interval.map(|interval| interval.lower),
            upper: interval.map(|interval| interval.upper).filter(|upper| upper.is_finite()),
            p: found.ratio.map(|ratio| ratio.p),
            p_adjusted: found.p_adjusted,
        }
    }
}

fn tell(
    found: &[Association],
    unit: Unit,
    (from, to): (Timestamp, Timestamp),
) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let tested = found.iter().filter(|one| one.p_adjusted.is_some()).count();
    let (unit, pairs) = (unit.as_str(), found.len());
    writeln!(out, "{from} to {to}, by {unit}: {pairs} pairs, {tested} of them tested")?;
    for one in found {
        let pair = Pair::of(one);
        let (with, family, p) = (&pair.with, pair.family, pair.p_adjusted.unwrap_or(1.0));
        let ratio = pair.ratio.map_or("infinitely".to_owned(), |ratio| format!("{ratio:.2} times"));
        let (lower, upper) = (pair.lower.unwrap_or(0.0), pair.upper.unwrap_or(f64::INFINITY));
        let how_many =
            format!("{ratio} as many (95 % from {lower:.2} to {upper:.2}), adjusted p {p:.2e}");
        match one.finding() {
            Finding::GoesWithMore => writeln!(out, "{with} goes with more {family}: {how_many}")?,
            Finding::GoesWithFewer => writeln!(out, "{with} goes with fewer {family}: {how_many}")?,
            Finding::NotToldApart => {
                writeln!(out, "{with}, {family}: not told apart from chance: {how_many}")?
            }
            Finding::TooFew => writeln!(out, "{with}, {family}: too few to tell")?,
        }
    }
    writeln!(
        out,
        "Of what goes together, a share of {FALSE_DISCOVERIES_MAX} at most is chance on average, if incidents come one by one."
    )?;
    Ok(writeln!(
        out,
        "What goes with something need not come from it: seasons, and whoever reports, may bring both."
    )?)
}
