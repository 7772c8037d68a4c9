//! `/reports`: the morning report of a landlord, the monthly note to partners, of any past date.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{self, Data},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    filter,
    named::FormName,
    permits::{ReadNights, ReadNotes},
    problem::ProblemBody,
    query::{name_of, parsed},
    revision::{Revision, unless_known},
    sight,
};
use crate::{
    closed_list::ClosedList as _,
    press::{Form, PdfError, print_monthly, print_morning},
    report::{MonthlyQuery, MorningQuery, ReportError, monthly, morning},
    time::{Date, Month},
};

/// A report that is made again this often says when it was made, seconds; until then it is the same.
const STEP_S: i64 = 60;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_morning).service(show_monthly);
}

/// What a night was like on the sites of a landlord, from 18:00 to 06:00 in Paris: figures against the usual, sites, kinds,
/// times, what is left to do. It names no patrol and nothing of another landlord.
#[utoipa::path(tag = "reports", params(MorningParams), responses(
    (status = 200, description = "The report", content((String = "text/html"), (Vec<u8> = "application/pdf"), (String = "text/csv"), (serde_json::Value = "application/geo+json"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused, or the night is not over", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/reports/morning")]
async fn show_morning(
    caller: Caller<ReadNights>,
    request: HttpRequest,
    params: Query<MorningParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let asked = filter::landlord(params.0.landlord.as_deref())?;
    let landlord = sight::landlord(caller.scope(), asked)?;
    let landlord = landlord.ok_or_else(|| Problem::unsaid("landlord", "is required"))?;
    let date = parsed("date", params.0.date.as_deref())?;
    let query =
        MorningQuery { landlord, night: date.unwrap_or_else(|| Date::last_night_before(now)) };
    let form = form(params.0.f.as_deref())?;
    let name = format!("bilan-{}-{}.{}", query.night, query.landlord, form.as_str());
    let revision = Revision::of_events_within(&snapshot, caller.scope(), now, STEP_S);
    unless_known(&request, revision, async || {
        let edge = edge.clone();
        let printed = web::block(move || {
            let nomenclature = edge.app.nomenclature();
            let told = morning(&snapshot, nomenclature, &query, now)
                .map_err(|refusal| refused(refusal, "date", query.night))?;
            Ok::<_, Problem>(print_morning(&told, nomenclature, form, now)?)
        });
        Ok(sent(printed.await.map_err(Problem::internal)??, form, &name))
    })
    .await
}

/// What a month was like, as sums that partners may read: counts of one to four are told as `<5`, and others withheld where
/// they would give one away.
#[utoipa::path(tag = "reports", params(MonthlyParams), responses(
    (status = 200, description = "The note", content((String = "text/html"), (Vec<u8> = "application/pdf"), (String = "text/csv"), (serde_json::Value = "application/geo+json"))),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused, or the month is not over", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/reports/monthly")]
async fn show_monthly(
    _: Caller<ReadNotes>,
    params: Query<MonthlyParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let month: Option<Month> = parsed("month", params.0.month.as_deref())?;
    let month = month.unwrap_or_else(|| Month::of(now).plus_months(-1));
    let form = form(params.0.f.as_deref())?;
    let name = format!("note-{month}.{}", form.as_str());
    // Without an `ETag`, which would tell when something was reported.
    let printed = web::block(move || {
        let nomenclature = edge.app.nomenclature();
        let note = monthly(&snapshot, nomenclature, MonthlyQuery { month }, now)
            .map_err(|refusal| refused(refusal, "month", month))?;
        Ok::<_, Problem>(print_monthly(&note, form, now)?)
    });
    Ok(sent(printed.await.map_err(Problem::internal)??, form, &name))
}

/// Which landlord, which night, as what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct MorningParams {
    /// The landlord's id; a landlord may leave it out, and reads its own.
    landlord: Option<String>,
    /// The date on which the night began, such as `2026-11-23`; the last night that is over where it is left out.
    date: Option<String>,
    /// `html` (as when it is left out), `pdf`, `csv` or `geojson`.
    #[param(inline, value_type = Option<FormName>)]
    f: Option<String>,
}

/// Which month, as what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct MonthlyParams {
    /// Such as `2026-10`; the last month that is over where it is left out.
    month: Option<String>,
    /// `html` (as when it is left out), `pdf`, `csv` or `geojson`.
    #[param(inline, value_type = Option<FormName>)]
    f: Option<String>,
}

fn form(name: Option<&str>) -> Result<Form, Problem> {
    let names = Form::ALL.iter().map(|form| form.as_str());
    let form = name.map(|name| {
        name_of(name, Form::of_name, names).map_err(|reason| Problem::field("f", name, reason))
    });
    Ok(form.transpose()?.unwrap_or(Form::Html))
}

fn refused(refusal: ReportError, field: &str, value: impl std::fmt::Display) -> Problem {
    match &refusal {
        ReportError::UnknownLandlord(id) => Problem::unknown("landlord", id, &refusal),
        ReportError::NotOver(_) => Problem::field(field, value, &refusal),
    }
}

impl From<PdfError> for Problem {
    fn from(fault: PdfError) -> Self {
        Self::internal(fault)
    }
}

/// The report under a name that it can be saved by.
fn sent(bytes: Vec<u8>, form: Form, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, form.media_type()))
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")))
        .body(bytes)
}
