//! `/incidents/{id}/transitions`: the life cycle of an incident, one step at a time.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    post,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, ProblemKind, Query,
    caller::Caller,
    incident_body::StatusBody,
    incident_feature::{SentBody, sent_bodies},
    incidents::{IDEMPOTENCY_REPLAYED, idempotency_key},
    json::Object,
    named::{ActionName, Named},
    permits::StepIncidents,
    problem::{Conflict, ProblemBody},
    query::NoParams,
    transition_body::TransitionBody,
};
use crate::{
    app::{StepError, StepRequest, Stepped},
    closed_list::ClosedList as _,
    incident::{Action, Incident, IncidentId, Refusal},
    patrol::PatrolId,
    twin::Snapshot,
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(take_step);
}

/// Takes a step of the life cycle. It is durable when the answer comes.
///
/// A step that the life cycle or a rule forbids is a 409 that says how far the incident has got and which steps
/// are allowed. Of two dispatchers who send patrols to one incident at once, one is told so. The same
/// `Idempotency-Key` with the same request has the same answer, with the header `Idempotency-Replayed: true`.
#[utoipa::path(tag = "incidents", params(
    ("id" = String, Path, description = "Id of the incident"),
    ("Idempotency-Key" = Option<String>, Header, description = "Any text of 1 to 255 printable ASCII characters that the client gives this request alone"),
), request_body = TransitionBody, responses(
    (status = 200, description = "Taken", body = TakenStep, headers(
        ("Idempotency-Replayed" = Option<bool>, description = "`true` where it was taken already"),
    )),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such incident", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "Not allowed now: says what is", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/incidents/{id}/transitions")]
async fn take_step(
    caller: Caller<StepIncidents>,
    request: HttpRequest,
    id: Path<String>,
    _: Query<NoParams>,
    body: Json<Object<TransitionBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let unknown = |_| Problem::unknown("id", &id, format!("incident `{id}` is not known"));
    let incident: IncidentId = id.parse().map_err(unknown)?;
    let key = idempotency_key(&request)?;
    let body = body.0.0;
    let actor = caller.actor(body.actor.as_deref())?;
    let mut asked = body.into_request(incident, key, actor)?;
    if let Some(own) = caller.scope().patrol() {
        as_crew(own, &mut asked, &edge.app.snapshot())?;
    }
    let stepped = edge.app.step_incident(asked).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if stepped.repeated {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    Ok(response.json(TakenStep::new(&edge.app.snapshot(), &stepped)))
}

/// Cuts what is asked to what a crew may: its own steps, on what it is sent to.
///
/// # Errors
///
/// 404 for another incident, 403 for another step or for another patrol.
fn as_crew(own: &PatrolId, asked: &mut StepRequest, snapshot: &Snapshot) -> Result<(), Problem> {
    let known = snapshot.interventions().get(asked.incident);
    let sent = known.is_some_and(|known| known.sent().iter().any(|one| one.patrol == *own));
    let owes = known.is_some_and(|known| known.reporter() == Some(own));
    if !sent && !owes {
        return Err(StepError::UnknownIncident(asked.incident).into());
    }
    let forbidden = |field, reason| Problem::at_fault(ProblemKind::Forbidden, field, None, reason);
    let command = &mut asked.command;
    let is_own_step = match command.action {
        Action::Acknowledged
        | Action::EnRoute
        | Action::OnSite
        | Action::Cleared
        | Action::CheckedIn => {
            // Not the leading patrol where it is left out, but the one that asks.
            command.patrol.get_or_insert_with(|| own.clone());
            sent
        }
        Action::Reinforced => sent && command.patrol.is_none(),
        Action::Reported => owes,
        _ => false,
    };
    if !is_own_step {
        return Err(forbidden("to", "is not a step that this crew may take"));
    }
    match &command.patrol {
        Some(other) if other != own => Err(forbidden("patrol", "a crew steps for itself alone")),
        _ => Ok(()),
    }
}

/// An incident after a step.
#[derive(Debug, Serialize, ToSchema)]
struct TakenStep {
    /// Id of the incident.
    id: String,
    /// The site that it is on.
    site_code: String,
    /// How far it has got.
    status: StatusBody,
    /// The event that recorded the step.
    seq: u64,
    /// When the step was taken: as asked, but never before the step that it follows.
    #[schema(required = true)]
    at: Option<String>,
    /// The patrol that took the step, or was sent or released by it.
    #[schema(required = true)]
    patrol: Option<String>,
    /// What may follow.
    allowed: Vec<ActionName>,
    /// The patrols that are sent.
    patrols: Vec<SentBody>,
}

impl TakenStep {
    fn new(snapshot: &Snapshot, stepped: &Stepped) -> Self {
        let incident = &stepped.incident;
        Self {
            id: incident.id.to_string(),
            site_code: incident.site.to_string(),
            status: incident.status.into(),
            seq: stepped.seq.0,
            at: incident.steps.last().map(|step| step.at.to_string()),
            patrol: incident
                .steps
                .last()
                .and_then(|step| step.patrol.as_ref())
                .map(ToString::to_string),
            allowed: allowed(incident),
            patrols: sent_bodies(snapshot, incident),
        }
    }
}

/// What may follow, by name.
pub fn allowed(incident: &Incident) -> Vec<ActionName> {
    incident.allowed().into_iter().map(Named).collect()
}

impl From<StepError> for Problem {
    fn from(error: StepError) -> Self {
        let reason = error.to_string();
        match error {
            StepError::UnknownIncident(id) => Self::unknown("id", id, reason),
            StepError::UnknownPatrol(id) => Self::field("patrol", id, reason),
            StepError::UnknownKind(code) => Self::field("kind", code, reason),
            StepError::UnknownSite(code) => Self::field("site_code", code, reason),
            StepError::UnknownBuilding(id) => Self::field("building_id", id, reason),
            StepError::NoDuplicate(id) => Self::field("duplicate_of", id, reason),
            StepError::NoMission(id) => {
                Self::at_fault(ProblemKind::Conflict, "patrol", Some(id.to_string()), reason)
            }
            StepError::NobodyFree => Self::at_fault(ProblemKind::Conflict, "patrol", None, reason),
            StepError::RemarksOff => Self::unsaid("report.remark", reason),
            StepError::KeyReused => {
                Self::at_fault(ProblemKind::KeyReused, "Idempotency-Key", None, reason)
            }
            StepError::Refused { refusal, incident } => refused(&refusal, &incident),
            StepError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}

/// A refusal of the command itself is a 422; one of the life cycle or of a rule is a 409.
fn refused(refusal: &Refusal, incident: &Incident) -> Problem {
    let conflict = |field: &str, value: String| {
        let conflict = Conflict::of(incident);
        Problem::at_fault(ProblemKind::Conflict, field, Some(value), refusal).with(conflict)
    };
    let about = |patrol: &crate::patrol::PatrolId, mission: Option<IncidentId>| {
        let mut conflict = Conflict::of(incident);
        conflict.patrol = Some(patrol.to_string());
        conflict.mission = mission.map(|id| id.to_string());
        conflict.rule = refusal.rule().map(Named);
        let value = Some(patrol.to_string());
        Problem::at_fault(ProblemKind::Conflict, "patrol", value, refusal).with(conflict)
    };
    match refusal {
        Refusal::NotAllowed { action, .. } => conflict("to", action.as_str().to_owned()),
        Refusal::NotSent(patrol)
        | Refusal::OutOfTurn { patrol, .. }
        | Refusal::SentAlready(patrol)
        | Refusal::Busy(patrol)
        | Refusal::OffDuty(patrol)
        | Refusal::TooFew { patrol, .. }
        | Refusal::Stale(patrol) => about(patrol, None),
        Refusal::OnMission { patrol, mission } | Refusal::Turned { patrol, mission } => {
            about(patrol, Some(*mission))
        }
        Refusal::Missing(field) | Refusal::Needless(field) => Problem::unsaid(field, refusal),
        Refusal::InTheFuture(at) | Refusal::TooLongAgo(at) => Problem::field("at", at, refusal),
    }
}
