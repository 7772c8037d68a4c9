//! `/situations`: what rules of correlation have found.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Link, Problem, Query,
    caller::Caller,
    json,
    page::{self, ListAddress},
    permits::ReadSituations,
    problem::ProblemBody,
    query::parsed,
    situation_body::SituationBody,
};
use crate::{
    correlation::{RuleName, Situation, SituationId, Subject},
    stock::SiteCode,
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_situations);
}

/// The situations that rules have found, the newest first: the open ones, or also those that are over. They say that signals and
/// incidents came together as a rule describes, and nothing of what brought them about.
#[utoipa::path(tag = "signals", params(SituationsParams), responses(
    (status = 200, description = "Situations, the newest first", body = Situations),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/situations")]
async fn list_situations(
    _: Caller<ReadSituations>,
    request: HttpRequest,
    params: Query<SituationsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted::of(&params.0)?;
    let limit = page::limit(params.0.limit.as_deref())?.get();
    let after: Option<SituationId> = page::after(params.0.after.as_deref())?;
    let snapshot = edge.app.snapshot();
    let older = snapshot.situations().iter().rev();
    let older = older.filter(|one| after.is_none_or(|after| one.id < after));
    let mut found: Vec<&Situation> =
        older.filter(|one| wanted.takes(one)).take(limit + 1).collect();
    let next = (found.len() > limit).then(|| found.truncate(limit));
    let next = next.and_then(|()| found.last()).map(|last| last.id);
    let rules = &edge.settings.rules;
    let body = Situations {
        situations: found.iter().map(|one| SituationBody::of(&snapshot, rules, one)).collect(),
        links: ListAddress::of(&request).links(next),
        time_stamp: edge.app.now().to_string(),
    };
    Ok(json::of_now(&body))
}

/// Which situations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SituationsParams {
    /// `open` (where it is left out): those that are not over. `all`: every one.
    #[param(pattern = "^(open|all)$")]
    state: Option<String>,
    /// Of this rule.
    rule: Option<String>,
    /// On this site.
    site: Option<String>,
    /// Most situations of the page, 1 to 10,000; 100 where it is left out.
    #[param(value_type = Option<u32>, minimum = 1)]
    limit: Option<String>,
    /// Taken from a `next` link.
    after: Option<String>,
}

struct Wanted {
    with_closed: bool,
    rule: Option<RuleName>,
    site: Option<SiteCode>,
}

impl Wanted {
    fn of(params: &SituationsParams) -> Result<Self, Problem> {
        let with_closed = match params.state.as_deref() {
            None | Some("open") => false,
            Some("all") => true,
            Some(_) => return Err(Problem::unsaid("state", "must be open or all")),
        };
        let rule = parsed("rule", params.rule.as_deref())?;
        let site = parsed("site", params.site.as_deref())?;
        Ok(Self { with_closed, rule, site })
    }

    fn takes(&self, one: &Situation) -> bool {
        let on = |site: &SiteCode| one.subject == Subject::Site(site.clone());
        (self.with_closed || one.closed.is_none())
            && self.rule.as_ref().is_none_or(|rule| one.rule == *rule)
            && self.site.as_ref().is_none_or(on)
    }
}

/// A page of situations.
#[derive(Debug, Serialize, ToSchema)]
struct Situations {
    /// The newest first.
    situations: Vec<SituationBody>,
    /// The next page, where there is one.
    links: Vec<Link>,
    /// When the answer was made, RFC 3339.
    #[serde(rename = "timeStamp")]
    time_stamp: String,
}
