//! Roads along the streets that are drawn: what the demo's patrols drive on where nobody has imported any.

use std::collections::HashMap;

use super::town::MADE;
use crate::{
    geo::LonLat,
    roads::{NodeMark, Road, RoadClass, RoadPoint},
    stock::{Surrounding, SurroundingClass, SurroundingShape},
};

/// What a street of a rank is, from the first, and its speed limit in km/h.
const RANKS: [(RoadClass, u8); 3] =
    [(RoadClass::Primary, 50), (RoadClass::Tertiary, 50), (RoadClass::Residential, 30)];

/// A road along each street among `surroundings`, in both directions. They meet where they share a point.
#[must_use]
pub fn roads(surroundings: &[Surrounding]) -> Vec<Road> {
    let mut nodes: HashMap<(u64, u64), i64> = HashMap::new();
    let streets = surroundings.iter().filter(|around| around.class == SurroundingClass::Street);
    let roads = streets.filter_map(|street| {
        let SurroundingShape::Line(line) = &street.shape else { return None };
        let positions = line.coords().filter_map(|c| LonLat::try_from(*c).ok());
        let points = positions.map(|position| {
            let fresh = nodes.len() as i64 + 1;
            let key = (position.lon().to_bits(), position.lat().to_bits());
            let node = *nodes.entry(key).or_insert(fresh);
            RoadPoint { node, position, mark: NodeMark::Plain }
        });
        let points: Vec<RoadPoint> = points.collect();
        let (class, kmh) = RANKS[usize::from(street.rank.clamp(1, 3)) - 1];
        (points.len() > 1).then(|| Road {
            id: format!("{MADE}road/{}", street.id.trim_start_matches(MADE)),
            class,
            name: street.name.clone(),
            points,
            forward_kmh: Some(kmh),
            backward_kmh: Some(kmh),
            restricted: false,
            walkable: true,
        })
    });
    roads.collect()
}
