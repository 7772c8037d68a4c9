//! `/patrols/{id}/mission`: what a crew's tablet shows.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    geojson::rounded,
    hazards::BriefingBody,
    incident_body::StatusBody,
    incident_feature::{IncidentProperties, properties},
    json,
    named::{ActionName, Named, OutcomeName},
    patrols::PatrolStatus,
    permits::ReadMissions,
    problem::ProblemBody,
    query::NoParams,
};
use crate::{
    access::SettingName,
    incident::{IncidentId, Nomenclature, Sent},
    patrol::PatrolId,
    time::{TimeWindow, Timestamp},
    twin::{IncidentRow, SiteIx, Snapshot},
    vigil::{self, CheckIn},
};

/// How far back the tablet sees what happened on the site, in seconds.
const RECENT_S: i64 = 24 * 3600;
/// Incidents of the site that the tablet sees.
const RECENT_MAX: usize = 20;
/// How far back a report may be owed, in seconds.
const REPORT_OWED_S: i64 = 24 * 3600;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_mission);
}

/// What a patrol is on, with all that its tablet shows, and the reports that it owes.
#[utoipa::path(tag = "patrols", params(("id" = String, Path, description = "Id of the patrol")), responses(
    (status = 200, description = "What it is on", body = PatrolMission),
    (status = 404, description = "No such patrol", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/patrols/{id}/mission")]
async fn show_mission(
    caller: Caller<ReadMissions>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let snapshot = edge.app.snapshot();
    let unknown = || Problem::unknown("id", &id, format!("patrol `{id}` is not known"));
    let patrol: PatrolId = id.parse().map_err(|_no_id| unknown())?;
    let asked =
        Asked { snapshot: &snapshot, nomenclature: edge.app.nomenclature(), now: edge.app.now() };
    let told = asked.told(&patrol).filter(|_| caller.sees_patrol(&patrol)).ok_or_else(unknown)?;
    Ok(json::of_now(&told))
}

/// What a patrol is on.
#[derive(Debug, Serialize, ToSchema)]
struct PatrolMission {
    /// Who.
    patrol: CrewBody,
    /// The server's clock, RFC 3339: a tablet corrects its own by it.
    server_time: String,
    /// What it is on; null between two missions.
    #[schema(required = true)]
    mission: Option<MissionBody>,
    /// Incidents that it has left, and not reported yet, oldest first.
    reports_due: Vec<IncidentProperties>,
    /// Whether a report may carry a remark.
    remarks: bool,
}

/// A crew.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crew)]
struct CrewBody {
    /// Its id.
    id: String,
    /// Its name on the radio.
    callsign: String,
    /// Whether it may be sent.
    status: PatrolStatus,
    /// Agents aboard.
    #[schema(required = true)]
    crew: Option<u8>,
}

/// A mission.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mission)]
struct MissionBody {
    /// The incident.
    incident: IncidentProperties,
    /// Whether it leads.
    lead: bool,
    /// How far it has got.
    stage: StatusBody,
    /// Since when, RFC 3339.
    since: String,
    /// The steps that it may take.
    allowed: Vec<ActionName>,
    /// Where.
    site: MissionSite,
    /// What happened on the site in the last 24 hours, newest first.
    recent: Vec<RecentBody>,
    /// How often a crew on site says that all is well, in seconds, as things stand: a tablet without a network goes by it.
    check_in_every_s: u32,
    /// When the crew must next say that all is well; null unless it is on site.
    #[schema(required = true)]
    check_in: Option<CheckInBody>,
}

/// When a crew on site must next say that all is well.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckIn)]
pub struct CheckInBody {
    /// When it is due, RFC 3339.
    due_at: String,
    /// How often it is, in seconds.
    every_s: u32,
    /// Since when the crew is asked, RFC 3339; null until it is.
    #[schema(required = true)]
    prompted_at: Option<String>,
}

impl CheckInBody {
    /// As it is to be told at that time.
    pub fn at(check_in: CheckIn, now: Timestamp) -> Self {
        let prompted_at = Some(check_in.prompted_at()).filter(|at| now >= *at);
        Self {
            due_at: check_in.due_at.to_string(),
            every_s: check_in.every_s,
            prompted_at: prompted_at.map(|at| at.to_string()),
        }
    }
}

/// The site of a mission.
#[derive(Debug, Serialize, ToSchema)]
struct MissionSite {
    /// The landlord's code.
    code: String,
    /// Its name.
    name: String,
    /// Name of the landlord.
    landlord: String,
    /// Dwellings on it.
    dwellings: u32,
    /// Longitude of the building or the site, WGS 84 degrees.
    lon: f64,
    /// Latitude.
    lat: f64,
    /// What crews are told before they go there.
    #[serde(flatten)]
    briefing: BriefingBody,
}

/// Something that happened on the site.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecentIncident)]
struct RecentBody {
    /// Its id.
    id: String,
    /// What it was.
    kind: String,
    /// When it was reported, RFC 3339.
    reported_at: String,
    /// How far it has got.
    status: StatusBody,
    /// What this crew found or did; null for what another one reports.
    #[schema(required = true)]
    outcome: Option<OutcomeName>,
}

/// What a mission is told from.
struct Asked<'a> {
    snapshot: &'a Snapshot,
    nomenclature: &'a Nomenclature,
    now: Timestamp,
}

impl Asked<'_> {
    /// `None` for a patrol that nobody has recorded.
    fn told(&self, id: &PatrolId) -> Option<PatrolMission> {
        let patrol = &self.snapshot.patrols().get(id)?.patrol;
        let mission = self.snapshot.interventions().mission_of(id);
        Some(PatrolMission {
            patrol: CrewBody {
                id: id.to_string(),
                callsign: patrol.callsign.clone(),
                status: self.snapshot.availability(patrol).into(),
                crew: patrol.crew,
            },
            server_time: self.now.to_string(),
            mission: mission.and_then(|mission| self.mission(mission.incident, &mission.sent)),
            reports_due: self.reports_due(id),
            remarks: self.snapshot.settings().is_on(SettingName::Remarks),
        })
    }

    fn mission(&self, id: IncidentId, sent: &Sent) -> Option<MissionBody> {
        let row = self.snapshot.incidents().get(id)?;
        let incident = self.snapshot.interventions().get(id)?;
        Some(MissionBody {
            incident: self.incident(&row),
            lead: sent.leads,
            stage: sent.stage.into(),
            since: sent.since.to_string(),
            allowed: incident.allowed_to(&sent.patrol).into_iter().map(Named).collect(),
            site: self.site(&row),
            recent: self.recent(row.site, id, &sent.patrol),
            check_in_every_s: vigil::check_in_every_s(
                self.snapshot,
                self.nomenclature,
                incident,
                self.now,
            ),
            check_in: vigil::check_in(self.snapshot, self.nomenclature, &sent.patrol, self.now)
                .map(|check_in| CheckInBody::at(check_in, self.now)),
        })
    }

    fn incident(&self, row: &IncidentRow) -> IncidentProperties {
        properties(self.snapshot, self.nomenclature, row, self.now)
    }

    fn site(&self, row: &IncidentRow) -> MissionSite {
        let stock = self.snapshot.stock();
        let site = stock.site(row.site);
        let [lon, lat] = rounded(stock.place(row.place).position.into());
        let landlord = stock.landlord(&site.landlord);
        MissionSite {
            code: site.code.to_string(),
            name: site.name.clone(),
            landlord: landlord.map_or_else(|| site.landlord.to_string(), |one| one.name.clone()),
            dwellings: site.dwellings,
            lon,
            lat,
            briefing: BriefingBody::of(self.snapshot.briefings().of(&site.code), self.now),
        }
    }

    fn recent(&self, site: SiteIx, but: IncidentId, crew: &PatrolId) -> Vec<RecentBody> {
        let kinds = self.snapshot.incidents().kinds();
        let on_site = self.reported_since(RECENT_S, |row| row.site == site && row.id != but);
        let body = |row: IncidentRow| {
            let own = self.snapshot.interventions().get(row.id);
            let own = own.filter(|incident| incident.reporter() == Some(crew));
            let report = own.and_then(|incident| incident.report());
            RecentBody {
                id: row.id.to_string(),
                kind: kinds[usize::from(row.kind)].to_string(),
                reported_at: row.reported_at.to_string(),
                status: row.status.into(),
                outcome: report.map(|report| Named(report.outcome)),
            }
        };
        on_site.into_iter().rev().take(RECENT_MAX).map(body).collect()
    }

    fn reports_due(&self, id: &PatrolId) -> Vec<IncidentProperties> {
        let owes = |row: &IncidentRow| {
            row.status == crate::incident::Status::Cleared
                && self
                    .snapshot
                    .interventions()
                    .get(row.id)
                    .is_some_and(|incident| incident.reporter() == Some(id))
        };
        let due = self.reported_since(REPORT_OWED_S, owes).into_iter();
        due.map(|row| self.incident(&row)).collect()
    }

    /// The incidents of the last seconds that `keep` says, oldest first.
    fn reported_since(
        &self,
        seconds: i64,
        keep: impl Fn(&IncidentRow) -> bool,
    ) -> Vec<IncidentRow> {
        let window = TimeWindow { from: Some(self.now.plus_seconds(-seconds)), to: None };
        self.snapshot.incidents().within(window, keep)
    }
}
