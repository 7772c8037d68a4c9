//! `/sites/{code}/hazards`: what crews are to be warned of; and what they are told of a site in all.

use actix_web::{
    put,
    web::{self, Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, Query,
    caller::Caller,
    json::Object,
    named::{HazardKindName, Named},
    permits::WriteStock,
    problem::ProblemBody,
    query::NoParams,
    sites::unknown_site,
};
use crate::{
    app::{SetHazards, SetHazardsError},
    stock::{Hazard, HazardFault, NoteText, NoteTopic, SiteCode, WantedHazard},
    time::Timestamp,
    twin::Briefing,
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(put_hazards);
}

/// Sets the hazards of a site: those of the body and no others. What was flagged and is left out is lifted.
///
/// Every hazard ends, at most 90 days ahead. Crews that are on something there hear of it at once, and check in every
/// 8 minutes while one holds.
#[utoipa::path(tag = "stock", params(("code" = String, Path, description = "Code of the site")), request_body = HazardsBody, responses(
    (status = 200, description = "The hazards that hold now", body = SiteHazards),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such site", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[put("/sites/{code}/hazards")]
async fn put_hazards(
    _: Caller<WriteStock>,
    code: Path<String>,
    _: Query<NoParams>,
    body: Json<Object<HazardsBody>>,
    edge: Data<Edge>,
) -> Result<web::Json<SiteHazards>, Problem> {
    let site: SiteCode = code.parse().map_err(|_no_code| unknown_site(&code))?;
    let asked = body.0.0.hazards;
    let wanted = asked.iter().enumerate().map(|(index, hazard)| hazard.wanted(index));
    let set = SetHazards { site: site.clone(), wanted: wanted.collect::<Result<_, _>>()? };
    edge.app.set_hazards(set).await.map_err(|error| refusal(error, &asked))?;
    let snapshot = edge.app.snapshot();
    let BriefingBody { hazards, .. } =
        BriefingBody::of(snapshot.briefings().of(&site), edge.app.now());
    Ok(web::Json(SiteHazards { hazards }))
}

/// The hazards that a site is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HazardsBody {
    /// At most one of each kind.
    hazards: Vec<WantedHazardBody>,
}

/// A hazard that a site is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = WantedHazard)]
#[serde(deny_unknown_fields)]
struct WantedHazardBody {
    /// What may hurt a crew.
    #[schema(value_type = HazardKindName)]
    kind: String,
    /// When it ends, RFC 3339: after now, at most 90 days ahead.
    until: String,
}

impl WantedHazardBody {
    fn wanted(&self, index: usize) -> Result<WantedHazard, Problem> {
        let kind = Named::parse(&field(index, "kind"), &self.kind)?;
        let until = self.until.parse();
        let until = until.map_err(|e| Problem::unsaid(&field(index, "until"), e))?;
        Ok(WantedHazard { kind, until })
    }
}

/// The hazards of a site.
#[derive(Debug, Serialize, ToSchema)]
struct SiteHazards {
    /// Those that hold, in the order of kinds.
    hazards: Vec<HazardBody>,
}

/// What may hurt a crew on a site.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hazard)]
pub struct HazardBody {
    /// What.
    kind: HazardKindName,
    /// Since when it is flagged, RFC 3339.
    since: String,
    /// When it ends, RFC 3339.
    until: String,
}

impl From<&Hazard> for HazardBody {
    fn from(hazard: &Hazard) -> Self {
        Self {
            kind: Named(hazard.kind),
            since: hazard.since.to_string(),
            until: hazard.until.to_string(),
        }
    }
}

/// What crews are told before they go to a site.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Briefing)]
pub struct BriefingBody {
    /// What to do there and what to leave, in the landlord's words.
    #[schema(required = true)]
    instructions: Option<String>,
    /// How to get in, in the landlord's words.
    #[schema(required = true)]
    access: Option<String>,
    /// The hazards that hold, in the order of kinds. A client that keeps them drops each when it ends.
    hazards: Vec<HazardBody>,
}

impl BriefingBody {
    /// As it is told at that time.
    pub fn of(briefing: Option<&Briefing>, now: Timestamp) -> Self {
        let text =
            |topic| briefing.and_then(|briefing| briefing.text(topic)).map(NoteText::to_string);
        Self {
            instructions: text(NoteTopic::Instructions),
            access: text(NoteTopic::Access),
            hazards: briefing
                .iter()
                .flat_map(|briefing| briefing.active_hazards(now))
                .map(HazardBody::from)
                .collect(),
        }
    }
}

/// The member of the body that is meant, as `hazards[0].until`.
fn field(index: usize, member: &str) -> String {
    format!("hazards[{index}].{member}")
}

/// What was refused, with the value as it was asked: a kind or a time tells of nobody.
fn refusal(error: SetHazardsError, asked: &[WantedHazardBody]) -> Problem {
    match error {
        SetHazardsError::UnknownSite(code) => unknown_site(code),
        SetHazardsError::Unavailable(unavailable) => unavailable.into(),
        SetHazardsError::Refused(refused) => {
            let (kind, until) = asked
                .get(refused.index)
                .map_or(("", ""), |one| (one.kind.as_str(), one.until.as_str()));
            let (member, value) = match refused.fault {
                HazardFault::Over { .. } | HazardFault::TooFar { .. } => ("until", until),
                HazardFault::Twice => ("kind", kind),
            };
            Problem::field(&field(refused.index, member), value, refused.fault)
        }
    }
}
