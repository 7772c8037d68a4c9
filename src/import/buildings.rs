//! The `buildings` layer: footprints with their heights, and the codes of their sites where they are told.

use std::{collections::HashMap, path::Path};

use sha2::{Digest, Sha256};

use super::{
    At, ImportError, Options, Reading,
    columns::{Columns, Field},
    feature::{Feature, RawGeometry, RawRing, Value},
    format,
    osm::{Outline, Tags},
    placing, sites,
    summary::Fault,
    text::{judged, quoted},
};
use crate::{
    geo::LonLat,
    privacy::Purpose,
    stock::{Building, BuildingId, Footprint, InvalidBuildingId, SiteCode, StockChange},
};

/// Highest building that is believed, in metres: nothing in Europe reaches it.
const HEIGHT_M_MAX: f64 = 500.0;
/// Most storeys that are believed.
const LEVELS_MAX: f64 = 150.0;
/// Most dwellings of one building that are believed.
const DWELLINGS_MAX: f64 = 10_000.0;

/// The fields of a building, and the columns that they are looked for in.
const FIELDS: &[Field] = &[
    Field {
        name: "id",
        columns: &[
            "id",
            "building_id",
            "id_batiment",
            "code_batiment",
            "cleabs",
            "osm_id",
            "gml_id",
        ],
    },
    Field { name: "site_code", columns: &["site_code", "code_site", "code_residence", "site"] },
    Field {
        name: "height",
        columns: &["height", "height_m", "hauteur", "hauteur_m", "building:height"],
    },
    Field {
        name: "levels",
        columns: &["levels", "building:levels", "niveaux", "nb_niveaux", "nombre_d_etages"],
    },
    Field {
        name: "dwellings",
        columns: &[
            "dwellings",
            "logements",
            "nb_logements",
            "nombre_de_logements",
            "building:flats",
        ],
    },
];

/// A building whose footprint is not made valid yet.
struct Draft {
    at: At,
    mended: Vec<Fault>,
    areas: Vec<Vec<RawRing>>,
    id: Option<BuildingId>,
    site: Option<SiteCode>,
    height_m: Option<f64>,
    levels: Option<u16>,
    dwellings: Option<u32>,
}

/// Reads buildings. The app then joins each to its site.
///
/// # Errors
///
/// [`ImportError`]; nothing of the file is then kept.
pub fn read(path: &Path, options: &Options<'_>) -> Result<Reading<StockChange>, ImportError> {
    let mut columns = Columns::new(FIELDS, options)?;
    let mut drafts: Vec<Draft> = Vec::new();
    let mut summary = format::read(path, options, &is_building, &mut |mut feature, summary| {
        match placing::place(path, options, &mut feature)? {
            Ok((RawGeometry::Areas(areas), moved)) => {
                drafts.push(draft(&mut columns, feature, areas, moved));
            }
            Ok((other, _)) => {
                summary.refuse(&feature.at, &Fault::new("not a polygon", other.kind()))
            }
            Err(fault) => summary.refuse(&feature.at, &fault),
        }
        Ok(())
    })?;
    columns.check_mapped(path)?;
    swap_areas(&mut drafts, options);
    let mut buildings = HashMap::new();
    let mut order = Vec::new();
    for draft in drafts {
        let at = draft.at.clone();
        match finish(draft) {
            Ok((building, mended)) => {
                if let Some(fault) = repeated(&buildings, &building) {
                    summary.refuse(&at, &fault);
                    continue;
                }
                summary.keep(&at, &mended);
                order.push(building.id.clone());
                buildings.insert(building.id.clone(), building);
            }
            Err(fault) => summary.refuse(&at, &fault),
        }
    }
    let buildings = order.iter().filter_map(|id| buildings.remove(id)).collect();
    Ok(Reading { content: StockChange { buildings, ..StockChange::default() }, summary })
}

/// OpenStreetMap tells buildings by `building=*`.
fn is_building(tags: &Tags) -> Option<Outline> {
    let building = tags.iter().find(|(key, _)| &**key == "building");
    building.filter(|(_, value)| *value != Value::Text("no".to_owned())).map(|_| Outline::Area)
}

fn draft(
    columns: &mut Columns<'_>,
    feature: Feature,
    areas: Vec<Vec<RawRing>>,
    mut mended: Vec<Fault>,
) -> Draft {
    let site = columns.text(&feature, "site_code").and_then(|text| {
        let code = sites::written_as_code(&text);
        if code.is_none() {
            mended.push(Fault::new(
                "not a site code",
                format!("{}, joined by position", quoted(&text)),
            ));
        }
        code
    });
    let id = feature.id.clone().or_else(|| columns.text(&feature, "id"));
    let id = id.and_then(|text| match building_id(&text) {
        Ok(id) => Some(id),
        Err(e) => {
            mended.push(Fault::new("id replaced by a digest", e));
            None
        }
    });
    let mut within = |field: &'static str, max: f64| {
        let value = columns.get(&feature, field)?;
        let number = measured(value).filter(|n| *n >= 0.0 && *n <= max);
        if number.is_none() {
            mended.push(Fault::new("value left out", format!("{field} {}", quoted(value))));
        }
        number
    };
    let height_m = within("height", HEIGHT_M_MAX).filter(|height_m| *height_m > 0.0);
    let levels = within("levels", LEVELS_MAX).map(|levels| levels.ceil() as u16);
    let dwellings = within("dwellings", DWELLINGS_MAX).map(|dwellings| dwellings as u32);
    Draft { at: feature.at, mended, areas, id, site, height_m, levels, dwellings }
}

/// The id that a text is.
///
/// # Errors
///
/// Why it is none, in words.
fn building_id(text: &str) -> Result<BuildingId, String> {
    judged("id", text, Purpose::Code).map_err(|fault| fault.detail)?;
    let joined = text.split_whitespace().collect::<Vec<_>>().join("-");
    joined.parse().map_err(|e: InvalidBuildingId| e.to_string())
}

/// A number, perhaps with its metres behind it.
fn measured(value: &Value) -> Option<f64> {
    value.number().or_else(|| match value {
        Value::Text(text) => {
            text.trim_end().strip_suffix('m')?.trim().replace(',', ".").parse().ok()
        }
        Value::Integer(_) | Value::Number(_) => None,
    })
}

/// Puts longitude first in those whose corners have latitude first.
fn swap_areas(drafts: &mut [Draft], options: &Options<'_>) {
    let corner = |draft: &Draft| draft.areas.iter().flatten().flatten().next().copied();
    let placed: Vec<(usize, LonLat)> = drafts
        .iter()
        .enumerate()
        .filter_map(|(index, draft)| Some((index, LonLat::try_from(corner(draft)?).ok()?)))
        .collect();
    let positions: Vec<LonLat> = placed.iter().map(|(_, position)| *position).collect();
    let swaps = placing::latitude_first(&positions, options.bounds);
    for ((index, position), _) in placed.into_iter().zip(swaps).filter(|(_, swap)| *swap) {
        let draft = &mut drafts[index];
        draft.mended.push(placing::swap_fault(position));
        for coord in draft.areas.iter_mut().flatten().flatten() {
            std::mem::swap(&mut coord.x, &mut coord.y);
        }
    }
}

fn finish(draft: Draft) -> Result<(Building, Vec<Fault>), Fault> {
    let (footprint, words) = placing::footprint(draft.areas)?;
    let mut mended = draft.mended;
    mended.extend(words);
    let id = match draft.id {
        Some(id) => id,
        None => digest(&footprint).map_err(|e| Fault::new("no id", e))?,
    };
    let building = Building {
        id,
        site_was_given: draft.site.is_some(),
        site: draft.site,
        footprint,
        height_m: draft.height_m,
        levels: draft.levels,
        dwellings: draft.dwellings,
        halls: Vec::new(),
    };
    Ok((building, mended))
}

/// An id made from the corners, to the centimetre: the same walls have the same id in every format.
fn digest(footprint: &Footprint) -> Result<BuildingId, InvalidBuildingId> {
    let mut corners: Vec<[i64; 2]> = footprint
        .corners()
        .map(|corner| [corner.lon(), corner.lat()].map(|degrees| (degrees * 1e7).round() as i64))
        .collect();
    corners.sort_unstable();
    corners.dedup();
    let mut hasher = Sha256::new();
    for [lon, lat] in corners {
        hasher.update(lon.to_be_bytes());
        hasher.update(lat.to_be_bytes());
    }
    format!("geo-{}", hex::encode(&hasher.finalize()[..8])).parse()
}

fn repeated(known: &HashMap<BuildingId, Building>, building: &Building) -> Option<Fault> {
    known.get(&building.id).map(|earlier| {
        let same = earlier.footprint == building.footprint;
        let detail = if same { "with the same walls" } else { "with other walls" };
        Fault::new("id comes twice", format!("`{}` {detail}", building.id))
    })
}
