//! The `surroundings` layer: streets, rails, water and green that are drawn under the stock.

use std::path::Path;

use geo::LineString;

use super::{
    ImportError, Options, Reading,
    columns::{Columns, Field},
    feature::{Feature, RawGeometry, Value},
    format,
    osm::{Outline, Tags},
    placing,
    summary::Fault,
    text::judged,
};
use crate::{
    privacy::Purpose,
    stock::{StockChange, Surrounding, SurroundingClass, SurroundingShape},
};

/// Longest name, in characters.
const NAME_LENGTH_MAX: usize = 120;

/// The fields of a surrounding, and the columns that they are looked for in.
const FIELDS: &[Field] = &[
    Field { name: "id", columns: &["id", "cleabs", "osm_id"] },
    Field { name: "class", columns: &["class", "classe"] },
    Field { name: "name", columns: &["name", "nom"] },
    Field { name: "rank", columns: &["rank", "rang"] },
    Field { name: "height", columns: &["height", "height_m", "hauteur"] },
];

/// Reads surroundings, by the column `class` or by OpenStreetMap's tags.
///
/// # Errors
///
/// [`ImportError`]; nothing of the file is then kept.
pub fn read(path: &Path, options: &Options<'_>) -> Result<Reading<StockChange>, ImportError> {
    let mut columns = Columns::new(FIELDS, options)?;
    let mut surroundings: Vec<Surrounding> = Vec::new();
    let summary = format::read(
        path,
        options,
        &|tags| classify(tags).map(|(_, _, outline)| outline),
        &mut |mut feature, summary| {
            let placed = placing::place(path, options, &mut feature)?;
            let made = placed.and_then(|(geometry, mut mended)| {
                let made = surrounding(&mut columns, &feature, geometry, &mut mended)?;
                Ok((made, mended))
            });
            match made {
                Ok((made, mended)) => {
                    summary.keep(&feature.at, &mended);
                    surroundings.extend(made);
                }
                Err(fault) => summary.refuse(&feature.at, &fault),
            }
            Ok(())
        },
    )?;
    columns.check_mapped(path)?;
    Ok(Reading { content: StockChange { surroundings, ..StockChange::default() }, summary })
}

/// What a feature is; a line of several parts is as many streets.
fn surrounding(
    columns: &mut Columns<'_>,
    feature: &Feature,
    geometry: RawGeometry,
    mended: &mut Vec<Fault>,
) -> Result<Vec<Surrounding>, Fault> {
    let class = columns.text(feature, "class").and_then(|name| SurroundingClass::of_name(&name));
    let tagged = classify(&feature.properties);
    let class = class.or(tagged.map(|(class, ..)| class));
    let class = class.ok_or_else(|| Fault::new("no class", "neither a class nor a known tag"))?;
    let number = |value: Option<&Value>| value.and_then(Value::number);
    let rank = number(columns.get(feature, "rank")).filter(|rank| (1.0..=3.0).contains(rank));
    let rank = rank.map(|rank| rank as u8).or(tagged.map(|(_, rank, _)| rank)).unwrap_or(2);
    let height_m = number(columns.get(feature, "height"));
    let name: Option<String> =
        columns.text(feature, "name").map(|name| name.chars().take(NAME_LENGTH_MAX).collect());
    let name = name.and_then(|name| match judged("name", &name, Purpose::PlaceName) {
        Ok(()) => Some(name),
        Err(fault) => {
            mended.push(Fault::new("kept without its name", fault.detail));
            None
        }
    });
    let id = feature.id.clone().or_else(|| columns.text(feature, "id"));
    let id = id.unwrap_or_else(|| feature.at.to_string());
    let shapes = shapes(geometry, mended)?;
    let made = shapes.into_iter().enumerate().map(|(part, shape)| Surrounding {
        id: if part == 0 { id.clone() } else { format!("{id}#{}", part + 1) },
        class,
        name: Option::clone(&name),
        rank,
        height_m,
        shape,
    });
    Ok(made.collect())
}

fn shapes(geometry: RawGeometry, mended: &mut Vec<Fault>) -> Result<Vec<SurroundingShape>, Fault> {
    match geometry {
        RawGeometry::Lines(lines) if lines.iter().all(|line| line.len() >= 2) => Ok(lines
            .into_iter()
            .map(|line| SurroundingShape::Line(LineString::from(line)))
            .collect()),
        RawGeometry::Lines(_) => Err(Fault::new("not a line", "a line has two points at least")),
        RawGeometry::Areas(areas) => {
            let (footprint, words) = placing::footprint(areas)?;
            mended.extend(words);
            Ok(vec![SurroundingShape::Area(footprint.polygons().clone())])
        }
        other => Err(Fault::new("neither a line nor a polygon", other.kind())),
    }
}

/// What OpenStreetMap's tags make of an element: class, rank, and whether it is a line or an area.
fn classify(tags: &Tags) -> Option<(SurroundingClass, u8, Outline)> {
    let tag = |key: &str| {
        tags.iter().find(|(known, _)| &**known == key).and_then(|(_, value)| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Integer(_) | Value::Number(_) => None,
        })
    };
    if let Some(highway) = tag("highway") {
        let rank = match highway.trim_end_matches("_link") {
            "motorway" | "trunk" | "primary" => 1,
            "secondary" | "tertiary" => 2,
            "residential" | "unclassified" | "living_street" | "pedestrian" | "service"
            | "road" | "footway" | "path" | "cycleway" | "steps" | "track" => 3,
            _ => return None,
        };
        let outline = if tag("area") == Some("yes") { Outline::Area } else { Outline::Line };
        return Some((SurroundingClass::Street, rank, outline));
    }
    match tag("railway") {
        Some("rail") => return Some((SurroundingClass::Rail, 1, Outline::Line)),
        Some("subway" | "light_rail" | "tram" | "narrow_gauge" | "funicular") => {
            return Some((SurroundingClass::Rail, 2, Outline::Line));
        }
        _ => {}
    }
    match (tag("waterway"), tag("natural"), tag("leisure"), tag("landuse")) {
        (Some("river" | "canal"), ..) => Some((SurroundingClass::Water, 1, Outline::Line)),
        (Some("stream"), ..) => Some((SurroundingClass::Water, 3, Outline::Line)),
        (Some("riverbank"), ..)
        | (_, Some("water" | "bay"), ..)
        | (.., Some("reservoir" | "basin")) => Some((SurroundingClass::Water, 1, Outline::Area)),
        (_, _, Some("park" | "garden" | "nature_reserve"), _)
        | (_, Some("wood" | "scrub" | "grassland" | "heath"), ..)
        | (
            ..,
            Some(
                "forest" | "grass" | "meadow" | "cemetery" | "village_green" | "recreation_ground",
            ),
        ) => Some((SurroundingClass::Green, 2, Outline::Area)),
        _ => None,
    }
}
