//! `/access-log`: who asked what, for the data protection officer.

use actix_web::{
    HttpResponse, get,
    web::{self, Data},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, ProblemKind, Query,
    caller::Caller,
    json,
    permits::ReadRegisters,
    problem::ProblemBody,
    query::{number, parsed},
};
use crate::{
    audit::{AccessLine, lines_of_day},
    time::Date,
};

/// Most lines of an answer.
const LINES_MAX: usize = 10_000;
/// Most lines that may be passed over: more than a busy day has.
const SKIP_MAX: usize = 1_000_000_000;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_access);
}

/// Who asked what on a day: role, account or token, route and status of each answered request, server by server in the order in
/// which they were answered; no name, no address, no query. Reading it is taken down as well.
///
/// Whether the lines are as they were written is found by `vigie audit verify`, not here.
#[utoipa::path(tag = "registers", params(AccessParams), responses(
    (status = 200, description = "The lines of that day", body = AccessDay),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "This server keeps no access log", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/access-log")]
async fn list_access(
    _: Caller<ReadRegisters>,
    params: Query<AccessParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let day = parsed("day", params.0.day.as_deref())?.unwrap_or_else(|| Date::of(edge.app.now()));
    let reason = format!("must be 0 to {SKIP_MAX}");
    let skip = number("skip", params.0.skip.as_deref(), &reason)?.unwrap_or(0_usize);
    if skip > SKIP_MAX {
        return Err(Problem::field("skip", skip, reason));
    }
    let Some(log) = edge.settings.access_log.clone() else {
        let none = "this server was started without --access-log";
        return Err(Problem::new(ProblemKind::Conflict, none));
    };
    let read = web::block(move || lines_of_day(log.home(), day, skip, LINES_MAX));
    let texts = read.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let next = (texts.len() == LINES_MAX).then_some(skip + LINES_MAX);
    // A line that cannot be read is for `vigie audit verify`.
    let lines = texts.iter().filter_map(|text| serde_json::from_str::<AccessLine>(text).ok());
    let body = AccessDay { day: day.to_string(), lines: lines.map(LineBody::from).collect(), next };
    Ok(json::of_now(&body))
}

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AccessParams {
    /// The day on Paris calendars, such as `2026-11-23`; today where it is left out.
    day: Option<String>,
    /// So many lines are left out: `next` of the answer before.
    #[param(value_type = Option<u32>)]
    skip: Option<String>,
}

/// The access log of a day.
#[derive(Debug, Serialize, ToSchema)]
struct AccessDay {
    /// The day.
    day: String,
    /// At most 10,000 lines.
    lines: Vec<LineBody>,
    /// `skip` of the next answer, where there may be more.
    #[schema(required = true)]
    next: Option<usize>,
}

/// One answered request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessLine)]
struct LineBody {
    /// Its number in the log of its server.
    seq: u64,
    /// When it was answered, RFC 3339.
    at: String,
    /// `request`, or `mended` where an unfinished line stood.
    what: String,
    /// As what somebody asked.
    #[schema(required = true)]
    role: Option<String>,
    /// Id of the account or token.
    #[schema(required = true)]
    account: Option<String>,
    /// The landlord that the account is for.
    #[schema(required = true)]
    landlord: Option<String>,
    /// The patrol that the account is for.
    #[schema(required = true)]
    patrol: Option<String>,
    /// `GET`, `POST`, ….
    #[schema(required = true)]
    method: Option<String>,
    /// The template of the route.
    #[schema(required = true)]
    route: Option<String>,
    /// The status of the answer.
    #[schema(required = true)]
    status: Option<u16>,
    /// Requests before it that are in no line.
    missed: u64,
}

impl From<AccessLine> for LineBody {
    fn from(line: AccessLine) -> Self {
        let AccessLine { seq, at, what, role, account, landlord, patrol, .. } = line;
        let AccessLine { method, route, status, missed, .. } = line;
        Self { seq, at, what, role, account, landlord, patrol, method, route, status, missed }
    }
}
