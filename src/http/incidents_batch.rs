//! `POST /incidents:batch`: incidents with their history, as many as the client likes.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{self, Bytes, Data},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, ProblemKind, Query,
    caller::Caller,
    incident_body::IncidentLine,
    incidents::ReceivedIncident,
    json::{self, Object},
    limit::LINE_BYTES_MAX,
    lines::{Block, LineEnd, Lines},
    media,
    permits::ImportIncidents,
    problem::ProblemBody,
    query::NoParams,
    stream::{self, NDJSON},
};
use crate::app::{NewIncident, ReceiveError, Received};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(report_incidents);
}

/// Takes down a stream of incidents of any length, one JSON object a line. Each line is taken down whole or
/// refused whole, and answered in its place; what is answered with 201 is durable.
#[utoipa::path(tag = "incidents", request_body(content(
    (IncidentLine = "application/x-ndjson"),
)), responses(
    (status = 200, description = "One line for each line of the request that is not blank", body = IncidentResult, content_type = "application/x-ndjson"),
    (status = 415, description = "Not NDJSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "Too many batches at once", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/incidents:batch")]
async fn report_incidents(
    _: Caller<ImportIncidents>,
    request: HttpRequest,
    _: Query<NoParams>,
    payload: web::Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    media::check(&request, &NDJSON)?;
    let permit = edge.streams.enter()?;
    let lines = Lines::of(payload.into_inner(), LineEnd::LineFeed);
    let mut index = 0;
    let work = async move |block: Block| {
        let asked = read(&block);
        let first = index;
        index += asked.len();
        write(first, take_down(&edge, asked).await)
    };
    Ok(stream::answer(permit, NDJSON[0], lines, work))
}

/// What became of a line.
#[derive(Debug, Serialize, ToSchema)]
struct IncidentResult {
    /// Which line it is, from 0; blank lines are not counted.
    index: usize,
    /// What the HTTP status of the line alone would be.
    status: u16,
    /// The incident's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The site that it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    site_code: Option<String>,
    /// The building, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    building_id: Option<String>,
    /// The event that recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// Whether it was there already, under the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed: Option<bool>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// What each line of `block` asks.
fn read(block: &Block) -> Vec<Result<NewIncident, Problem>> {
    let too_long = || {
        let detail = format!("a line has at most {LINE_BYTES_MAX} bytes");
        Err(Problem::new(ProblemKind::BodyTooLarge, detail))
    };
    let Block::Lines(lines) = block else { return vec![too_long()] };
    lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .map(|line| match line {
            line if line.len() > LINE_BYTES_MAX => too_long(),
            line => json::parse::<Object<IncidentLine>>(line)?.0.into_command(),
        })
        .collect()
}

/// Takes down those that are understood, in one commit.
async fn take_down(
    edge: &Edge,
    asked: Vec<Result<NewIncident, Problem>>,
) -> Vec<Result<Received, Problem>> {
    let mut understood = Vec::new();
    let mut refused = Vec::new();
    for one in asked {
        match one {
            Ok(new) => {
                understood.push(new);
                refused.push(None);
            }
            Err(problem) => refused.push(Some(problem)),
        }
    }
    let count = understood.len();
    let answers = match edge.app.receive_incidents(understood).await {
        Ok(answers) => answers,
        Err(away) => vec![Err(ReceiveError::Unavailable(away)); count],
    };
    let new = answers.iter().flatten().filter(|received| !received.repeated).count();
    edge.metrics.received(new);
    let mut answers = answers.into_iter();
    let missing = || Err(Problem::internal("the writer left a line without an answer"));
    refused
        .into_iter()
        .map(|refused| match refused {
            Some(problem) => Err(problem),
            None => answers.next().map_or_else(missing, |answer| answer.map_err(Problem::from)),
        })
        .collect()
}

fn write(first: usize, answers: Vec<Result<Received, Problem>>) -> Result<Bytes, Problem> {
    let mut out = Vec::new();
    for (at, answer) in answers.iter().enumerate() {
        serde_json::to_writer(&mut out, &IncidentResult::new(first + at, answer))
            .map_err(Problem::internal)?;
        out.push(b'\n');
    }
    Ok(out.into())
}

impl IncidentResult {
    fn new(index: usize, answer: &Result<Received, Problem>) -> Self {
        let received = answer.as_ref().ok().map(ReceivedIncident::from);
        let problem = answer.as_ref().err();
        let (mut id, mut site_code, mut building_id, mut seq) = (None, None, None, None);
        if let Some(incident) = received {
            (id, site_code) = (Some(incident.id), Some(incident.site_code));
            (building_id, seq) = (incident.building_id, Some(incident.seq));
        }
        Self {
            index,
            status: problem.map_or(201, |problem| problem.status().as_u16()),
            id,
            site_code,
            building_id,
            seq,
            replayed: answer.as_ref().is_ok_and(|received| received.repeated).then_some(true),
            problem: problem.map(Problem::body),
        }
    }
}
