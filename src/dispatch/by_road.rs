//! Ranking by the time along the roads.

use super::{
    NearestQuery, OffRoad, PassedOver, TargetPlace,
    nearest::{Candidate, Chosen, Found, Overtaken},
};
use crate::{
    roads::{Journeys, Spot, StraightLine},
    twin::Snapshot,
};

/// A patrol, how long it takes in ms, and where on the roads it is; where it is off them, its time is estimated.
struct Timed<'a> {
    candidate: Candidate<'a>,
    spot: Option<Spot>,
    time_ms: u32,
    line_m: f64,
}

/// The first to be there, from one backward search for all of them.
///
/// # Errors
///
/// [`OffRoad`] where nobody can tell.
pub(super) fn ranked<'a>(
    snapshot: &'a Snapshot,
    candidates: &[Candidate<'a>],
    target: TargetPlace<'a>,
    query: &NearestQuery,
) -> Result<Found<'a>, OffRoad> {
    let roads = snapshot.roads();
    let no_graph = if roads.is_behind() { OffRoad::NotReady } else { OffRoad::NoRoads };
    let graph = roads.graph().ok_or(no_graph)?;
    let mut journeys = graph.journeys(target.position, query.now).ok_or(OffRoad::Target)?;
    let spots = snapshot.patrols().on_roads(&graph).map(|(_, spot)| spot);
    let timed: Vec<Timed<'a>> = candidates
        .iter()
        .zip(spots)
        .filter_map(|(candidate, spot)| {
            let line_m = candidate.chord_squared_m2?.sqrt(); // a chord of 100 km is 1 m short
            let time_ms = spot.as_ref().and_then(|spot| journeys.time_ms(spot));
            let spot = spot.filter(|_| time_ms.is_some());
            let time_ms = time_ms.unwrap_or_else(|| estimated_ms(line_m));
            Some(Timed { candidate: *candidate, spot, time_ms, line_m })
        })
        .collect();
    let (left_out, mut eligible): (Vec<_>, Vec<_>) =
        timed.into_iter().partition(|timed| !timed.candidate.left_out.is_empty());
    eligible.sort_by_key(|timed| timed.time_ms); // stable: they come in the order of ids
    let overtaken = overtaken(&eligible);
    let count = query.count.get();
    let reach_ms = match eligible.get(count - 1) {
        Some(last) => last.time_ms,
        None => u32::MAX,
    };
    eligible.truncate(count);
    let chosen = eligible.into_iter().map(|timed| chosen(timed, &mut journeys, target)).collect();
    Ok(Found {
        chosen,
        passed_over: passed_over(candidates, left_out, target, reach_ms),
        overtaken,
    })
}

fn estimated_ms(line_m: f64) -> u32 {
    (StraightLine::default().time_s(line_m) * 1000.0).round() as u32
}

fn seconds(ms: u32) -> f64 {
    f64::from(ms) / 1000.0
}

/// The patrol that is nearest by line, where it is not the first by road.
fn overtaken<'a>(eligible: &[Timed<'a>]) -> Option<Overtaken<'a>> {
    let first = eligible.first()?;
    let nearest = eligible.iter().min_by(|a, b| a.line_m.total_cmp(&b.line_m))?;
    (nearest.time_ms > first.time_ms).then(|| Overtaken {
        state: nearest.candidate.state,
        line_m: nearest.line_m,
        later_s: seconds(nearest.time_ms - first.time_ms),
    })
}

fn chosen<'a>(
    timed: Timed<'a>,
    journeys: &mut Journeys<'_>,
    target: TargetPlace<'_>,
) -> Chosen<'a> {
    Chosen {
        line_m: timed.candidate.line_m(target).unwrap_or(timed.line_m),
        eta_s: Some(seconds(timed.time_ms)),
        route: timed.spot.and_then(|spot| journeys.route(&spot)),
        candidate: timed.candidate,
    }
}

/// Those left out that would be there before `reach_ms`, first ones first, ties by id; then those without a
/// position.
fn passed_over<'a>(
    candidates: &[Candidate<'a>],
    mut left_out: Vec<Timed<'a>>,
    target: TargetPlace<'a>,
    reach_ms: u32,
) -> Vec<PassedOver<'a>> {
    left_out.retain(|timed| timed.time_ms < reach_ms);
    left_out.sort_by_key(|timed| timed.time_ms); // stable: they come in the order of ids
    let placed = left_out.into_iter().map(|timed| (timed.candidate, Some(seconds(timed.time_ms))));
    let lost = candidates.iter().filter(|candidate| candidate.chord_squared_m2.is_none());
    let told = |(candidate, eta_s): (Candidate<'a>, Option<f64>)| {
        let (reason, distance_m) = (candidate.left_out.first()?, candidate.line_m(target));
        let (state, reasons) = (candidate.state, candidate.left_out);
        Some(PassedOver { state, reason, reasons, distance_m, eta_s })
    };
    placed.chain(lost.map(|candidate| (*candidate, None))).filter_map(told).collect()
}
