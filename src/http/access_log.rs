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
    access::Account,
    audit::{
        AccessLine, AccessLog, AuditFault, ChainKey, LogQuestion, Verified, newest_lines,
        verify_day,
    },
    time::Date,
    twin::Snapshot,
};

/// Lines of an answer where nobody says how many, and most of them.
const LINES_DEFAULT: usize = 200;
const LINES_MAX: usize = 1000;
/// Longest beginning of a route.
const ROUTE_LENGTH_MAX: usize = 100;
/// Most faults of an answer; `vigie audit verify` tells them all.
const FAULTS_MAX: usize = 100;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_access).service(check_access);
}

/// Who asked what on a day, newest first: role, account or token, route and status of each answered request; no name, no address, no
/// query. Reading it is taken down as well.
///
/// An answer comes of 16 MiB of the files at most: with a filter it may have few lines or none, and yet not be the last. Whether the
/// lines are as they were written is asked of `/access-log/check`.
#[utoipa::path(tag = "registers", params(AccessParams), responses(
    (status = 200, description = "Lines of that day", body = AccessDay),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such account or token", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "This server keeps no access log", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/access-log")]
async fn list_access(
    _: Caller<ReadRegisters>,
    params: Query<AccessParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let snapshot = edge.app.snapshot();
    let question = params.0.into_question(&snapshot, Date::of(edge.app.now()))?;
    let log = log_of(&edge)?;
    let day = question.day.to_string();
    let read = web::block(move || newest_lines(log.home(), &question));
    let (lines, next) = read.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let lines = lines.into_iter().map(|line| LineBody::of(line, &snapshot)).collect();
    let body = AccessDay { day, lines, next: next.map(|place| place.to_string()) };
    Ok(json::of_now(&body))
}

/// Whether the lines of a day are as they were written: what `vigie audit verify` finds of that day.
#[utoipa::path(tag = "registers", params(CheckParams), responses(
    (status = 200, description = "What was found", body = AccessCheck),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "This server keeps no access log", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/access-log/check")]
async fn check_access(
    _: Caller<ReadRegisters>,
    params: Query<CheckParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let day = day_of(params.0.day.as_deref(), Date::of(edge.app.now()))?;
    let log = log_of(&edge)?;
    // Before the files are read: a server goes on meanwhile.
    let anchors = edge.app.access_anchors().await?;
    let snapshot = edge.app.snapshot();
    let key = snapshot.accounts().seal().map(ChainKey::of);
    let key = key.ok_or_else(|| Problem::internal("an access log without the key of the store"))?;
    let read = web::block(move || {
        let verified = verify_day(log.home(), &key, &anchors, day)?;
        Ok::<_, std::io::Error>(AccessCheck::of(day, &verified, &log))
    });
    let body = read.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    Ok(json::of_now(&body))
}

fn log_of(edge: &Edge) -> Result<AccessLog, Problem> {
    let none = "this server was started without --access-log";
    edge.settings.access_log.clone().ok_or_else(|| Problem::new(ProblemKind::Conflict, none))
}

fn day_of(day: Option<&str>, today: Date) -> Result<Date, Problem> {
    Ok(parsed("day", day)?.unwrap_or(today))
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AccessParams {
    /// The day on Paris calendars, such as `2026-11-23`; today where it is left out.
    day: Option<String>,
    /// Name or id of an account or token: only its lines.
    account: Option<String>,
    /// How the template of the route begins, such as `/api/v1/sites`: only such lines.
    route: Option<String>,
    /// Most lines, 1 to 1,000; 200 where it is left out.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// `next` of the answer before.
    after: Option<String>,
}

impl AccessParams {
    fn into_question(self, snapshot: &Snapshot, today: Date) -> Result<LogQuestion, Problem> {
        let reason = format!("must be 1 to {LINES_MAX}");
        let most = number("limit", self.limit.as_deref(), &reason)?.unwrap_or(LINES_DEFAULT);
        if !(1..=LINES_MAX).contains(&most) {
            return Err(Problem::field("limit", most, reason));
        }
        if self.route.as_ref().is_some_and(|route| !is_template(route)) {
            return Err(Problem::unsaid("route", "is how the template of a route begins"));
        }
        Ok(LogQuestion {
            day: day_of(self.day.as_deref(), today)?,
            after: parsed("after", self.after.as_deref())?,
            accounts: self.account.map(|named| ids_of(snapshot, &named)).transpose()?,
            route: self.route,
            most,
        })
    }
}

/// Whether a template of a route may begin so.
fn is_template(text: &str) -> bool {
    let of_path =
        |c: char| c.is_ascii_lowercase() || matches!(c, '/' | '_' | '-' | ':' | '{' | '}' | '1');
    text.len() <= ROUTE_LENGTH_MAX && text.chars().all(of_path)
}

/// The ids of the accounts and tokens of that name or id.
fn ids_of(snapshot: &Snapshot, named: &str) -> Result<Vec<String>, Problem> {
    let is_meant = |one: &Account| one.name.as_str() == named || one.id.to_string() == named;
    let meant = snapshot.accounts().iter().filter(|one| is_meant(one));
    let ids: Vec<String> = meant.map(|one| one.id.to_string()).collect();
    if ids.is_empty() {
        let reason = "no account or token has that name or id";
        return Err(Problem::at_fault(ProblemKind::UnknownItem, "account", None, reason));
    }
    Ok(ids)
}

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CheckParams {
    /// The day on Paris calendars, such as `2026-11-23`; today where it is left out.
    day: Option<String>,
}

/// Lines of the access log of a day.
#[derive(Debug, Serialize, ToSchema)]
struct AccessDay {
    /// The day.
    day: String,
    /// Newest first.
    lines: Vec<LineBody>,
    /// `after` of the next answer, where there may be more.
    #[schema(required = true)]
    next: Option<String>,
}

/// Whether the lines of a day are as they were written.
#[derive(Debug, Serialize, ToSchema)]
struct AccessCheck {
    /// The day.
    day: String,
    /// Whether nothing was changed, removed, moved or put in.
    whole: bool,
    /// Lines that are as they were written.
    lines: u64,
    /// Requests that the lines say are in none of them.
    missed: u64,
    /// Lines that say that an unfinished one stood in their place.
    mended: u64,
    /// What is not as it was written, at most 100.
    faults: Vec<FaultBody>,
    /// How many there are.
    fault_count: usize,
}

impl AccessCheck {
    fn of(day: Date, verified: &Verified, log: &AccessLog) -> Self {
        let Verified { lines, missed, mended, ref faults, .. } = *verified;
        Self {
            day: day.to_string(),
            whole: faults.is_empty(),
            lines,
            missed,
            mended,
            faults: faults.iter().take(FAULTS_MAX).map(|fault| FaultBody::of(fault, log)).collect(),
            fault_count: faults.len(),
        }
    }
}

/// Something that is not as it was written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessFault)]
struct FaultBody {
    /// In which file of the folder of access logs; empty for the folder.
    file: String,
    /// In which line, from 1.
    #[schema(required = true)]
    line: Option<usize>,
    /// What is wrong.
    what: String,
}

impl FaultBody {
    fn of(fault: &AuditFault, log: &AccessLog) -> Self {
        let file = fault.place.strip_prefix(log.home()).unwrap_or(&fault.place);
        Self { file: file.display().to_string(), line: fault.line, what: fault.what.clone() }
    }
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
    /// What that is called, where it is still there.
    #[schema(required = true)]
    name: Option<String>,
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

impl LineBody {
    fn of(line: AccessLine, snapshot: &Snapshot) -> Self {
        let AccessLine { seq, at, what, role, account, landlord, patrol, .. } = line;
        let AccessLine { method, route, status, missed, .. } = line;
        let id = account.as_ref().and_then(|id| id.parse().ok());
        let known = id.and_then(|id| snapshot.accounts().get(id));
        let name = known.map(|account| account.name.to_string());
        Self { seq, at, what, role, account, name, landlord, patrol, method, route, status, missed }
    }
}
