//! `vigie demo`: makes a demo estate once, then serves it with simulated calls and patrols.

mod folder;
mod history;
mod live;

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::{Context as _, bail};

use super::{
    Beside, ListenArgs, StoreName, kinds_args::KindsArgs, serve::serve, signal_args::SignalArgs,
};
use crate::{
    app::{App, PutPatrol, SetHazards, nightly_purge},
    demo,
    roads::{StraightLine, TravelTime},
    stock::StockChange,
    twin::Snapshot,
};

/// What the demo looks for in its calls.
const RULES: &str = include_str!("rules.toml");

/// The options of `vigie demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Where the demo is kept: `sqlite:PATH`, a file of its own that is made where there is none.
    #[arg(
        long,
        env = "VIGIE_STORE",
        hide_env_values = true,
        default_value = "sqlite:data/demo.sqlite"
    )]
    store: StoreName,
    #[command(flatten)]
    listen: ListenArgs,
    /// Which town is made: the same number, the same town.
    #[arg(long, env = "VIGIE_DEMO_SEED", default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Take sites, buildings, streets and tracts from the files in this folder instead of making a town.
    #[arg(long, env = "VIGIE_DEMO_IMPORT_REAL", value_name = "DIR")]
    import_real: Option<PathBuf>,
    /// Make the demo estate and its history, and do not serve.
    #[arg(long, env = "VIGIE_DEMO_MAKE_ONLY")]
    make_only: bool,
    #[command(flatten)]
    kinds: KindsArgs,
    #[command(flatten)]
    signals: SignalArgs,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the port is taken or open to other machines, when the store is not a demo's, or when a file of
/// `--import-real` cannot be read.
pub fn run(args: DemoArgs) -> anyhow::Result<()> {
    let store = args.store.url("--store")?;
    args.listen.check_is_loopback()?;
    let listener = args.listen.bind()?; // first: a taken port is told before anything is made
    let signals = args.signals.read_or(RULES)?;
    let nomenclature = args.kinds.nomenclature()?;
    args.kinds.check(&nomenclature, &demo::kinds(), "the demo")?;
    let app = args.kinds.open(store.open()?)?;
    let made = wait_for(make(&app, &args));
    if made.is_err() || args.make_only {
        app.close();
        return made;
    }
    let snapshot = app.snapshot();
    tell_what_to_try(&snapshot, &format!("http://{}", listener.local_addr()?));
    let alongside = live::live(app.clone(), args.seed, travel_time(&snapshot));
    let demo_note = Some(note(&snapshot));
    let jobs = vec![nightly_purge(app.clone())];
    let beside = Beside { demo_note, alongside, jobs, access_log: None, provider: None, signals };
    serve(app, args.listen, listener, beside)
}

/// Makes what the store lacks: the estate on the first run, and the history up to now on every run.
async fn make(app: &App, args: &DemoArgs) -> anyhow::Result<()> {
    let snapshot = app.snapshot();
    if is_empty(&snapshot) {
        claim(app, args.seed).await?;
    } else if !is_a_demo(&snapshot) {
        bail!(
            "the store was not made by `vigie demo`: simulated incidents would mix with real ones; choose another --store"
        );
    }
    if app.snapshot().stock().sites().is_empty() {
        make_estate(app, args).await?;
    } else if args.import_real.is_some() {
        say(format_args!(
            "the demo is already there, so --import-real is left out; for a new one choose another --store"
        ));
    }
    add_roads(app).await?;
    brief(app).await?;
    history::fill_up(app, args.seed).await
}

async fn make_estate(app: &App, args: &DemoArgs) -> anyhow::Result<()> {
    let began = Instant::now();
    let change = match &args.import_real {
        Some(folder) => folder::read(folder)?,
        None => {
            say(format_args!(
                "drawing the town of {} (seed {}); nothing in it is real",
                demo::TOWN,
                args.seed
            ));
            demo::generate(args.seed)
        }
    };
    let dwellings: u32 = change.sites.iter().map(|site| site.dwellings).sum();
    let told = format!(
        "{} landlords, {} sites, {} buildings, {dwellings} dwellings, {} tracts, {} streets and other surroundings",
        change.landlords.len(),
        change.sites.len(),
        change.buildings.len(),
        change.tracts.len(),
        change.surroundings.len(),
    );
    app.import_stock(change).await.context("the estate cannot be stored")?;
    say(format_args!("{told}: in the store after {:.1} s", began.elapsed().as_secs_f64()));
    Ok(())
}

/// Makes roads of the made streets of a store that has none: one from before there were any.
async fn add_roads(app: &App) -> anyhow::Result<()> {
    let snapshot = app.snapshot();
    let around = snapshot.stock().surroundings();
    if is_made(&snapshot) && snapshot.roads().network().roads().is_empty() {
        let change = StockChange { roads: demo::roads(around), ..StockChange::default() };
        app.import_stock(change).await.context("the roads cannot be stored")?;
        say(format_args!("the streets of {} can be driven now", demo::TOWN));
    }
    Ok(())
}

/// Tells what crews are told of made sites, where nobody has: in a store from before anything was told, and again once
/// every hazard of an earlier start is over.
async fn brief(app: &App) -> anyhow::Result<()> {
    let (snapshot, now) = (app.snapshot(), app.now());
    let (sites, briefings) = (snapshot.stock().sites(), snapshot.briefings());
    if !is_made(&snapshot) {
        return Ok(());
    }
    if briefings.iter().next().is_none() {
        let change = StockChange { notes: demo::notes(sites), ..StockChange::default() };
        app.import_stock(change).await.context("the notes cannot be stored")?;
    }
    if briefings.iter().all(|(_, briefing)| briefing.active_hazards(now).next().is_none()) {
        for (site, hazard) in demo::hazards(sites, now) {
            let set = SetHazards { site: site.code.clone(), wanted: vec![hazard] };
            app.set_hazards(set).await.context("the hazards cannot be stored")?;
        }
    }
    Ok(())
}

/// Marks the store as a demo's by its patrols, before anything else is in it.
async fn claim(app: &App, seed: u64) -> anyhow::Result<()> {
    for patrol in demo::patrols(seed) {
        app.put_patrol(PutPatrol { patrol, fix: None, sharing: None }).await?;
    }
    Ok(())
}

fn is_empty(snapshot: &Snapshot) -> bool {
    snapshot.stock().sites().is_empty()
        && snapshot.incidents().is_empty()
        && snapshot.patrols().is_empty()
}

/// Whether a store holds the demo's patrols: a real one is called otherwise, and is never filled with made incidents.
/// Some of them may have been given another callsign since.
fn is_a_demo(snapshot: &Snapshot) -> bool {
    let ours = snapshot.patrols().iter().filter(|state| demo::is_of_the_demo(&state.patrol));
    2 * ours.count() > demo::PATROLS
}

/// How patrols get about: along the roads, or straight on where there are none.
fn travel_time(snapshot: &Snapshot) -> Arc<dyn TravelTime> {
    let roads = snapshot.roads();
    if roads.is_behind() {
        roads.make_graph();
    }
    match roads.graph() {
        Some(graph) => graph,
        None => Arc::new(StraightLine::default()),
    }
}

/// Whether the town is a made-up one.
fn is_made(snapshot: &Snapshot) -> bool {
    snapshot.stock().surroundings().iter().any(|around| around.id.starts_with(demo::MADE))
}

/// What every page says of the data.
fn note(snapshot: &Snapshot) -> String {
    if is_made(snapshot) {
        return format!("{} is made up: nothing here is real.", demo::TOWN);
    }
    "Real places; calls and patrols are simulated.".to_owned()
}

/// Three questions about a building of the estate, ready to be pasted.
fn tell_what_to_try(snapshot: &Snapshot, address: &str) {
    let Some(place) = snapshot.stock().places().last() else { return };
    let (lon, lat) = (place.position.lon(), place.position.lat());
    say(format_args!(
        "which site is that?   curl '{address}/api/v1/locate?lon={lon:.5}&lat={lat:.5}'"
    ));
    say(format_args!(
        "who is nearest?       curl '{address}/api/v1/patrols/nearest?lon={lon:.5}&lat={lat:.5}&k=3'"
    ));
    say(format_args!(
        "Friday nights, where? curl '{address}/api/v1/heatmap?cell=h3:9&hours=18-2&days=fri'"
    ));
}

/// Says what is being done, to whoever started the demo.
fn say(what: std::fmt::Arguments<'_>) {
    eprintln!("demo: {what}");
}

/// The answer of the app, which answers from its own thread.
fn wait_for<T>(answer: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(answer)
}
