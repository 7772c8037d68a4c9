//! `/subjects`: what people ask about – halls, noise, hours –, each as a portrait of the stock.

use actix_web::{HttpRequest, HttpResponse, get, web, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    permits::ReadHeatmap,
    portrait_body::PortraitBody,
    portraits::{PortraitParams, subject},
    problem::ProblemBody,
    query::NoParams,
    revision::{Revision, unless_known},
};
use crate::portrait::{Place, Subject, subjects};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_subjects).service(show_subject);
}

/// The subjects, with the kinds that they count.
#[utoipa::path(tag = "portraits", responses(
    (status = 200, description = "Every subject", body = SubjectsBody),
    (status = 304, description = "As the client knows it"),
))]
#[get("/subjects")]
async fn list_subjects(
    _: Caller<ReadHeatmap>,
    request: HttpRequest,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    unless_known(&request, Revision::PROGRAM, async || {
        let all = subjects(edge.app.nomenclature());
        Ok(web::Json(SubjectsBody { subjects: all.iter().map(SubjectBody::from).collect() }))
    })
    .await
}

/// A subject over the whole stock, or over that of the landlord who asks: a portrait of its kinds, with the sites where
/// most is reported.
#[utoipa::path(tag = "portraits", params(("id" = String, Path, description = "Such as `halls`; see `/api/v1/subjects`"), PortraitParams), responses(
    (status = 200, description = "The portrait", content((PortraitBody = "application/json"), (String = "text/html"), (Vec<u8> = "application/pdf"), (String = "text/csv"), (serde_json::Value = "application/geo+json"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Whoever asks may take no files out of the house", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused, or no kind of the subject is in force", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/subjects/{id}")]
async fn show_subject(
    caller: Caller<ReadHeatmap>,
    request: HttpRequest,
    id: web::Path<String>,
    params: Query<PortraitParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let found = subject(&edge, "id", &id)?;
    let sitting = params.0.about(&found.id).sitting(&caller, &edge, Place::Town)?;
    sitting.answer(&request, edge).await
}

/// What people ask about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subjects)]
struct SubjectsBody {
    /// Every subject.
    subjects: Vec<SubjectBody>,
}

/// A subject.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subject)]
pub struct SubjectBody {
    /// What it is called in addresses.
    id: String,
    /// What people read in French.
    label_fr: String,
    /// What people read in English.
    label_en: String,
    /// Its kinds that are in force; null for all kinds, and empty where a nomenclature holds none of them, so that there is
    /// nothing to count.
    #[schema(required = true)]
    kinds: Option<Vec<String>>,
}

impl From<&Subject> for SubjectBody {
    fn from(subject: &Subject) -> Self {
        let kinds = subject.kinds.as_ref();
        Self {
            id: subject.id.to_string(),
            label_fr: subject.label_fr.clone(),
            label_en: subject.label_en.clone(),
            kinds: kinds.map(|kinds| kinds.iter().map(ToString::to_string).collect()),
        }
    }
}
