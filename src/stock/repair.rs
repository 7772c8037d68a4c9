//! Mending footprints: rings as drawings and exports leave them become valid polygons, or are refused.

use geo::{
    Area, BooleanOps, Coord, CoordsIter, Intersects, LineString, MapCoords, MultiPolygon, Orient,
    Polygon, Validation,
    algorithm::{
        bool_ops::{FillRule, unary_union},
        kernels::{Kernel, Orientation, RobustKernel},
        validation::{InvalidMultiPolygon, InvalidPolygon},
    },
    orient::Direction,
};

use super::{Footprint, FootprintFault, Repaired};
use crate::geo::{LocalPlane, LonLat};

/// What is smaller is no building, nor a part of one that a cut leaves, in square metres: a sheet of paper
/// has 0.06.
const SLIVER_M2_MAX: f64 = 0.01;
/// Times that a polygon is cut at its crossings: rounding a crossing to a number can make another one.
const CUTS_MAX: u8 = 4;

impl Footprint {
    /// The footprint of these polygons, mended where that is possible without guessing.
    ///
    /// - A corner that repeats the one before it, and a spike that goes out and back, are removed.
    /// - A ring that crosses itself is read by the even-odd rule: a bow-tie is two triangles.
    /// - A hole is cut out of its shell, wherever it lies; parts that overlap or share a wall are joined.
    /// - Scraps of less than a hundredth of a square metre that the cuts leave are dropped.
    /// - Shells run counter-clockwise and holes clockwise (RFC 7946, section 3.1.6); that is not told.
    ///
    /// A valid polygon is left as it is. O(n²) in the corners of a ring.
    ///
    /// # Errors
    ///
    /// [`FootprintFault`] says what could not be mended.
    ///
    /// # Example
    ///
    /// ```
    /// use geo::wkt;
    /// use vigie::stock::Footprint;
    ///
    /// let bow_tie = wkt!(MULTIPOLYGON(((0. 0.,2. 2.,2. 0.,0. 2.,0. 0.))));
    /// let repaired = Footprint::repair(bow_tie).unwrap();
    /// assert_eq!(repaired.footprint.polygons().0.len(), 2);
    /// assert_eq!(repaired.mended, ["a ring that crosses itself was cut at the crossing"]);
    /// ```
    pub fn repair(polygons: MultiPolygon<f64>) -> Result<Repaired, FootprintFault> {
        super::footprint::check_coords(&polygons)?;
        let mut mended = Vec::new();
        let mut polygons = without_needless_corners(polygons, &mut mended);
        for cuts in 0..CUTS_MAX {
            let faults = faults(&polygons);
            if faults.is_empty() {
                break;
            }
            let cut = cut_or_refuse(&polygons, cuts)?;
            if faults == [HOLES_PART_IT] && cut.0.len() <= polygons.0.len() {
                break; // the holes touch, but what is between them hangs together
            }
            for fault in faults {
                note(&mut mended, fault);
            }
            let cut = without_slivers(cut, &mut mended);
            polygons = without_needless_corners(cut, &mut Vec::new());
        }
        if polygons.iter().map(area_m2).sum::<f64>() < SLIVER_M2_MAX {
            return Err(FootprintFault::Empty);
        }
        let footprint = Self::new(polygons.orient(Direction::Default))?;
        Ok(Repaired { footprint, mended })
    }
}

fn note(mended: &mut Vec<String>, words: impl Into<String>) {
    let words = words.into();
    if !mended.contains(&words) {
        mended.push(words);
    }
}

/// The polygons without repeated corners and spikes, and without the rings of which nothing is left then.
fn without_needless_corners(
    polygons: MultiPolygon<f64>,
    mended: &mut Vec<String>,
) -> MultiPolygon<f64> {
    let (mut corners, mut rings) = (0, 0);
    let mut cleaned = |ring: &LineString<f64>| {
        let before = ring.0.len();
        let ring = cleaned_ring(ring);
        match &ring {
            Some(ring) => corners += before - ring.0.len(),
            None => rings += usize::from(before > 0),
        }
        ring
    };
    let polygons = polygons.into_iter().filter_map(|polygon| {
        let shell = cleaned(polygon.exterior())?;
        Some(Polygon::new(shell, polygon.interiors().iter().filter_map(&mut cleaned).collect()))
    });
    let polygons = MultiPolygon::new(polygons.collect());
    if corners > 0 {
        note(mended, format!("{corners} repeated corners and spikes were removed"));
    }
    if rings > 0 {
        note(mended, format!("{rings} rings without area were removed"));
    }
    polygons
}

/// A closed ring without repeated corners and spikes; `None` where fewer than three corners are left.
fn cleaned_ring(ring: &LineString<f64>) -> Option<LineString<f64>> {
    let mut corners: Vec<Coord<f64>> = Vec::with_capacity(ring.0.len());
    let open = ring.0.split_last().map_or(&[][..], |(_last, open)| open);
    for corner in open {
        corners.push(*corner);
        trim_end(&mut corners);
    }
    // The ring goes on from its end to its beginning, where the same may be found.
    let (mut start, mut end) = (0, corners.len());
    while end - start >= 3 {
        let (last, first) = (corners[end - 1], corners[start]);
        if last == first || is_spike(corners[end - 2], last, first) {
            end -= 1;
        } else if is_spike(last, first, corners[start + 1]) {
            start += 1;
        } else {
            break;
        }
    }
    let mut corners = corners[start..end].to_vec();
    if corners.len() < 3 {
        return None;
    }
    corners.push(corners[0]);
    Some(LineString::new(corners))
}

/// Removes what the last corner makes needless: itself, or the corner before it.
fn trim_end(corners: &mut Vec<Coord<f64>>) {
    loop {
        match corners[..] {
            [.., a, b] if a == b => {
                corners.pop();
            }
            [.., a, b, c] if is_spike(a, b, c) => {
                corners.pop();
                corners.pop();
                corners.push(c);
            }
            _ => return,
        }
    }
}

/// Whether the way from `a` to `b` and on to `c` turns back on itself.
fn is_spike(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> bool {
    let (out, back) = (b - a, c - b);
    RobustKernel::orient2d(a, b, c) == Orientation::Collinear
        && out.x * back.x + out.y * back.y <= 0.0
}

const CROSSES_ITSELF: &str = "a ring that crosses itself was cut at the crossing";
const HOLES_PART_IT: &str = "holes that part the inside were cut out";

/// What is wrong with the polygons, in the words in which mending it is told.
fn faults(polygons: &MultiPolygon<f64>) -> Vec<&'static str> {
    let mut faults: Vec<&'static str> = Vec::new();
    // The library gives up on a few tangles that it cannot put in order: they are cut like what crosses itself.
    let Ok(errors) = std::panic::catch_unwind(|| polygons.validation_errors()) else {
        return vec![CROSSES_ITSELF];
    };
    for error in errors {
        let words = match error {
            InvalidMultiPolygon::InvalidPolygon(_, invalid) => match invalid {
                InvalidPolygon::InteriorRingNotContainedInExteriorRing(_) => {
                    "a hole that is not inside its shell was cut out of it"
                }
                InvalidPolygon::IntersectingRingsOnALine(..)
                | InvalidPolygon::IntersectingRingsOnAnArea(..) => "rings that meet were joined",
                InvalidPolygon::SelfIntersection(_)
                | InvalidPolygon::TooFewPointsInRing(_)
                | InvalidPolygon::NonFiniteCoord(..) => CROSSES_ITSELF,
            },
            InvalidMultiPolygon::ElementsOverlaps(..)
            | InvalidMultiPolygon::ElementsTouchOnALine(..) => "parts that meet were joined",
        };
        if !faults.contains(&words) {
            faults.push(words);
        }
    }
    // Not checked by the library: holes that touch the shell or each other may part the inside.
    if faults.is_empty() && polygons.iter().any(|polygon| touching_corners(polygon) >= 2) {
        faults.push(HOLES_PART_IT);
    }
    faults
}

/// Corners of the rings that lie on another ring of the polygon.
fn touching_corners(polygon: &Polygon<f64>) -> usize {
    let rings: Vec<&LineString<f64>> =
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
    let on_another = |index: usize, corner: &Coord<f64>| {
        rings.iter().enumerate().any(|(other, ring)| other != index && ring.intersects(corner))
    };
    rings
        .iter()
        .enumerate()
        .skip(usize::from(rings.len() < 2))
        .flat_map(|(index, ring)| ring.coords().skip(1).map(move |corner| (index, corner)))
        .filter(|(index, corner)| on_another(*index, corner))
        .count()
}

/// [`cut_at_crossings`], also where the overlay gives up at first.
///
/// `i_overlay` sweeps from left to right and loses its way in a few rings in a million whose crossings round
/// onto one another; swept from another side, it finds it. A quarter turn changes no digit of a coordinate.
/// Each cut begins from another side than the one before, which has not sufficed. Nothing is shared with the
/// overlay, so what a panic leaves behind is dropped with it.
fn cut_or_refuse(
    polygons: &MultiPolygon<f64>,
    cuts_before: u8,
) -> Result<MultiPolygon<f64>, FootprintFault> {
    for turns in (cuts_before..cuts_before + 4).map(|turn| turn % 4) {
        let turned = turned(polygons, turns);
        if let Ok(cut) = std::panic::catch_unwind(|| cut_at_crossings(&turned)) {
            return Ok(self::turned(&cut, 4 - turns));
        }
    }
    let reason = "its crossings are too close to each other to be told apart";
    Err(FootprintFault::Invalid(reason.to_owned()))
}

/// The polygons after so many quarter turns around the origin.
fn turned(polygons: &MultiPolygon<f64>, turns: u8) -> MultiPolygon<f64> {
    polygons
        .map_coords(|corner| (0..turns).fold(corner, |Coord { x, y }, _turn| Coord { x: -y, y: x }))
}

/// Each shell by the even-odd rule, without its holes by the same rule, and all of them joined.
fn cut_at_crossings(polygons: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let nothing = MultiPolygon::new(Vec::new());
    let inside = |ring: &LineString<f64>| {
        let ring = Polygon::new(ring.clone(), Vec::new());
        // The union below counts turns, and this one may leave holes that turn like their shells.
        ring.union_with_fill_rule(&nothing, FillRule::EvenOdd).orient(Direction::Default)
    };
    let parts: Vec<MultiPolygon<f64>> = polygons
        .iter()
        .map(|polygon| {
            let holes: Vec<_> = polygon.interiors().iter().map(inside).collect();
            let shell = inside(polygon.exterior());
            let cut = if holes.is_empty() { shell } else { shell.difference(&unary_union(&holes)) };
            cut.orient(Direction::Default)
        })
        .collect();
    unary_union(&parts)
}

/// The polygons without scraps, and without holes that are no bigger.
fn without_slivers(polygons: MultiPolygon<f64>, mended: &mut Vec<String>) -> MultiPolygon<f64> {
    let is_sliver =
        |ring: &LineString<f64>| area_m2(&Polygon::new(ring.clone(), Vec::new())) < SLIVER_M2_MAX;
    let before = polygons.coords_count();
    let kept =
        polygons.into_iter().filter(|polygon| !is_sliver(polygon.exterior())).map(|polygon| {
            let (shell, mut holes) = polygon.into_inner();
            holes.retain(|hole| !is_sliver(hole));
            Polygon::new(shell, holes)
        });
    let kept = MultiPolygon::new(kept.collect());
    if kept.coords_count() < before {
        note(mended, "slivers were dropped");
    }
    kept
}

/// Area of a polygon, in square metres.
fn area_m2(polygon: &Polygon<f64>) -> f64 {
    let corner = polygon.exterior().coords().next();
    corner.and_then(|corner| LonLat::try_from(*corner).ok()).map_or(0.0, |corner| {
        let plane = LocalPlane::at(corner);
        polygon.map_coords(|c| plane.to_plane_m(c)).unsigned_area()
    })
}

#[cfg(test)]
#[path = "repair_tests.rs"]
mod tests;
