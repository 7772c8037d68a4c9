//! [`NdjsonRows`]: rows as JSON objects, one a line.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Block, Coordinates, Crs, LocateAnswer, Rows, StockIndex, located, position_of};
use crate::{
    geo::LonLat,
    http::{
        json::{self, Object},
        limit::LINE_BYTES_MAX,
        locate::MethodBody,
    },
};

/// The names that an answer adds to a row.
const ADDED: [&str; 5] = ["site_code", "building_id", "method", "distance_m", "error"];

/// The reader of NDJSON.
pub struct NdjsonRows {
    crs: Option<Crs>,
    /// Lines seen, blank ones too.
    line: u64,
}

/// What of a row matters; the rest is carried through.
#[derive(Deserialize)]
struct Place {
    lon: Option<f64>,
    lat: Option<f64>,
    x: Option<f64>,
    y: Option<f64>,
    crs: Option<String>,
}

/// What is added to a row.
#[derive(Serialize)]
struct Added<'a> {
    site_code: Option<&'a str>,
    building_id: Option<&'a str>,
    method: Option<MethodBody>,
    distance_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// What is written where there is no row to add to.
#[derive(Serialize)]
struct Unreadable<'a> {
    line: u64,
    error: &'a str,
}

impl NdjsonRows {
    /// A reader at the begin of a body; `crs` is that of `x` and `y` where a row names none.
    pub fn new(crs: Option<Crs>) -> Self {
        Self { crs, line: 0 }
    }

    /// What the next line is; `None` where it is blank.
    fn read<'a>(&mut self, line: &'a [u8]) -> Option<(Result<LonLat, Fault>, &'a [u8])> {
        self.line += 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            return None;
        }
        if line.len() > LINE_BYTES_MAX {
            return Some((Err(self.unreadable("is longer than 64 kB")), line));
        }
        Some((self.position(line), line))
    }

    fn position(&self, line: &[u8]) -> Result<LonLat, Fault> {
        let place = match serde_json::from_slice::<Place>(line) {
            Ok(place) if line.starts_with(b"{") => place,
            _ => return Err(self.fault_of(line)),
        };
        let coordinates = Coordinates {
            lon: place.lon,
            lat: place.lat,
            x: place.x,
            y: place.y,
            crs: place.crs.as_deref(),
        };
        position_of(self.crs.as_ref(), &coordinates)
            .map_err(|fault| Fault::Refused(format!("{}: {}", fault.field, fault.reason)))
    }

    /// What is wrong with a line that is no row.
    fn fault_of(&self, line: &[u8]) -> Fault {
        match json::parse::<Object<Map<String, Value>>>(line) {
            Err(not_an_object) => self.unreadable(&not_an_object.to_string()),
            Ok(_) => match json::parse::<Object<Place>>(line) {
                Err(problem) => Fault::Refused(problem.to_string()),
                Ok(_) => self.unreadable("is not understood"),
            },
        }
    }

    fn unreadable(&self, error: &str) -> Fault {
        Fault::Unreadable { line: self.line, error: error.to_owned() }
    }
}

/// Why a line is not located.
enum Fault {
    /// It is an object, to which the reason can be added.
    Refused(String),
    /// There is nothing to add to.
    Unreadable { line: u64, error: String },
}

impl Rows for NdjsonRows {
    fn answer(&mut self, stock: &StockIndex, block: &Block, out: &mut Vec<u8>) {
        let Block::Lines(lines) = block else {
            self.line += 1;
            return say(&self.unreadable("is longer than 64 kB"), b"", out);
        };
        let lines = lines.strip_suffix(b"\n").unwrap_or(lines).split(|byte| *byte == b'\n');
        let rows: Vec<_> = lines.filter_map(|line| self.read(line)).collect();
        let mut answers = located(stock, rows.iter().map(|(position, _line)| position));
        for (position, line) in &rows {
            match position {
                Err(fault) => say(fault, line, out),
                Ok(_position) => {
                    if let Some(answer) = answers.next() {
                        add(line, &Added::from(&answer), out);
                    }
                }
            }
        }
    }
}

/// Writes what is wrong with `line`.
fn say(fault: &Fault, line: &[u8], out: &mut Vec<u8>) {
    match fault {
        Fault::Refused(error) => refused(line, error, out),
        Fault::Unreadable { line, error } => {
            write(&Unreadable { line: *line, error }, out);
            out.push(b'\n');
        }
    }
}

fn refused(line: &[u8], error: &str, out: &mut Vec<u8>) {
    let nothing = Added {
        site_code: None,
        building_id: None,
        method: None,
        distance_m: None,
        error: Some(error),
    };
    add(line, &nothing, out);
}

impl<'a> From<&'a LocateAnswer> for Added<'a> {
    fn from(answer: &'a LocateAnswer) -> Self {
        Self {
            site_code: answer.site_code.as_deref(),
            building_id: answer.building_id.as_deref(),
            method: Some(answer.method),
            distance_m: answer.distance_m,
            error: None,
        }
    }
}

/// Writes the object `line` with `added`: its own bytes stay as they are, in their order.
fn add(line: &[u8], added: &Added<'_>, out: &mut Vec<u8>) {
    let carried = without_added_names(line);
    let open = carried.strip_suffix(b"}").unwrap_or(&carried).trim_ascii_end();
    out.extend_from_slice(open);
    if open != b"{" {
        out.push(b',');
    }
    let begin = out.len();
    write(added, out);
    out.remove(begin); // the brace that opens `added`
    out.push(b'\n');
}

/// The line itself, unless it has names that the answer adds: a batch that is located again is written anew.
fn without_added_names(line: &[u8]) -> Cow<'_, [u8]> {
    let has = |name: &&str| {
        line.windows(name.len() + 2)
            .any(|part| part[0] == b'"' && part[1..].starts_with(name.as_bytes()))
    };
    if !ADDED.iter().any(has) {
        return Cow::Borrowed(line);
    }
    let Ok(mut row) = serde_json::from_slice::<Map<String, Value>>(line) else {
        return Cow::Borrowed(line);
    };
    row.retain(|name, _| !ADDED.contains(&name.as_str()));
    serde_json::to_vec(&row).map_or(Cow::Borrowed(line), Cow::Owned)
}

fn write(value: &impl Serialize, out: &mut Vec<u8>) {
    // Writing plain values into memory does not fail.
    let _ = serde_json::to_writer(out, value);
}
