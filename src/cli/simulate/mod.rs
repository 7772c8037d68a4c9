//! `vigie simulate`: evenings of calls lived again under different ways to choose a patrol, side by side.

mod evenings;
mod interventions;
mod told;

use anyhow::{Context as _, bail, ensure};

use super::{NotUnderstood, StoreArgs, kinds_args::KindsArgs};
use crate::{
    app::App,
    simulation::{Between, CrewPlan, Pace, Policy, Preemption, Study, Ways, study},
    time::{Timestamp, WeekHours},
};
use evenings::Evenings;

/// The options of `vigie simulate`.
#[derive(Debug, clap::Args)]
pub struct SimulateArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// A way to choose a patrol: line, road, random or fixed. May be given more than once; the others are
    /// compared with the first. Without it: line and road, or line and random where the store has no roads.
    #[arg(long, env = "VIGIE_SIMULATE_POLICY", value_delimiter = ',', value_parser = policy, value_name = "POLICY")]
    policy: Vec<Policy>,
    /// The same number, the same evenings.
    #[arg(long, env = "VIGIE_SIMULATE_SEED", default_value_t = 1, value_name = "N")]
    seed: u64,
    /// How many evenings.
    #[arg(long, visible_alias = "evenings", env = "VIGIE_SIMULATE_REPLICATIONS", default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
    replications: u32,
    /// How many patrols; without it, those of the store that are on duty.
    #[arg(long, env = "VIGIE_SIMULATE_PATROLS",
        value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
    patrols: Option<u32>,
    /// The beginning of the window whose calls are measured. Without it, an evening is drawn.
    #[arg(long, env = "VIGIE_SIMULATE_FROM", requires = "to", value_name = "TIME")]
    from: Option<Timestamp>,
    /// The end of the window.
    #[arg(long, env = "VIGIE_SIMULATE_TO", requires = "from", value_name = "TIME")]
    to: Option<Timestamp>,
    /// Draw that many calls in the window, on average, instead of replaying the store's history.
    #[arg(long, env = "VIGIE_SIMULATE_CALLS", value_parser = clap::value_parser!(u32).range(1..=100_000), value_name = "N")]
    calls: Option<u32>,
    /// Hours of a shift in Paris, such as 17-1; may be given more than once, and patrols are dealt to them in turn.
    /// Without it they are on duty all the time.
    #[arg(long, env = "VIGIE_SIMULATE_SHIFT", value_delimiter = ',', value_name = "HOURS")]
    shift: Vec<String>,
    /// What patrols do between calls.
    #[arg(
        long,
        env = "VIGIE_SIMULATE_BETWEEN",
        value_enum,
        default_value = "rest",
        value_name = "WHAT"
    )]
    between: BetweenCalls,
    /// Call patrols off something less urgent for P1, where none is free.
    #[arg(long, env = "VIGIE_SIMULATE_PREEMPT")]
    preempt: bool,
    /// Say the comparison as JSON.
    #[arg(long, env = "VIGIE_SIMULATE_JSON", conflicts_with = "csv")]
    json: bool,
    /// Write every intervention as CSV instead of the comparison.
    #[arg(long, env = "VIGIE_SIMULATE_CSV")]
    csv: bool,
    #[command(flatten)]
    kinds: KindsArgs,
}

/// What patrols do between calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum BetweenCalls {
    /// Wait where they have finished.
    Rest,
    /// Drive from site to site.
    Round,
}

/// How long patrols stop at each site of a round, seconds.
const ROUND_STOP_S: f64 = 300.0;

fn policy(name: &str) -> Result<Policy, String> {
    let names = || Policy::ALL.map(Policy::as_str).join(", ");
    Policy::of_name(name).ok_or_else(|| format!("is not one of {}", names()))
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the store has nowhere to send patrols to, when roads are asked for that it has not, or when there is too
/// much to do.
pub fn run(args: &SimulateArgs) -> anyhow::Result<()> {
    let app = args.kinds.open(args.store.url()?.open()?)?;
    let done = simulate(&app, args);
    app.close();
    done
}

fn simulate(app: &App, args: &SimulateArgs) -> anyhow::Result<()> {
    let snapshot = app.snapshot();
    let roads = evenings::roads(&snapshot);
    let policies = policies(args, roads.is_graph())?;
    let evenings = Evenings::new(&snapshot, app.nomenclature(), &roads, args)?;
    let places = evenings.places();
    ensure!(!places.is_empty(), "the store has no sites: `vigie import sites` brings them");
    let the_study = Study {
        seed: args.seed,
        replications: args.replications,
        policies: &policies,
        ways: Ways { roads: roads.travel_time(), begin: evenings.begin() },
        pace: Pace::ORDINARY,
        plan: CrewPlan {
            agents: evenings::crews(&snapshot, args.patrols),
            places: &places,
            shifts: shifts(args, &evenings)?,
        },
        between: match args.between {
            BetweenCalls::Rest => Between::Rest,
            BetweenCalls::Round => Between::Round { places: &places, stop_s: ROUND_STOP_S },
        },
        preemption: if args.preempt { Preemption::ForHelp } else { Preemption::Never },
        window_s: evenings.window_s(),
    };
    let mut rows = args.csv.then(interventions::Rows::begin).transpose()?;
    let mut fault = None;
    let calls_of = |replication| evenings.calls(args.seed, replication);
    let comparison = study(&the_study, calls_of, |replication, policy, record| {
        if let (Some(rows), None) = (&mut rows, &fault) {
            fault = rows.write(&evenings, replication, policy, record).err();
        }
    })?;
    if let Some(fault) = fault {
        return Err(fault).context("standard output");
    }
    match rows {
        Some(rows) => rows.end(),
        None if args.json => told::as_json(&the_study, &evenings, &roads, &comparison),
        None => told::as_table(&the_study, &evenings, &roads, &comparison),
    }
}

fn policies(args: &SimulateArgs, roads: bool) -> anyhow::Result<Vec<Policy>> {
    if args.policy.contains(&Policy::Road) && !roads {
        bail!("--policy road: the store has no roads; `vigie import roads` brings them");
    }
    let mut policies = args.policy.clone();
    if policies.is_empty() {
        policies = vec![Policy::Line, if roads { Policy::Road } else { Policy::Random }];
    }
    let mut known = Vec::new();
    policies.retain(|policy| {
        !known.contains(policy) && {
            known.push(*policy);
            true
        }
    });
    Ok(policies)
}

/// When patrols are on duty, in seconds of the run: hour by hour, as Paris clocks show them.
fn shifts(
    args: &SimulateArgs,
    evenings: &Evenings<'_>,
) -> anyhow::Result<Vec<Vec<std::ops::Range<f64>>>> {
    const HOUR_S: i64 = 3600;
    if args.shift.is_empty() {
        return Ok(vec![vec![0.0..f64::MAX]]);
    }
    let mut shifts = Vec::new();
    for text in &args.shift {
        let hours = WeekHours::all().during(text);
        let hours = hours.map_err(|e| NotUnderstood(format!("--shift {text}: {e}")))?;
        let mut duty_s: Vec<std::ops::Range<f64>> = Vec::new();
        let begin = evenings.begin();
        let on_duty = (0..evenings.hours()).map(|hour| hour * HOUR_S);
        for from_s in on_duty.filter(|s| hours.contains(begin.plus_seconds(*s).hour_of_week())) {
            let (from_s, to_s) = (from_s as f64, (from_s + HOUR_S) as f64);
            match duty_s.last_mut() {
                Some(last) if last.end >= from_s => last.end = to_s,
                _ => duty_s.push(from_s..to_s),
            }
        }
        shifts.push(duty_s);
    }
    Ok(shifts)
}
