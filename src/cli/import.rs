//! `vigie import`: reads files into a store, all of them or nothing, and says what became of each feature.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::bail;
use serde::Serialize;

use super::{
    NotUnderstood, StoreArgs,
    import_signals::SignalsTold,
    import_tracts::{DatasetTold, RedrawnTold, TractArgs, tracts_of},
    kinds_args::KindsArgs,
    progress,
    signal_args::SourcesArgs,
    tell_json,
};
use crate::{
    app::{App, ImportOutcome, NewIncident, Unavailable, Whereabouts, system_clock},
    crs::Crs,
    geo::Bbox,
    import::{
        self, ImportError, Options, Progress, Reading, Summary,
        incidents::{Report, ReportPlace},
    },
    roads::{Network, RoadsKept},
    stock::StockChange,
};

/// Incidents that are handed to the writer at once: one transaction each.
const INCIDENTS_AT_ONCE: usize = 1000;

/// The options of `vigie import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// What the files hold.
    #[arg(value_enum)]
    layer: Layer,
    /// CSV, GeoJSON, GeoJSONSeq, Shapefile, GeoPackage, FlatGeobuf or OSM PBF; incidents as CSV or NDJSON.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    store: StoreArgs,
    /// The reference system of the coordinates, such as EPSG:2154, over what the file says itself.
    #[arg(long, env = "VIGIE_IMPORT_CRS", value_name = "EPSG:n")]
    crs: Option<Crs>,
    /// The column that holds a field, such as landlord=organisme; may be given more than once.
    #[arg(long, env = "VIGIE_IMPORT_MAP", value_delimiter = ',', value_parser = mapping, value_name = "FIELD=COLUMN")]
    map: Vec<(String, String)>,
    /// The only layer to read of a GeoPackage.
    #[arg(long = "layer", env = "VIGIE_IMPORT_LAYER", value_name = "NAME")]
    layer_name: Option<String>,
    #[command(flatten)]
    tracts: TractArgs,
    /// A column of incidents to leave unread; may be given more than once.
    #[arg(long, env = "VIGIE_IMPORT_IGNORE", value_delimiter = ',', value_name = "COLUMN")]
    ignore: Vec<String>,
    /// Say what was done as JSON.
    #[arg(long, env = "VIGIE_IMPORT_JSON")]
    json: bool,
    /// Read and check the files, and change nothing.
    #[arg(long, env = "VIGIE_IMPORT_DRY_RUN")]
    dry_run: bool,
    #[command(flatten)]
    kinds: KindsArgs,
    #[command(flatten)]
    sources: SourcesArgs,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Layer {
    /// Residences and their landlords.
    Sites,
    /// Footprints.
    Buildings,
    /// Outlines of INSEE tracts, or squares of its grid of 200 m.
    Tracts,
    /// INSEE's figures by tract, commune or square: CSV, or the columns of any other format.
    Indicators,
    /// Streets, rails, water and green, drawn under the stock.
    Surroundings,
    /// What cars may drive and people may walk, from OSM PBF: the files of one command are the whole network.
    Roads,
    /// How fast traffic is by class, day and hour: CSV with the columns class;days;hours;factor.
    Speeds,
    /// History of incidents.
    Incidents,
    /// What sensors, calendars and other programs said, as CSV. Rules at work hear what is not late; `vigie rules test` hears all of it.
    Signals,
}

/// What is said at the end.
#[derive(Debug, Default, Serialize)]
struct Told {
    files: Vec<FileTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<StockTold>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    datasets: Vec<DatasetTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrawn: Option<RedrawnTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roads: Option<RoadsTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incidents: Option<IncidentsTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signals: Option<SignalsTold>,
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct FileTold {
    file: String,
    #[serde(flatten)]
    summary: Summary,
}

#[derive(Debug, Serialize)]
struct StockTold {
    seq: Option<u64>,
    added: usize,
    changed: usize,
    unchanged: usize,
    joined_by_code: usize,
    joined_by_position: usize,
    joined_later: usize,
    without_site: usize,
    unknown_code: usize,
    unknown_codes: Vec<String>,
}

/// What of the roads patrols will be led along.
#[derive(Debug, Serialize)]
struct RoadsTold {
    roads: usize,
    drivable: usize,
    kept_km: f64,
    dropped_km: f64,
}

#[derive(Debug, Default, Serialize)]
struct IncidentsTold {
    recorded: u64,
    as_they_were: u64,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When a file cannot be read, when nothing of the files can be kept, or when the store does not take it.
pub fn run(args: ImportArgs) -> anyhow::Result<()> {
    let app = match args.dry_run {
        true => None,
        false => Some(open(&args)?),
    };
    let told = match args.layer {
        Layer::Incidents => import_incidents(&args, app.as_ref()),
        Layer::Indicators => import_indicators(&args, app.as_ref()),
        Layer::Signals => import_signals(&args, app.as_ref()),
        _ => import_stock(&args, app.as_ref()),
    };
    if let Some(app) = app {
        app.close();
    }
    let told = told?;
    tell(&told, args.json)?;
    let count =
        |of: fn(&Summary) -> u64| told.files.iter().map(|file| of(&file.summary)).sum::<u64>();
    if count(|summary| summary.read) > 0 && count(|summary| summary.kept) == 0 {
        bail!("nothing could be kept");
    }
    Ok(())
}

fn open(args: &ImportArgs) -> anyhow::Result<App> {
    let store = args.store.url()?.open()?;
    match args.layer {
        Layer::Incidents => args.kinds.open(store),
        _ => Ok(App::open(store, system_clock)?),
    }
}

fn import_stock(args: &ImportArgs, app: Option<&App>) -> anyhow::Result<Told> {
    let read = match args.layer {
        Layer::Sites => import::sites::read,
        Layer::Buildings => import::buildings::read,
        Layer::Tracts => import::tracts::read,
        Layer::Roads => import::roads::read,
        Layer::Speeds => import::speeds::read,
        Layer::Surroundings | Layer::Indicators | Layer::Incidents | Layer::Signals => {
            import::surroundings::read
        }
    };
    let bounds = app.and_then(|app| {
        let snapshot = app.snapshot();
        Bbox::around(snapshot.stock().sites().iter().map(|site| site.position))
    });
    let mut change = StockChange::default();
    let mut told = Told { dry_run: args.dry_run, ..Told::default() };
    for file in &args.files {
        let Reading { content, summary } = with_bar(file, args, bounds, read)?;
        told.files.push(FileTold { file: file.display().to_string(), summary });
        change.extend(content);
    }
    if args.layer == Layer::Tracts {
        told.redrawn = RedrawnTold::of(&tracts_of(app), &change.tracts);
    }
    if args.layer == Layer::Roads {
        let network =
            Network::default().changed(change.roads.clone(), change.turns.clone(), vec![]);
        told.roads = Some(RoadsTold::of(RoadsKept::of(&network)));
    }
    if let Some(app) = app {
        let outcome = wait_for(app.import_stock(change))?;
        told.stock = Some(StockTold::of(outcome));
    }
    Ok(told)
}

fn import_indicators(args: &ImportArgs, app: Option<&App>) -> anyhow::Result<Told> {
    let mut told = Told { dry_run: args.dry_run, ..Told::default() };
    let mut change = StockChange::default();
    let about = args.tracts.about();
    if args.files.len() > 1 && about.id.is_some() {
        return Err(NotUnderstood("--dataset names one table; give one file".to_owned()).into());
    }
    let snapshot = app.map(App::snapshot);
    for file in &args.files {
        let read =
            |path: &Path, options: &Options<'_>| import::indicators::read(path, options, &about);
        let Reading { content, summary } = with_bar(file, args, None, read)?;
        let stock = snapshot.as_ref().map(|snapshot| snapshot.stock());
        told.datasets.push(DatasetTold::of(&content.dataset, content.left_out, stock));
        told.files.push(FileTold { file: file.display().to_string(), summary });
        change.datasets.push(content.dataset);
    }
    // A table without figures would take the place of one that has some.
    change.datasets.retain(|dataset| !dataset.rows.is_empty());
    if let Some(app) = app {
        told.stock = Some(StockTold::of(wait_for(app.import_stock(change))?));
    }
    Ok(told)
}

impl RoadsTold {
    fn of(kept: RoadsKept) -> Self {
        let RoadsKept { roads, drivable, kept_km, dropped_km } = kept;
        Self { roads, drivable, kept_km, dropped_km }
    }
}

impl StockTold {
    fn of(outcome: ImportOutcome) -> Self {
        Self {
            seq: outcome.seq.map(|seq| seq.0),
            added: outcome.tally.added,
            changed: outcome.tally.changed,
            unchanged: outcome.tally.unchanged,
            joined_by_code: outcome.joined_by_code,
            joined_by_position: outcome.joined_by_position,
            joined_later: outcome.joined_later,
            without_site: outcome.without_site,
            unknown_code: outcome.unknown_code,
            unknown_codes: outcome.unknown_codes.iter().map(ToString::to_string).collect(),
        }
    }
}

fn import_incidents(args: &ImportArgs, app: Option<&App>) -> anyhow::Result<Told> {
    let mut told = Told { dry_run: args.dry_run, ..Told::default() };
    for file in &args.files {
        let Reading { content, mut summary } = with_bar(file, args, None, import::incidents::read)?;
        if let Some(app) = app {
            record(app, content, &mut summary, told.incidents.get_or_insert_default())?;
        }
        told.files.push(FileTold { file: file.display().to_string(), summary });
    }
    Ok(told)
}

fn import_signals(args: &ImportArgs, app: Option<&App>) -> anyhow::Result<Told> {
    let mut told = Told { dry_run: args.dry_run, ..Told::default() };
    let sources = args.sources.read()?;
    for file in &args.files {
        let read =
            |path: &Path, options: &Options<'_>| import::signals::read(path, options, &sources);
        let Reading { content, mut summary } = with_bar(file, args, None, read)?;
        if let Some(app) = app {
            told.signals.get_or_insert_default().take(app, content, &mut summary)?;
        }
        told.files.push(FileTold { file: file.display().to_string(), summary });
    }
    Ok(told)
}

/// Has the app take down incidents; those that it refuses are counted so.
fn record(
    app: &App,
    reports: Vec<Report>,
    summary: &mut Summary,
    told: &mut IncidentsTold,
) -> Result<(), Unavailable> {
    let mut reports = reports.into_iter().peekable();
    while reports.peek().is_some() {
        let (ats, new): (Vec<_>, Vec<_>) = reports
            .by_ref()
            .take(INCIDENTS_AT_ONCE)
            .map(|report| (report.at.clone(), asked(report)))
            .unzip();
        let answers = wait_for(app.receive_incidents(new))?;
        for (at, answer) in ats.iter().zip(answers) {
            match answer {
                Ok(received) if received.repeated => told.as_they_were += 1,
                Ok(_) => told.recorded += 1,
                Err(refused) => {
                    summary.refuse_after_all(at, "refused by the stock", &refused.to_string());
                }
            }
        }
    }
    Ok(())
}

fn asked(report: Report) -> NewIncident {
    NewIncident {
        kind: report.kind,
        channel: report.channel,
        status: report.status,
        reported_at: Some(report.reported_at),
        whereabouts: match report.place {
            ReportPlace::Position(position) => Whereabouts::Position(position),
            ReportPlace::Site { code, building } => Whereabouts::Site { code, building },
        },
        key: Some((report.key, report.digest)),
    }
}

/// Reads a file under a progress bar, which is drawn on a terminal only.
fn with_bar<T>(
    file: &Path,
    args: &ImportArgs,
    bounds: Option<Bbox>,
    read: impl FnOnce(&Path, &Options<'_>) -> Result<Reading<T>, ImportError>,
) -> anyhow::Result<Reading<T>> {
    let bar = progress::bar(&file.file_name().unwrap_or_default().to_string_lossy())?;
    let on_progress = |Progress { done, total }: Progress| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let options = Options {
        crs: args.crs.clone(),
        columns: args.map.clone(),
        layer: args.layer_name.clone(),
        ignored: args.ignore.clone(),
        vintage: args.tracts.vintage,
        bounds,
        progress: &on_progress,
    };
    let reading = read(file, &options);
    bar.finish_and_clear();
    reading.map_err(|fault| match fault {
        ImportError::UnknownField { .. } => NotUnderstood(fault.to_string()).into(),
        other => other.into(),
    })
}

/// The answer of the app, which answers from its own thread.
fn wait_for<T>(answer: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(answer)
}

fn tell(told: &Told, json: bool) -> anyhow::Result<()> {
    if json {
        return tell_json(told);
    }
    let mut out = io::stdout().lock();
    for FileTold { file, summary } in &told.files {
        writeln!(out, "{file}: {summary}")?;
    }
    let redrawn = told.redrawn.iter().flat_map(RedrawnTold::lines);
    for line in told.datasets.iter().flat_map(DatasetTold::lines).chain(redrawn) {
        writeln!(out, "{line}")?;
    }
    if let Some(RoadsTold { roads, drivable, kept_km, dropped_km }) = &told.roads {
        writeln!(
            out,
            "roads: {roads}, {drivable} of them for cars; {kept_km:.1} km by direction can be reached and left, \
             {dropped_km:.1} km cannot and are left out"
        )?;
    }
    if let Some(signals) = &told.signals {
        writeln!(out, "{}", signals.line())?;
    }
    if let Some(stock) = &told.stock {
        let StockTold { added, changed, unchanged, .. } = stock;
        writeln!(out, "stock: {added} added, {changed} changed, {unchanged} as they were")?;
        let StockTold { joined_by_code, joined_by_position, joined_later, without_site, .. } =
            stock;
        if joined_by_code + joined_by_position + without_site > 0 {
            writeln!(
                out,
                "  buildings: {joined_by_code} on their site by its code, {joined_by_position} by position, \
                 {without_site} on none"
            )?;
        }
        if *joined_later > 0 {
            writeln!(out, "  buildings of the stock that changed their site: {joined_later}")?;
        }
        if stock.unknown_code > 0 {
            let codes = stock.unknown_codes.join(", ");
            writeln!(out, "  site codes that the stock has not: {} ({codes})", stock.unknown_code)?;
        }
    }
    if let Some(IncidentsTold { recorded, as_they_were }) = &told.incidents {
        writeln!(out, "incidents: {recorded} recorded, {as_they_were} as they were")?;
    }
    if told.dry_run {
        writeln!(out, "dry run: nothing was changed")?;
    }
    Ok(())
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, column)) if !field.is_empty() && !column.is_empty() => {
            Ok((field.to_owned(), column.to_owned()))
        }
        _ => Err("must be FIELD=COLUMN, such as landlord=organisme".to_owned()),
    }
}
