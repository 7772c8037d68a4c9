//! [`connected`]: the streets that lead to one another.

use std::collections::{HashMap, HashSet};

use crate::stock::{Surrounding, SurroundingClass, SurroundingShape};

/// A point of a street, as it is written.
pub(super) type Joint = (u64, u64);

/// The joint that a coordinate is.
pub(super) const fn joint(c: &geo::Coord<f64>) -> Joint {
    (c.x.to_bits(), c.y.to_bits())
}

/// The joints of the largest connected piece of the streets among `surroundings`. They meet where they share a point.
pub(super) fn connected(surroundings: &[Surrounding]) -> HashSet<Joint> {
    let mut next_to: HashMap<Joint, Vec<Joint>> = HashMap::new();
    for street in surroundings.iter().filter(|around| around.class == SurroundingClass::Street) {
        let SurroundingShape::Line(line) = &street.shape else { continue };
        let stops: Vec<Joint> = line.coords().map(joint).collect();
        for ends in stops.windows(2) {
            next_to.entry(ends[0]).or_default().push(ends[1]);
            next_to.entry(ends[1]).or_default().push(ends[0]);
        }
    }
    let mut largest: HashSet<Joint> = HashSet::new();
    let mut reached: HashSet<Joint> = HashSet::new();
    for start in next_to.keys() {
        if reached.contains(start) {
            continue;
        }
        let mut piece = HashSet::from([*start]);
        let mut open = vec![*start];
        while let Some(at) = open.pop() {
            open.extend(next_to[&at].iter().filter(|next| piece.insert(**next)));
        }
        reached.extend(&piece);
        if piece.len() > largest.len() {
            largest = piece;
        }
    }
    largest
}
