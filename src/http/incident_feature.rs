//! An incident as clients read it: a feature where its building or site is.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Feature,
    incident_body::{ChannelBody, StatusBody},
    kinds::PriorityBody,
    named::{ActionName, ActorRoleName, Named, OverrideReasonName, PartnerName, ReasonName},
    transition_body::ReportBody,
};
use crate::{
    incident::{Action, Channel, Incident, Milestones, Nomenclature, Status, Step},
    time::Timestamp,
    twin::{IncidentRow, Snapshot},
};

/// What is known of an incident.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentProperties {
    /// Unique.
    id: String,
    /// A code of the nomenclature.
    kind: String,
    /// How soon a crew must be on site; null for a kind that is no longer in the nomenclature.
    #[schema(required = true)]
    priority: Option<PriorityBody>,
    /// How it came in.
    channel: ChannelBody,
    /// How far it has got.
    status: StatusBody,
    /// When it was reported, RFC 3339.
    reported_at: String,
    /// The site that it is on.
    site_code: String,
    /// The building, where that is known.
    #[schema(required = true)]
    building_id: Option<String>,
    /// Id of the landlord of the site.
    landlord: String,
    /// Seconds from the report in which a crew must be on site; null where no time is set.
    #[schema(required = true)]
    target_s: Option<u32>,
    /// Agents that are sent, at least: at this hour while it is open, at the hour of its assignment once it is over.
    #[schema(required = true)]
    crew_min: Option<u8>,
    /// What may follow.
    allowed: Vec<ActionName>,
    /// The patrols that are sent.
    patrols: Vec<SentBody>,
    /// When it got how far.
    times: TimesBody,
    /// The crew's report.
    #[schema(required = true)]
    report: Option<ReportBody>,
    /// Whom it was handed over to, or who was called.
    #[schema(required = true)]
    partner: Option<PartnerName>,
    /// Why it left the way to its report.
    #[schema(required = true)]
    reason: Option<ReasonName>,
    /// Ids of the incidents that were merged into it.
    merged: Vec<String>,
    /// Id of the incident that it was merged into.
    #[schema(required = true)]
    merged_into: Option<String>,
}

/// An incident and what was done about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentWithSteps {
    #[serde(flatten)]
    properties: IncidentProperties,
    /// What was done, first to last.
    steps: Vec<StepBody>,
}

/// A patrol that is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sent)]
pub struct SentBody {
    /// Its id.
    id: String,
    /// Its name on the radio.
    callsign: String,
    /// Whether it leads: the status of the incident follows it.
    lead: bool,
    /// How far it has got: `assigned` to `on_site`.
    stage: StatusBody,
    /// Since when, RFC 3339.
    since: String,
}

/// When an incident got how far, RFC 3339; null for what has not been.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Times)]
struct TimesBody {
    /// Its kind and place were sure.
    #[schema(required = true)]
    qualified_at: Option<String>,
    /// A patrol was chosen.
    #[schema(required = true)]
    assigned_at: Option<String>,
    /// The patrol had read it.
    #[schema(required = true)]
    acknowledged_at: Option<String>,
    /// The patrol drove.
    #[schema(required = true)]
    en_route_at: Option<String>,
    /// The patrol was there.
    #[schema(required = true)]
    on_site_at: Option<String>,
    /// The patrol had left.
    #[schema(required = true)]
    cleared_at: Option<String>,
    /// The report was written.
    #[schema(required = true)]
    reported_at: Option<String>,
    /// It was closed, given up or handed over.
    #[schema(required = true)]
    closed_at: Option<String>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Step)]
struct StepBody {
    /// What.
    to: ActionName,
    /// When, RFC 3339.
    at: String,
    /// When the server took it, RFC 3339.
    recorded_at: String,
    /// In which role.
    actor: ActorRoleName,
    /// The patrol that was sent, or that did it.
    #[schema(required = true)]
    patrol: Option<String>,
    /// Why it left the way to its report.
    #[schema(required = true)]
    reason: Option<ReasonName>,
    /// Why a patrol was sent against a rule.
    #[schema(required = true)]
    r#override: Option<OverrideReasonName>,
    /// Whom it was handed over to, or who was called.
    #[schema(required = true)]
    partner: Option<PartnerName>,
    /// The incident that it was merged with.
    #[schema(required = true)]
    other: Option<String>,
    /// The crew's report.
    #[schema(required = true)]
    report: Option<ReportBody>,
}

/// The incident in that row, as lists and streams tell it.
pub fn feature(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    row: &IncidentRow,
    now: Timestamp,
) -> Feature<IncidentProperties> {
    let place = snapshot.stock().place(row.place);
    Feature::new(row.id, Some(place.position.into()), properties(snapshot, nomenclature, row, now))
}

/// The incident in that row as whoever may not know of crews hears of it.
pub fn feature_without_crews(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    row: &IncidentRow,
    now: Timestamp,
) -> Feature<IncidentProperties> {
    let place = snapshot.stock().place(row.place);
    let known = properties(snapshot, nomenclature, row, now);
    Feature::new(row.id, Some(place.position.into()), known.without_crews())
}

/// The incident in that row with its steps.
pub fn feature_with_steps(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    row: &IncidentRow,
    now: Timestamp,
) -> Feature<IncidentWithSteps> {
    let place = snapshot.stock().place(row.place);
    let known = snapshot.interventions().get(row.id);
    let steps = known.map_or(&[][..], |incident| &incident.steps).iter().map(StepBody::from);
    let properties = IncidentWithSteps {
        properties: properties(snapshot, nomenclature, row, now),
        steps: steps.collect(),
    };
    Feature::new(row.id, Some(place.position.into()), properties)
}

/// The incident in that row with its steps, as whoever may not know of crews reads it.
pub fn feature_with_steps_without_crews(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    row: &IncidentRow,
    now: Timestamp,
) -> Feature<IncidentWithSteps> {
    let place = snapshot.stock().place(row.place);
    let known = snapshot.interventions().get(row.id);
    let steps = known.map_or(&[][..], |incident| &incident.steps).iter();
    let properties = IncidentWithSteps {
        properties: properties(snapshot, nomenclature, row, now).without_crews(),
        steps: steps.map(|step| StepBody::from(step).without_crews()).collect(),
    };
    Feature::new(row.id, Some(place.position.into()), properties)
}

impl IncidentProperties {
    /// Without the crews, what they may do next, and what they say in their own words.
    fn without_crews(self) -> Self {
        let report = self.report.map(ReportBody::without_remark);
        Self { patrols: Vec::new(), allowed: Vec::new(), report, ..self }
    }
}

impl StepBody {
    /// Without the crew, and what it says in its own words.
    fn without_crews(self) -> Self {
        Self { patrol: None, report: self.report.map(ReportBody::without_remark), ..self }
    }
}

/// What is known of the incident in that row.
pub fn properties(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    row: &IncidentRow,
    now: Timestamp,
) -> IncidentProperties {
    let stock = snapshot.stock();
    let (site, place) = (stock.site(row.site), stock.place(row.place));
    let code = &snapshot.incidents().kinds()[usize::from(row.kind)];
    let kind = nomenclature.get(code);
    let course = Course::of(snapshot, row);
    IncidentProperties {
        id: row.id.to_string(),
        kind: code.to_string(),
        priority: kind.map(|kind| kind.priority.into()),
        channel: row.channel.into(),
        status: row.status.into(),
        reported_at: row.reported_at.to_string(),
        site_code: site.code.to_string(),
        building_id: place.building.map(|ix| stock.building(ix).id.to_string()),
        landlord: site.landlord.to_string(),
        target_s: kind.and_then(|kind| kind.priority.target_s()),
        crew_min: kind.map(|kind| kind.crew_min(course.crew_asked_at(row, now))),
        allowed: course.allowed,
        patrols: course.patrols,
        times: course.milestones.into(),
        report: course.report,
        partner: course.partner,
        reason: course.reason,
        merged: course.merged,
        merged_into: course.merged_into,
    }
}

/// What the steps of an incident have led to.
struct Course {
    allowed: Vec<ActionName>,
    patrols: Vec<SentBody>,
    milestones: Milestones,
    report: Option<ReportBody>,
    partner: Option<PartnerName>,
    reason: Option<ReasonName>,
    merged: Vec<String>,
    merged_into: Option<String>,
}

impl Course {
    fn of(snapshot: &Snapshot, row: &IncidentRow) -> Self {
        match snapshot.interventions().get(row.id) {
            Some(incident) => Self::told(snapshot, incident),
            None => Self::without_steps(snapshot, row),
        }
    }

    /// Most incidents of a long list are history without steps: nothing but what may follow.
    fn without_steps(snapshot: &Snapshot, row: &IncidentRow) -> Self {
        let is_over = row.status.is_over();
        let open = (!is_over).then(|| snapshot.incident(row.id)).flatten();
        Self {
            allowed: open.map_or_else(Vec::new, |incident| super::transitions::allowed(&incident)),
            patrols: Vec::new(),
            milestones: Milestones::default(),
            report: None,
            partner: None,
            reason: None,
            merged: Vec::new(),
            merged_into: None,
        }
    }

    fn told(snapshot: &Snapshot, incident: &Incident) -> Self {
        let others = |action: Action| {
            let of_action = incident.steps.iter().filter(move |step| step.action == action);
            of_action.filter_map(|step| step.other).map(|id| id.to_string())
        };
        let reason = incident.steps.iter().rev().find_map(|step| step.reason);
        Self {
            allowed: super::transitions::allowed(incident),
            patrols: sent_bodies(snapshot, incident),
            milestones: incident.milestones(),
            report: incident.report().map(|report| ReportBody::of(report, incident.remark())),
            partner: incident.handed_over_to().map(Named),
            reason: reason.map(Named),
            merged: others(Action::Merged).collect(),
            merged_into: others(Action::Cancelled).next(),
        }
    }

    /// At which hour the size of a crew is judged: whoever is sent to an open incident is sent now.
    fn crew_asked_at(&self, row: &IncidentRow, now: Timestamp) -> Timestamp {
        if row.status.is_over() {
            self.milestones.assigned_at.unwrap_or(row.reported_at)
        } else {
            now
        }
    }
}

/// The patrols that are sent to an incident.
pub fn sent_bodies(snapshot: &Snapshot, incident: &Incident) -> Vec<SentBody> {
    let body = |sent: crate::incident::Sent| SentBody {
        callsign: snapshot
            .patrols()
            .get(&sent.patrol)
            .map_or_else(|| sent.patrol.to_string(), |state| state.patrol.callsign.clone()),
        id: sent.patrol.to_string(),
        lead: sent.leads,
        stage: sent.stage.into(),
        since: sent.since.to_string(),
    };
    incident.sent().into_iter().map(body).collect()
}

impl From<Milestones> for TimesBody {
    fn from(times: Milestones) -> Self {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            qualified_at: text(times.qualified_at),
            assigned_at: text(times.assigned_at),
            acknowledged_at: text(times.acknowledged_at),
            en_route_at: text(times.en_route_at),
            on_site_at: text(times.on_site_at),
            cleared_at: text(times.cleared_at),
            reported_at: text(times.reported_at),
            closed_at: text(times.ended_at),
        }
    }
}

impl From<&Step> for StepBody {
    fn from(step: &Step) -> Self {
        Self {
            to: Named(step.action),
            at: step.at.to_string(),
            recorded_at: step.recorded_at.to_string(),
            actor: Named(step.actor),
            patrol: step.patrol.as_ref().map(ToString::to_string),
            reason: step.reason.map(Named),
            r#override: step.override_reason.map(Named),
            partner: step.partner.map(Named),
            other: step.other.map(|id| id.to_string()),
            report: ReportBody::of_step(step),
        }
    }
}

impl From<Channel> for ChannelBody {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Call => Self::Call,
            Channel::Patrol => Self::Patrol,
            Channel::Caretaker => Self::Caretaker,
            Channel::Partner => Self::Partner,
            Channel::Sensor => Self::Sensor,
        }
    }
}

impl From<Status> for StatusBody {
    fn from(status: Status) -> Self {
        match status {
            Status::Received => Self::Received,
            Status::Qualified => Self::Qualified,
            Status::Assigned => Self::Assigned,
            Status::Acknowledged => Self::Acknowledged,
            Status::EnRoute => Self::EnRoute,
            Status::OnSite => Self::OnSite,
            Status::Cleared => Self::Cleared,
            Status::Reported => Self::Reported,
            Status::Closed => Self::Closed,
            Status::Cancelled => Self::Cancelled,
            Status::HandedOver => Self::HandedOver,
            Status::NoAction => Self::NoAction,
        }
    }
}
