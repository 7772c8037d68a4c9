//! Made census tracts: the quarters, which tile the town from street to street.

use geo::{BooleanOps, MultiPolygon};

use super::{
    district::District,
    names,
    plan::length,
    quarter::{LEFTOVER_M2, Quarter},
};
use crate::tract::TractKind;

/// A tract on the plan.
pub(super) struct TractPlan {
    pub(super) name: String,
    pub(super) kind: TractKind,
    pub(super) area: MultiPolygon<f64>,
}

/// One tract for each quarter; the leftovers between ways go to the quarter next to them.
pub(super) fn plan(quarters: &[Quarter]) -> Vec<TractPlan> {
    let (whole, leftovers): (Vec<&Quarter>, Vec<&Quarter>) =
        quarters.iter().partition(|quarter| quarter.ring.area_m2() > LEFTOVER_M2);
    let mut waters = 0;
    let mut tracts: Vec<TractPlan> = whole
        .iter()
        .enumerate()
        .map(|(number, quarter)| {
            let (name, kind) = match quarter.district {
                District::Water => {
                    waters += 1;
                    (format!("{} {waters}", names::RIVER), TractKind::Other)
                }
                District::Park => (names::tract(number), TractKind::Other),
                District::Works => (names::tract(number), TractKind::Activity),
                _ => (names::tract(number), TractKind::Housing),
            };
            TractPlan { name, kind, area: MultiPolygon::from(quarter.ring.polygon()) }
        })
        .collect();
    for leftover in leftovers {
        let shared_m = |quarter: &Quarter| {
            let sides = leftover.ring.sides();
            let on_both =
                sides.filter(|(a, b, _)| quarter.ring.points().any(|p| p == *a || p == *b));
            on_both.map(|(a, b, _)| length(b - a)).sum::<f64>()
        };
        let next =
            (0..whole.len()).max_by(|i, j| shared_m(whole[*i]).total_cmp(&shared_m(whole[*j])));
        if let Some(next) = next {
            tracts[next].area = tracts[next].area.union(&leftover.ring.polygon());
        }
    }
    tracts
}
