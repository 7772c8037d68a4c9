//! A step as clients ask for it, on its way to [`StepRequest`].

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    incident_body::keyed,
    json::object,
    named::{
        ActionName, ActorRoleName, Named, OutcomeName, OverrideReasonName, PartnerName,
        PeopleBracketName, ReasonName,
    },
};
use crate::{
    app::{Correction, StepRequest},
    incident::{ActorRole, Command, IncidentId, Remark, Report, Step},
};

/// A step of the life cycle. No field is for a person, and none may be added.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionBody {
    /// What is done.
    #[schema(value_type = ActionName)]
    to: String,
    /// In which role.
    #[schema(value_type = Option<ActorRoleName>)]
    pub actor: Option<String>,
    /// When it was done, RFC 3339; now, where it is left out.
    at: Option<String>,
    /// The patrol that is sent or released, or that takes the step; the one that leads, where it is left out.
    patrol: Option<String>,
    /// With `qualified`: the kind that it really is.
    kind: Option<String>,
    /// With `qualified`: the site that it really is on.
    site_code: Option<String>,
    /// With `qualified`: the building that it really is in.
    building_id: Option<String>,
    /// Why; required with `cancelled`, `reassigned` and `no_action`.
    #[schema(value_type = Option<ReasonName>)]
    reason: Option<String>,
    /// With the reason `duplicate`: id of the incident that stays.
    duplicate_of: Option<String>,
    /// Whom it is handed over to; required with `handed_over`.
    #[schema(value_type = Option<PartnerName>)]
    partner: Option<String>,
    /// Why a patrol is sent that a rule speaks against.
    #[schema(value_type = Option<OverrideReasonName>)]
    r#override: Option<String>,
    /// The crew's report; required with `reported`.
    #[serde(default, deserialize_with = "report_or_null")]
    report: Option<ReportBody>,
}

/// A crew's report: closed lists, and a remark where an administrator has turned remarks on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Report)]
#[serde(deny_unknown_fields)]
pub struct ReportBody {
    /// What it found or did.
    #[schema(value_type = OutcomeName)]
    outcome: String,
    /// How many people were there.
    #[schema(value_type = PeopleBracketName)]
    people: String,
    /// Whether the police were there.
    with_police: bool,
    /// What the crew adds in its own words: one line of at most 140 characters, which tells of nobody. It is refused
    /// where remarks are off, and where the filter finds a person in it. Landlords and partners never read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, max_length = 140)]
    remark: Option<String>,
}

fn report_or_null<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<ReportBody>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Boxed(#[serde(deserialize_with = "object")] ReportBody);
    Ok(Option::<Boxed>::deserialize(from)?.map(|boxed| boxed.0))
}

impl TransitionBody {
    /// What is asked about `incident`, under `key`, by whoever acts as `actor`.
    ///
    /// # Errors
    ///
    /// 422 with the field at fault.
    pub fn into_request(
        self,
        incident: IncidentId,
        key: Option<&str>,
        actor: ActorRole,
    ) -> Result<StepRequest, Problem> {
        let digested = (incident.to_string(), &self);
        let key = key.map(|key| keyed("Idempotency-Key", key, &digested)).transpose()?;
        let report = self.report.as_ref().map(Report::try_from).transpose()?;
        let remark = self.report.as_ref().and_then(|report| report.remark.as_deref());
        let remark = remark.map(Remark::written).transpose();
        let remark = remark.map_err(|e| Problem::unsaid("report.remark", e))?;
        let command = Command {
            action: Named::parse("to", &self.to)?,
            actor,
            at: parsed("at", self.at.as_deref())?,
            patrol: parsed("patrol", self.patrol.as_deref())?,
            reason: Named::parse_optional("reason", self.reason.as_deref())?,
            duplicate_of: parsed("duplicate_of", self.duplicate_of.as_deref())?,
            partner: Named::parse_optional("partner", self.partner.as_deref())?,
            override_reason: Named::parse_optional("override", self.r#override.as_deref())?,
            report,
            remark,
        };
        let correction = Correction {
            kind: parsed("kind", self.kind.as_deref())?,
            site: parsed("site_code", self.site_code.as_deref())?,
            building: parsed("building_id", self.building_id.as_deref())?,
        };
        Ok(StepRequest { incident, command, correction, key })
    }
}

impl TryFrom<&ReportBody> for Report {
    type Error = Problem;

    fn try_from(body: &ReportBody) -> Result<Self, Problem> {
        Ok(Self {
            outcome: Named::parse("report.outcome", &body.outcome)?,
            people: Named::parse("report.people", &body.people)?,
            with_police: body.with_police,
        })
    }
}

impl ReportBody {
    /// As the room reads it.
    pub fn of(report: Report, remark: Option<&Remark>) -> Self {
        use crate::closed_list::ClosedList as _;
        Self {
            outcome: report.outcome.as_str().to_owned(),
            people: report.people.as_str().to_owned(),
            with_police: report.with_police,
            remark: remark.map(ToString::to_string),
        }
    }

    /// The report of a step, as the room reads it.
    pub fn of_step(step: &Step) -> Option<Self> {
        step.report.map(|report| Self::of(report, step.remark.as_ref()))
    }

    /// The same as whoever is outside the room reads it.
    pub fn without_remark(self) -> Self {
        Self { remark: None, ..self }
    }
}

/// A value that may be left out, and is not repeated where it is refused.
fn parsed<T: std::str::FromStr>(field: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(|text| text.parse().map_err(|_unreadable| Problem::unsaid(field, shape_of(field))))
        .transpose()
}

/// What a field must look like.
fn shape_of(field: &str) -> &'static str {
    match field {
        "at" => "must be a time in RFC 3339, such as 2026-11-24T02:05:00Z",
        "duplicate_of" => "must be the id of an incident",
        "patrol" => "must be the id of a patrol, such as TANGO-3",
        "kind" => "must be a code of the nomenclature, such as OCC-HAL",
        "site_code" => "must be a site code, such as PH-0754",
        _ => "must be the id of a building",
    }
}
