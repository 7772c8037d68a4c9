//! Which hole belongs to which shell, for formats that do not say.

use geo::{Intersects, LineString, Polygon};

use super::feature::RawRing;

/// Polygons of `shells` with their holes: a hole goes to the first shell that its first corner lies in or on.
/// Holes without a shell come second.
pub(super) fn nest(shells: Vec<RawRing>, holes: Vec<RawRing>) -> (Vec<Vec<RawRing>>, Vec<RawRing>) {
    let mut orphans = Vec::new();
    let mut areas: Vec<Vec<RawRing>> = shells.into_iter().map(|shell| vec![shell]).collect();
    if holes.is_empty() {
        return (areas, orphans);
    }
    let outlines: Vec<Polygon<f64>> = areas
        .iter()
        .map(|area| Polygon::new(LineString::from(area[0].clone()), Vec::new()))
        .collect();
    for hole in holes {
        let around = hole
            .first()
            .and_then(|corner| outlines.iter().position(|outline| outline.intersects(corner)));
        match around {
            Some(index) => areas[index].push(hole),
            None => orphans.push(hole),
        }
    }
    (areas, orphans)
}
