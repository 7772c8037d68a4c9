//! `POST /positions`: where crews are, many at once.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, Query, caller::Caller, json::Object, permits::ReportPositions,
    problem::ProblemBody, query::NoParams,
};
use crate::{
    app::FixOutcome,
    geo::LonLat,
    patrol::{FixRefusal, InvalidPatrolId, PatrolId, PositionFix},
    time::Timestamp,
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(report_positions);
}

/// Takes in positions in their order. Late and repeated ones are ignored; those that cannot be are
/// refused, each with its reason, and the others count all the same.
#[utoipa::path(tag = "patrols", request_body = Vec<PositionReport>, responses(
    (status = 200, description = "What became of them", body = PositionsOutcome),
    (status = 413, description = "More than 1 MB", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "No list of positions", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/positions")]
async fn report_positions(
    caller: Caller<ReportPositions>,
    _: Query<NoParams>,
    body: Json<Vec<Object<PositionReport>>>,
    edge: web::Data<Edge>,
) -> Result<web::Json<PositionsOutcome>, Problem> {
    let mut outcome = PositionsOutcome::default();
    let (mut fixes, mut indexes) = (Vec::new(), Vec::new());
    for (index, report) in body.0.into_iter().enumerate() {
        match PositionFix::try_from(report.0) {
            Ok(fix) if !caller.sees_patrol(&fix.patrol) => {
                let reason = FixRefusal::UnknownPatrol(fix.patrol).to_string();
                outcome.refused.push(RefusedPosition { index, reason });
            }
            Ok(fix) => {
                fixes.push(fix);
                indexes.push(index);
            }
            Err(reason) => outcome.refused.push(RefusedPosition { index, reason }),
        }
    }
    for (index, verdict) in indexes.into_iter().zip(edge.app.report_positions(fixes).await?) {
        outcome.count(index, verdict);
    }
    outcome.refused.sort_by_key(|refused| refused.index);
    Ok(web::Json(outcome))
}

/// Where a patrol says it was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PositionReport {
    /// Who.
    patrol: String,
    /// Longitude, WGS 84 degrees.
    lon: f64,
    /// Latitude, WGS 84 degrees.
    lat: f64,
    /// When, RFC 3339.
    recorded_at: String,
    /// Radius of the 68 % circle, in metres.
    accuracy_m: Option<f64>,
}

impl TryFrom<PositionReport> for PositionFix {
    type Error = String;

    fn try_from(report: PositionReport) -> Result<Self, String> {
        let patrol: PatrolId =
            report.patrol.parse().map_err(|e: InvalidPatrolId| format!("patrol: {e}"))?;
        let position = LonLat::new(report.lon, report.lat).map_err(|e| e.to_string())?;
        let recorded_at: Timestamp = report
            .recorded_at
            .parse()
            .map_err(|e: crate::time::InvalidTimestamp| format!("recorded_at: {e}"))?;
        if report.accuracy_m.is_some_and(|accuracy_m| accuracy_m < 0.0) {
            return Err("accuracy_m: is not negative".to_owned());
        }
        Ok(Self { patrol, position, recorded_at, accuracy_m: report.accuracy_m })
    }
}

/// What became of the positions of one request.
#[derive(Debug, Default, Serialize, ToSchema)]
struct PositionsOutcome {
    /// They are the last known positions now, or were for a moment.
    accepted: usize,
    /// Late or repeated: they changed nothing.
    ignored: usize,
    /// They cannot be.
    refused: Vec<RefusedPosition>,
}

/// A position that cannot be.
#[derive(Debug, Serialize, ToSchema)]
struct RefusedPosition {
    /// Its place in the request, from 0.
    index: usize,
    /// Why.
    reason: String,
}

impl PositionsOutcome {
    fn count(&mut self, index: usize, verdict: FixOutcome) {
        match verdict {
            FixOutcome::Accepted => self.accepted += 1,
            FixOutcome::Ignored => self.ignored += 1,
            FixOutcome::Refused(refusal) => {
                self.refused.push(RefusedPosition { index, reason: refusal.to_string() });
            }
        }
    }
}
