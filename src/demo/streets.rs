//! The ways as they are driven: every junction is a point of both streets, and no stub is left over.

use std::collections::HashMap;

use super::{
    arteries::Outline,
    plan::{Metres, dot, length, nearest_on},
    ring::Ring,
    way::Ways,
};

/// A junction lies on a street when it is nearer than this, metres: cuts are exact to rounding.
const ON_STREET_M: f64 = 0.06;
/// Side of a cell of the index of junctions, metres.
const CELL_M: f64 = 120.0;
/// A dead end outside the town that is shorter than this is a stub, metres.
const STUB_M: f64 = 260.0;

/// The course of each way, in the order of `ways`; empty for a way that was nothing but a stub.
///
/// `pieces` are what the main ways enclose: their corners are where those cross.
pub(super) fn courses(ways: &Ways, pieces: &[Ring], outline: &Outline) -> Vec<Vec<Metres>> {
    let joints = Joints::new(pieces, ways);
    ways.iter()
        .map(|way| {
            let course = joints.insert_into(&way.line);
            if way.class.street_rank().is_some() {
                joints.without_stubs(course, outline)
            } else {
                course
            }
        })
        .collect()
}

/// Where streets meet.
struct Joints(HashMap<(i64, i64), Vec<Metres>>);

impl Joints {
    fn new(pieces: &[Ring], ways: &Ways) -> Self {
        let mut joints = Self(HashMap::new());
        let corners = pieces.iter().flat_map(Ring::points);
        let ends = ways.iter().filter(|way| way.is_cut()).flat_map(|way| way.line.iter().copied());
        for joint in corners.chain(ends) {
            let cell = joints.0.entry(cell(joint)).or_default();
            if !cell.contains(&joint) {
                cell.push(joint);
            }
        }
        joints
    }

    fn holds(&self, p: Metres) -> bool {
        self.0.get(&cell(p)).is_some_and(|cell| cell.contains(&p))
    }

    /// The junctions on the leg from `a` to `b`, in their order.
    fn on(&self, a: Metres, b: Metres) -> Vec<Metres> {
        let (from, to) = (cell(a), cell(b));
        let mut found = Vec::new();
        for x in from.0.min(to.0) - 1..=from.0.max(to.0) + 1 {
            for y in from.1.min(to.1) - 1..=from.1.max(to.1) + 1 {
                let near = self.0.get(&(x, y)).into_iter().flatten();
                found.extend(near.filter(|joint| nearest_on(**joint, a, b).1 < ON_STREET_M));
            }
        }
        found.sort_by(|p, q| dot(*p - a, b - a).total_cmp(&dot(*q - a, b - a)));
        found
    }

    fn insert_into(&self, line: &[Metres]) -> Vec<Metres> {
        let mut course = vec![line[0]];
        for leg in line.windows(2) {
            for p in self.on(leg[0], leg[1]).into_iter().chain([leg[1]]) {
                // A junction within the tolerance of a corner is that corner.
                if length(p - course[course.len() - 1]) > ON_STREET_M {
                    course.push(p);
                }
            }
        }
        course
    }

    /// The course between its first and last junction; a long road out of the town stays.
    fn without_stubs(&self, course: Vec<Metres>, outline: &Outline) -> Vec<Metres> {
        let Some(first) = course.iter().position(|p| self.holds(*p)) else { return Vec::new() };
        let last = course.iter().rposition(|p| self.holds(*p)).unwrap_or(first);
        let road_out = |part: &[Metres], end: Metres| {
            let length_m: f64 = part.windows(2).map(|leg| length(leg[1] - leg[0])).sum();
            outline.out(end) > 1.0 && length_m > STUB_M
        };
        let from = if road_out(&course[..=first], course[0]) { 0 } else { first };
        let to = if road_out(&course[last..], course[course.len() - 1]) {
            course.len() - 1
        } else {
            last
        };
        if to > from { course[from..=to].to_vec() } else { Vec::new() }
    }
}

fn cell(p: Metres) -> (i64, i64) {
    ((p.x / CELL_M).floor() as i64, (p.y / CELL_M).floor() as i64)
}
