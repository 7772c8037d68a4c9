//! Ranking by straight line.

use super::{
    NearestQuery, PassedOver, TargetPlace,
    nearest::{Candidate, Chosen, Found},
};
use crate::geo::geodesic_distance_m_max;

/// More than the rounding errors of a chord and of a geodesic together, in metres.
const ROUNDING_M: f64 = 1e-5;

/// The nearest by geodesic.
///
/// Chords through the Earth are compared first, and a geodesic (about 1 µs) is worked out only for patrols
/// that the bounds of [`geodesic_distance_m_max`] leave in question: the answer is that of working out all.
pub(super) fn ranked<'a>(
    candidates: Vec<Candidate<'a>>,
    target: TargetPlace<'a>,
    query: &NearestQuery,
) -> Found<'a> {
    let count = query.count.get();
    let (left_out, eligible): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| !candidate.left_out.is_empty());
    let chosen = refine(eligible, target, count);
    let reach_m = match chosen.last() {
        Some(last) if chosen.len() == count => last.line_m,
        _ => f64::INFINITY,
    };
    Found { chosen, passed_over: passed_over(left_out, target, reach_m), overtaken: None }
}

fn chord_squared_m2(candidate: &Candidate<'_>) -> f64 {
    candidate.chord_squared_m2.unwrap_or(f64::INFINITY)
}

/// The `count` nearest with their geodesics, nearest first, ties by id.
fn refine<'a>(
    mut eligible: Vec<Candidate<'a>>,
    target: TargetPlace<'a>,
    count: usize,
) -> Vec<Chosen<'a>> {
    if eligible.len() > count {
        // No chord of the k nearest is longer than the longest geodesic of the k shortest chords may be.
        let (_, kth, _) = eligible.select_nth_unstable_by(count - 1, |a, b| {
            chord_squared_m2(a).total_cmp(&chord_squared_m2(b))
        });
        let reach_m = geodesic_distance_m_max(chord_squared_m2(kth).sqrt()) + ROUNDING_M;
        eligible.retain(|candidate| chord_squared_m2(candidate) <= reach_m * reach_m);
    }
    let mut chosen: Vec<Chosen<'a>> = eligible
        .into_iter()
        .map(|candidate| {
            let line_m = candidate.line_m(target).unwrap_or(f64::INFINITY);
            Chosen { candidate, line_m, eta_s: None, route: None }
        })
        .collect();
    chosen.sort_unstable_by(|a, b| {
        let id = |chosen: &Chosen<'a>| &chosen.candidate.state.patrol.id;
        a.line_m.total_cmp(&b.line_m).then_with(|| id(a).cmp(id(b)))
    });
    chosen.truncate(count);
    chosen
}

/// Those left out that are nearer than `reach_m`, nearest first, ties by id; then those without a position.
fn passed_over<'a>(
    left_out: Vec<Candidate<'a>>,
    target: TargetPlace<'a>,
    reach_m: f64,
) -> Vec<PassedOver<'a>> {
    let mut passed_over: Vec<PassedOver<'a>> = left_out
        .into_iter()
        .filter(|left| {
            left.chord_squared_m2.is_none_or(|squared| squared.sqrt() <= reach_m + ROUNDING_M)
        })
        .filter_map(|left| {
            let (reason, distance_m) = (left.left_out.first()?, left.line_m(target));
            let (state, reasons) = (left.state, left.left_out);
            Some(PassedOver { state, reason, reasons, distance_m, eta_s: None })
        })
        .filter(|left| left.distance_m.is_none_or(|distance_m| distance_m < reach_m))
        .collect();
    let key = |left: &PassedOver<'_>| left.distance_m.unwrap_or(f64::INFINITY);
    passed_over.sort_by(|a, b| key(a).total_cmp(&key(b))); // stable: they come in the order of ids
    passed_over
}
