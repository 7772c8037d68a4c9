//! The `incidents` layer: history, as NDJSON or CSV.
//!
//! A column that is not a field of an incident stops the import before anything is read: this is where the
//! name of a tenant would come in. A position serves to find the site, and is dropped by the app.

use std::{collections::HashMap, path::Path};

use serde_json::{Map, Value as Json};

use super::{
    At, ImportError, Options, Reading, Summary,
    columns::check_closed,
    csv,
    feature::{Feature, Value},
    format::Format,
    geojson,
    summary::Fault,
    text::{judged, quoted, same_name},
};
use crate::{
    crs::Crs,
    geo::LonLat,
    incident::{Channel, IdempotencyKey, KindCode, RequestDigest, Status},
    privacy::Purpose,
    stock::{BuildingId, SiteCode},
    time::Timestamp,
};

/// The only columns that are read, each with the name of its field first.
const FIELDS: [&[&str]; 12] = [
    &["kind", "code_incident"],
    &["channel", "canal"],
    &["reported_at", "date_heure"],
    &["status", "statut"],
    &["lon", "longitude"],
    &["lat", "latitude"],
    &["x"],
    &["y"],
    &["crs"],
    &["site_code", "code_site"],
    &["building_id"],
    &["idempotency_key", "reference"],
];
/// Most incidents of one file: twenty years of all landlords.
const INCIDENTS_MAX: usize = 2_000_000;

/// An incident as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Where in the file.
    pub at: At,
    /// What it is.
    pub kind: KindCode,
    /// How it came in: as a call, where not told.
    pub channel: Channel,
    /// How far it has got: closed, where not told, for a file is history.
    pub status: Status,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// Where it was.
    pub place: ReportPlace,
    /// The same row has the same key whenever it is imported.
    pub key: IdempotencyKey,
    /// What the row says.
    pub digest: RequestDigest,
}

/// Where an incident was, as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportPlace {
    /// At a point.
    Position(LonLat),
    /// On a site, perhaps in one of its buildings.
    Site {
        /// The site.
        code: SiteCode,
        /// The building.
        building: Option<BuildingId>,
    },
}

/// Reads incidents. The summary counts those that can be read; the app has the last word on each.
///
/// # Errors
///
/// [`ImportError`], [`ImportError::ForbiddenColumns`] among them; nothing of the file is then kept.
pub fn read(path: &Path, options: &Options<'_>) -> Result<Reading<Vec<Report>>, ImportError> {
    let mut reader = Reader {
        path,
        options,
        summary: Summary::default(),
        reports: Vec::new(),
        ordinals: HashMap::new(),
    };
    match Format::of(path)? {
        Format::Csv => csv::read(path, options, &mut |row| match row {
            Ok(row) => reader.take(row),
            Err(refusal) => {
                reader.summary.refuse(&refusal.at, &refusal.fault);
                Ok(())
            }
        })?,
        Format::GeoJson | Format::GeoJsonSeq => {
            geojson::read_lines(path, options, &mut |at, text| reader.take_json(at, text))?;
        }
        Format::Shapefile | Format::GeoPackage | Format::FlatGeobuf | Format::OsmPbf => {
            return Err(ImportError::unsupported(path, "incidents come as NDJSON or CSV"));
        }
    }
    Ok(Reading { content: reader.reports, summary: reader.summary })
}

/// How often each content has come.
type Ordinals = HashMap<RequestDigest, u64>;

struct Reader<'a> {
    path: &'a Path,
    options: &'a Options<'a>,
    summary: Summary,
    reports: Vec<Report>,
    ordinals: Ordinals,
}

impl Reader<'_> {
    fn take_json(&mut self, at: At, text: &[u8]) -> Result<(), ImportError> {
        let mut members: Map<String, Json> = match serde_json::from_slice(text) {
            Ok(members) => members,
            Err(e) => {
                self.summary.refuse(&at, &Fault::new("unreadable", e));
                return Ok(());
            }
        };
        if let Some(Json::Object(location)) = members.remove("location") {
            members.extend(location);
        }
        let properties = members
            .into_iter()
            // A member without a value is still a column that must be known.
            .map(|(name, json)| {
                (name.into(), geojson::value(json).unwrap_or(Value::Text(String::new())))
            });
        let properties = properties.collect();
        self.take(Feature {
            at,
            id: None,
            properties,
            geometry: None,
            crs: None,
            mended: Vec::new(),
        })
    }

    fn take(&mut self, row: Feature) -> Result<(), ImportError> {
        self.check_columns(&row)?;
        if self.reports.len() >= INCIDENTS_MAX {
            let reason = format!("more than {INCIDENTS_MAX} incidents; cut it into years");
            return Err(ImportError::unsupported(self.path, reason));
        }
        let mut ordinals = std::mem::take(&mut self.ordinals);
        let report = self.report(&row, &mut ordinals);
        self.ordinals = ordinals;
        match report {
            Ok(report) => {
                self.summary.keep(&row.at, &[]);
                self.reports.push(report);
            }
            Err(fault) => self.summary.refuse(&row.at, &fault),
        }
        Ok(())
    }

    /// Stops at a column that incidents have not, by its name; what is in it is never looked at.
    fn check_columns(&self, row: &Feature) -> Result<(), ImportError> {
        let is_known = |column: &str| self.field_of(column).is_some();
        check_closed(self.path, "an incident", row, self.options, is_known)
    }

    /// The field that a column holds.
    fn field_of(&self, column: &str) -> Option<&str> {
        let mapped = self.options.columns.iter().find(|(_, mapped)| same_name(mapped, column));
        let name = mapped.map_or(column, |(field, _)| field);
        let field = FIELDS.iter().find(|names| names.iter().any(|known| same_name(known, name)));
        field.map(|names| names[0])
    }

    fn report(&self, row: &Feature, ordinals: &mut Ordinals) -> Result<Report, Fault> {
        let fields: HashMap<&str, &Value> = row
            .properties
            .iter()
            .filter(|(_, value)| *value != Value::Text(String::new()))
            .filter_map(|(name, value)| Some((self.field_of(name)?, value)))
            .collect();
        let text = |field: &str| fields.get(field).map(ToString::to_string);
        let kind =
            text("kind").ok_or_else(|| Fault::new("no kind", "the column `kind` is empty"))?;
        let reported_at = text("reported_at")
            .ok_or_else(|| Fault::new("no time", "the column `reported_at` is empty"))?;
        let place = self.place(&fields)?;
        let content = content(&fields);
        let digest = RequestDigest::of(&content);
        let key = match text("idempotency_key") {
            Some(key) => {
                judged("reference", &key, Purpose::Code)?;
                key.parse().map_err(|e| Fault::new("not an idempotency key", e))?
            }
            None => {
                let ordinal = ordinals.entry(digest).or_insert(0);
                *ordinal += 1;
                IdempotencyKey::of_row(&content, *ordinal)
            }
        };
        Ok(Report {
            at: row.at.clone(),
            kind: kind.parse().map_err(|e| Fault::new("not a kind", e))?,
            channel: named(text("channel"), Channel::Call, Channel::of_name)
                .map_err(|name| Fault::new("not a channel", name))?,
            status: named(text("status"), Status::Closed, Status::of_name)
                .map_err(|name| Fault::new("not a status", name))?,
            reported_at: reported_at.parse().map_err(|e| Fault::new("not a time", e))?,
            place,
            key,
            digest,
        })
    }

    /// Where the row says that it was. A point is never repeated in what is told of it.
    fn place(&self, fields: &HashMap<&str, &Value>) -> Result<ReportPlace, Fault> {
        let text = |field: &str| fields.get(field).map(ToString::to_string);
        let number = |field: &str| fields.get(field).and_then(|value| value.number());
        if let Some(code) = text("site_code") {
            judged("site_code", &code, Purpose::Code)?;
            let code = code.parse().map_err(|e| Fault::new("not a site code", e))?;
            let building = text("building_id").map(|id| id.parse()).transpose();
            let building = building.map_err(|e| Fault::new("not a building id", e))?;
            return Ok(ReportPlace::Site { code, building });
        }
        let off = |_e| Fault::new("no position", "the position is not one on the globe");
        if let (Some(lon), Some(lat)) = (number("lon"), number("lat")) {
            return LonLat::new(lon, lat).map(ReportPlace::Position).map_err(off);
        }
        let (Some(x), Some(y)) = (number("x"), number("y")) else {
            return Err(Fault::new("no place", "neither site_code nor lon, lat nor x, y"));
        };
        let crs = match (&self.options.crs, text("crs")) {
            (Some(crs), _) => crs.clone(),
            (None, Some(name)) => {
                name.parse().map_err(|e| Fault::new("unknown reference system", e))?
            }
            (None, None) => return Err(Fault::new("no reference system", "x, y without crs")),
        };
        let position = Crs::to_wgs_84(&crs, geo::Coord { x, y });
        let outside = |_e| Fault::new("no position", format!("outside the area of {crs}"));
        position.map(ReportPlace::Position).map_err(outside)
    }
}

fn named<T>(name: Option<String>, default: T, of: fn(&str) -> Option<T>) -> Result<T, String> {
    match name {
        None => Ok(default),
        Some(name) => of(&name.to_lowercase()).ok_or_else(|| quoted(name)),
    }
}

/// What a row says, in one order and writing however its columns are arranged.
fn content(fields: &HashMap<&str, &Value>) -> Vec<u8> {
    let mut parts: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.sort_unstable();
    parts.join("\n").into_bytes()
}
