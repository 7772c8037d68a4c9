//! Rows that take dwellings back: published lists correct an earlier programme by a row below zero.

use super::Draft;
use crate::{geo::geodesic_distance_m, import::summary::Fault};

/// Takes what a row below zero takes back from the nearest programme of the same landlord that has as many,
/// so that the dwellings of each landlord sum to what its file says. The row itself is kept, without dwellings.
pub(super) fn settle(drafts: &mut [Draft]) {
    for row in 0..drafts.len() {
        let taken = -drafts[row].dwellings;
        if taken <= 0 {
            continue;
        }
        let distance_m = |other: &Draft| geodesic_distance_m(drafts[row].position, other.position);
        let candidates = drafts.iter().enumerate().filter(|(_, other)| {
            other.landlord.id == drafts[row].landlord.id && other.dwellings >= taken
        });
        let nearest = candidates
            .min_by(|(_, a), (_, b)| distance_m(a).total_cmp(&distance_m(b)))
            .map(|(index, _)| index);
        let rule = "dwellings below zero";
        match nearest {
            Some(other) => {
                let told = format!("{} taken off {}", taken, drafts[other].at);
                drafts[other].dwellings -= taken;
                let at = drafts[row].at.clone();
                drafts[other].mended.push(Fault::new(rule, format!("{taken} taken off for {at}")));
                drafts[row].mended.push(Fault::new(rule, told));
            }
            None => drafts[row].mended.push(Fault::new(rule, format!("-{taken} kept as 0"))),
        }
        drafts[row].dwellings = 0;
    }
}
