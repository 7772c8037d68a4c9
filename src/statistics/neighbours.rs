//! Who is next to whom: zones that touch, the nearest ones, those within some metres.

use std::collections::BTreeSet;

use geo::{BoundingRect, Coord, CoordsIter, LinesIter, MultiPolygon};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Line},
};

use super::{
    sample::{Unfit, check_positive},
    weights::Weights,
};
use crate::geo::{EarthCentred, LocalPlane, LonLat, geodesic_distance_m};

/// Most pairs that [`within`] lists before it refuses: some 300 MB.
pub const PAIRS_MAX: usize = 20_000_000;

/// Metres in a degree of latitude, at least (at the equator), less a margin.
const METRES_PER_DEGREE_MIN: f64 = 110_000.0;

/// Why zones cannot be looked at side by side.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UnfitZones {
    /// A zone has no polygon.
    #[error("zone {0} is empty")]
    Empty(usize),
    /// A corner of a zone is off the globe or not a number.
    #[error("zone {zone}: {source}")]
    Corner {
        /// Which zone.
        zone: usize,
        /// What is wrong with the corner.
        source: crate::geo::InvalidLonLat,
    },
    /// The tolerance is out of range.
    #[error(transparent)]
    Parameter(#[from] Unfit),
}

/// Zones that share a point of their borders, corners too (queen contiguity): some corner of the one lies within
/// `tolerance_m` of the border of the other.
///
/// Corners that another program has moved by its rounding still touch, and so does a corner that meets the middle
/// of a straight border, which comparing corners (`libpysal.weights.Queen`) does not see. Zones that overlap, with
/// no corner near a border, do not touch. Zones are in WGS 84 degrees and do not cross the antimeridian; the
/// tolerance is in true metres. Costs O(c log c) for c corners.
///
/// # Errors
///
/// [`UnfitZones`]: a zone without a polygon, a corner that is no position, a tolerance that is not above 0 and at
/// most 100 m.
pub fn touching(zones: &[MultiPolygon<f64>], tolerance_m: f64) -> Result<Weights, UnfitZones> {
    check_positive("tolerance_m", tolerance_m)?;
    if tolerance_m > 100.0 {
        return Err(Unfit::Parameter { name: "tolerance_m", value: tolerance_m }.into());
    }
    for (at, zone) in zones.iter().enumerate() {
        zone.bounding_rect().ok_or(UnfitZones::Empty(at))?;
        for corner in zone.coords_iter() {
            LonLat::try_from(corner).map_err(|source| UnfitZones::Corner { zone: at, source })?;
        }
    }
    let borders = zones.iter().enumerate().flat_map(|(at, zone)| {
        zone.lines_iter()
            .map(move |line| GeomWithData::new(Line::new(line.start.into(), line.end.into()), at))
    });
    let borders: RTree<GeomWithData<Line<[f64; 2]>, usize>> = RTree::bulk_load(borders.collect());
    let mut lists = vec![BTreeSet::new(); zones.len()];
    for (at, zone) in zones.iter().enumerate() {
        for corner in zone.coords_iter() {
            for other in borders_near(&borders, corner, tolerance_m) {
                if other != at {
                    lists[at].insert(other);
                    lists[other].insert(at);
                }
            }
        }
    }
    Ok(from_own_lists(lists))
}

/// The zones that have a border within `tolerance_m` of `corner`, some more than once.
fn borders_near(
    borders: &RTree<GeomWithData<Line<[f64; 2]>, usize>>,
    corner: Coord<f64>,
    tolerance_m: f64,
) -> impl Iterator<Item = usize> {
    let plane = LonLat::try_from(corner).ok().map(LocalPlane::at);
    let lat_reach = tolerance_m / METRES_PER_DEGREE_MIN;
    // At 89.9° a degree of longitude still has 195 m.
    let lon_reach = lat_reach / corner.y.to_radians().cos().max(1e-3);
    let around = AABB::from_corners(
        [corner.x - lon_reach, corner.y - lat_reach],
        [corner.x + lon_reach, corner.y + lat_reach],
    );
    borders.locate_in_envelope_intersecting(around).filter_map(move |border| {
        let line = border.geom();
        let distance_m = plane?.segment_distance_m(line.from.into(), line.to.into());
        (distance_m <= tolerance_m).then_some(border.data)
    })
}

/// The `count` nearest of each position, by true metres; of two at one distance, the one of the lower number.
///
/// # Errors
///
/// [`Unfit::TooFew`] unless there are more than `count` positions; [`Unfit::Parameter`] where `count` is 0.
pub fn nearest(positions: &[LonLat], count: usize) -> Result<Weights, Unfit> {
    if count == 0 {
        return Err(Unfit::Parameter { name: "count", value: 0.0 });
    }
    if positions.len() <= count {
        return Err(Unfit::TooFew { found: positions.len(), needed: count.saturating_add(1) });
    }
    let index = index(positions);
    let lists = positions.iter().enumerate().map(|(at, position)| {
        let mut found: Vec<(f64, usize)> = Vec::with_capacity(count + 1);
        let by_chord = index
            .nearest_neighbor_iter_with_distance_2(EarthCentred::from(*position).coordinates_m());
        for (other, chord_squared_m2) in by_chord {
            // No geodesic is shorter than its chord: whoever comes now is farther than all that were found.
            if found.len() == count && chord_squared_m2.sqrt() > found[count - 1].0 {
                break;
            }
            if other.data != at {
                found.push((geodesic_distance_m(*position, positions[other.data]), other.data));
                found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                found.truncate(count);
            }
        }
        found.into_iter().map(|(_, other)| other).collect::<Vec<_>>()
    });
    Ok(from_own_lists(lists))
}

/// All other positions within `reach_m` true metres of each, the limit included.
///
/// # Errors
///
/// [`Unfit::Parameter`] of a reach that is not above 0; [`Unfit::TooMany`] beyond [`PAIRS_MAX`] pairs.
pub fn within(positions: &[LonLat], reach_m: f64) -> Result<Weights, Unfit> {
    check_positive("reach_m", reach_m)?;
    let index = index(positions);
    let mut lists = vec![Vec::new(); positions.len()];
    let mut pairs = 0;
    for (at, position) in positions.iter().enumerate() {
        let centre = EarthCentred::from(*position).coordinates_m();
        for other in index.locate_within_distance(centre, reach_m * reach_m) {
            let other = other.data;
            if other > at && geodesic_distance_m(*position, positions[other]) <= reach_m {
                lists[at].push(other);
                lists[other].push(at);
                pairs += 1;
            }
        }
        if pairs > PAIRS_MAX {
            return Err(Unfit::TooMany { found: pairs, most: PAIRS_MAX });
        }
    }
    Ok(from_own_lists(lists))
}

fn index(positions: &[LonLat]) -> RTree<GeomWithData<[f64; 3], usize>> {
    let points = positions.iter().enumerate();
    let points = points
        .map(|(at, position)| GeomWithData::new(EarthCentred::from(*position).coordinates_m(), at));
    RTree::bulk_load(points.collect())
}

/// Weights of lists that name nobody twice, nor themselves, nor anyone who is not there.
fn from_own_lists<L: IntoIterator<Item = usize>>(lists: impl IntoIterator<Item = L>) -> Weights {
    let lists: Vec<Vec<usize>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
    Weights::from_neighbours(&lists).unwrap_or_else(|fault| unreachable!("made here: {fault}"))
}
