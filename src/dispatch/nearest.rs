//! [`nearest`]: the k nearest patrols by straight line, and those that were passed over.

use super::why::why;
use crate::{
    geo::{LonLat, geodesic_distance_m},
    incident::IncidentId,
    patrol::Availability,
    stock::SiteCode,
    time::Timestamp,
    twin::{PatrolState, SiteIx, Snapshot},
};

/// Most patrols that are ranked at once: nobody reads further.
pub const RANK_COUNT_MAX: u8 = 50;

/// How many patrols to rank, 1 to 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankCount(u8);

/// Why a number is not a [`RankCount`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {RANK_COUNT_MAX}, got {0}")]
pub struct InvalidRankCount(pub u64);

impl RankCount {
    /// Builds it from a number.
    ///
    /// # Errors
    ///
    /// [`InvalidRankCount`] when it is not 1 to [`RANK_COUNT_MAX`].
    pub fn new(count: u64) -> Result<Self, InvalidRankCount> {
        match u8::try_from(count) {
            Ok(small) if (1..=RANK_COUNT_MAX).contains(&small) => Ok(Self(small)),
            _ => Err(InvalidRankCount(count)),
        }
    }

    /// As a length.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// What to rank patrols for.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestQuery {
    /// Where they would go.
    pub target: Target,
    /// How many to rank.
    pub count: RankCount,
    /// Who may be ranked.
    pub eligible: Eligible,
    /// The time of asking, against which the age of positions is told.
    pub now: Timestamp,
}

/// Where patrols would go.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// To a position.
    Position(LonLat),
    /// To a site.
    Site(SiteCode),
    /// To the place of an incident.
    Incident(IncidentId),
}

/// Who may be ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Eligible {
    /// Only patrols that may be sent now.
    #[default]
    Available,
    /// Every patrol whose position is known.
    Everybody,
}

/// Patrols in order, and those that an operator may wonder about.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking<'a> {
    /// Where they would go.
    pub target: TargetPlace<'a>,
    /// Nearest first; ties by id.
    pub ranked: Vec<Ranked<'a>>,
    /// Nearer than the last ranked one but left out, nearest first; then those without a position, by id.
    pub passed_over: Vec<PassedOver<'a>>,
}

/// Where a target is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TargetPlace<'a> {
    /// The position that distances start from.
    pub position: LonLat,
    /// The site, where the target is one or lies on one.
    pub site: Option<&'a SiteCode>,
}

/// A patrol that may go.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked<'a> {
    /// From 1.
    pub rank: usize,
    /// Who.
    pub state: &'a PatrolState,
    /// Where it last said it was.
    pub position: LonLat,
    /// Length of the geodesic to the target, in metres.
    pub distance_m: f64,
    /// Seconds since its position was taken; 0 where its clock runs ahead.
    pub position_age_s: f64,
    /// Why it has this rank, in one English sentence.
    pub why: String,
}

/// A patrol that was left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassedOver<'a> {
    /// Who.
    pub state: &'a PatrolState,
    /// Why.
    pub reason: Reason,
    /// Length of the geodesic to the target, in metres, where its position is known.
    pub distance_m: Option<f64>,
}

/// Why a patrol was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// On an intervention.
    Busy,
    /// Not working.
    OffDuty,
    /// It has not said where it is.
    NoPosition,
}

impl Reason {
    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::OffDuty => "off_duty",
            Self::NoPosition => "no_position",
        }
    }
}

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

/// The patrols nearest to the target, by geodesic on the WGS 84 ellipsoid.
///
/// # Errors
///
/// [`NearestError`] when the target is not known.
pub fn nearest<'a>(
    snapshot: &'a Snapshot,
    query: &NearestQuery,
) -> Result<Ranking<'a>, NearestError> {
    let target = place_of(snapshot, &query.target)?;
    let mut ranked: Vec<(f64, &PatrolState)> = Vec::new();
    let mut left_out: Vec<PassedOver<'a>> = Vec::new();
    for state in snapshot.patrols().iter() {
        let distance_m =
            state.last_fix.as_ref().map(|fix| geodesic_distance_m(target.position, fix.position));
        match (reason_against(state, query.eligible), distance_m) {
            (None, Some(distance_m)) => ranked.push((distance_m, state)),
            (Some(reason), distance_m) => left_out.push(PassedOver { state, reason, distance_m }),
            (None, None) => {}
        }
    }
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    ranked.truncate(query.count.get());
    let reach_m = if ranked.len() < query.count.get() {
        f64::INFINITY
    } else {
        ranked.last().map_or(f64::INFINITY, |last| last.0)
    };
    left_out.retain(|left| left.distance_m.is_none_or(|distance_m| distance_m < reach_m));
    left_out.sort_by(|a, b| {
        let key = |left: &PassedOver<'_>| left.distance_m.unwrap_or(f64::INFINITY);
        key(a).total_cmp(&key(b))
    });
    Ok(Ranking { target, ranked: told(&ranked, &left_out, query), passed_over: left_out })
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

/// Why a patrol may not be ranked, or `None` where it may.
fn reason_against(state: &PatrolState, eligible: Eligible) -> Option<Reason> {
    match (state.patrol.availability, eligible) {
        (Availability::OffDuty, _) => Some(Reason::OffDuty),
        (Availability::Busy, Eligible::Available) => Some(Reason::Busy),
        _ if state.last_fix.is_none() => Some(Reason::NoPosition),
        _ => None,
    }
}

fn told<'a>(
    ranked: &[(f64, &'a PatrolState)],
    passed_over: &[PassedOver<'a>],
    query: &NearestQuery,
) -> Vec<Ranked<'a>> {
    let mut told: Vec<Ranked<'a>> = Vec::with_capacity(ranked.len());
    for (index, (distance_m, state)) in ranked.iter().enumerate() {
        let Some(fix) = &state.last_fix else { continue };
        let mut next = Ranked {
            rank: index + 1,
            state,
            position: fix.position,
            distance_m: *distance_m,
            position_age_s: query.now.seconds_since(fix.recorded_at).max(0.0),
            why: String::new(),
        };
        next.why = why(&next, told.last(), passed_over);
        told.push(next);
    }
    told
}
