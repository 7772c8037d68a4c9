//! GeoJSON (RFC 7946) and GeoJSON text sequences (RFC 8142), one feature in memory at a time.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    str::FromStr,
};

use geo::Coord;
use geojson::{GeometryValue, JsonValue, Position, feature::Id};

use super::{
    At, ImportError, Options,
    feature::{Each, Feature, RawGeometry, RawRing, Value},
    json::{JsonFault, JsonPieces, RECORD_SEPARATOR},
    meter::Meter,
    summary::{Fault, Refusal},
};
use crate::crs::Crs;

/// Longest line of a sequence, in bytes.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// What a JSON text of a file is handed to; it may stop the reading.
pub(super) type EachText<'a> = dyn FnMut(At, &[u8]) -> Result<(), ImportError> + 'a;

/// Hands each feature of a FeatureCollection to `each`; a lone Feature counts as one.
pub(super) fn read_collection(
    path: &Path,
    options: &Options<'_>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    let fault = |e: JsonFault| ImportError::malformed(path, e.to_string());
    let mut pieces = JsonPieces::new(Meter::open(path, options.progress)?);
    let mut other_members = serde_json::Map::new();
    let (mut crs, mut count, mut value) = (None, 0, Vec::new());
    let mut seen_features = false;
    pieces.expect(b'{', "an object").map_err(fault)?;
    while !pieces.take_if(b'}').map_err(fault)? {
        pieces.value(&mut value).map_err(fault)?;
        let key: String = parsed(path, &pieces, &value)?;
        pieces.expect(b':', "`:`").map_err(fault)?;
        if key == "features" && pieces.take_if(b'[').map_err(fault)? {
            seen_features = true;
            while !pieces.take_if(b']').map_err(fault)? {
                pieces.value(&mut value).map_err(fault)?;
                count += 1;
                each(feature(At::Feature(count), &value, crs.as_ref()))?;
                pieces.take_if(b',').map_err(fault)?;
            }
        } else {
            pieces.value(&mut value).map_err(fault)?;
            let member: JsonValue = parsed(path, &pieces, &value)?;
            if key == "crs" {
                crs = crs_member(path, &member, options)?;
                if count > 0 && crs.as_ref().is_some_and(|crs| *crs != Crs::wgs_84()) {
                    let reason = "its `crs` comes after its features; say it with --crs EPSG:n";
                    return Err(ImportError::unsupported(path, reason));
                }
            }
            other_members.insert(key, member);
        }
        pieces.take_if(b',').map_err(fault)?;
    }
    if let Some(found) = pieces.peek().map_err(fault)? {
        let reason = format!("line {}: `{}` after the end", pieces.line(), char::from(found));
        return Err(ImportError::malformed(path, reason));
    }
    match other_members.get("type").and_then(JsonValue::as_str) {
        Some("Feature") if !seen_features => {
            let alone = JsonValue::Object(other_members).to_string();
            each(feature(At::Feature(1), alone.as_bytes(), crs.as_ref()))
        }
        _ if seen_features => Ok(()),
        _ => Err(ImportError::malformed(path, "not a FeatureCollection: it has no `features`")),
    }
}

/// Hands each feature of a sequence to `each`: one a line, or one after each record separator.
pub(super) fn read_sequence(
    path: &Path,
    options: &Options<'_>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    read_lines(path, options, &mut |at, text| each(feature(at, text, None)))
}

/// Hands each JSON text of a file to `each`: one a line, or one after each record separator.
pub(super) fn read_lines(
    path: &Path,
    options: &Options<'_>,
    each: &mut EachText<'_>,
) -> Result<(), ImportError> {
    let io = |e| ImportError::io(path, e);
    let mut reader = BufReader::with_capacity(1 << 16, Meter::open(path, options.progress)?);
    let separator = match reader.fill_buf().map_err(io)?.first() {
        Some(&RECORD_SEPARATOR) => RECORD_SEPARATOR,
        _ => b'\n',
    };
    let (mut text, mut line) = (Vec::new(), 1);
    loop {
        text.clear();
        let limited = &mut reader.by_ref().take(LINE_BYTES_MAX);
        if limited.read_until(separator, &mut text).map_err(io)? == 0 {
            return Ok(());
        }
        if text.len() as u64 == LINE_BYTES_MAX {
            let reason = format!("line {line}: longer than {LINE_BYTES_MAX} bytes");
            return Err(ImportError::malformed(path, reason));
        }
        let at = At::Line(line);
        line += text.iter().filter(|byte| **byte == b'\n').count() as u64;
        let json = text.strip_suffix(&[RECORD_SEPARATOR]).unwrap_or(&text);
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json).trim_ascii();
        if !json.is_empty() {
            each(at, json)?;
        }
    }
}

fn parsed<T: serde::de::DeserializeOwned, R: Read>(
    path: &Path,
    pieces: &JsonPieces<R>,
    value: &[u8],
) -> Result<T, ImportError> {
    serde_json::from_slice(value)
        .map_err(|e| ImportError::malformed(path, format!("line {}: {e}", pieces.line())))
}

/// The system of the `crs` member that GeoJSON had before RFC 7946.
fn crs_member(
    path: &Path,
    member: &JsonValue,
    options: &Options<'_>,
) -> Result<Option<Crs>, ImportError> {
    let name = member.pointer("/properties/name").and_then(JsonValue::as_str);
    match name {
        Some(name) if options.crs.is_none() => Crs::from_str(name)
            .map(Some)
            .map_err(|source| ImportError::Crs { path: path.to_owned(), source }),
        _ => Ok(None),
    }
}

fn feature(at: At, text: &[u8], crs: Option<&Crs>) -> Result<Feature, Refusal> {
    let refusal =
        |at: At, e: &dyn std::fmt::Display| Refusal { at, fault: Fault::new("unreadable", e) };
    let read: geojson::Feature = match serde_json::from_slice(text) {
        Ok(read) => read,
        Err(e) => return Err(refusal(at, &e)),
    };
    let geometry = match read.geometry.map(|geometry| raw_geometry(&geometry.value)).transpose() {
        Ok(geometry) => geometry,
        Err(e) => return Err(refusal(at, &e)),
    };
    let id = read.id.map(|id| match id {
        Id::String(text) => text,
        Id::Number(number) => number.to_string(),
    });
    let properties = read.properties.unwrap_or_default();
    let properties = properties.into_iter().filter_map(|(name, v)| Some((name.into(), value(v)?)));
    let crs = Some(crs.cloned().unwrap_or_else(Crs::wgs_84));
    Ok(Feature { at, id, properties: properties.collect(), geometry, crs, mended: Vec::new() })
}

/// The value of a JSON member; objects and lists are no columns.
pub(super) fn value(json: JsonValue) -> Option<Value> {
    match json {
        JsonValue::String(text) => Value::of_text(&text),
        JsonValue::Number(number) => {
            number.as_i64().map(Value::Integer).or_else(|| number.as_f64().map(Value::Number))
        }
        JsonValue::Bool(yes) => Some(Value::Text(yes.to_string())),
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => None,
    }
}

fn raw_geometry(value: &GeometryValue) -> Result<RawGeometry, &'static str> {
    Ok(match value {
        GeometryValue::Point { coordinates } => RawGeometry::Point(coord(coordinates)?),
        GeometryValue::LineString { coordinates } => RawGeometry::Lines(vec![ring(coordinates)?]),
        GeometryValue::MultiLineString { coordinates } => RawGeometry::Lines(rings(coordinates)?),
        GeometryValue::Polygon { coordinates } => RawGeometry::Areas(vec![rings(coordinates)?]),
        GeometryValue::MultiPolygon { coordinates } => RawGeometry::Areas(
            coordinates.iter().map(|area| rings(area)).collect::<Result<_, _>>()?,
        ),
        GeometryValue::MultiPoint { .. } => RawGeometry::Other("a set of points"),
        GeometryValue::GeometryCollection { .. } => RawGeometry::Other("a collection"),
    })
}

fn rings(lines: &[Vec<Position>]) -> Result<Vec<RawRing>, &'static str> {
    lines.iter().map(|line| ring(line)).collect()
}

fn ring(line: &[Position]) -> Result<RawRing, &'static str> {
    line.iter().map(coord).collect()
}

fn coord(position: &Position) -> Result<Coord<f64>, &'static str> {
    match *position.as_slice() {
        [x, y, ..] => Ok(Coord { x, y }),
        _ => Err("a position has fewer than two numbers"),
    }
}
