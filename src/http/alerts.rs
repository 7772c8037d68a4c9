//! `/alerts`: what a person must look at, and who has. `/patrols/{id}/check-ins`: that all is well.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    post,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, ProblemKind, Query,
    alert_body::AlertBody,
    caller::Caller,
    incident_body::keyed,
    incidents::{IDEMPOTENCY_REPLAYED, idempotency_key},
    json::{self, Object},
    mission::CheckInBody,
    named::{ActorRoleName, AlertKindName, Named, ResolutionName},
    patrols::{PositionBody, position_or_null},
    permits::{CheckIn, HandleAlerts, RaiseAlerts, ReadAlerts},
    problem::ProblemBody,
    query::NoParams,
};
use crate::{
    alert::{AlertId, AlertKind},
    app::{AlertCare, AlertError, Cared, NewAlert, StepError},
    patrol::PatrolId,
    time::Timestamp,
    vigil,
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_alerts)
        .service(raise_alert)
        .service(acknowledge_alert)
        .service(resolve_alert)
        .service(check_in);
}

/// The alerts, oldest first: the open ones, or also those that are over.
#[utoipa::path(tag = "alerts", params(AlertsParams), responses(
    (status = 200, description = "Alerts, oldest first", body = Alerts),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/alerts")]
async fn list_alerts(
    caller: Caller<ReadAlerts>,
    params: Query<AlertsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let with_resolved = match params.0.state.as_deref() {
        None | Some("open") => false,
        Some("all") => true,
        Some(_) => return Err(Problem::unsaid("state", "must be open or all")),
    };
    let snapshot = edge.app.snapshot();
    let alerts = snapshot.alerts().iter().filter(|alert| with_resolved || alert.is_open());
    let alerts = alerts.filter(|alert| match &alert.patrol {
        Some(patrol) => caller.sees_patrol(patrol),
        None => caller.scope().patrol().is_none(),
    });
    let alerts = alerts.map(|alert| AlertBody::of(&snapshot, alert)).collect();
    let body = Alerts { alerts, time_stamp: edge.app.now().to_string() };
    Ok(json::of_now(&body))
}

/// Calls for help. It is durable when the answer comes.
///
/// While an alert of that kind about that patrol is open, and under the same `Idempotency-Key` also later, the
/// answer is that alert, with 200. No call for help is refused for its time, and none for its position: one that
/// cannot be is dropped.
#[utoipa::path(tag = "alerts", params(
    ("Idempotency-Key" = Option<String>, Header, description = "Any text of 1 to 255 printable ASCII characters that the client gives this request alone"),
), request_body = NewAlertBody, responses(
    (status = 200, description = "It was raised already", body = AlertBody),
    (status = 201, description = "Raised", body = AlertBody),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such patrol", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/alerts")]
async fn raise_alert(
    caller: Caller<RaiseAlerts>,
    request: HttpRequest,
    _: Query<NoParams>,
    body: Json<Object<NewAlertBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let key = idempotency_key(&request)?;
    let new = body.0.0.into_command(key)?;
    if !caller.sees_patrol(&new.patrol) {
        return Err(AlertError::UnknownPatrol(new.patrol).into());
    }
    let cared = edge.app.raise_alert(new).await?;
    Ok(told(
        &edge,
        if cared.repeated { HttpResponse::Ok() } else { HttpResponse::Created() },
        &cared,
    ))
}

/// Takes an alert in hand: it grows no louder. Whoever has it already keeps it.
#[utoipa::path(tag = "alerts", params(("id" = String, Path, description = "Id of the alert")), request_body = AcknowledgeBody, responses(
    (status = 200, description = "The alert", body = AlertBody),
    (status = 404, description = "No such alert", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is over", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/alerts/{id}/acknowledge")]
async fn acknowledge_alert(
    caller: Caller<HandleAlerts>,
    id: Path<String>,
    _: Query<NoParams>,
    body: Json<Object<AcknowledgeBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let care = AlertCare::Acknowledge(caller.actor(body.0.0.actor.as_deref())?);
    let cared = edge.app.care_for_alert(alert_id(&id)?, care).await?;
    Ok(told(&edge, HttpResponse::Ok(), &cared))
}

/// Ends an alert.
#[utoipa::path(tag = "alerts", params(("id" = String, Path, description = "Id of the alert")), request_body = ResolveBody, responses(
    (status = 200, description = "The alert", body = AlertBody),
    (status = 404, description = "No such alert", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is over", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/alerts/{id}/resolve")]
async fn resolve_alert(
    caller: Caller<HandleAlerts>,
    id: Path<String>,
    _: Query<NoParams>,
    body: Json<Object<ResolveBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let ResolveBody { actor, resolution } = body.0.0;
    let resolution = Named::parse("resolution", &resolution)?;
    let care = AlertCare::Resolve(caller.actor(actor.as_deref())?, resolution);
    let cared = edge.app.care_for_alert(alert_id(&id)?, care).await?;
    Ok(told(&edge, HttpResponse::Ok(), &cared))
}

/// Takes a crew's word that all is well on site: a step `checked_in` of what it is on.
///
/// The answer is null where the crew has left meanwhile, as when an old request is repeated under its
/// `Idempotency-Key`.
#[utoipa::path(tag = "alerts", params(
    ("id" = String, Path, description = "Id of the patrol"),
    ("Idempotency-Key" = Option<String>, Header, description = "Any text of 1 to 255 printable ASCII characters that the client gives this request alone"),
), request_body = CheckedInBody, responses(
    (status = 200, description = "When the next one is due, or null", body = Option<CheckInBody>, headers(
        ("Idempotency-Replayed" = Option<bool>, description = "`true` where it was said already"),
    )),
    (status = 404, description = "No such patrol", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is not on site", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/patrols/{id}/check-ins")]
async fn check_in(
    caller: Caller<CheckIn>,
    request: HttpRequest,
    id: Path<String>,
    _: Query<NoParams>,
    body: Json<Object<CheckedInBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::unknown("id", &id, format!("patrol `{id}` is not known"));
    let patrol: PatrolId = id.parse().map_err(|_no_id| unknown())?;
    if !caller.sees_patrol(&patrol) {
        return Err(unknown());
    }
    let body = body.0.0;
    let key = idempotency_key(&request)?;
    let key = key.map(|key| keyed("Idempotency-Key", key, &(&*id, &body))).transpose()?;
    let said = edge.app.check_in(patrol.clone(), time("at", body.at.as_deref())?, key).await;
    let said = said.map_err(|error| match &error {
        StepError::UnknownPatrol(_) => unknown(),
        StepError::NoMission(_) => {
            Problem::at_fault(ProblemKind::Conflict, "id", Some(id.to_string()), &error)
        }
        _ => error.into(),
    })?;
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let next = vigil::check_in(&snapshot, edge.app.nomenclature(), &patrol, now);
    let next = next.map(|next| CheckInBody::at(next, now));
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if said.repeated {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    Ok(response.json(next))
}

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AlertsParams {
    /// `open` (as when it is left out), or `all` for the newest of those that are over too.
    state: Option<String>,
}

/// Alerts.
#[derive(Debug, Serialize, ToSchema)]
struct Alerts {
    /// Oldest first.
    alerts: Vec<AlertBody>,
    /// When the answer was made, RFC 3339.
    #[serde(rename = "timeStamp")]
    time_stamp: String,
}

/// A call for help. No field is for a person, and none may be added.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAlert)]
#[serde(deny_unknown_fields)]
struct NewAlertBody {
    /// What is the matter: `sos` or `no_movement`.
    #[schema(value_type = AlertKindName)]
    kind: String,
    /// Id of the patrol.
    patrol: String,
    /// Since when, RFC 3339; now, where it is left out.
    at: Option<String>,
    /// Where the patrol is.
    #[serde(default, deserialize_with = "position_or_null")]
    position: Option<PositionBody>,
}

impl NewAlertBody {
    fn into_command(self, key: Option<&str>) -> Result<NewAlert, Problem> {
        let kind = Named::parse("kind", &self.kind)?;
        if !matches!(kind, AlertKind::Sos | AlertKind::NoMovement) {
            return Err(Problem::unsaid("kind", "must be one of sos, no_movement"));
        }
        let unknown = || Problem::unknown("patrol", &self.patrol, "the patrol is not known");
        let patrol: PatrolId = self.patrol.parse().map_err(|_no_id| unknown())?;
        let key = key.map(|key| key.parse().map_err(|e| Problem::unsaid("Idempotency-Key", e)));
        // A call for help is not refused for what else it says.
        let fix = self.position.and_then(|position| position.into_fix(patrol.clone()).ok());
        let at = self.at.and_then(|at| at.parse().ok());
        Ok(NewAlert { kind, patrol, at, fix, key: key.transpose()? })
    }
}

/// Who takes an alert in hand.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Acknowledge)]
#[serde(deny_unknown_fields)]
struct AcknowledgeBody {
    /// In which role; the caller's, where it is left out.
    #[schema(value_type = Option<ActorRoleName>)]
    actor: Option<String>,
}

/// How an alert ends.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Resolve)]
#[serde(deny_unknown_fields)]
struct ResolveBody {
    /// In which role; the caller's, where it is left out.
    #[schema(value_type = Option<ActorRoleName>)]
    actor: Option<String>,
    /// How it ended.
    #[schema(value_type = ResolutionName)]
    resolution: String,
}

/// All is well.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CheckedIn)]
#[serde(deny_unknown_fields)]
struct CheckedInBody {
    /// When it was, RFC 3339; now, where it is left out.
    at: Option<String>,
}

fn alert_id(id: &str) -> Result<AlertId, Problem> {
    id.parse().map_err(|_no_id| Problem::unknown("id", id, format!("alert `{id}` is not known")))
}

fn time(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    text.map(|text| text.parse().map_err(|e| Problem::unsaid(field, e))).transpose()
}

fn told(edge: &Edge, mut response: actix_web::HttpResponseBuilder, cared: &Cared) -> HttpResponse {
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if cared.repeated {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    response.json(AlertBody::of(&edge.app.snapshot(), &cared.alert))
}

impl From<AlertError> for Problem {
    fn from(error: AlertError) -> Self {
        let reason = error.to_string();
        match error {
            AlertError::UnknownPatrol(id) => Self::unknown("patrol", id, reason),
            AlertError::UnknownAlert(id) => Self::unknown("id", id, reason),
            AlertError::Over(over) => {
                Self::at_fault(ProblemKind::Conflict, "id", None, over).over()
            }
            AlertError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}
