//! Small made-up streets for the tests of roads.

use geo::Coord;

use super::{NodeMark, Road, RoadClass, RoadPoint, Turn, TurnRule, Via};
use crate::geo::{LocalPlane, LonLat};

/// The middle of every made-up town.
pub(crate) fn center() -> LonLat {
    LonLat::new(2.3615, 48.8553).unwrap()
}

/// The position so many metres east and north of the middle.
pub(crate) fn at_m(east: f64, north: f64) -> LonLat {
    LocalPlane::at(center()).to_degrees(Coord { x: east, y: north }).try_into().unwrap()
}

/// A street of 30 km/h both ways through these nodes, at metres east and north of the middle.
pub(crate) fn street(id: &str, points: &[(i64, f64, f64)]) -> Road {
    let points = points.iter().map(|(node, east, north)| RoadPoint {
        node: *node,
        position: at_m(*east, *north),
        mark: NodeMark::Plain,
    });
    Road {
        id: id.to_owned(),
        class: RoadClass::Residential,
        name: None,
        points: points.collect(),
        forward_kmh: Some(30),
        backward_kmh: Some(30),
        restricted: false,
        walkable: true,
    }
}

/// The same street, one way along its points.
pub(crate) fn one_way(id: &str, points: &[(i64, f64, f64)]) -> Road {
    Road { backward_kmh: None, ..street(id, points) }
}

/// A sign at a node.
pub(crate) fn sign(id: &str, rule: TurnRule, from: &str, via: i64, to: &str) -> Turn {
    let via = Via::Node(via);
    Turn { id: id.to_owned(), from: from.to_owned(), via, to: to.to_owned(), rule }
}
