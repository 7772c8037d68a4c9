//! `vigie rules`: checks a file of rules of correlation, tells what it would have raised on history, and which incidents go with
//! which signals.

mod associate;
mod history;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::Serialize;

use self::{
    associate::AssociateArgs,
    history::{FileTold, History, HistoryArgs},
};
use super::{signal_args::SourcesArgs, tell_json};
use crate::{
    closed_list::ClosedList as _,
    correlation::{BackTest, Rule, RuleSet, RuleTold, Situation, back_test},
    import,
    signal::Sources,
    time::Timestamp,
    twin::Snapshot,
};

/// The options of `vigie rules`.
#[derive(Debug, clap::Args)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: Rules,
}

/// What to do with a file of rules.
#[derive(Debug, clap::Subcommand)]
enum Rules {
    /// Say all that is wrong with a file of rules.
    Check(CheckArgs),
    /// Say what rules would have raised on the incidents of a store and on signals of files, and how often.
    Test(TestArgs),
    /// Say which incidents of a store go with which signals of files, and how sure that is.
    Associate(AssociateArgs),
    /// Print the sources of signals that are in force, as a file to begin with.
    Sources(SourcesArgs),
}

/// The options of `vigie rules check`.
#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The rules, as TOML.
    file: PathBuf,
    #[command(flatten)]
    sources: SourcesArgs,
}

/// The options of `vigie rules test`.
#[derive(Debug, clap::Args)]
struct TestArgs {
    /// The rules, as TOML.
    file: PathBuf,
    #[command(flatten)]
    history: HistoryArgs,
}

/// What is said as JSON.
#[derive(Debug, Serialize)]
struct Told<'a> {
    from: String,
    to: String,
    heard: u64,
    unheard: u64,
    files: Vec<FileTold>,
    weeks: Vec<String>,
    rules: Vec<RuleBody<'a>>,
}

#[derive(Debug, Serialize)]
struct RuleBody<'a> {
    rule: &'a str,
    raised: usize,
    by_week: &'a [usize],
    median_s: Option<f64>,
    open: usize,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the file holds no rules, with all that is wrong with it; when the store or a file of signals cannot be read.
pub fn run(args: &RulesArgs) -> anyhow::Result<()> {
    match &args.command {
        Rules::Check(args) => check(&args.file, &args.sources.read()?),
        Rules::Test(args) => test(args),
        Rules::Associate(args) => associate::run(args),
        Rules::Sources(args) => Ok(write!(io::stdout().lock(), "{}", args.read()?)?),
    }
}

fn check(file: &Path, sources: &Sources) -> anyhow::Result<()> {
    let rules = import::rules::read(file, sources)?;
    let RuleSet { rules, territories, lateness_s } = &rules;
    let mut out = io::stdout().lock();
    for rule in rules {
        writeln!(out, "{}: on {}: {}", rule.name, rule.on.as_str(), rule.about)?;
    }
    let (rules, territories) = (rules.len(), territories.len());
    Ok(writeln!(out, "{rules} rules, {territories} territories, lateness {lateness_s} s")?)
}

fn test(args: &TestArgs) -> anyhow::Result<()> {
    let sources = args.history.sources.read()?;
    let rules = import::rules::read(&args.file, &sources)?;
    let history = History::read(&args.history, &sources)?;
    if !args.history.json {
        history.tell_files()?;
        tell_unknown(&rules, &history.snapshot)?;
    }
    let History { ground, signals, files, window, .. } = history;
    let told = back_test(&rules, &ground, signals, window);
    match (args.history.csv, args.history.json) {
        (true, _) => tell_csv(&told.situations),
        (_, true) => tell_json(&body(&told, files, window)),
        _ => tell(&told, window),
    }
}

/// What rules name and the store has not: such a rule is met nowhere. On standard error, beside what was asked for.
fn tell_unknown(rules: &RuleSet, snapshot: &Snapshot) -> anyhow::Result<()> {
    let stock = snapshot.stock();
    let mut err = io::stderr().lock();
    for Rule { name, narrowing, .. } in &rules.rules {
        for code in narrowing.sites.iter().filter(|code| stock.site_ix(code).is_none()) {
            writeln!(err, "rule `{name}`: sites: the store has no `{code}`")?;
        }
        for id in narrowing.landlords.iter().filter(|id| stock.landlord(id).is_none()) {
            writeln!(err, "rule `{name}`: landlords: the store has no `{id}`")?;
        }
    }
    Ok(())
}

fn tell(told: &BackTest, (from, to): (Timestamp, Timestamp)) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let BackTest { heard, unheard, weeks, .. } = told;
    writeln!(out, "{from} to {to}: {heard} signals heard, {unheard} that no rule listens to")?;
    let widest = told.rules.iter().map(|rule| rule.rule.as_str().len()).max().unwrap_or_default();
    writeln!(out, "{:widest$}  raised  a week  at most  median  open", "rule")?;
    let in_weeks = to.seconds_since(from) / (7.0 * 86_400.0);
    for rule in &told.rules {
        let RuleTold { rule: name, by_week, median_s, open } = rule;
        let a_week = rule.raised() as f64 / in_weeks.max(f64::MIN_POSITIVE);
        let at_most = by_week.iter().max().copied().unwrap_or_default();
        let median =
            median_s.map_or("-".to_owned(), |seconds| format!("{:.0} min", seconds / 60.0));
        let (name, raised) = (name.as_str(), rule.raised());
        writeln!(
            out,
            "{name:widest$}  {raised:>6}  {a_week:>6.1}  {at_most:>7}  {median:>6}  {open:>4}"
        )?;
    }
    let weeks = weeks.len();
    Ok(writeln!(
        out,
        "at most: in one of {weeks} weeks from Monday to Sunday; median: from opening to last signal"
    )?)
}

fn tell_csv(situations: &[Situation]) -> anyhow::Result<()> {
    let mut rows = csv::Writer::from_writer(io::stdout().lock());
    rows.write_record([
        "id",
        "rule",
        "subject",
        "opened_at",
        "last_at",
        "times",
        "last_site",
        "closed_at",
        "closed_by",
    ])?;
    for situation in situations {
        let Situation { id, rule, subject, opened_at, last_at, times, last_site, closed } =
            situation;
        let site = last_site.as_ref().map(ToString::to_string);
        rows.write_record([
            id.to_string(),
            rule.to_string(),
            subject.to_string(),
            opened_at.to_string(),
            last_at.to_string(),
            times.to_string(),
            site.unwrap_or_default(),
            closed.map(|(at, _)| at.to_string()).unwrap_or_default(),
            closed.map(|(_, by)| by.as_str().to_owned()).unwrap_or_default(),
        ])?;
    }
    Ok(rows.flush()?)
}

fn body(told: &BackTest, files: Vec<FileTold>, (from, to): (Timestamp, Timestamp)) -> Told<'_> {
    Told {
        from: from.to_string(),
        to: to.to_string(),
        heard: told.heard,
        unheard: told.unheard,
        files,
        weeks: told.weeks.iter().map(ToString::to_string).collect(),
        rules: told.rules.iter().map(RuleBody::of).collect(),
    }
}

impl<'a> RuleBody<'a> {
    fn of(told: &'a RuleTold) -> Self {
        let RuleTold { rule, by_week, median_s, open } = told;
        let raised = told.raised();
        Self { rule: rule.as_str(), raised, by_week, median_s: *median_s, open: *open }
    }
}
