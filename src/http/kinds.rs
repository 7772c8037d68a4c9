//! `/kinds`: the nomenclature of incidents.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data},
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    named::{Named, PartnerName},
    permits::ReadMeta,
    query::NoParams,
    revision::{Revision, unless_known},
};
use crate::incident::{Kind, Nomenclature, Priority};

/// So many bytes of the digest tell two nomenclatures apart.
const VERSION_BYTES: usize = 4;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_kinds);
}

/// The kinds of incident that are in force, in the order in which people read them.
#[utoipa::path(tag = "incidents", responses(
    (status = 200, description = "Every kind", body = Kinds),
    (status = 304, description = "As the client knows it"),
))]
#[get("/kinds")]
async fn list_kinds(
    _: Caller<ReadMeta>,
    request: HttpRequest,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    unless_known(&request, Revision::PROGRAM, async || {
        let nomenclature = edge.app.nomenclature();
        let kinds = nomenclature.kinds().iter().map(KindBody::from).collect();
        Ok(web::Json(Kinds { version: version(nomenclature), kinds }))
    })
    .await
}

/// The first digits of a digest of all that it says.
fn version(nomenclature: &Nomenclature) -> String {
    let digest = Sha256::digest(nomenclature.to_string());
    hex::encode(&digest[..VERSION_BYTES])
}

/// The nomenclature.
#[derive(Debug, Serialize, ToSchema)]
struct Kinds {
    /// Changes when the nomenclature does.
    version: String,
    /// Every kind.
    kinds: Vec<KindBody>,
}

/// A kind of incident.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Kind)]
struct KindBody {
    /// Such as `OCC-HAL`.
    code: String,
    /// What operators read in French.
    label_fr: String,
    /// What operators read in English.
    label_en: String,
    /// How soon a crew must be on site.
    priority: PriorityBody,
    /// The first part of the code, such as `OCC`.
    family: String,
    /// Seconds from the report in which a crew must be on site; null where no time is set.
    #[schema(required = true)]
    target_s: Option<u32>,
    /// Agents that are sent by day, at least.
    crew_min: u8,
    /// Agents that are sent from 22:00 to 06:00, at least.
    crew_min_night: u8,
    /// Who is called first.
    #[schema(required = true)]
    partner: Option<PartnerName>,
}

/// How soon a crew must be on site: P1 at once, P2 in 15 minutes, P3 in 30 minutes, P4 on the round.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Priority)]
pub enum PriorityBody {
    /// At once, help called first.
    P1,
    /// Within 15 minutes.
    P2,
    /// Within 30 minutes.
    P3,
    /// On the round, or reported next morning.
    P4,
}

impl From<Priority> for PriorityBody {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::P1 => Self::P1,
            Priority::P2 => Self::P2,
            Priority::P3 => Self::P3,
            Priority::P4 => Self::P4,
        }
    }
}

impl From<&Kind> for KindBody {
    fn from(kind: &Kind) -> Self {
        let code = kind.code.to_string();
        Self {
            family: code.split('-').next().unwrap_or_default().to_owned(),
            code,
            label_fr: kind.label_fr.clone(),
            label_en: kind.label_en.clone(),
            priority: kind.priority.into(),
            target_s: kind.priority.target_s(),
            crew_min: kind.crew_min_by_day,
            crew_min_night: kind.crew_min_by_night,
            partner: kind.partner.map(Named),
        }
    }
}
