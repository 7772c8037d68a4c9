//! `--import-real`: what the files of a folder are, and the stock that they make.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};

use super::say;
use crate::{
    demo,
    geo::{Bbox, LonLat, geodesic_distance_m},
    import::{self, ImportError, Options, Reading, indicators::About},
    stock::StockChange,
};

/// Farther than this from the sites, a file is of another town, metres.
const SAME_TOWN_M: f64 = 60_000.0;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    /// Social housing programmes: a CSV with a column `bailleur`.
    Sites,
    /// Outlines of INSEE tracts.
    Tracts,
    /// INSEE's figures about tracts or squares: a CSV with a column `IRIS` or `idcar_200m`.
    Indicators,
    /// Footprints.
    Buildings,
    /// An extract of OpenStreetMap: footprints, streets, water and green.
    Osm,
}

/// The stock in the files of `folder` and of the folders in it, in one change. Each file is told, also those left out.
///
/// # Errors
///
/// When the folder or a file of it cannot be read, or when no file has sites or buildings.
pub(super) fn read(folder: &Path) -> anyhow::Result<StockChange> {
    let files = files(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut known: Vec<(Content, PathBuf)> = Vec::new();
    for file in files {
        let content = content(&file);
        match content {
            None if is_part_of_a_shapefile(&file) => {}
            None => say(format_args!("{}: left out, the demo has no use for it", name(&file))),
            Some(Content::Tracts) if known.iter().any(|(other, _)| *other == Content::Tracts) => {
                say(format_args!("{}: left out, there are tracts already", name(&file)));
            }
            Some(content) => known.push((content, file)),
        }
    }
    known.sort(); // sites come first: they say where the town is
    let mut change = StockChange::default();
    for (content, file) in known {
        read_file(content, &file, &mut change)?;
    }
    if change.sites.is_empty() {
        demo::group_into_sites(&mut change);
        ensure!(!change.sites.is_empty(), "{}: no sites and no buildings in it", folder.display());
        say(format_args!(
            "no file says what the sites are: {} made sites group the {} buildings by patches of ground",
            change.sites.len(),
            change.buildings.len()
        ));
    }
    Ok(change)
}

fn read_file(content: Content, file: &Path, change: &mut StockChange) -> anyhow::Result<()> {
    type Reader = fn(&Path, &Options<'_>) -> Result<Reading<StockChange>, ImportError>;
    let readers: &[(&str, Reader)] = match content {
        Content::Sites => &[("sites", import::sites::read)],
        Content::Tracts => &[("tracts", import::tracts::read)],
        Content::Indicators => &[("indicators", figures)],
        Content::Buildings => &[("buildings", import::buildings::read)],
        Content::Osm => &[
            ("buildings", import::buildings::read),
            ("surroundings", import::surroundings::read),
            ("roads", import::roads::read),
        ],
    };
    let town = middle(change.sites.iter().map(|site| site.position));
    for (layer, read) in readers {
        let Reading { content: found, summary } = read(file, &Options::default())?;
        let there = middle(found.buildings.iter().map(|building| building.footprint.position()));
        let away_m = town.zip(there).map(|(town, there)| geodesic_distance_m(town, there));
        if let Some(away_m) = away_m.filter(|away_m| *away_m > SAME_TOWN_M) {
            say(format_args!(
                "{}: left out, it is {:.0} km from the sites",
                name(file),
                away_m / 1000.0
            ));
            return Ok(());
        }
        say(format_args!(
            "{}: {layer}, {} read, {} kept ({} of them repaired), {} refused",
            name(file),
            summary.read,
            summary.kept,
            summary.repaired,
            summary.refused
        ));
        change.extend(found);
    }
    Ok(())
}

fn figures(file: &Path, options: &Options<'_>) -> Result<Reading<StockChange>, ImportError> {
    let Reading { content, summary } = import::indicators::read(file, options, &About::default())?;
    let datasets = vec![content.dataset];
    Ok(Reading { content: StockChange { datasets, ..StockChange::default() }, summary })
}

/// The middle of the box around `positions`.
fn middle(positions: impl Iterator<Item = LonLat>) -> Option<LonLat> {
    let around = Bbox::around(positions)?;
    LonLat::new((around.west() + around.east()) / 2.0, (around.south() + around.north()) / 2.0).ok()
}

/// The files of `folder` and of the folders in it, by path.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            for inner in fs::read_dir(&path)? {
                files.extend(Some(inner?.path()).filter(|path| path.is_file()));
            }
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn content(file: &Path) -> Option<Content> {
    let name = name(file).to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let speaks_of = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if ends(&[".osm.pbf"]) {
        return Some(Content::Osm);
    }
    if ends(&[".csv"]) {
        let columns = first_line(file).to_lowercase();
        let mut names = columns.split([';', ',', '\t']).map(|name| name.trim().trim_matches('"'));
        return if columns.contains("bailleur") {
            Some(Content::Sites)
        } else {
            names.any(|name| matches!(name, "iris" | "idcar_200m")).then_some(Content::Indicators)
        };
    }
    if ends(&[".shp", ".gpkg", ".geojson", ".fgb"]) {
        if speaks_of(&["iris"]) {
            return Some(Content::Tracts);
        }
        return speaks_of(&["bati", "building"]).then_some(Content::Buildings);
    }
    None
}

/// The first line of a text file; nothing where it cannot be read.
fn first_line(file: &Path) -> String {
    let mut line = Vec::new();
    let read =
        fs::File::open(file).and_then(|file| BufReader::new(file).read_until(b'\n', &mut line));
    read.map(|_| String::from_utf8_lossy(&line).into_owned()).unwrap_or_default()
}

fn is_part_of_a_shapefile(file: &Path) -> bool {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    matches!(extension.as_str(), "dbf" | "shx" | "prj" | "cpg" | "sbn" | "sbx" | "qix" | "qmd")
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
