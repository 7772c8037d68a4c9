//! [`nearest`]: the k nearest patrols by straight line, and those that were passed over.

use super::why::why;
use crate::{
    geo::{EarthCentred, LonLat, geodesic_distance_m, geodesic_distance_m_max},
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
/// Chords through the Earth are compared first, and a geodesic (about 1 µs) is worked out only for patrols
/// that the bounds of [`geodesic_distance_m_max`] leave in question: the answer is that of working out all.
///
/// # Errors
///
/// [`NearestError`] when the target is not known.
pub fn nearest<'a>(
    snapshot: &'a Snapshot,
    query: &NearestQuery,
) -> Result<Ranking<'a>, NearestError> {
    let target = place_of(snapshot, &query.target)?;
    let (eligible, left_out) = sort_out(snapshot, target, query.eligible);
    let ranked = refine(eligible, target, query.count.get());
    let reach_m = match ranked.last() {
        Some(last) if ranked.len() == query.count.get() => last.0,
        _ => f64::INFINITY,
    };
    let passed_over = passed_over(left_out, target, reach_m);
    Ok(Ranking { target, ranked: told(&ranked, &passed_over, query), passed_over })
}

/// A patrol with a position, and the square of the chord to the target in m².
type Chord<'a> = (f64, &'a PatrolState);

/// A patrol that may not be ranked, why, and the square of the chord to the target in m² where it is known.
type LeftOut<'a> = (Option<f64>, &'a PatrolState, Reason);

/// Those that may be ranked and those that may not, in the order of ids.
fn sort_out<'a>(
    snapshot: &'a Snapshot,
    target: TargetPlace<'a>,
    eligible: Eligible,
) -> (Vec<Chord<'a>>, Vec<LeftOut<'a>>) {
    let target = EarthCentred::from(target.position);
    let mut chords = Vec::with_capacity(snapshot.patrols().len());
    let mut left_out = Vec::new();
    for (state, in_space) in snapshot.patrols().in_space() {
        let chord_squared_m2 = in_space.map(|at| target.chord_squared_m2(&at));
        match (snapshot.availability(&state.patrol), chord_squared_m2) {
            (Availability::OffDuty, chord) => left_out.push((chord, state, Reason::OffDuty)),
            (Availability::Busy, chord) if eligible == Eligible::Available => {
                left_out.push((chord, state, Reason::Busy));
            }
            (_, None) => left_out.push((None, state, Reason::NoPosition)),
            (_, Some(chord)) => chords.push((chord, state)),
        }
    }
    (chords, left_out)
}

/// The `count` nearest with their geodesics in metres, nearest first, ties by id.
fn refine<'a>(
    mut chords: Vec<Chord<'a>>,
    target: TargetPlace<'a>,
    count: usize,
) -> Vec<(f64, &'a PatrolState)> {
    if chords.len() > count {
        // No chord of the k nearest is longer than the longest geodesic of the k shortest chords may be.
        let (_, kth, _) = chords.select_nth_unstable_by(count - 1, |a, b| a.0.total_cmp(&b.0));
        let reach_m = geodesic_distance_m_max(kth.0.sqrt()) + ROUNDING_M;
        chords.retain(|(chord_squared_m2, _)| *chord_squared_m2 <= reach_m * reach_m);
    }
    let mut ranked: Vec<(f64, &PatrolState)> = chords
        .into_iter()
        .map(|(_, state)| (distance_m(target, state).unwrap_or(f64::INFINITY), state))
        .collect();
    ranked.sort_unstable_by(|a, b| {
        a.0.total_cmp(&b.0).then_with(|| a.1.patrol.id.cmp(&b.1.patrol.id))
    });
    ranked.truncate(count);
    ranked
}

/// More than the rounding errors of a chord and of a geodesic together, in metres.
const ROUNDING_M: f64 = 1e-5;

/// Those left out that are nearer than `reach_m`, nearest first, ties by id; then those without a position.
fn passed_over<'a>(
    left_out: Vec<LeftOut<'a>>,
    target: TargetPlace<'a>,
    reach_m: f64,
) -> Vec<PassedOver<'a>> {
    let mut passed_over: Vec<PassedOver<'a>> = left_out
        .into_iter()
        .filter(|(chord, ..)| {
            chord.is_none_or(|squared_m2| squared_m2.sqrt() <= reach_m + ROUNDING_M)
        })
        .map(|(_, state, reason)| PassedOver {
            state,
            reason,
            distance_m: distance_m(target, state),
        })
        .filter(|left| left.distance_m.is_none_or(|distance_m| distance_m < reach_m))
        .collect();
    let key = |left: &PassedOver<'_>| left.distance_m.unwrap_or(f64::INFINITY);
    passed_over.sort_by(|a, b| key(a).total_cmp(&key(b))); // stable: they come in the order of ids
    passed_over
}

/// Metres from where a patrol last said it was.
fn distance_m(target: TargetPlace<'_>, state: &PatrolState) -> Option<f64> {
    state.last_fix.as_ref().map(|fix| geodesic_distance_m(target.position, fix.position))
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
