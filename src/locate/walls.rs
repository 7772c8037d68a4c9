//! Inside or how far: [`wall_distance_m`] exactly, and [`copy_distance_m`] faster where that is enough.

use geo::{Coord, Kernel, Orientation, kernels::RobustKernel};

use crate::{
    geo::{LocalPlane, LonLat},
    stock::Footprint,
    twin::{COPY_ERROR_M, WallCopy},
};

/// Metres from the origin of `plane`, which is `position`, to the nearest wall; 0 inside and on a wall.
///
/// Counts the walls that a ray eastwards crosses: an odd number is inside. As the rings of a footprint touch
/// at most in points, one count over all of them settles holes and multipolygons too. Crossings are exact:
/// they are decided in degrees by a robust predicate; only distances are computed in the plane.
/// Source: Shewchuk (1997), Adaptive precision floating-point arithmetic, for the predicate.
pub(super) fn wall_distance_m(footprint: &Footprint, position: LonLat, plane: &LocalPlane) -> f64 {
    let at = Coord::from(position);
    let mut inside = false;
    let mut nearest_squared_m2 = f64::INFINITY;
    for polygon in footprint.polygons() {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            let Some((first, rest)) = ring.0.split_first() else { continue };
            let (mut from, mut from_m) = (*first, plane.to_plane_m(*first));
            for to in rest {
                let to_m = plane.to_plane_m(*to);
                match crossing(at, from, *to) {
                    Crossing::On => return 0.0,
                    Crossing::Yes => inside = !inside,
                    Crossing::No => {}
                }
                nearest_squared_m2 = nearest_squared_m2.min(segment_squared_m2(from_m, to_m));
                (from, from_m) = (*to, to_m);
            }
        }
    }
    if inside { 0.0 } else { nearest_squared_m2.sqrt() }
}

/// The same from a copy of the walls; `None` where `position` is so near a wall that the copy does not settle
/// on which side it is.
///
/// Corners are in metres from `position`. Those that are not a number, between rings, compare as false: such
/// a wall is neither crossed nor near.
pub(super) fn copy_distance_m(
    copy: &WallCopy<'_>,
    position: LonLat,
    plane: &LocalPlane,
) -> Option<f64> {
    let offset = copy.anchor - Coord::from(position);
    let scale = plane.metres_per_degree();
    let to_m = |corner: &[f32; 2]| Coord {
        x: (offset.x + f64::from(corner[0])) * scale.x,
        y: (offset.y + f64::from(corner[1])) * scale.y,
    };
    let (first, rest) = copy.corners.split_first()?;
    let mut from = to_m(first);
    let mut inside = false;
    let mut nearest_squared_m2 = f64::INFINITY;
    for corner in rest {
        let to = to_m(corner);
        let eastwards = from.x * to.y - from.y * to.x;
        if ((from.y > 0.0 && to.y <= 0.0) || (from.y <= 0.0 && to.y > 0.0))
            && (eastwards > 0.0) == (to.y > from.y)
        {
            inside = !inside;
        }
        let squared_m2 = segment_squared_m2(from, to);
        if squared_m2 < nearest_squared_m2 {
            nearest_squared_m2 = squared_m2;
        }
        from = to;
    }
    let nearest_m = nearest_squared_m2.sqrt();
    (nearest_m > 2.0 * COPY_ERROR_M).then_some(if inside { 0.0 } else { nearest_m })
}

/// What a ray eastwards does at a wall.
enum Crossing {
    /// It begins on the wall.
    On,
    /// It crosses the wall.
    Yes,
    /// It misses the wall.
    No,
}

/// Whether the ray from `at` eastwards crosses the wall. A wall holds its lower end and not its upper one, so
/// that a corner is counted once.
fn crossing(at: Coord<f64>, from: Coord<f64>, to: Coord<f64>) -> Crossing {
    let (low, high) = if from.y <= to.y { (from, to) } else { (to, from) };
    if at.y < low.y || at.y > high.y || (at.x > low.x && at.x > high.x) {
        return Crossing::No;
    }
    if low.y == high.y {
        let (west, east) = if low.x <= high.x { (low.x, high.x) } else { (high.x, low.x) };
        return if west <= at.x && at.x <= east { Crossing::On } else { Crossing::No };
    }
    match RobustKernel::orient2d(low, high, at) {
        Orientation::Collinear => Crossing::On,
        // West of a wall that runs northwards.
        Orientation::CounterClockwise if at.y < high.y => Crossing::Yes,
        _ => Crossing::No,
    }
}

/// Square of the distance from the origin to the segment, in m².
fn segment_squared_m2(from: Coord<f64>, to: Coord<f64>) -> f64 {
    let along = to - from;
    let length_squared = along.x * along.x + along.y * along.y;
    let foot = -(from.x * along.x + from.y * along.y);
    if foot <= 0.0 {
        from.x * from.x + from.y * from.y
    } else if foot >= length_squared {
        to.x * to.x + to.y * to.y
    } else {
        let across = from.x * along.y - from.y * along.x;
        across * across / length_squared
    }
}
