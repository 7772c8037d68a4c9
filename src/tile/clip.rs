//! Cutting at the buffer of a tile, in units of its grid, before they are rounded.

use geo::Coord;

use super::{BUFFER, EXTENT};

const LOW: f64 = -(BUFFER as f64);
const HIGH: f64 = (EXTENT + BUFFER) as f64;

/// One side of the box: what is inside, and where a segment meets it.
#[derive(Clone, Copy)]
enum Side {
    West,
    East,
    North,
    South,
}

const SIDES: [Side; 4] = [Side::West, Side::East, Side::North, Side::South];

impl Side {
    /// How far inside a point is, less than 0 outside.
    fn depth(self, at: Coord<f64>) -> f64 {
        match self {
            Self::West => at.x - LOW,
            Self::East => HIGH - at.x,
            Self::North => at.y - LOW,
            Self::South => HIGH - at.y,
        }
    }

    /// Where the segment meets the side; its ends lie on both sides. The same point whichever end comes first, so that
    /// what two neighbours share is cut in one place.
    fn meeting(self, a: Coord<f64>, b: Coord<f64>) -> Coord<f64> {
        let (a, b) = if (a.x, a.y) <= (b.x, b.y) { (a, b) } else { (b, a) };
        let (from, to) = (self.depth(a), self.depth(b));
        let at = a + (b - a) * (from / (from - to));
        match self {
            Self::West => Coord { x: LOW, ..at },
            Self::East => Coord { x: HIGH, ..at },
            Self::North => Coord { y: LOW, ..at },
            Self::South => Coord { y: HIGH, ..at },
        }
    }
}

/// Whether the box covers a point.
pub(super) fn covers(at: Coord<f64>) -> bool {
    SIDES.into_iter().all(|side| side.depth(at) >= 0.0)
}

/// The part of an area within the box, whose outline may run along a side of the box more than once.
///
/// Source: Sutherland and Hodgman (1974), Reentrant polygon clipping, CACM 17, 32–42.
pub(super) fn ring(ring: &[Coord<f64>]) -> Vec<Coord<f64>> {
    SIDES.into_iter().fold(ring.to_vec(), |ring, side| {
        let mut kept = Vec::with_capacity(ring.len() + 4);
        let Some(mut from) = ring.last().copied() else { return kept };
        for to in ring {
            if (side.depth(from) >= 0.0) != (side.depth(to) >= 0.0) {
                kept.push(side.meeting(from, to));
            }
            if side.depth(to) >= 0.0 {
                kept.push(to);
            }
            from = to;
        }
        kept
    })
}

/// The pieces of a line within the box, in its order.
pub(super) fn line(line: &[Coord<f64>]) -> Vec<Vec<Coord<f64>>> {
    let mut pieces: Vec<Vec<Coord<f64>>> = Vec::new();
    for pair in line.windows(2) {
        let Some((from, to)) = segment(pair[0], pair[1]) else { continue };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    pieces
}

/// The part of a segment within the box.
fn segment(mut from: Coord<f64>, mut to: Coord<f64>) -> Option<(Coord<f64>, Coord<f64>)> {
    for side in SIDES {
        match (side.depth(from) >= 0.0, side.depth(to) >= 0.0) {
            (true, true) => {}
            (true, false) => to = side.meeting(from, to),
            (false, true) => from = side.meeting(from, to),
            (false, false) => return None,
        }
    }
    Some((from, to))
}
