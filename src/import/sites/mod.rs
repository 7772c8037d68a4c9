//! The `sites` layer: residences, their landlords, their dwellings, and what crews are told of them.

mod code;
mod correction;
mod notes;

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
};

use super::{
    At, ImportError, Options, Reading, Summary,
    columns::{Columns, Field},
    feature::{Feature, RawGeometry},
    format, placing,
    summary::Fault,
    text::{REFUSED, judged, quoted},
};
use crate::{
    crs::Crs,
    geo::LonLat,
    privacy::{Purpose, Rule, check},
    stock::{Footprint, Landlord, Site, SiteCode, StockChange},
};
use code::Codes;
pub(super) use code::written_as_code;

/// What a landlord is called that the file does not name.
const UNKNOWN_LANDLORD: &str = "Bailleur inconnu";
/// How files write that there is none.
const NO_LANDLORD: [&str; 5] = ["(vide)", "vide", "inconnu", "n/a", "-"];
/// Most dwellings of one site; the largest estates of France have some 5,000.
const DWELLINGS_MAX: f64 = 100_000.0;
/// The word after which a name is that of whoever lives there.
const AT_HOME_OF: &str = "chez";
/// Longest name or address, in characters.
const TEXT_LENGTH_MAX: usize = 200;

/// The fields of a site, and the columns that they are looked for in.
const FIELDS: &[Field] = &[
    Field {
        name: "code",
        columns: &["code", "code_site", "site_code", "code_residence", "code_programme"],
    },
    Field { name: "id", columns: &["id", "identifiant", "id_site", "id_programme", "reference"] },
    Field {
        name: "landlord",
        columns: &["landlord", "bailleur", "nom_bailleur", "bailleur_social", "organisme"],
    },
    Field {
        name: "name",
        columns: &["name", "nom", "nom_residence", "residence", "nom_site", "libelle"],
    },
    Field {
        name: "dwellings",
        columns: &[
            "dwellings",
            "logements",
            "nb_logements",
            "nombre_logements",
            "nombre_de_logements",
        ],
    },
    Field { name: "lon", columns: &["lon", "longitude", "lng", "long"] },
    Field { name: "lat", columns: &["lat", "latitude"] },
    Field { name: "x", columns: &["x", "coord_x", "x_lambert93", "x_l93", "easting"] },
    Field { name: "y", columns: &["y", "coord_y", "y_lambert93", "y_l93", "northing"] },
    Field { name: "address", columns: &["address", "adresse", "adresse_complete"] },
    Field { name: "kind", columns: &["nature_programme", "nature", "type_residence"] },
    Field { name: "district", columns: &["arrondissement", "district"] },
    Field { name: "instructions", columns: &["instructions", "consignes", "consigne"] },
    Field { name: "access", columns: &["access", "acces", "acces_site"] },
];

/// A site before it has its code.
struct Draft {
    at: At,
    mended: Vec<Fault>,
    landlord: Landlord,
    /// As the file writes it; below 0, a correction of what was told before.
    dwellings: i64,
    position: LonLat,
    outline: Option<Footprint>,
    name: Option<String>,
    address: Option<String>,
    words: notes::Words,
}

/// Reads sites and their landlords.
///
/// # Errors
///
/// [`ImportError`]; nothing of the file is then kept.
pub fn read(path: &Path, options: &Options<'_>) -> Result<Reading<StockChange>, ImportError> {
    let mut columns = Columns::new(FIELDS, options)?;
    let mut drafts: Vec<Draft> = Vec::new();
    let mut codes = Codes::default();
    let mut summary = format::read(path, options, &|_| None, &mut |mut feature, summary| {
        let code = codes.wish(&mut columns, &feature);
        match draft(path, options, &mut columns, &mut feature)?.and_then(|d| Ok((d, code?))) {
            Ok((draft, code)) => {
                drafts.push(draft);
                codes.add(code);
            }
            Err(fault) => summary.refuse(&feature.at, &fault),
        }
        Ok(())
    })?;
    columns.check_mapped(path)?;
    swap_positions(&mut drafts, options);
    correction::settle(&mut drafts);
    let content = finish(drafts, codes.settle(), &mut summary);
    Ok(Reading { content, summary })
}

/// What a row says of a site, but for its code.
fn draft(
    path: &Path,
    options: &Options<'_>,
    columns: &mut Columns<'_>,
    feature: &mut Feature,
) -> Result<Result<Draft, Fault>, ImportError> {
    let mut mended = Vec::new();
    columns_to_point(columns, feature);
    let (geometry, moved) = match placing::place(path, options, feature)? {
        Ok(placed) => placed,
        Err(fault) => return Ok(Err(fault)),
    };
    mended.extend(moved);
    Ok(where_it_is(geometry, &mut mended).and_then(|(position, outline)| {
        let landlord = landlord(columns.text(feature, "landlord"), &mut mended)?;
        let dwellings = dwellings(columns, feature, &mut mended)?;
        let name = columns.text(feature, "name").or_else(|| described(columns, feature));
        let address = columns.text(feature, "address");
        for (field, text) in [("name", &name), ("address", &address)] {
            text.as_deref().map_or(Ok(()), |text| judged(field, text, Purpose::PlaceName))?;
        }
        name.as_deref().map_or(Ok(()), |name| of_a_place(name, &mut mended))?;
        Ok(Draft {
            at: feature.at.clone(),
            landlord,
            dwellings,
            position,
            outline,
            name: name.map(|name| shortened(&name)),
            address: address.map(|address| shortened(&address)),
            words: notes::words(columns, feature)?,
            mended,
        })
    }))
}

/// Makes a point of the columns that tell one, where the format itself has no geometry.
fn columns_to_point(columns: &mut Columns<'_>, feature: &mut Feature) {
    let mut pair = |x: &str, y: &str| {
        let number = |value: Option<&super::feature::Value>| value.and_then(|value| value.number());
        let x = number(columns.get(feature, x))?;
        Some(RawGeometry::Point(geo::Coord { x, y: number(columns.get(feature, y))? }))
    };
    if feature.geometry.is_none() {
        if let Some(degrees) = pair("lon", "lat") {
            feature.geometry = Some(degrees);
            feature.crs = Some(Crs::wgs_84());
        } else {
            feature.geometry = pair("x", "y");
        }
    }
}

fn where_it_is(
    geometry: RawGeometry,
    mended: &mut Vec<Fault>,
) -> Result<(LonLat, Option<Footprint>), Fault> {
    match geometry {
        RawGeometry::Point(coord) => {
            let position = LonLat::try_from(coord).map_err(|e| Fault::new("no position", e))?;
            Ok((position, None))
        }
        RawGeometry::Areas(areas) => {
            let (outline, words) = placing::footprint(areas)?;
            mended.extend(words);
            Ok((outline.position(), Some(outline)))
        }
        other => Err(Fault::new("neither a point nor a polygon", other.kind())),
    }
}

fn landlord(name: Option<String>, mended: &mut Vec<Fault>) -> Result<Landlord, Fault> {
    let is_none = |name: &String| NO_LANDLORD.contains(&name.to_lowercase().as_str());
    let name = name.filter(|name| !is_none(name)).unwrap_or_else(|| {
        let detail = format!("kept under `{UNKNOWN_LANDLORD}`");
        mended.push(Fault::new("no landlord named", detail));
        UNKNOWN_LANDLORD.to_owned()
    });
    judged("landlord", &name, Purpose::PlaceName)?;
    Landlord::named(&name).map_err(|e| Fault::new("no landlord's name", e))
}

/// Whether a name that reads as a person's is kept: places are called after people, and a household is no place. One that is
/// kept is told, for somebody to look at.
///
/// # Errors
///
/// The name says at whose home it is.
fn of_a_place(name: &str, mended: &mut Vec<Fault>) -> Result<(), Fault> {
    let Err(refusal) = check(name, Purpose::Callsign) else { return Ok(()) };
    if refusal.rule != Rule::Person {
        return Ok(());
    }
    if name.split_whitespace().any(|word| word.eq_ignore_ascii_case(AT_HOME_OF)) {
        return Err(Fault::new(REFUSED, format!("name: {refusal}")));
    }
    mended.push(Fault::new(
        "name that may be a person's",
        "kept, for places are called after people",
    ));
    Ok(())
}

fn dwellings(
    columns: &mut Columns<'_>,
    feature: &Feature,
    mended: &mut Vec<Fault>,
) -> Result<i64, Fault> {
    let Some(value) = columns.get(feature, "dwellings") else {
        mended.push(Fault::new("number of dwellings not told", "taken as 0"));
        return Ok(0);
    };
    let number = value.number().filter(|n| n.fract() == 0.0 && n.abs() <= DWELLINGS_MAX);
    let detail = || format!("{} is not a whole number up to {DWELLINGS_MAX}", quoted(value));
    number.map(|n| n as i64).ok_or_else(|| Fault::new("not a number of dwellings", detail()))
}

/// A name made from what the row says of the residence, never from its address.
fn described(columns: &mut Columns<'_>, feature: &Feature) -> Option<String> {
    let kind = columns.text(feature, "kind")?;
    let mut letters = kind.chars();
    let capital = letters.next().map(|first| first.to_uppercase().collect::<String>());
    let kind = capital.unwrap_or_default() + letters.as_str();
    let district = columns.get(feature, "district").and_then(super::feature::Value::number);
    Some(match district.filter(|n| n.fract() == 0.0 && (1.0..=20.0).contains(n)) {
        Some(1.0) => format!("{kind}, 1er arrondissement"),
        Some(number) => format!("{kind}, {number}e arrondissement"),
        None => kind,
    })
}

fn shortened(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TEXT_LENGTH_MAX).collect()
}

fn swap_positions(drafts: &mut [Draft], options: &Options<'_>) {
    let positions: Vec<LonLat> = drafts.iter().map(|draft| draft.position).collect();
    for (draft, swap) in drafts.iter_mut().zip(placing::latitude_first(&positions, options.bounds))
    {
        if let (true, None, Ok(swapped)) =
            (swap, &draft.outline, LonLat::new(draft.position.lat(), draft.position.lon()))
        {
            draft.mended.push(placing::swap_fault(draft.position));
            draft.position = swapped;
        }
    }
}

fn finish(
    drafts: Vec<Draft>,
    codes: Vec<Result<(SiteCode, Option<Fault>), Fault>>,
    summary: &mut Summary,
) -> StockChange {
    let mut landlords = BTreeMap::new();
    let mut seen = HashSet::new();
    let mut sites = Vec::with_capacity(drafts.len());
    let mut told = Vec::with_capacity(drafts.len());
    for (mut draft, code) in drafts.into_iter().zip(codes) {
        let (code, rewritten) = match code {
            Ok(code) => code,
            Err(fault) => {
                summary.refuse(&draft.at, &fault);
                continue;
            }
        };
        if !seen.insert(code.clone()) {
            let detail = format!("`{code}` was kept from an earlier row");
            summary.refuse(&draft.at, &Fault::new("code comes twice", detail));
            continue;
        }
        draft.mended.extend(rewritten);
        summary.keep(&draft.at, &draft.mended);
        told.push((code.clone(), draft.words));
        sites.push(Site {
            name: draft.name.unwrap_or_else(|| code.to_string()),
            code,
            landlord: draft.landlord.id.clone(),
            dwellings: u32::try_from(draft.dwellings).unwrap_or(0),
            position: draft.position,
            outline: draft.outline,
            address: draft.address,
        });
        landlords.entry(draft.landlord.id.clone()).or_insert(draft.landlord);
    }
    StockChange {
        landlords: landlords.into_values().collect(),
        sites,
        notes: notes::settle(told),
        ..StockChange::default()
    }
}
