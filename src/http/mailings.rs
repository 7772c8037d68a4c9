//! `/reports/sent`: the register of what was sent of reports.

use actix_web::{HttpResponse, get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    json,
    named::{MailingStateName, Named},
    permits::ReadMailings,
    problem::ProblemBody,
    query::parsed,
};
use crate::{
    app::NIGHTS_MAX,
    mailing::{MailAddress, Mailing},
    time::Date,
};

/// Nights that are told where nobody says how many.
const NIGHTS_DEFAULT: i32 = 31;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_sent);
}

/// What was sent of the morning reports: to which mailbox, when, with which digests, what failed, and which reports are to be
/// fetched since their landlord has no mailbox. Nothing of what stands in them.
#[utoipa::path(tag = "reports", params(SentParams), responses(
    (status = 200, description = "The register, by night, landlord and ordinal", body = Sent),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/reports/sent")]
async fn list_sent(
    _: Caller<ReadMailings>,
    params: Query<SentParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let to = parsed("to", params.0.to.as_deref())?.unwrap_or_else(|| Date::of(edge.app.now()));
    let from = parsed("from", params.0.from.as_deref())?;
    let from = from.unwrap_or_else(|| to.plus_days(1 - NIGHTS_DEFAULT));
    if from > to || from.plus_days(NIGHTS_MAX) <= to {
        let reason = format!("must be `to` or before, by {NIGHTS_MAX} nights at most");
        return Err(Problem::field("from", from, reason));
    }
    let mailings = edge.app.mailings(from..=to).await?;
    let sent = Sent { mailings: mailings.iter().map(MailingBody::from).collect() };
    Ok(json::of_now(&sent))
}

/// Which nights.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SentParams {
    /// The date on which the first night began; 30 days before `to` where it is left out.
    from: Option<String>,
    /// The date on which the last night began; today where it is left out.
    to: Option<String>,
}

/// The register of mailings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SentReports)]
struct Sent {
    /// By night, landlord and ordinal.
    mailings: Vec<MailingBody>,
}

/// One report of one night.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mailing)]
pub struct MailingBody {
    /// Id of the landlord.
    landlord: String,
    /// The date on which the night began.
    night: String,
    /// 0 for the mailing of the morning, 1, 2, … where it was sent again.
    ordinal: u32,
    /// How far it has got.
    state: MailingStateName,
    /// Where it went to last.
    #[schema(required = true)]
    mailbox: Option<String>,
    /// When the entry was made, RFC 3339.
    opened_at: String,
    /// When it changed last: when it was sent, where it was.
    changed_at: String,
    /// Until when a server has claimed it, or when it is tried again.
    #[schema(required = true)]
    due_at: Option<String>,
    /// How often it was tried.
    attempts: u32,
    /// How many of these attempts ended without a word: the mailbox may have the message of each, under one `Message-ID`.
    unsure: u32,
    /// What the mail server answered last.
    #[schema(required = true)]
    reply: Option<u16>,
    /// SHA-256 of the PDF that was sent.
    #[schema(required = true)]
    pdf_sha256: Option<String>,
    /// SHA-256 of the CSV that was sent.
    #[schema(required = true)]
    csv_sha256: Option<String>,
}

impl From<&Mailing> for MailingBody {
    fn from(mailing: &Mailing) -> Self {
        Self {
            landlord: mailing.key.landlord.to_string(),
            night: mailing.key.night.to_string(),
            ordinal: mailing.key.ordinal,
            state: Named(mailing.state),
            mailbox: mailing.mailbox.as_ref().map(MailAddress::to_string),
            opened_at: mailing.opened_at.to_string(),
            changed_at: mailing.changed_at.to_string(),
            due_at: mailing.due_at.map(|at| at.to_string()),
            attempts: mailing.attempts,
            unsure: mailing.unsure,
            reply: mailing.reply,
            pdf_sha256: mailing.files.map(|files| hex::encode(files.pdf)),
            csv_sha256: mailing.files.map(|files| hex::encode(files.csv)),
        }
    }
}
