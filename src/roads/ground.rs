//! [`Ground`]: which roads are near a position.

use std::ops::ControlFlow;

use geo::Coord;
use rstar::{
    RTree,
    primitives::{GeomWithData, Line},
};

use super::{
    Road,
    segment::{SegmentIx, Segments, leg_m},
};
use crate::geo::{LocalPlane, LonLat};

/// A leg of a segment, from one of its points to the next, in metres on the plane of the whole network.
type Leg = GeomWithData<Line<[f64; 2]>, (SegmentIx, u32)>;

/// An R-tree over the legs of all segments.
pub(super) struct Ground {
    plane: LocalPlane,
    tree: RTree<Leg>,
}

/// The point of a segment that is nearest to a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Foothold {
    pub(super) segment: SegmentIx,
    /// How far along the segment, 0 to 1.
    pub(super) along: f64,
    /// Where that is.
    pub(super) position: LonLat,
    /// Metres from the position.
    pub(super) off_m: f64,
}

impl Ground {
    /// The tree over these segments; `None` where there are none. O(n log n).
    ///
    /// The plane touches at one of their ends: 50 km away its metres are wrong by 1 in 100, which is enough to
    /// tell which leg comes first.
    pub(super) fn of(segments: &Segments, roads: &[Road]) -> Option<Self> {
        let plane = LocalPlane::at(segments.nodes.first()?.position);
        let mut legs = Vec::new();
        for (index, segment) in segments.all.iter().enumerate() {
            let points = &roads[segment.road as usize].points;
            for at in segment.points.start..segment.points.end - 1 {
                let ends = [at, at + 1].map(|at| {
                    let Coord { x, y } = plane.to_plane_m(points[at as usize].position.into());
                    [x, y]
                });
                legs.push(Leg::new(Line::new(ends[0], ends[1]), (index as SegmentIx, at)));
            }
        }
        Some(Self { plane, tree: RTree::bulk_load(legs) })
    }

    /// Hands to `visit` the legs near `position`, nearest first, until it breaks or they are farther than
    /// `reach_m`; each with its metres off.
    pub(super) fn walk_near(
        &self,
        position: LonLat,
        reach_m: f64,
        mut visit: impl FnMut(SegmentIx, u32, f64) -> ControlFlow<()>,
    ) {
        let Coord { x, y } = self.plane.to_plane_m(position.into());
        for (leg, squared_m2) in self.tree.nearest_neighbor_iter_with_distance_2([x, y]) {
            let off_m = squared_m2.sqrt();
            let (segment, at) = leg.data;
            if off_m > reach_m || visit(segment, at, off_m).is_break() {
                return;
            }
        }
    }
}

/// The point of the leg `at` of a segment that is nearest to `position`.
pub(super) fn foothold(
    segments: &Segments,
    roads: &[Road],
    (index, at): (SegmentIx, u32),
    position: LonLat,
) -> Foothold {
    let segment = &segments.all[index as usize];
    let points = &roads[segment.road as usize].points;
    let place = |at: u32| points[at as usize].position;
    let plane = LocalPlane::at(position);
    let (a, b) = (plane.to_plane_m(place(at).into()), plane.to_plane_m(place(at + 1).into()));
    let leg = b - a;
    let squared_m2 = leg.x * leg.x + leg.y * leg.y;
    let part = if squared_m2 > 0.0 { -(a.x * leg.x + a.y * leg.y) / squared_m2 } else { 0.0 };
    let part = part.clamp(0.0, 1.0);
    let nearest = a + leg * part;
    let before_m: f64 = (segment.points.start..at).map(|at| leg_m(place(at), place(at + 1))).sum();
    let along_m = before_m + part * leg_m(place(at), place(at + 1));
    Foothold {
        segment: index,
        along: if segment.length_m > 0.0 {
            (along_m / segment.length_m).clamp(0.0, 1.0)
        } else {
            0.0
        },
        position: plane.to_degrees(nearest).try_into().unwrap_or(position),
        off_m: nearest.x.hypot(nearest.y),
    }
}
