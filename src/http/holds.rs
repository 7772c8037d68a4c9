//! `/holds`: what the data protection officer keeps beyond its term.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, ProblemKind, Query,
    caller::Caller,
    json::{self, Object},
    named::{HoldReasonName, Named},
    permits::{ManageHolds, ReadRegisters},
    problem::ProblemBody,
    query::NoParams,
};
use crate::{
    access::AccountName,
    app::{HoldChange, HoldError},
    closed_list::ClosedList as _,
    retention::{Hold, HoldId, HoldScope, InvalidHold},
    time::{TimeWindow, Timestamp},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_holds).service(set_hold).service(lift_hold);
}

/// Every hold, oldest first, also those that are over.
#[utoipa::path(tag = "registers", responses(
    (status = 200, description = "The holds", body = Holds),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/holds")]
async fn list_holds(
    _: Caller<ReadRegisters>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let holds = snapshot.registers().holds().map(|hold| HoldBody::at(hold, now)).collect();
    let body = Holds { holds, time_stamp: now.to_string() };
    Ok(json::of_now(&body))
}

/// Keeps an incident, those of a site, or those reported in a time beyond their term, until an end or until it is lifted.
///
/// It covers what has all that it names. It keeps incidents with their steps and alerts; what was purged already does
/// not come back.
#[utoipa::path(tag = "registers", request_body = NewHoldBody, responses(
    (status = 201, description = "The hold", body = HoldBody),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such site or incident", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/holds")]
async fn set_hold(
    caller: Caller<ManageHolds>,
    _: Query<NoParams>,
    body: Json<Object<NewHoldBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let change = body.0.0.into_change(name_of(&caller, &edge))?;
    let hold = edge.app.change_hold(change).await?;
    Ok(HttpResponse::Created().json(HoldBody::at(&hold, edge.app.now())))
}

/// Lifts a hold: what it kept goes with the next purge, unless another one keeps it.
#[utoipa::path(tag = "registers", params(("id" = String, Path, description = "Id of the hold")), responses(
    (status = 200, description = "The hold", body = HoldBody),
    (status = 404, description = "No such hold", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is over", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/holds/{id}/lift")]
async fn lift_hold(
    caller: Caller<ManageHolds>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let unknown = |_no_id| Problem::unknown("id", &*id, format!("hold `{id}` is not known"));
    let id: HoldId = id.parse().map_err(unknown)?;
    let change = HoldChange::Lift { id, by: name_of(&caller, &edge) };
    let hold = edge.app.change_hold(change).await?;
    Ok(HttpResponse::Ok().json(HoldBody::at(&hold, edge.app.now())))
}

/// What the caller's account is called: the name of a post.
fn name_of<P>(caller: &Caller<P>, edge: &Edge) -> Option<AccountName> {
    let snapshot = edge.app.snapshot();
    let account = caller.account().and_then(|id| snapshot.accounts().get(id));
    account.map(|account| account.name.clone())
}

/// The holds.
#[derive(Debug, Serialize, ToSchema)]
struct Holds {
    /// Oldest first.
    holds: Vec<HoldBody>,
    /// When the answer was made, RFC 3339.
    #[serde(rename = "timeStamp")]
    time_stamp: String,
}

/// A hold that somebody wants. It names an incident, a site, a time, or several of them.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewHold)]
#[serde(deny_unknown_fields)]
struct NewHoldBody {
    /// Id of an incident.
    incident: Option<String>,
    /// Code of a site.
    site: Option<String>,
    /// Incidents reported at this time or later, RFC 3339.
    reported_from: Option<String>,
    /// Incidents reported before this time, RFC 3339.
    reported_to: Option<String>,
    /// Why.
    #[schema(value_type = HoldReasonName)]
    reason: String,
    /// When it ends by itself, RFC 3339: after now, at most 36 months ahead.
    until: String,
}

impl NewHoldBody {
    fn into_change(self, by: Option<AccountName>) -> Result<HoldChange, Problem> {
        let time = |field, text: Option<&str>| -> Result<Option<Timestamp>, Problem> {
            text.map(|text| text.parse().map_err(|e| Problem::unsaid(field, e))).transpose()
        };
        let no_incident =
            |id: &str| Problem::unknown("incident", id, format!("incident `{id}` is not known"));
        let no_site = |code: &str| {
            Problem::unknown("site", code, format!("site `{code}` is not in the stock"))
        };
        let incident = self.incident.as_deref();
        let incident = incident.map(|id| id.parse().map_err(|_no_id| no_incident(id)));
        let site = self.site.as_deref();
        let site = site.map(|code| code.parse().map_err(|_no_code| no_site(code)));
        let reported = TimeWindow {
            from: time("reported_from", self.reported_from.as_deref())?,
            to: time("reported_to", self.reported_to.as_deref())?,
        };
        Ok(HoldChange::Set {
            scope: HoldScope { incident: incident.transpose()?, site: site.transpose()?, reported },
            reason: Named::parse("reason", &self.reason)?,
            until: self.until.parse().map_err(|e| Problem::unsaid("until", e))?,
            by,
        })
    }
}

/// What is kept beyond its term, why, and until when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hold)]
pub struct HoldBody {
    /// Unique.
    pub id: String,
    /// Id of an incident.
    #[schema(required = true)]
    pub incident: Option<String>,
    /// Code of a site.
    #[schema(required = true)]
    pub site: Option<String>,
    /// Incidents reported at this time or later, RFC 3339.
    #[schema(required = true)]
    pub reported_from: Option<String>,
    /// Incidents reported before this time, RFC 3339.
    #[schema(required = true)]
    pub reported_to: Option<String>,
    /// Why.
    pub reason: HoldReasonName,
    /// When it ends by itself, RFC 3339.
    pub until: String,
    /// Since when, RFC 3339.
    pub set_at: String,
    /// By which account; null for whoever runs the program on its machine.
    #[schema(required = true)]
    pub set_by: Option<String>,
    /// When it was lifted, RFC 3339.
    #[schema(required = true)]
    pub lifted_at: Option<String>,
    /// By which account.
    #[schema(required = true)]
    pub lifted_by: Option<String>,
    /// Whether it keeps what it covers now.
    pub in_force: bool,
}

impl HoldBody {
    /// `hold` as it is at that time.
    #[must_use]
    pub fn at(hold: &Hold, now: Timestamp) -> Self {
        let text = |at: Timestamp| at.to_string();
        let lifted_by = hold.lifted.as_ref().and_then(|(_, by)| by.as_ref());
        Self {
            id: hold.id.to_string(),
            incident: hold.scope.incident.map(|id| id.to_string()),
            site: hold.scope.site.as_ref().map(ToString::to_string),
            reported_from: hold.scope.reported.from.map(text),
            reported_to: hold.scope.reported.to.map(text),
            reason: Named(hold.reason),
            until: text(hold.until),
            set_at: text(hold.set_at),
            set_by: hold.set_by.as_ref().map(ToString::to_string),
            lifted_at: hold.lifted.as_ref().map(|(at, _)| text(*at)),
            lifted_by: lifted_by.map(ToString::to_string),
            in_force: hold.is_in_force(now),
        }
    }

    /// In one line, for people.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self { id, reason, until, .. } = self;
        let scope = [
            ("incident", &self.incident),
            ("site", &self.site),
            ("from", &self.reported_from),
            ("to", &self.reported_to),
        ];
        let scope = scope
            .into_iter()
            .filter_map(|(what, value)| value.as_ref().map(|value| format!("{what} {value}")));
        let scope: Vec<String> = scope.collect();
        let state = match (&self.lifted_at, self.in_force) {
            (Some(at), _) => format!("lifted {at}"),
            (None, true) => format!("until {until}"),
            (None, false) => format!("ended {until}"),
        };
        format!("{id}  {:<16} {state}  {}", reason.0.as_str(), scope.join(", "))
    }
}

impl From<HoldError> for Problem {
    fn from(error: HoldError) -> Self {
        let reason = error.to_string();
        match error {
            HoldError::UnknownSite(code) => Self::unknown("site", code, reason),
            HoldError::UnknownIncident(id) => Self::unknown("incident", id, reason),
            HoldError::UnknownHold(id) => Self::unknown("id", id, reason),
            HoldError::Over => Self::at_fault(ProblemKind::Conflict, "id", None, reason),
            HoldError::Invalid(invalid) => {
                let field = match invalid {
                    InvalidHold::Everything => "incident",
                    InvalidHold::EmptyWindow => "reported_to",
                    InvalidHold::Over { .. } | InvalidHold::TooLong { .. } => "until",
                };
                Self::unsaid(field, reason)
            }
            HoldError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}
