//! `/patrols`: the crews, and where they last were.

use actix_web::{
    HttpRequest, HttpResponse, get, put,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, GeoJson, Json, Problem, ProblemKind, Query,
    caller::Caller,
    geojson::metres,
    incident_body::StatusBody,
    json::{Object, object},
    page::{ListAddress, ShortListParams},
    permits::{ReadPatrols, RecordPatrols},
    place::PlaceFault,
    problem::ProblemBody,
    query::{NoParams, name_of},
    revision::{Revision, unless_known},
    sight,
};
use crate::{
    alert::AlertKind,
    app::{PutPatrol, PutPatrolError},
    catalogue::Page,
    geo::LonLat,
    patrol::{
        self, Availability, CALLSIGN_LENGTH_MAX, CREW_MAX, FixRefusal, Patrol, PatrolId,
        PositionFix,
    },
    privacy::{self, Purpose},
    time::Timestamp,
    twin::{PatrolState, Snapshot},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_patrols).service(show_patrol).service(put_patrol);
}

/// Patrols, in the order of ids.
#[utoipa::path(tag = "patrols", params(ShortListParams), responses(
    (status = 200, description = "Every patrol", body = FeatureCollection<PatrolProperties>, content_type = "application/geo+json"),
    (status = 304, description = "As the client knows it"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/patrols")]
async fn list_patrols(
    caller: Caller<ReadPatrols>,
    request: HttpRequest,
    params: Query<ShortListParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (limit, after) = params.0.parse()?;
    let (snapshot, now) = (sight::of_patrols(caller.scope(), edge.app.snapshot()), edge.app.now());
    unless_known(&request, Revision::of_patrols(&snapshot), async || {
        let all = snapshot.patrols().iter();
        let page = Page::of_sorted(all, after, limit, |state| state.patrol.id.clone());
        let features = page.items.into_iter().map(|state| feature(&snapshot, state, now)).collect();
        let links = ListAddress::of(&request).links(page.next);
        Ok(GeoJson(FeatureCollection::new(features, links, page.matched, now)))
    })
    .await
}

/// One patrol.
#[utoipa::path(tag = "patrols", params(("id" = String, Path, description = "Id of the patrol")), responses(
    (status = 200, description = "The patrol", body = Feature<PatrolProperties>, content_type = "application/geo+json"),
    (status = 404, description = "No such patrol", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/patrols/{id}")]
async fn show_patrol(
    caller: Caller<ReadPatrols>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<GeoJson<Feature<PatrolProperties>>, Problem> {
    let snapshot = sight::of_patrols(caller.scope(), edge.app.snapshot());
    let known = id.parse().ok().and_then(|id: PatrolId| snapshot.patrols().get(&id));
    let unknown = || Problem::new(ProblemKind::UnknownItem, format!("patrol `{id}` is not known"));
    known.map(|state| GeoJson(feature(&snapshot, state, edge.app.now()))).ok_or_else(unknown)
}

/// Records a patrol, new or known; with its position, where that is told at once.
///
/// A late or repeated position changes nothing; one that comes with `off_duty` or while it is switched off is dropped.
#[utoipa::path(tag = "patrols", params(("id" = String, Path, description = "Id of the patrol: A-Z, a-z, 0-9, `-`, `_`, at most 32")), request_body = PatrolBody, responses(
    (status = 200, description = "The patrol as it now is", body = Feature<PatrolProperties>, content_type = "application/geo+json"),
    (status = 404, description = "Another patrol than that of the account", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[put("/patrols/{id}")]
async fn put_patrol(
    caller: Caller<RecordPatrols>,
    id: Path<String>,
    _: Query<NoParams>,
    body: Json<Object<PatrolBody>>,
    edge: Data<Edge>,
) -> Result<GeoJson<Feature<PatrolProperties>>, Problem> {
    let id: PatrolId = id.parse().map_err(|e| Problem::unsaid("id", e))?;
    if !caller.sees_patrol(&id) {
        return Err(Problem::unknown("id", &id, format!("patrol `{id}` is not known")));
    }
    privacy::check(id.as_str(), Purpose::Post).map_err(|e| Problem::unsaid("id", e))?;
    let body = body.0.0;
    let sharing = body.sharing;
    edge.app.put_patrol(body.into_command(id.clone())?).await?;
    if let Some(sharing) = sharing {
        tracing::info!(patrol.id = %id, patrol.sharing = sharing, "told whether it shares its position");
    }
    let snapshot = edge.app.snapshot();
    let state = snapshot.patrols().get(&id);
    let state = state.ok_or_else(|| Problem::internal("a recorded patrol is not in the twin"))?;
    Ok(GeoJson(feature(&snapshot, state, edge.app.now())))
}

/// A crew as a client records it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PatrolBody {
    /// Its name on the radio, 1 to 32 bytes.
    callsign: String,
    /// Whether it may be sent.
    #[schema(value_type = PatrolStatus)]
    status: String,
    /// Agents aboard, at most 12.
    #[schema(value_type = Option<u8>, maximum = 12)]
    crew: Option<u64>,
    /// Where it is.
    #[serde(default, deserialize_with = "position_or_null")]
    position: Option<PositionBody>,
    /// Whether its tablet sends positions, as the crew has switched it; left out, it stays as it was. Switched off, its last position is
    /// forgotten at once and none is taken, and the room sees since when. It is written to the log of the server, too.
    sharing: Option<bool>,
}

/// Where a crew is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionBody {
    /// Longitude, WGS 84 degrees.
    lon: f64,
    /// Latitude, WGS 84 degrees.
    lat: f64,
    /// When it was there, RFC 3339.
    recorded_at: String,
    /// Radius of the 68 % circle, in metres.
    accuracy_m: Option<f64>,
}

/// A position, or null.
///
/// # Errors
///
/// What the deserializer says.
pub fn position_or_null<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<PositionBody>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Boxed(#[serde(deserialize_with = "object")] PositionBody);
    Ok(Option::<Boxed>::deserialize(from)?.map(|boxed| boxed.0))
}

impl PatrolBody {
    fn into_command(self, id: PatrolId) -> Result<PutPatrol, Problem> {
        let callsign = self.callsign.trim();
        let printable = callsign.chars().all(|c| !c.is_control());
        if !printable || !(1..=CALLSIGN_LENGTH_MAX).contains(&callsign.len()) {
            let reason =
                format!("has 1 to {CALLSIGN_LENGTH_MAX} bytes, without control characters");
            return Err(Problem::unsaid("callsign", reason));
        }
        privacy::check(callsign, Purpose::Callsign).map_err(|e| Problem::unsaid("callsign", e))?;
        let names = Availability::ALL.map(Availability::as_str);
        let availability = name_of(&self.status, Availability::of_name, names)
            .map_err(|reason| Problem::unsaid("status", reason))?;
        let crew = self.crew.map(|crew| {
            let small = u8::try_from(crew).ok().filter(|crew| *crew <= CREW_MAX);
            small.ok_or_else(|| Problem::field("crew", crew, format!("is at most {CREW_MAX}")))
        });
        let fix = self.position.map(|position| position.into_fix(id.clone())).transpose()?;
        let callsign = callsign.to_owned();
        let (crew, sharing) = (crew.transpose()?, self.sharing);
        let patrol = Patrol { id, callsign, availability, crew, position_off_at: None };
        Ok(PutPatrol { patrol, fix, sharing })
    }
}

impl PositionBody {
    /// As a fix of that patrol.
    ///
    /// # Errors
    ///
    /// 422 with the field at fault.
    pub fn into_fix(self, patrol: PatrolId) -> Result<PositionFix, Problem> {
        let position = LonLat::new(self.lon, self.lat).map_err(|e| {
            let PlaceFault { field, reason } = e.into();
            Problem::unsaid(&format!("position.{field}"), reason)
        })?;
        let recorded_at: Timestamp =
            self.recorded_at.parse().map_err(|e| Problem::unsaid("position.recorded_at", e))?;
        if self.accuracy_m.is_some_and(|accuracy_m| accuracy_m < 0.0) {
            return Err(Problem::unsaid("position.accuracy_m", "is not negative"));
        }
        Ok(PositionFix { patrol, position, recorded_at, accuracy_m: self.accuracy_m })
    }
}

impl From<PutPatrolError> for Problem {
    fn from(error: PutPatrolError) -> Self {
        let reason = error.to_string();
        match error {
            PutPatrolError::Fix(refusal) => Self::unsaid(field_of(&refusal), refusal),
            PutPatrolError::OnMission { patrol, .. } => {
                Self::at_fault(ProblemKind::Conflict, "status", Some(patrol.to_string()), reason)
            }
            PutPatrolError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}

/// The field of a position that is at fault.
const fn field_of(refusal: &FixRefusal) -> &'static str {
    match refusal {
        FixRefusal::UnknownPatrol(_) | FixRefusal::OffDuty(_) | FixRefusal::SwitchedOff(_) => "id",
        FixRefusal::InTheFuture { .. } => "position.recorded_at",
        FixRefusal::TooFast { .. } => "position",
    }
}

/// What is known of a patrol.
#[derive(Debug, Serialize, ToSchema)]
pub struct PatrolProperties {
    /// Its id.
    pub id: String,
    /// Its name on the radio.
    pub callsign: String,
    /// Whether it may be sent: `busy` while it is on an incident, whatever it says of itself.
    pub status: PatrolStatus,
    /// Id of the incident that it is on.
    #[schema(required = true)]
    pub mission: Option<String>,
    /// How far it has got there.
    #[schema(required = true)]
    pub stage: Option<StatusBody>,
    /// Whether its position is too old to be trusted.
    pub stale: bool,
    /// Whether one of its agents asks for help.
    pub sos: bool,
    /// Agents aboard.
    #[schema(required = true)]
    pub crew: Option<u8>,
    /// When it was at its position, RFC 3339.
    #[schema(required = true)]
    pub recorded_at: Option<String>,
    /// How old its position is at `timeStamp`, in seconds.
    #[schema(required = true)]
    pub position_age_s: Option<f64>,
    /// Radius of the 68 % circle, in metres.
    #[schema(required = true)]
    pub accuracy_m: Option<f64>,
    /// Since when its crew has switched its position off, RFC 3339; null where it has not, and off duty.
    #[schema(required = true)]
    pub position_off_at: Option<String>,
}

/// Whether a patrol may be sent.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatrolStatus {
    /// May be sent now.
    Available,
    /// On an intervention.
    Busy,
    /// Not working: its position is neither collected nor kept.
    OffDuty,
}

impl From<Availability> for PatrolStatus {
    fn from(availability: Availability) -> Self {
        match availability {
            Availability::Available => Self::Available,
            Availability::Busy => Self::Busy,
            Availability::OffDuty => Self::OffDuty,
        }
    }
}

/// The patrol as lists and streams tell it.
pub fn feature(
    snapshot: &Snapshot,
    state: &PatrolState,
    now: Timestamp,
) -> Feature<PatrolProperties> {
    let PatrolState { patrol, last_fix } = state;
    let fix = last_fix.as_ref();
    let mission = snapshot.interventions().mission_of(&patrol.id);
    let availability = snapshot.availability(patrol);
    let properties = PatrolProperties {
        id: patrol.id.to_string(),
        callsign: patrol.callsign.clone(),
        status: availability.into(),
        mission: mission.map(|mission| mission.incident.to_string()),
        stage: mission.map(|mission| mission.sent.stage.into()),
        stale: patrol::is_stale(fix, availability, now),
        sos: snapshot.alerts().open_of(&patrol.id, AlertKind::Sos).is_some(),
        crew: patrol.crew,
        recorded_at: fix.map(|fix| fix.recorded_at.to_string()),
        position_age_s: fix.map(|fix| age_s(fix, now)),
        accuracy_m: fix.and_then(|fix| fix.accuracy_m).map(metres),
        position_off_at: patrol.position_off_at.map(|at| at.to_string()),
    };
    Feature::new(&patrol.id, fix.map(|fix| fix.position.into()), properties)
}

/// How old a position is, in seconds; 0 where the device's clock runs ahead.
pub fn age_s(fix: &PositionFix, now: Timestamp) -> f64 {
    now.seconds_since(fix.recorded_at).max(0.0)
}
