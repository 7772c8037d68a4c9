//! `/patrols/nearest`: who is nearest, and why those.

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, GeoJson, Problem, Query,
    caller::Caller,
    geojson::{CollectionType, metres, rounded},
    named::{Named, OverrideReasonName},
    patrols::PatrolStatus,
    permits::RankPatrols,
    place::Coordinates,
    problem::ProblemBody,
    query::{number, parsed},
    sight,
};
use crate::{
    closed_list::ClosedList as _,
    dispatch::{
        self, By, Eligible, NearestError, NearestQuery, OffRoad, PassedOver, RANK_COUNT_MAX,
        RankCount, Ranked, Ranking, Reason, Target, TargetPlace,
    },
    geo::LonLat,
    incident::{KindCode, Nomenclature, OverrideReason},
    patrol::CREW_MAX,
    roads::Route,
    time::Timestamp,
};

/// How many patrols are ranked when the client does not say.
const RANK_COUNT_DEFAULT: u64 = 3;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(nearest_patrols);
}

/// The patrols nearest to a position, a site or an incident, nearest first, and those passed over.
#[utoipa::path(tag = "patrols", params(NearestParams), responses(
    (status = 200, description = "Patrols, nearest first", body = NearestPatrols, content_type = "application/geo+json"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such site or incident", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/patrols/nearest")]
async fn nearest_patrols(
    caller: Caller<RankPatrols>,
    params: Query<NearestParams>,
    edge: Data<Edge>,
) -> Result<GeoJson<NearestPatrols>, Problem> {
    let with_routes = params.0.with_routes()?;
    let query = params.0.into_query(edge.app.nomenclature(), edge.app.now())?;
    let snapshot = sight::of_patrols(caller.scope(), edge.app.snapshot());
    if let Target::Incident(id) = query.target
        && let Some(row) = snapshot.incidents().get(id)
        && !sight::shows_incident(caller.scope(), &snapshot, &row)
    {
        return Err(NearestError::UnknownIncident(id).into());
    }
    let ranking = dispatch::nearest(&snapshot, &query)?;
    Ok(GeoJson(NearestPatrols::new(&ranking, with_routes, query.now)))
}

/// For what, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct NearestParams {
    /// Longitude, WGS 84 degrees; with `lat`, in the place of `site` or `incident`.
    #[param(value_type = Option<f64>)]
    lon: Option<String>,
    /// Latitude, WGS 84 degrees.
    #[param(value_type = Option<f64>)]
    lat: Option<String>,
    /// Code of a site, in the place of a position.
    site: Option<String>,
    /// Id of an incident, in the place of a position.
    incident: Option<String>,
    /// How many, 1 to 50; 3 where it is left out.
    #[param(value_type = Option<u32>)]
    k: Option<String>,
    /// `road` (as when it is left out): by the time along the roads, where those are known. `line`: by geodesic on
    /// the ellipsoid.
    #[param(value_type = Option<RankBy>)]
    by: Option<String>,
    /// `true` (as when it is left out) for those that may be sent now, `false` for every patrol with a position.
    #[param(value_type = Option<bool>)]
    available: Option<String>,
    /// `true` for the way of each, by road.
    #[param(value_type = Option<bool>)]
    route: Option<String>,
    /// Fewest agents aboard, 1 to 12; a crew of unknown size is believed to be large enough.
    #[param(value_type = Option<u8>)]
    crew: Option<String>,
    /// A code of the nomenclature: fewest agents aboard are those that it asks for at this hour, or `crew` where
    /// that is more.
    kind: Option<String>,
}

impl NearestParams {
    fn into_query(self, kinds: &Nomenclature, now: Timestamp) -> Result<NearestQuery, Problem> {
        let reason = format!("must be 1 to {RANK_COUNT_MAX}");
        let count = number("k", self.k.as_deref(), reason)?.unwrap_or(RANK_COUNT_DEFAULT);
        let count = RankCount::new(count).map_err(|e| Problem::field("k", count, e))?;
        let by = match self.by.as_deref() {
            None | Some("road") => By::Road,
            Some("line") => By::Line,
            Some(other) => return Err(Problem::field("by", other, "must be road or line")),
        };
        let crew_min = self.crew_min(kinds, now)?;
        let eligible = match self.available.as_deref() {
            None | Some("true") => Eligible::Available,
            Some("false") => Eligible::Everybody,
            Some(other) => {
                return Err(Problem::field("available", other, "must be true or false"));
            }
        };
        Ok(NearestQuery { target: self.target()?, count, eligible, by, crew_min, now })
    }

    /// Fewest agents aboard, whoever asks for them; 0 where nobody does.
    fn crew_min(&self, kinds: &Nomenclature, now: Timestamp) -> Result<u8, Problem> {
        let crews = format!("must be 1 to {CREW_MAX}");
        let asked = number("crew", self.crew.as_deref(), crews.clone())?;
        if let Some(crew) = asked.filter(|crew| !(1..=CREW_MAX).contains(crew)) {
            return Err(Problem::field("crew", crew, crews));
        }
        let kind = match parsed::<KindCode>("kind", self.kind.as_deref())? {
            None => None,
            Some(code) => Some(kinds.get(&code).ok_or_else(|| {
                Problem::field("kind", &code, format!("kind `{code}` is not in the nomenclature"))
            })?),
        };
        Ok(asked.max(kind.map(|kind| kind.crew_min(now))).unwrap_or(0))
    }

    fn with_routes(&self) -> Result<WithRoutes, Problem> {
        match self.route.as_deref() {
            None | Some("false") => Ok(WithRoutes::No),
            Some("true") => Ok(WithRoutes::Yes),
            Some(other) => Err(Problem::field("route", other, "must be true or false")),
        }
    }

    fn target(&self) -> Result<Target, Problem> {
        let degrees = |field, text| number(field, text, "must be degrees, such as 2.3522");
        let coordinates = Coordinates {
            lon: degrees("lon", self.lon.as_deref())?,
            lat: degrees("lat", self.lat.as_deref())?,
            ..Coordinates::default()
        };
        match (&self.site, &self.incident) {
            (None, None) if coordinates.is_empty() => {
                Err(Problem::unsaid("lon,lat", "give lon and lat, or site, or incident"))
            }
            (None, None) => Ok(Target::Position(coordinates.position()?)),
            (Some(_), None) if coordinates.is_empty() => {
                let site = parsed("site", self.site.as_deref())?;
                site.map(Target::Site).ok_or_else(|| Problem::unsaid("site", "is required"))
            }
            (None, Some(_)) if coordinates.is_empty() => {
                let id = parsed("incident", self.incident.as_deref())?;
                id.map(Target::Incident).ok_or_else(|| Problem::unsaid("incident", "is required"))
            }
            _ => Err(Problem::unsaid("lon,lat", "give only one of position, site and incident")),
        }
    }
}

/// Whether the answer draws the ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WithRoutes {
    Yes,
    No,
}

impl From<NearestError> for Problem {
    fn from(error: NearestError) -> Self {
        match &error {
            NearestError::UnknownSite(code) => Self::unknown("site", code, &error),
            NearestError::UnknownIncident(id) => Self::unknown("incident", id, &error),
        }
    }
}

/// Patrols, nearest first, and those that an operator may wonder about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NearestPatrols {
    r#type: CollectionType,
    /// In the order of rank.
    features: Vec<Feature<NearestProperties>>,
    /// Where they would go.
    target: TargetBody,
    /// How they were ranked.
    by: RankBy,
    /// Why they were ranked by line although they were asked for by road: `no_roads`, `not_ready` or
    /// `target_off_roads`.
    #[serde(rename = "by_reason")]
    #[schema(required = true, value_type = Option<String>)]
    by_reason: Option<&'static str>,
    /// Nearer than the last ranked one but left out, nearest first; then those without a position.
    #[serde(rename = "passed_over")]
    passed_over: Vec<PassedOverBody>,
    /// Patrols in this answer.
    number_returned: usize,
    /// When the answer was made, RFC 3339.
    time_stamp: String,
}

/// How patrols are ranked.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RankBy {
    /// By the time along the roads.
    Road,
    /// By geodesic on the WGS 84 ellipsoid.
    Line,
}

/// Where patrols would go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Target)]
struct TargetBody {
    /// Longitude, WGS 84 degrees.
    lon: f64,
    /// Latitude, WGS 84 degrees.
    lat: f64,
    /// Code of the site, where the target is one or lies on one.
    #[schema(required = true)]
    site_code: Option<String>,
}

/// What is known of a ranked patrol.
#[derive(Debug, Serialize, ToSchema)]
struct NearestProperties {
    /// From 1.
    rank: usize,
    /// Its name on the radio.
    callsign: String,
    /// Whether it may be sent.
    status: PatrolStatus,
    /// Metres to the target: by car and on foot, back to the road first where it is off it, or by line.
    distance_m: f64,
    /// Seconds to the target, by road; estimated by line where the patrol is off the known roads.
    #[schema(required = true)]
    eta_s: Option<f64>,
    /// Metres by car, by road.
    #[schema(required = true)]
    drive_m: Option<f64>,
    /// Metres on foot from where the car stops, by road.
    #[schema(required = true)]
    walk_m: Option<f64>,
    /// The way by car and then on foot, by road, where `route=true` asks for it.
    #[schema(required = true, value_type = Option<Object>)]
    route: Option<LineBody>,
    /// How old its position is, in seconds.
    position_age_s: f64,
    /// Whether its position is too old to be trusted.
    stale: bool,
    /// Why it has this rank, in one sentence.
    why: String,
}

/// A patrol that was left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PassedOver)]
struct PassedOverBody {
    /// Its id.
    patrol: String,
    /// Its name on the radio.
    callsign: String,
    /// Why it was left out: the first of `reasons`.
    reason: ReasonBody,
    /// Every reason, the weightiest first.
    reasons: Vec<ReasonBody>,
    /// For which reasons (`override`) it may be sent all the same: each lifts all of `reasons`.
    overrides: Vec<OverrideReasonName>,
    /// Metres to the target by line, also in a ranking by road, where its position is known.
    #[schema(required = true)]
    distance_m: Option<f64>,
    /// Seconds to the target, by road, where its position is known.
    #[schema(required = true)]
    eta_s: Option<f64>,
}

/// Why a patrol was left out.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = PassedOverReason)]
#[serde(rename_all = "snake_case")]
enum ReasonBody {
    /// Just taken from another incident, and has not acknowledged that: nothing sends it elsewhere before.
    Turned,
    /// On an intervention.
    Busy,
    /// Not working.
    OffDuty,
    /// Its crew has switched its position off.
    PositionOff,
    /// It has not said where it is.
    NoPosition,
    /// Its crew is smaller than was asked.
    TooFew,
    /// It said where it is too long ago.
    Stale,
}

impl NearestPatrols {
    fn new(ranking: &Ranking<'_>, with_routes: WithRoutes, now: Timestamp) -> Self {
        Self {
            r#type: CollectionType::FeatureCollection,
            features: ranking.ranked.iter().map(|ranked| feature(ranked, with_routes)).collect(),
            target: ranking.target.into(),
            by: match ranking.by {
                By::Road => RankBy::Road,
                By::Line => RankBy::Line,
            },
            by_reason: ranking.by_reason.map(OffRoad::as_str),
            passed_over: ranking.passed_over.iter().map(PassedOverBody::from).collect(),
            number_returned: ranking.ranked.len(),
            time_stamp: now.to_string(),
        }
    }
}

fn feature(ranked: &Ranked<'_>, with_routes: WithRoutes) -> Feature<NearestProperties> {
    let patrol = &ranked.state.patrol;
    let route = ranked.route.as_ref();
    let properties = NearestProperties {
        rank: ranked.rank,
        callsign: patrol.callsign.clone(),
        status: ranked.availability.into(),
        distance_m: metres(ranked.distance_m()),
        eta_s: ranked.eta_s,
        drive_m: route.map(|route| metres(route.drive_m)),
        walk_m: route.map(|route| metres(route.walk_m)),
        route: route.filter(|_| with_routes == WithRoutes::Yes).map(LineBody::of),
        position_age_s: ranked.position_age_s,
        stale: ranked.is_stale,
        why: ranked.why.clone(),
    };
    Feature::new(&patrol.id, Some(ranked.position.into()), properties)
}

/// A GeoJSON LineString.
#[derive(Debug, Serialize)]
struct LineBody {
    r#type: &'static str,
    coordinates: Vec<[f64; 2]>,
}

impl LineBody {
    /// By car, then on foot.
    fn of(route: &Route) -> Self {
        let line = route.drive.iter().chain(&route.walk);
        let mut coordinates: Vec<[f64; 2]> =
            line.map(|position: &LonLat| rounded((*position).into())).collect();
        coordinates.dedup();
        if coordinates.len() == 1 {
            coordinates.push(coordinates[0]); // the patrol is there: a line has two positions
        }
        Self { r#type: "LineString", coordinates }
    }
}

impl From<TargetPlace<'_>> for TargetBody {
    fn from(target: TargetPlace<'_>) -> Self {
        let [lon, lat] = rounded(target.position.into());
        Self { lon, lat, site_code: target.site.map(ToString::to_string) }
    }
}

impl From<Reason> for ReasonBody {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Turned => Self::Turned,
            Reason::Busy => Self::Busy,
            Reason::OffDuty => Self::OffDuty,
            Reason::PositionOff => Self::PositionOff,
            Reason::NoPosition => Self::NoPosition,
            Reason::TooFew => Self::TooFew,
            Reason::Stale => Self::Stale,
        }
    }
}

impl From<&PassedOver<'_>> for PassedOverBody {
    fn from(passed: &PassedOver<'_>) -> Self {
        let reasons = passed.reasons;
        let lifts_all =
            |why: &&OverrideReason| reasons.iter().all(|reason| why.lifts(reason.rule()));
        Self {
            patrol: passed.state.patrol.id.to_string(),
            callsign: passed.state.patrol.callsign.clone(),
            reason: passed.reason.into(),
            reasons: reasons.iter().map(ReasonBody::from).collect(),
            overrides: OverrideReason::ALL.iter().filter(lifts_all).copied().map(Named).collect(),
            distance_m: passed.distance_m.map(metres),
            eta_s: passed.eta_s,
        }
    }
}
