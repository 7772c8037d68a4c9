//! [`nearest`]: the k nearest patrols, and those that were passed over.

use super::{
    By, Eligible, NearestQuery, PassedOver, Ranked, Ranking, Reason, Reasons, Target, TargetPlace,
    by_line, by_road, why::why,
};
use crate::{
    geo::{EarthCentred, geodesic_distance_m},
    incident::IncidentId,
    patrol::{self, Availability},
    roads::Route,
    stock::SiteCode,
    twin::{PatrolState, SiteIx, Snapshot},
};

/// Why nothing could be ranked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NearestError {
    /// The target is a site that the stock does not hold.
    #[error("site `{0}` is not in the stock")]
    UnknownSite(SiteCode),
    /// The target is an incident that was never recorded.
    #[error("incident `{0}` is not known")]
    UnknownIncident(IncidentId),
}

/// The patrols nearest to the target: by the time that they take along the roads, exactly; or by geodesic on the
/// WGS 84 ellipsoid, where that is asked or nobody can tell by road, as the answer says.
///
/// # Errors
///
/// [`NearestError`] when the target is not known.
pub fn nearest<'a>(
    snapshot: &'a Snapshot,
    query: &NearestQuery,
) -> Result<Ranking<'a>, NearestError> {
    let target = place_of(snapshot, &query.target)?;
    let candidates = candidates(snapshot, target, query);
    let by_road = match query.by {
        By::Line => None,
        By::Road => Some(by_road::ranked(snapshot, &candidates, target, query)),
    };
    let (by, by_reason, found) = match by_road {
        Some(Ok(found)) => (By::Road, None, found),
        Some(Err(reason)) => (By::Line, Some(reason), by_line::ranked(candidates, target, query)),
        None => (By::Line, None, by_line::ranked(candidates, target, query)),
    };
    let Found { chosen, passed_over, overtaken } = found;
    let ranked = told(chosen, &passed_over, overtaken.as_ref(), query);
    Ok(Ranking { target, by, by_reason, ranked, passed_over })
}

/// A patrol, and what is known of it before anybody is ranked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) state: &'a PatrolState,
    /// Square of the chord through the Earth to the target in m², where its position is known.
    pub(super) chord_squared_m2: Option<f64>,
    /// Why it may not be ranked; nothing where it may.
    pub(super) left_out: Reasons,
    pub(super) is_stale: bool,
    pub(super) availability: Availability,
}

impl Candidate<'_> {
    /// Metres from where it last said it was.
    pub(super) fn line_m(&self, target: TargetPlace<'_>) -> Option<f64> {
        let fix = self.state.last_fix.as_ref()?;
        Some(geodesic_distance_m(target.position, fix.position))
    }
}

/// What a way of ranking finds.
pub(super) struct Found<'a> {
    /// In the order of rank.
    pub(super) chosen: Vec<Chosen<'a>>,
    /// See [`Ranking::passed_over`].
    pub(super) passed_over: Vec<PassedOver<'a>>,
    /// The one that is nearest by line, where by road another is.
    pub(super) overtaken: Option<Overtaken<'a>>,
}

/// A patrol that has a rank.
pub(super) struct Chosen<'a> {
    pub(super) candidate: Candidate<'a>,
    pub(super) line_m: f64,
    pub(super) eta_s: Option<f64>,
    pub(super) route: Option<Route>,
}

/// A patrol that is nearer by line than the first one by road.
pub(super) struct Overtaken<'a> {
    pub(super) state: &'a PatrolState,
    pub(super) line_m: f64,
    pub(super) later_s: f64,
}

/// Every patrol, in the order of ids.
fn candidates<'a>(
    snapshot: &'a Snapshot,
    target: TargetPlace<'a>,
    query: &NearestQuery,
) -> Vec<Candidate<'a>> {
    let target = EarthCentred::from(target.position);
    let only_available = query.eligible == Eligible::Available;
    let mut candidates = Vec::with_capacity(snapshot.patrols().len());
    for (state, in_space) in snapshot.patrols().in_space() {
        let availability = snapshot.availability(&state.patrol);
        let is_stale = patrol::is_stale(state.last_fix.as_ref(), availability, query.now);
        let too_few = state.patrol.crew.is_some_and(|crew| crew < query.crew_min);
        let is_off_duty = availability == Availability::OffDuty;
        let is_off = state.patrol.position_off_at.is_some();
        let mission = snapshot.interventions().mission_of(&state.patrol.id);
        let is_turned = mission.is_some_and(|mission| mission.sent.turned);
        let left_out = Reasons::default()
            .with(Reason::OffDuty, is_off_duty)
            .with(Reason::Turned, only_available && is_turned)
            .with(Reason::Busy, only_available && availability == Availability::Busy)
            .with(Reason::PositionOff, is_off)
            .with(Reason::NoPosition, in_space.is_none() && !is_off_duty && !is_off)
            .with(Reason::TooFew, only_available && too_few)
            .with(Reason::Stale, only_available && in_space.is_some() && is_stale);
        let chord_squared_m2 = in_space.map(|at| target.chord_squared_m2(&at));
        candidates.push(Candidate { state, chord_squared_m2, left_out, is_stale, availability });
    }
    candidates
}

fn place_of<'a>(snapshot: &'a Snapshot, target: &Target) -> Result<TargetPlace<'a>, NearestError> {
    let stock = snapshot.stock();
    let on_site =
        |site: SiteIx, position| TargetPlace { position, site: Some(&stock.site(site).code) };
    match target {
        Target::Position(position) => Ok(TargetPlace { position: *position, site: None }),
        Target::Site(code) => {
            let site =
                stock.site_ix(code).ok_or_else(|| NearestError::UnknownSite(code.clone()))?;
            Ok(on_site(site, stock.place(stock.place_of_site(site)).position))
        }
        Target::Incident(id) => {
            let incident =
                snapshot.incidents().get(*id).ok_or(NearestError::UnknownIncident(*id))?;
            Ok(on_site(incident.site, stock.place(incident.place).position))
        }
    }
}

fn told<'a>(
    chosen: Vec<Chosen<'a>>,
    passed_over: &[PassedOver<'a>],
    overtaken: Option<&Overtaken<'a>>,
    query: &NearestQuery,
) -> Vec<Ranked<'a>> {
    let mut told: Vec<Ranked<'a>> = Vec::with_capacity(chosen.len());
    for Chosen { candidate, line_m, eta_s, route } in chosen {
        let Candidate { state, is_stale, availability, .. } = candidate;
        let Some(fix) = &state.last_fix else { continue };
        let mut next = Ranked {
            rank: told.len() + 1,
            state,
            availability,
            position: fix.position,
            line_m,
            route,
            eta_s,
            position_age_s: query.now.seconds_since(fix.recorded_at).max(0.0),
            is_stale,
            why: String::new(),
        };
        next.why = why(&next, told.last(), passed_over, overtaken);
        told.push(next);
    }
    told
}
