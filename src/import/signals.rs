//! The `signals` layer: what sensors, calendars and other programs said, as CSV.
//!
//! A column that is not a field of a signal stops the import before anything is read, as with incidents: a signal has no free text.

use std::{collections::HashMap, path::Path};

use super::{
    At, ImportError, Options, Reading, Summary,
    columns::check_closed,
    csv,
    feature::{Feature, Value},
    format::Format,
    summary::Fault,
    text::same_name,
};
use crate::signal::{InvalidSignal, RawPlace, RawSignal, Signal, Sources};

/// The only columns that are read, each with the name of its field first.
const FIELDS: [&[&str]; 10] = [
    &["source"],
    &["kind", "genre"],
    &["at", "date_heure"],
    &["until", "jusqu_a"],
    &["value", "valeur"],
    &["site_code", "code_site"],
    &["lon", "longitude"],
    &["lat", "latitude"],
    &["area", "zone"],
    &["reference"],
];
/// Most signals of one file: a sensor that speaks every minute for four years.
const SIGNALS_MAX: usize = 2_000_000;

/// Reads signals, in the order of the file. A row without a place is everywhere, where its kind allows that.
///
/// # Errors
///
/// [`ImportError`], [`ImportError::ForbiddenColumns`] among them; nothing of the file is then kept.
pub fn read(
    path: &Path,
    options: &Options<'_>,
    sources: &Sources,
) -> Result<Reading<Vec<(At, Signal)>>, ImportError> {
    if !matches!(Format::of(path)?, Format::Csv) {
        return Err(ImportError::unsupported(path, "signals come as CSV"));
    }
    let (mut signals, mut summary) = (Vec::new(), Summary::default());
    csv::read(path, options, &mut |row| {
        let row = match row {
            Ok(row) => row,
            Err(refusal) => {
                summary.refuse(&refusal.at, &refusal.fault);
                return Ok(());
            }
        };
        check_closed(path, "a signal", &row, options, |column| field_of(column).is_some())?;
        if signals.len() >= SIGNALS_MAX {
            let reason = format!("more than {SIGNALS_MAX} signals; cut it into years");
            return Err(ImportError::unsupported(path, reason));
        }
        match signal(&row, sources) {
            Ok(signal) => {
                summary.keep(&row.at, &[]);
                signals.push((row.at, signal));
            }
            Err(fault) => summary.refuse(&row.at, &fault),
        }
        Ok(())
    })?;
    Ok(Reading { content: signals, summary })
}

/// The field that a column holds.
fn field_of(column: &str) -> Option<&'static str> {
    FIELDS
        .iter()
        .find(|names| names.iter().any(|known| same_name(known, column)))
        .map(|names| names[0])
}

fn signal(row: &Feature, sources: &Sources) -> Result<Signal, Fault> {
    let fields: HashMap<&str, &Value> =
        row.properties.iter().filter_map(|(name, value)| Some((field_of(name)?, value))).collect();
    let texts: HashMap<&str, String> =
        fields.iter().map(|(field, value)| (*field, value.to_string())).collect();
    let text = |field: &str| texts.get(field).map(String::as_str);
    let number = |field: &'static str| match fields.get(field) {
        None => Ok(None),
        Some(value) => match value.number() {
            Some(number) => Ok(Some(number)),
            None => {
                Err(Fault::new("not a number", format!("{field}: a text that is not repeated")))
            }
        },
    };
    let place = match (text("site_code"), number("lon")?, number("lat")?, text("area")) {
        (Some(code), None, None, None) => RawPlace::Site(code),
        (None, Some(lon), Some(lat), None) => RawPlace::Point(lon, lat),
        (None, None, None, Some(area)) => RawPlace::Area(area),
        (None, None, None, None) => RawPlace::Everywhere,
        _ => {
            return Err(Fault::new(
                "place",
                "one of site_code, or lon and lat, or area, or none of them",
            ));
        }
    };
    let raw = RawSignal {
        source: text("source").unwrap_or_default(),
        kind: text("kind").unwrap_or_default(),
        place,
        at: text("at").unwrap_or_default(),
        until: text("until"),
        value: number("value")?,
        reference: text("reference"),
    };
    sources.check(&raw).map_err(|invalid| Fault::new(rule(&invalid), invalid))
}

/// What refusals of that sort are counted under.
const fn rule(invalid: &InvalidSignal) -> &'static str {
    match invalid {
        InvalidSignal::Personal { .. } => super::text::REFUSED,
        InvalidSignal::NoName { .. }
        | InvalidSignal::UnknownSource(_)
        | InvalidSignal::UnknownKind { .. }
        | InvalidSignal::Incident => "not declared",
        InvalidSignal::Time { .. }
        | InvalidSignal::EndsFirst
        | InvalidSignal::NoEnd
        | InvalidSignal::AnEnd => "not a time",
        InvalidSignal::SiteCode(_)
        | InvalidSignal::Position(_)
        | InvalidSignal::Area(_)
        | InvalidSignal::Place { .. } => "place",
        InvalidSignal::NoValue(_) | InvalidSignal::AValue | InvalidSignal::Value { .. } => "value",
        InvalidSignal::Reference => "reference",
    }
}
