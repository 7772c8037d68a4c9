//! `vigie report portrait`: what a place is like, or a subject over the whole stock.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, bail};

use super::{NotUnderstood, StoreArgs, kinds_args::KindsArgs, of_list, report::OutArgs};
use crate::{
    app::system_clock,
    closed_list::ClosedList as _,
    incident::Nomenclature,
    portrait::{
        Asker, Counts, Drawn, Naming, Place, PlaceKind, PortraitQuery, Subject, portrait, subjects,
    },
    press::print_portrait,
    publication::Units,
    stock::LandlordId,
    time::Month,
};

/// The options of `vigie report portrait`.
#[derive(Debug, clap::Args)]
pub struct PortraitArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Of what: town, site, landlord, tract, commune, or drawn for the polygon of --polygon.
    #[arg(long, env = "VIGIE_REPORT_OF", default_value = "town", value_parser = of_list::<PlaceKind>, value_name = "PLACE")]
    of: PlaceKind,
    /// Of which: the code of a site, the id of a landlord, nine digits of a tract, five of a commune.
    #[arg(long, env = "VIGIE_REPORT_CODE", value_name = "CODE")]
    code: Option<String>,
    /// A file with a GeoJSON polygon.
    #[arg(long, env = "VIGIE_REPORT_POLYGON", value_name = "FILE", conflicts_with = "code")]
    polygon: Option<PathBuf>,
    /// About a subject alone, such as halls, noise or hours.
    #[arg(long, env = "VIGIE_REPORT_SUBJECT", value_name = "ID")]
    subject: Option<String>,
    /// The first month, such as 2025-01; without it, 36 months before the last one, or as far as is known.
    #[arg(long, env = "VIGIE_REPORT_FROM", value_name = "MONTH")]
    from: Option<Month>,
    /// The last month; without it, the last one that is over.
    #[arg(long, env = "VIGIE_REPORT_TO", value_name = "MONTH")]
    to: Option<Month>,
    /// With counts past the publication gate, as partners and planners may read them, and sites by their codes alone.
    #[arg(long, env = "VIGIE_REPORT_PUBLISHED")]
    published: bool,
    #[command(flatten)]
    out: OutArgs,
    #[command(flatten)]
    kinds: KindsArgs,
}

/// Makes a portrait and writes it.
///
/// # Errors
///
/// When the place or the subject is not there, the polygon is none, or the file cannot be written.
pub fn run(args: &PortraitArgs) -> anyhow::Result<()> {
    let place = args.place()?;
    let app = args.kinds.open(args.store.url()?.open_existing()?)?;
    let (snapshot, nomenclature) = (app.snapshot(), app.nomenclature().clone());
    app.close();
    let now = system_clock();
    let subject = args.subject.as_deref().map(|id| subject(&nomenclature, id)).transpose()?;
    let query = PortraitQuery {
        place,
        from: args.from,
        to: args.to,
        kinds: subject.as_ref().and_then(|subject| subject.kinds.clone()).unwrap_or_default(),
        indicators: Vec::new(),
    };
    let units = args.published.then(|| Units::of(&snapshot, now));
    let asker = Asker {
        counts: units.as_ref().map_or(Counts::Exact, Counts::Published),
        own: None,
        naming: if args.published { Naming::Codes } else { Naming::Names },
    };
    let told = portrait(&snapshot, asker, &query, now)?;
    let printed = print_portrait(&told, subject.as_ref(), &nomenclature, (args.out.format, now))?;
    args.out.write(&printed)
}

impl PortraitArgs {
    fn place(&self) -> anyhow::Result<Place> {
        if self.of == PlaceKind::Drawn {
            let Some(path) = &self.polygon else {
                bail!(NotUnderstood("--of drawn needs --polygon FILE".to_owned()))
            };
            return Ok(Place::Drawn(drawn(path)?));
        }
        let code = self.code.as_deref();
        let of = self.of.as_str();
        let code = match (self.of, code) {
            (PlaceKind::Town, None) => return Ok(Place::Town),
            (PlaceKind::Town, Some(_)) => {
                bail!(NotUnderstood("--of town takes no --code".to_owned()))
            }
            (_, None) => bail!(NotUnderstood(format!("--of {of} needs --code"))),
            (_, Some(code)) => code,
        };
        Ok(match self.of {
            PlaceKind::Town | PlaceKind::Drawn => Place::Town,
            PlaceKind::Site => Place::Site(code.parse()?),
            PlaceKind::Landlord => Place::Landlord(LandlordId::of_name(code)?),
            PlaceKind::Tract => Place::Tract(code.parse()?),
            PlaceKind::Commune => Place::Commune(code.parse()?),
        })
    }
}

/// The subject of that id.
fn subject(nomenclature: &Nomenclature, id: &str) -> anyhow::Result<Subject> {
    let all = subjects(nomenclature);
    let known = all.iter().map(|subject| subject.id.as_str()).collect::<Vec<_>>().join(", ");
    let Some(found) = all.into_iter().find(|subject| subject.id.as_str() == id) else {
        bail!(NotUnderstood(format!("--subject: `{id}` is none of {known}")));
    };
    if !found.is_countable() {
        bail!("the subject `{id}` has no kind that is in force: see docs/kinds.md");
    }
    Ok(found)
}

/// The polygon in a file of GeoJSON: a geometry, or a feature with one.
fn drawn(path: &PathBuf) -> anyhow::Result<Drawn> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    let json: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{name} is no JSON"))?;
    let shape = json.get("geometry").unwrap_or(&json);
    let coordinates = shape.get("coordinates").cloned().unwrap_or_default();
    let polygons = match shape.get("type").and_then(serde_json::Value::as_str) {
        Some("Polygon") => serde_json::from_value(coordinates).map(|polygon| vec![polygon]),
        Some("MultiPolygon") => serde_json::from_value(coordinates),
        _ => bail!("{name} holds no Polygon and no MultiPolygon"),
    };
    let polygons = polygons.with_context(|| format!("{name}: coordinates"))?;
    Drawn::new(polygons).with_context(|| format!("{name}: coordinates"))
}
