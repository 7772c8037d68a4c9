//! `vigie report`: the morning report of a landlord, the monthly note to partners, of any past date; portraits of places.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};

use super::{
    NotUnderstood, StoreArgs,
    kinds_args::KindsArgs,
    of_list,
    portrait::{self, PortraitArgs},
    sending::{self, SendArgs, SentArgs},
};
use crate::{
    app::system_clock,
    closed_list::ClosedList as _,
    incident::Nomenclature,
    press::{Form, print_monthly, print_morning},
    report::{MonthlyQuery, MorningQuery, monthly, morning},
    stock::LandlordId,
    time::{Date, Month, Timestamp},
    twin::Snapshot,
};

/// The options of `vigie report`.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    report: Report,
}

/// Which report.
#[derive(Debug, clap::Subcommand)]
enum Report {
    /// What a night was like on the sites of a landlord, 18:00 to 06:00 in Paris.
    Morning(MorningArgs),
    /// What a month was like, as sums that partners may read.
    Monthly(MonthlyArgs),
    /// What a place is like, or a subject over the whole stock: on one page.
    Portrait(PortraitArgs),
    /// Send the morning report of a night by e-mail, where it was not sent.
    Send(SendArgs),
    /// Say what was sent, to which mailbox, and what failed.
    Sent(SentArgs),
}

/// The options of `vigie report morning`.
#[derive(Debug, clap::Args)]
struct MorningArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The date on which the night began, such as 2026-11-23; without it, the last night that is over.
    #[arg(long, env = "VIGIE_REPORT_DATE", value_name = "DATE")]
    date: Option<Date>,
    /// Which landlord, by its id such as `paris-habitat`.
    #[arg(long, env = "VIGIE_REPORT_LANDLORD", value_parser = landlord, value_name = "ID",
        required_unless_present = "all")]
    landlord: Option<LandlordId>,
    /// One file for each landlord, in the folder `--out`.
    #[arg(long, env = "VIGIE_REPORT_ALL", conflicts_with = "landlord")]
    all: bool,
    #[command(flatten)]
    out: OutArgs,
    #[command(flatten)]
    kinds: KindsArgs,
}

/// The options of `vigie report monthly`.
#[derive(Debug, clap::Args)]
struct MonthlyArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Which month, such as 2026-10; without it, the last one that is over.
    #[arg(long, env = "VIGIE_REPORT_MONTH", value_name = "MONTH")]
    month: Option<Month>,
    #[command(flatten)]
    out: OutArgs,
    #[command(flatten)]
    kinds: KindsArgs,
}

/// As what, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct OutArgs {
    /// html, pdf, csv or geojson.
    #[arg(long, env = "VIGIE_REPORT_FORMAT", default_value = "html", value_parser = of_list::<Form>, value_name = "FORMAT")]
    pub format: Form,
    /// The file; `-` is standard output. With `--all`, the folder.
    #[arg(long, env = "VIGIE_REPORT_OUT", default_value = "-", value_name = "PATH")]
    out: PathBuf,
}

impl OutArgs {
    /// Writes what was made.
    pub fn write(&self, bytes: &[u8]) -> anyhow::Result<()> {
        write(&self.out, bytes)
    }
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the store cannot be read, the landlord is not in it, the night or month is not over, or the file cannot be
/// written.
pub fn run(args: &ReportArgs) -> anyhow::Result<()> {
    match &args.report {
        Report::Morning(args) => run_morning(args),
        Report::Monthly(args) => run_monthly(args),
        Report::Portrait(args) => portrait::run(args),
        Report::Send(args) => sending::send(args),
        Report::Sent(args) => sending::tell(args),
    }
}

fn run_morning(args: &MorningArgs) -> anyhow::Result<()> {
    let OutArgs { format, out } = &args.out;
    if args.all && is_standard_output(out) {
        return Err(NotUnderstood("--all needs a folder: --out DIR".to_owned()).into());
    }
    let state = State::read(&args.store, &args.kinds)?;
    let night = args.date.unwrap_or_else(|| Date::last_night_before(state.now));
    match &args.landlord {
        Some(landlord) => write(out, &state.morning(landlord, night, *format)?),
        None => {
            fs::create_dir_all(out).with_context(|| out.display().to_string())?;
            for landlord in state.snapshot.stock().landlords() {
                let name = format!("bilan-{night}-{}.{}", landlord.id, format.as_str());
                write(&out.join(name), &state.morning(&landlord.id, night, *format)?)?;
            }
            Ok(())
        }
    }
}

fn run_monthly(args: &MonthlyArgs) -> anyhow::Result<()> {
    let state = State::read(&args.store, &args.kinds)?;
    let month = args.month.unwrap_or_else(|| Month::of(state.now).plus_months(-1));
    let State { snapshot, nomenclature, now } = &state;
    let note = monthly(snapshot, nomenclature, MonthlyQuery { month }, *now)?;
    args.out.write(&print_monthly(&note, args.out.format, *now)?)
}

/// What a store holds now.
struct State {
    snapshot: Arc<Snapshot>,
    nomenclature: Nomenclature,
    now: Timestamp,
}

impl State {
    fn read(store: &StoreArgs, kinds: &KindsArgs) -> anyhow::Result<Self> {
        let app = kinds.open(store.url()?.open_existing()?)?;
        let (snapshot, nomenclature) = (app.snapshot(), app.nomenclature().clone());
        app.close();
        Ok(Self { snapshot, nomenclature, now: system_clock() })
    }

    fn morning(&self, landlord: &LandlordId, night: Date, form: Form) -> anyhow::Result<Vec<u8>> {
        let Self { snapshot, nomenclature, now } = self;
        let query = MorningQuery { landlord: landlord.clone(), night };
        let told = morning(snapshot, nomenclature, &query, *now)?;
        Ok(print_morning(&told, nomenclature, form, *now)?)
    }
}

fn is_standard_output(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if is_standard_output(path) {
        return Ok(io::stdout().lock().write_all(bytes)?);
    }
    if path.is_dir() {
        bail!("{} is a folder: name a file in it", path.display());
    }
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// A landlord's id as it is told on the command line.
pub(super) fn landlord(id: &str) -> Result<LandlordId, String> {
    LandlordId::of_name(id).map_err(|fault| fault.to_string())
}
