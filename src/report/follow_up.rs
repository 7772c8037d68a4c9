//! [`FollowUp`]: what the landlord has to do after a night.

use crate::{
    closed_list::closed_list,
    incident::{Incident, KindCode, Outcome, Partner, Status},
    stock::{BuildingId, SiteCode},
    time::Timestamp,
};

/// Families of kinds that the landlord's own people mend, whatever a patrol has done.
const TECHNICAL_FAMILIES: [&str; 2] = ["TEC", "ENV"];

closed_list! {
    /// Why something is left to do.
    FollowUpReason {
        /// Handed over to the landlord.
        HandedOver = "handed_over",
        /// Something is out of order, or lies about.
        Technical = "technical",
        /// The crew could not get in.
        NoAccess = "no_access",
        /// Nobody has finished with it yet.
        Open = "open",
    }
}

/// Something that is left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// Why.
    pub reason: FollowUpReason,
    /// What was reported.
    pub kind: KindCode,
    /// Since when.
    pub reported_at: Timestamp,
    /// Where.
    pub site: SiteCode,
    /// In which building, where that is known.
    pub building: Option<BuildingId>,
}

impl FollowUp {
    /// What `incident` leaves to the landlord, if anything.
    #[must_use]
    pub fn of(incident: &Incident) -> Option<Self> {
        Some(Self {
            reason: reason(incident)?,
            kind: incident.kind.clone(),
            reported_at: incident.reported_at,
            site: incident.site.clone(),
            building: incident.building.clone(),
        })
    }
}

fn reason(incident: &Incident) -> Option<FollowUpReason> {
    let outcome = incident.report().map(|report| report.outcome);
    let to_landlord = incident.handed_over_to() == Some(Partner::Landlord);
    let is_technical = TECHNICAL_FAMILIES.contains(&incident.kind.family());
    let nothing_there =
        matches!(outcome, Some(Outcome::FalseAlarm | Outcome::Duplicate | Outcome::Ras));
    match (incident.status, outcome) {
        (Status::Cancelled | Status::NoAction, _) => None,
        _ if to_landlord || outcome == Some(Outcome::Landlord) => Some(FollowUpReason::HandedOver),
        (_, Some(Outcome::Technical)) => Some(FollowUpReason::Technical),
        (_, Some(Outcome::NoAccess)) => Some(FollowUpReason::NoAccess),
        // What another service has taken over is no longer the patrols', and not the landlord's either.
        (Status::HandedOver, _) => None,
        _ if is_technical && !nothing_there => Some(FollowUpReason::Technical),
        (status, _) if !status.is_over() => Some(FollowUpReason::Open),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Action, ActorRole, Channel, IncidentId, PeopleBracket, Report, Step};

    fn check(
        kind: &str,
        status: Status,
        outcome: Option<Outcome>,
        expected: Option<FollowUpReason>,
    ) {
        let at: Timestamp = "2026-11-23T20:00:00Z".parse().unwrap();
        let people = PeopleBracket::None;
        let report = outcome.map(|outcome| Report { outcome, people, with_police: false });
        let incident = Incident {
            id: IncidentId::new(uuid::Uuid::from_u128(1)),
            kind: kind.parse().unwrap(),
            channel: Channel::Call,
            status,
            reported_at: at,
            site: "PH-0754".parse().unwrap(),
            building: None,
            steps: vec![Step {
                report,
                ..Step::plain(Action::Reported, at, at, ActorRole::Patrol)
            }],
        };
        assert_eq!(FollowUp::of(&incident).map(|left| left.reason), expected, "{kind} {status:?}");
    }

    #[test]
    fn what_is_left_to_do_follows_from_kind_status_and_outcome() {
        use FollowUpReason as Why;
        check("OCC-HAL", Status::Closed, Some(Outcome::Dispersed), None);
        check("OCC-HAL", Status::Closed, Some(Outcome::Landlord), Some(Why::HandedOver));
        check("OCC-HAL", Status::Closed, Some(Outcome::NoAccess), Some(Why::NoAccess));
        check("OCC-HAL", Status::OnSite, None, Some(Why::Open));
        check("OCC-HAL", Status::HandedOver, None, None);
        check("TEC-POR", Status::Closed, None, Some(Why::Technical));
        check("TEC-POR", Status::Closed, Some(Outcome::FalseAlarm), None);
        check("TEC-POR", Status::Cancelled, None, None);
        check("BIE-DEG", Status::Closed, Some(Outcome::Technical), Some(Why::Technical));
    }
}
