//! The layer of roads.

use geo::{LineString, MultiLineString};

use super::{Grid, MARGIN, Tag, TileId, features::Features};
use crate::roads::{Network, Road, RoadClass};

/// The roads that anybody goes along, as lines, the widest from afar: `class`, `name` and `kmh` where they are known, and
/// `oneway` for cars.
///
/// # Errors
///
/// [`mvt::Error`], which no shape that is drawn here makes.
pub fn roads(network: &Network, tile: TileId) -> Result<Vec<u8>, mvt::Error> {
    let grid = Grid::of(tile);
    let narrowest = narrowest_at(tile.zoom());
    let mut features = Features::default();
    let shown = |road: &&Road| !road.is_closed() && road.class <= narrowest;
    for road in network.meeting(tile.bounds(MARGIN)).filter(shown) {
        let line: LineString<f64> =
            road.points.iter().map(|point| geo::Coord::from(point.position)).collect();
        features.push(grid.lines(&MultiLineString::new(vec![line])), || {
            let mut tags = vec![("class", Tag::Text(road.class.as_str()))];
            tags.extend(road.name.as_deref().map(|name| ("name", Tag::Text(name))));
            let kmh = road.forward_kmh.max(road.backward_kmh);
            tags.extend(kmh.map(|kmh| ("kmh", Tag::Whole(kmh.into()))));
            if road.forward_kmh.is_some() != road.backward_kmh.is_some() {
                tags.push(("oneway", Tag::Whole(1)));
            }
            tags
        });
    }
    features.encode("roads")
}

/// What is still told apart at that zoom.
const fn narrowest_at(zoom: u8) -> RoadClass {
    match zoom {
        0..=8 => RoadClass::Trunk,
        9..=10 => RoadClass::Primary,
        11 => RoadClass::Secondary,
        12 => RoadClass::Tertiary,
        13 => RoadClass::LivingStreet,
        _ => RoadClass::Steps,
    }
}
