//! `vigie export`: what maps draw, as one file.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::bail;
use serde_json::json;

use super::{
    NotUnderstood, StoreArgs,
    new_file::{NewFile, Replaces},
    report::landlord,
};
use crate::{
    access::Scope,
    app::{App, system_clock},
    catalogue::{Indicator, IndicatorName},
    closed_list::ClosedList as _,
    export::{Pyramid, PyramidHead, place_of},
    geo::Bbox,
    stock::LandlordId,
    tile::{Drawing, Layers, TileId},
};

/// The options of `vigie export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    what: What,
}

/// What is written.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// A layer of vector tiles as PMTiles, which maps read from any server of files.
    Tiles(TilesArgs),
}

/// The options of `vigie export tiles`.
#[derive(Debug, clap::Args)]
struct TilesArgs {
    /// sites, buildings, tracts or roads.
    #[arg(value_name = "LAYER", value_parser = stock_layer)]
    layer: Layers,
    /// The file to write.
    #[arg(long, env = "VIGIE_EXPORT_OUT", value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
    /// The first zoom; without it, the first with anything in it.
    #[arg(long, env = "VIGIE_EXPORT_MIN_ZOOM", value_name = "ZOOM")]
    min_zoom: Option<u8>,
    /// The last zoom; without it, the last that shows more than the one before.
    #[arg(long, env = "VIGIE_EXPORT_MAX_ZOOM", value_name = "ZOOM")]
    max_zoom: Option<u8>,
    /// What the account of that landlord is shown, by its id such as `paris-habitat`: its own sites and buildings, with names.
    #[arg(long, env = "VIGIE_EXPORT_LANDLORD", value_parser = landlord, value_name = "ID")]
    landlord: Option<LandlordId>,
    /// Sites with their names; without it, by their codes alone, as planners read them.
    #[arg(long, env = "VIGIE_EXPORT_NAMES", conflicts_with = "landlord")]
    names: bool,
    /// Figures that tracts carry, by name of the variable such as DISP_MED18, or `dataset:VARIABLE`.
    #[arg(long, env = "VIGIE_EXPORT_INDICATORS", value_delimiter = ',', value_name = "NAME")]
    indicators: Vec<IndicatorName>,
    /// Replace FILE if it is there.
    #[arg(long, env = "VIGIE_EXPORT_FORCE")]
    force: bool,
}

/// Runs the subcommand. The file is there as a whole, or as it was before.
///
/// # Errors
///
/// When the store cannot be read or has nothing to draw, what is named is not in it, or the file cannot be written.
pub fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let What::Tiles(args) = &args.what;
    let zooms = args.zooms()?;
    let app = App::open(args.store.url()?.open_existing()?, system_clock)?;
    let snapshot = app.snapshot();
    app.close();
    if let Some(own) = args.landlord.as_ref().filter(|own| snapshot.stock().landlord(own).is_none())
    {
        bail!("landlord `{own}` is not in the stock");
    }
    let scope = args.scope();
    let found = |name: &IndicatorName| {
        Ok::<_, anyhow::Error>((name.to_string(), Indicator::find(snapshot.stock(), name)?))
    };
    let indicators = args.indicators.iter().map(found).collect::<Result<_, _>>()?;
    let drawing = Drawing { layer: args.layer, snapshot: &snapshot, scope: &scope, indicators };
    let Some(bounds) = drawing.bounds() else {
        bail!("there are no {} to draw", args.layer.as_str());
    };
    let squares = in_order(&drawing, zooms)?;
    let mut file = NewFile::begin("export", &args.out, Replaces::forced(args.force))?;
    let mut pyramid = Pyramid::begin(head(&drawing, zooms, bounds), file.file())?;
    for tile in squares {
        let drawn = drawing.tile(tile)?;
        pyramid.add((tile.zoom(), tile.column(), tile.row()), &drawn)?;
    }
    let tiles = pyramid.finish()?;
    let bytes = file.file().metadata()?.len();
    file.place()?;
    let ([first, last], layer) = (zooms, args.layer.as_str());
    let name = args.out.display();
    let mut out = io::stdout().lock();
    Ok(writeln!(out, "{name}: {tiles} tiles of {layer}, zooms {first} to {last}, {bytes} bytes")?)
}

impl TilesArgs {
    /// First and last zoom.
    fn zooms(&self) -> anyhow::Result<[u8; 2]> {
        let (least, most) = (self.layer.zoom_min(), self.layer.zoom_max());
        let first = self.min_zoom.unwrap_or(least);
        let last = self.max_zoom.unwrap_or(most);
        if self.layer != Layers::Tracts && !self.indicators.is_empty() {
            bail!(NotUnderstood("--indicators are told of tracts alone".to_owned()));
        }
        for (option, zoom) in [("--min-zoom", first), ("--max-zoom", last)] {
            if !(least..=most).contains(&zoom) {
                let layer = self.layer.as_str();
                bail!(NotUnderstood(format!("{option}: {layer} have zooms {least} to {most}")));
            }
        }
        if first > last {
            bail!(NotUnderstood("--min-zoom must not be more than --max-zoom".to_owned()));
        }
        Ok([first, last])
    }

    /// Whose eyes the file is drawn for.
    fn scope(&self) -> Scope {
        match &self.landlord {
            Some(own) => Scope::Landlord(own.clone()),
            None if self.names => Scope::Everything,
            None => Scope::Codes,
        }
    }
}

/// Every tile that may have anything in it, in the order of the file.
fn in_order(drawing: &Drawing<'_>, [first, last]: [u8; 2]) -> anyhow::Result<Vec<TileId>> {
    let mut placed = Vec::new();
    for zoom in first..=last {
        for tile in drawing.squares(zoom)? {
            placed.push((place_of((zoom, tile.column(), tile.row()))?, tile));
        }
    }
    placed.sort_unstable_by_key(|(place, _)| *place);
    Ok(placed.into_iter().map(|(_, tile)| tile).collect())
}

fn head(drawing: &Drawing<'_>, zooms: [u8; 2], bounds: Bbox) -> PyramidHead {
    let layer = drawing.layer;
    let mut fields: serde_json::Map<_, _> = layer
        .fields()
        .iter()
        .filter(|(name, _)| {
            *name != "name" || layer != Layers::Sites || drawing.scope.names_sites()
        })
        .map(|(name, what)| ((*name).to_owned(), json!(what)))
        .collect();
    for (name, indicator) in &drawing.indicators {
        fields.insert(name.clone(), json!(format!("{name} of {}", indicator.dataset.id)));
    }
    let metadata = json!({
        "name": layer.as_str(),
        "type": "overlay",
        "generator": concat!("vigie ", env!("CARGO_PKG_VERSION")),
        "vector_layers": [{ "id": layer.as_str(), "fields": fields, "minzoom": zooms[0], "maxzoom": zooms[1] }],
    });
    let bounds = [bounds.west(), bounds.south(), bounds.east(), bounds.north()];
    PyramidHead { zooms, bounds, metadata: metadata.to_string() }
}

/// The layer of that name, for clap.
fn stock_layer(name: &str) -> Result<Layers, String> {
    let known = || Layers::of_stock().map(Layers::as_str).collect::<Vec<_>>().join(", ");
    Layers::of_stock()
        .find(|layer| layer.as_str() == name)
        .ok_or_else(|| format!("must be one of {}", known()))
}
