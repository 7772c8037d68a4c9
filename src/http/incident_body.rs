//! An incident as clients report it, on its way to [`NewIncident`].
//!
//! A refusal repeats a value only where it has the form of a code and cannot be a telephone number: what is
//! in the wrong field may tell of a person.

use std::fmt::Display;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem, ProblemKind,
    json::object,
    place::{Coordinates, PlaceFault},
    problem::is_code_like,
};
use crate::{
    app::{NewIncident, ReceiveError, Whereabouts},
    incident::{Channel, IdempotencyKey, RequestDigest, Status},
    privacy::{self, Purpose},
};

/// An incident as somebody reports it. No field is for a person, and none may be added.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentBody {
    /// A code of the nomenclature, such as `OCC-HAL`.
    kind: String,
    /// How it came in.
    #[schema(value_type = ChannelBody)]
    channel: String,
    /// When it was reported, RFC 3339; now, where it is left out.
    reported_at: Option<String>,
    /// Where it is.
    #[serde(deserialize_with = "object")]
    location: LocationBody,
    /// A building of the site that `location.site_code` names.
    building_id: Option<String>,
}

/// Where an incident is: `lon` and `lat`, or `x`, `y` and `crs`, or `site_code`.
///
/// A position serves to find the site and is then dropped.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = IncidentLocation)]
#[serde(deny_unknown_fields)]
struct LocationBody {
    /// Longitude, WGS 84 degrees.
    lon: Option<f64>,
    /// Latitude, WGS 84 degrees.
    lat: Option<f64>,
    /// Easting in `crs`.
    x: Option<f64>,
    /// Northing in `crs`.
    y: Option<f64>,
    /// Reference system of `x` and `y`, such as `EPSG:2154`.
    crs: Option<String>,
    /// The landlord's code of the site.
    site_code: Option<String>,
}

/// A line of a batch: an incident, with its key and, for history, how far it has got.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentLine {
    /// A code of the nomenclature, such as `OCC-HAL`.
    kind: String,
    /// How it came in.
    #[schema(value_type = ChannelBody)]
    channel: String,
    /// When it was reported, RFC 3339; now, where it is left out.
    reported_at: Option<String>,
    /// Where it is.
    #[serde(deserialize_with = "object")]
    location: LocationBody,
    /// A building of the site that `location.site_code` names.
    building_id: Option<String>,
    /// How far it has got; `received` where it is left out.
    #[schema(value_type = Option<StatusBody>)]
    status: Option<String>,
    /// What `Idempotency-Key` is for a single incident.
    idempotency_key: Option<String>,
}

/// How an incident came in.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Channel)]
#[serde(rename_all = "snake_case")]
pub enum ChannelBody {
    /// A tenant called.
    Call,
    /// A patrol found it on its own initiative.
    Patrol,
    /// A caretaker told.
    Caretaker,
    /// The town, the police or another partner told.
    Partner,
    /// A device told.
    Sensor,
}

/// How far an incident has got.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = IncidentStatus)]
#[serde(rename_all = "snake_case")]
pub enum StatusBody {
    /// Taken down.
    Received,
    /// Its kind and place are sure.
    Qualified,
    /// A patrol was chosen.
    Assigned,
    /// The patrol has read it.
    Acknowledged,
    /// The patrol drives.
    EnRoute,
    /// The patrol is there.
    OnSite,
    /// The patrol has left.
    Cleared,
    /// The report is written.
    Reported,
    /// Nothing is left to do.
    Closed,
    /// Given up, with a reason.
    Cancelled,
    /// Given to others.
    HandedOver,
    /// Nothing was to be done.
    NoAction,
}

impl IncidentBody {
    /// What is asked, under `key`.
    ///
    /// # Errors
    ///
    /// 422 with the field at fault.
    pub fn into_command(self, key: Option<&str>) -> Result<NewIncident, Problem> {
        let key = key.map(|key| keyed("Idempotency-Key", key, &self)).transpose()?;
        self.command(Status::Received, key)
    }

    fn command(
        self,
        status: Status,
        key: Option<(IdempotencyKey, RequestDigest)>,
    ) -> Result<NewIncident, Problem> {
        let kind = self.kind.parse();
        let kind = kind.map_err(|_no_code| {
            guarded("kind", &self.kind, "must be a code of the nomenclature, such as OCC-HAL")
        })?;
        let channel = Channel::of_name(&self.channel).ok_or_else(|| {
            let known = Channel::ALL.map(Channel::as_str).join(", ");
            guarded("channel", &self.channel, format!("must be one of {known}"))
        })?;
        let reported_at = self.reported_at.map(|text| text.parse()).transpose();
        let reported_at = reported_at.map_err(|e| Problem::unsaid("reported_at", e))?;
        let whereabouts = self.location.whereabouts(self.building_id.as_deref())?;
        Ok(NewIncident { kind, channel, status, reported_at, whereabouts, key })
    }
}

impl IncidentLine {
    /// What the line asks.
    ///
    /// # Errors
    ///
    /// 422 with the field at fault.
    pub fn into_command(self) -> Result<NewIncident, Problem> {
        let Self { kind, channel, reported_at, location, building_id, status, idempotency_key } =
            self;
        let status = match status.as_deref() {
            None => Status::Received,
            Some(name) => Status::of_name(name).ok_or_else(|| {
                let known = Status::ALL.map(Status::as_str).join(", ");
                guarded("status", name, format!("must be one of {known}"))
            })?,
        };
        let body = IncidentBody { kind, channel, reported_at, location, building_id };
        let key =
            idempotency_key.map(|key| keyed("idempotency_key", &key, &(&body, status.as_str())));
        body.command(status, key.transpose()?)
    }
}

impl LocationBody {
    fn whereabouts(&self, building_id: Option<&str>) -> Result<Whereabouts, Problem> {
        let coordinates = Coordinates {
            lon: self.lon,
            lat: self.lat,
            x: self.x,
            y: self.y,
            crs: self.crs.as_deref(),
        };
        let Some(code) = &self.site_code else {
            if coordinates.is_empty() {
                let reason = "give lon and lat, or x, y and crs, or site_code";
                return Err(Problem::unsaid("location", reason));
            }
            if building_id.is_some() {
                return Err(Problem::unsaid("building_id", "goes with location.site_code only"));
            }
            return Ok(Whereabouts::Position(coordinates.position().map_err(in_location)?));
        };
        if !coordinates.is_empty() {
            return Err(Problem::unsaid("location", "give a position or site_code, not both"));
        }
        let building = building_id.map(|id| {
            id.parse().map_err(|_no_id| guarded("building_id", id, "must be the id of a building"))
        });
        let no_code = |_| guarded("location.site_code", code, "must be the code of a site");
        Ok(Whereabouts::Site {
            code: code.parse().map_err(no_code)?,
            building: building.transpose()?,
        })
    }
}

fn in_location(PlaceFault { field, reason }: PlaceFault) -> Problem {
    Problem::unsaid(&format!("location.{field}"), reason)
}

/// The key and the digest of what is asked under it. The digest is salted by the key, which is not kept:
/// nobody can guess a dropped position until its digest fits.
pub fn keyed(
    field: &str,
    key: &str,
    asked: &impl Serialize,
) -> Result<(IdempotencyKey, RequestDigest), Problem> {
    let parsed = key.parse().map_err(|e| Problem::unsaid(field, e))?;
    // Only a digest is kept; but that of a telephone number could be guessed.
    privacy::check(key, Purpose::Code).map_err(|e| Problem::unsaid(field, e))?;
    let mut content = key.as_bytes().to_vec();
    content.push(0);
    content.extend(serde_json::to_vec(asked).map_err(Problem::internal)?);
    Ok((parsed, RequestDigest::of(&content)))
}

/// A refused value, repeated where it is surely a code.
fn guarded(field: &str, value: &str, reason: impl Display) -> Problem {
    if is_code_like(value) {
        Problem::field(field, value, reason)
    } else {
        Problem::unsaid(field, reason)
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match &error {
            ReceiveError::UnknownKind(kind) => {
                guarded("kind", kind.as_str(), "is not in the nomenclature: see /api/v1/kinds")
            }
            ReceiveError::UnknownSite(code) => {
                guarded("location.site_code", code.as_str(), "is not in the stock")
            }
            ReceiveError::UnknownBuilding(id) => {
                guarded("building_id", id.as_str(), "is not in the stock")
            }
            ReceiveError::BuildingElsewhere { building, .. } => {
                guarded("building_id", building.as_str(), "is not on that site")
            }
            ReceiveError::NoSiteNear => Self::unsaid("location", error),
            ReceiveError::InTheFuture(at) | ReceiveError::TooOld(at) => {
                Self::field("reported_at", at, &error)
            }
            ReceiveError::KeyReused => Self::new(ProblemKind::KeyReused, error),
            ReceiveError::Unavailable(unavailable) => unavailable.clone().into(),
        }
    }
}
