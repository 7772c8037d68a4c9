//! `/kpis`: how long interventions take.

use actix_web::{HttpRequest, HttpResponse, get, web, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    filter::Filters,
    named::GroupByName,
    permits::ReadKpis,
    problem::ProblemBody,
    query::name_of,
    revision::{Revision, unless_known},
    sight,
};
use crate::{
    closed_list::ClosedList as _,
    response::{self, GroupBy, ResponseTimes, Spread},
    twin::Selection,
};

/// How soon a target that passes is told, in seconds, to whoever asks whether anything has changed.
const MISSED_TOLD_S: i64 = 60;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_kpis);
}

/// Times of interventions: take-up T1 − T0, assignment T2 − T1, travel T5 − T4, overall T5 − T0, duration T6 − T5
/// and report delay T7 − T6, each with its median and the time that nine of ten do not exceed.
#[utoipa::path(tag = "incidents", params(KpiParams), responses(
    (status = 200, description = "Times, by group", body = Kpis),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/kpis")]
async fn show_kpis(
    caller: Caller<ReadKpis>,
    request: HttpRequest,
    params: Query<KpiParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (selection, by) = params.0.parse()?;
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let selection = sight::within(caller.scope(), snapshot.stock(), selection)?;
    let revision = Revision::of_events_within(&snapshot, caller.scope(), now, MISSED_TOLD_S);
    unless_known(&request, revision, async || {
        let nomenclature = edge.app.nomenclature();
        let groups = response::response_times(&snapshot, nomenclature, &selection, by, now)?;
        let groups = groups.into_iter().map(GroupBody::from).collect();
        let time_stamp = now.to_string();
        Ok(web::Json(Kpis { by: super::named::Named(by), unit: "s", groups, time_stamp }))
    })
    .await
}

/// Which interventions, and by what they are summed up.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct KpiParams {
    /// First instant inside, RFC 3339.
    from: Option<String>,
    /// First instant after, RFC 3339.
    to: Option<String>,
    /// `all` (as when it is left out), `evening` (noon to noon in Paris), `landlord`, `kind` or `priority`.
    #[param(value_type = Option<GroupByName>)]
    by: Option<String>,
    /// Kinds, separated by commas.
    kind: Option<String>,
    /// Channels, separated by commas.
    channel: Option<String>,
    /// Site codes, separated by commas.
    site: Option<String>,
    /// Landlord ids, separated by commas.
    landlord: Option<String>,
}

impl KpiParams {
    fn parse(&self) -> Result<(Selection, GroupBy), Problem> {
        let names = GroupBy::ALL.iter().map(|by| by.as_str());
        let by = self.by.as_deref().map(|by| {
            name_of(by, GroupBy::of_name, names).map_err(|reason| Problem::field("by", by, reason))
        });
        let selection = Selection::try_from(Filters {
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            kind: self.kind.as_deref(),
            channel: self.channel.as_deref(),
            site: self.site.as_deref(),
            landlord: self.landlord.as_deref(),
            ..Filters::default()
        })?;
        Ok((selection, by.transpose()?.unwrap_or(GroupBy::All)))
    }
}

/// Times of interventions.
#[derive(Debug, Serialize, ToSchema)]
struct Kpis {
    /// What they are summed up by.
    by: GroupByName,
    /// Seconds.
    #[schema(value_type = String)]
    unit: &'static str,
    /// In the order of keys; only groups with interventions.
    groups: Vec<GroupBody>,
    /// When the answer was made, RFC 3339.
    #[serde(rename = "timeStamp")]
    time_stamp: String,
}

/// The times of a group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KpiGroup)]
struct GroupBody {
    /// Its date, landlord, kind or priority.
    key: String,
    /// Interventions in it.
    incidents: usize,
    /// From the call until it was qualified.
    take_up: SpreadBody,
    /// From then until a patrol was chosen.
    assignment: SpreadBody,
    /// On the way.
    travel: SpreadBody,
    /// From the call until a patrol was there.
    overall: SpreadBody,
    /// On site.
    duration: SpreadBody,
    /// From then until the report.
    report_delay: SpreadBody,
    /// Of those whose target is decided, the share where a patrol came in time; null where there are none. It is
    /// decided when a patrol comes, or when the target passes and still nobody has; an incident that ends before its
    /// target without anybody, such as a false alarm, does not count.
    #[schema(required = true)]
    within_target: Option<f64>,
}

/// How times are spread.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Spread)]
struct SpreadBody {
    /// How many.
    count: usize,
    /// Half of them took no longer.
    #[schema(required = true)]
    median_s: Option<f64>,
    /// Nine of ten took no longer.
    #[schema(required = true)]
    p90_s: Option<f64>,
}

impl From<(String, ResponseTimes)> for GroupBody {
    fn from((key, times): (String, ResponseTimes)) -> Self {
        let (with_target, in_time) = times.targets;
        Self {
            key,
            incidents: times.incidents,
            take_up: times.take_up.into(),
            assignment: times.assignment.into(),
            travel: times.travel.into(),
            overall: times.overall.into(),
            duration: times.duration.into(),
            report_delay: times.report_delay.into(),
            within_target: (with_target > 0).then(|| in_time as f64 / with_target as f64),
        }
    }
}

impl From<Spread> for SpreadBody {
    fn from(spread: Spread) -> Self {
        Self { count: spread.count, median_s: spread.median_s, p90_s: spread.p90_s }
    }
}
