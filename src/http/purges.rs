//! `/purges`: the signed register of what was removed.

use actix_web::{
    HttpResponse, get,
    web::{self, Data},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    json,
    named::{KeptName, Named, PurgeCauseName},
    permits::ReadRegisters,
    problem::ProblemBody,
    query::NoParams,
};
use crate::{
    closed_list::ClosedList as _,
    retention::{Kept, PURGE_MISSED_AFTER_H, Purge, Removed, Signer, Term, check_register},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_purges);
}

/// The register of purges, first to last, with the terms that are in force.
///
/// Each row is signed (Ed25519 over `text`) and holds the SHA-256 of the row before. `believed` is what the server
/// found when it checked them all just now.
#[utoipa::path(tag = "registers", responses(
    (status = 200, description = "The register", body = PurgeRegister),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/purges")]
async fn list_purges(
    _: Caller<ReadRegisters>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let snapshot = edge.app.snapshot();
    let ends = edge.app.register_ends().await?;
    let told = web::block(move || {
        let rows = snapshot.registers().purges();
        let key = snapshot.accounts().seal().map(|key| Signer::of(key).public_key());
        let checked = check_register(rows, ends, key.as_ref());
        let missed_s = PURGE_MISSED_AFTER_H * 3600;
        PurgeRegister {
            terms: Kept::ALL.iter().copied().map(TermBody::of).collect(),
            purges: rows.iter().map(PurgeBody::from).collect(),
            believed: checked.is_ok(),
            next_expected_before: rows.last().map(|row| row.at.plus_seconds(missed_s).to_string()),
            time_stamp: edge.app.now().to_string(),
        }
    });
    let told = told.await.map_err(Problem::internal)?;
    Ok(json::of_now(&told))
}

/// The register of purges.
#[derive(Debug, Serialize, ToSchema)]
struct PurgeRegister {
    /// What is kept for how long.
    terms: Vec<TermBody>,
    /// First to last.
    purges: Vec<PurgeBody>,
    /// Whether no row is missing, also at the end, or changed, and the key of this store signed each.
    believed: bool,
    /// When an alert is raised unless there is another purge, RFC 3339.
    #[schema(required = true)]
    next_expected_before: Option<String>,
    /// When the answer was made, RFC 3339.
    #[serde(rename = "timeStamp")]
    time_stamp: String,
}

/// For how long something is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Term)]
struct TermBody {
    /// What.
    what: KeptName,
    /// Months on Paris calendars.
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<i32>,
    /// Hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<i64>,
    /// From when on it counts.
    counts_from: &'static str,
    /// Whether a hold keeps it.
    can_be_held: bool,
}

impl TermBody {
    fn of(what: Kept) -> Self {
        let (months, hours) = match what.term() {
            Term::Months(months) => (Some(months), None),
            Term::Hours(hours) => (None, Some(hours)),
        };
        let (counts_from, can_be_held) = (what.counts_from(), what.can_be_held());
        Self { what: Named(what), months, hours, counts_from, can_be_held }
    }
}

/// A row of the register of purges. It names no incident: what is gone is counted, not listed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Purge)]
pub struct PurgeBody {
    /// 1, 2, 3, … without a gap.
    pub number: u64,
    /// When, RFC 3339.
    pub at: String,
    /// Why.
    pub cause: PurgeCauseName,
    /// Whether nothing that was due was left.
    pub complete: bool,
    /// What went.
    pub removed: Vec<RemovedBody>,
    /// The holds that were in force, by id.
    pub holds: Vec<String>,
    /// What is signed.
    pub text: String,
    /// SHA-256 of `text` and the signature of the row before, in hexadecimal digits.
    pub previous: String,
    /// Ed25519, in hexadecimal digits.
    pub public_key: String,
    /// Ed25519 over `text`, in hexadecimal digits.
    pub signature: String,
}

/// What a purge removed of one sort.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Removed)]
pub struct RemovedBody {
    /// What.
    pub what: KeptName,
    /// All of it that was over before this instant and that no hold kept, RFC 3339.
    pub before: String,
    /// How many.
    pub count: u64,
}

impl From<&Removed> for RemovedBody {
    fn from(removed: &Removed) -> Self {
        let Removed { what, before, count } = *removed;
        Self { what: Named(what), before: before.to_string(), count }
    }
}

impl From<&Purge> for PurgeBody {
    fn from(row: &Purge) -> Self {
        Self {
            number: row.number,
            at: row.at.to_string(),
            cause: Named(row.cause),
            complete: row.complete,
            removed: row.removed.iter().map(RemovedBody::from).collect(),
            holds: row.holds.iter().map(ToString::to_string).collect(),
            text: row.text(),
            previous: hex::encode(row.previous),
            public_key: hex::encode(row.public_key),
            signature: hex::encode(row.signature),
        }
    }
}
