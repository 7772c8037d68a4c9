//! From coordinates as they are written to positions: reference systems, and axes in the wrong order.

use std::path::Path;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::{
    ImportError, Options,
    feature::{Feature, RawGeometry, RawRing},
    summary::Fault,
};
use crate::{
    crs::{Crs, CrsError},
    geo::{Bbox, LonLat},
    stock::{Footprint, Repaired},
};

/// How far around a known place things are expected, in degrees: about a region.
const HOME_MARGIN_DEG: f64 = 1.5;
/// Most corners of a ring: checking it takes their square, about 2 s for as many.
const RING_CORNERS_MAX: usize = 20_000;
/// Metropolitan France and Monaco: where a file must lie to be recognised when all of it is the wrong way round.
const FRANCE: [f64; 4] = [-5.2, 41.3, 9.7, 51.2];

/// The geometry of a feature in WGS 84 degrees, and what had to be mended for it.
///
/// # Errors
///
/// [`ImportError::NoCrs`] where nothing says the reference system; inside, why the feature is refused.
pub(super) fn place(
    path: &Path,
    options: &Options<'_>,
    feature: &mut Feature,
) -> Result<Result<(RawGeometry, Vec<Fault>), Fault>, ImportError> {
    let Some(mut geometry) = feature.geometry.take() else {
        return Ok(Err(Fault::new("no geometry", "the feature has none")));
    };
    let crs = options.crs.as_ref().or(feature.crs.as_ref());
    let crs = crs.ok_or_else(|| ImportError::NoCrs { path: path.to_owned() })?;
    let mut mended = std::mem::take(&mut feature.mended);
    Ok(to_wgs_84(&mut geometry, crs).map(|moved| {
        mended.extend(moved);
        (geometry, mended)
    }))
}

/// Brings a geometry to WGS 84 in place. Where that is impossible but would be possible with its axes
/// swapped, they are.
fn to_wgs_84(geometry: &mut RawGeometry, crs: &Crs) -> Result<Option<Fault>, Fault> {
    let mut coords: Vec<Coord<f64>> = geometry.coords_mut().map(|coord| *coord).collect();
    let mut swapped: Vec<Coord<f64>> = coords.iter().map(|c| Coord { x: c.y, y: c.x }).collect();
    let (coords, mended) = match crs.all_to_wgs_84(&mut coords) {
        Ok(()) => (coords, None),
        Err(e) if *crs == Crs::wgs_84() => return Err(fault(&e)),
        Err(e) => match crs.all_to_wgs_84(&mut swapped) {
            Ok(()) => (
                swapped,
                Some(Fault::new("axes swapped", format!("they are northing first in {crs}"))),
            ),
            Err(_swapped_no_better) => return Err(fault(&e)),
        },
    };
    for (coord, converted) in geometry.coords_mut().zip(coords) {
        *coord = converted;
    }
    Ok(mended)
}

fn fault(e: &CrsError) -> Fault {
    let rule = match e {
        CrsError::OutsideArea { .. } => "outside the area of its reference system",
        CrsError::Meaningless { .. } => "not a coordinate of its reference system",
        CrsError::Unreadable(_) | CrsError::Unknown { .. } => "unknown reference system",
    };
    Fault::new(rule, e)
}

/// Which of `positions` have latitude first: those that lie nowhere near the others, nor near what is
/// known already, but would if they were swapped.
pub(super) fn latitude_first(positions: &[LonLat], known: Option<Bbox>) -> Vec<bool> {
    let known = known.map(|b| around([b.west(), b.south(), b.east(), b.north()]));
    let middle = middle(positions, known.unwrap_or(FRANCE));
    let middle = middle.map(|[lon, lat]| around([lon, lat, lon, lat]));
    let homes: Vec<[f64; 4]> = known.into_iter().chain(middle).collect();
    let at_home = |at: [f64; 2]| homes.iter().any(|home| contains(*home, at));
    positions
        .iter()
        .map(|position| (position.lon(), position.lat()))
        .map(|(lon, lat)| !at_home([lon, lat]) && at_home([lat, lon]))
        .collect()
}

/// The median position, swapped where only that puts it where it is `expected`.
fn middle(positions: &[LonLat], expected: [f64; 4]) -> Option<[f64; 2]> {
    let median = |mut values: Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let lon = median(positions.iter().map(|position| position.lon()).collect())?;
    let lat = median(positions.iter().map(|position| position.lat()).collect())?;
    let is_swapped = !contains(expected, [lon, lat]) && contains(expected, [lat, lon]);
    Some(if is_swapped { [lat, lon] } else { [lon, lat] })
}

fn around([west, south, east, north]: [f64; 4]) -> [f64; 4] {
    let margin = HOME_MARGIN_DEG;
    [west - margin, south - margin, east + margin, north + margin]
}

fn contains([west, south, east, north]: [f64; 4], [x, y]: [f64; 2]) -> bool {
    (west..=east).contains(&x) && (south..=north).contains(&y)
}

/// What is told of a feature whose axes were swapped.
pub(super) fn swap_fault(position: LonLat) -> Fault {
    let (lon, lat) = (position.lon(), position.lat());
    Fault::new("latitude stood before longitude", format!("({lon:.5}, {lat:.5})"))
}

/// A footprint of rings in WGS 84 degrees, mended, and what was mended.
pub(super) fn footprint(areas: Vec<Vec<RawRing>>) -> Result<(Footprint, Vec<Fault>), Fault> {
    let mut mended = Vec::new();
    if let Some(ring) = areas.iter().flatten().find(|ring| ring.len() > RING_CORNERS_MAX) {
        let detail = format!("{} corners, at most {RING_CORNERS_MAX}", ring.len());
        return Err(Fault::new("ring has too many corners", detail));
    }
    let open = areas.iter().flatten().filter(|ring| ring.first() != ring.last()).count();
    if open > 0 {
        mended.push(Fault::new("ring was not closed", format!("{open} of them")));
    }
    let polygon = |mut rings: Vec<RawRing>| {
        let shell = if rings.is_empty() { Vec::new() } else { rings.remove(0) };
        Polygon::new(LineString::from(shell), rings.into_iter().map(LineString::from).collect())
    };
    let polygons = MultiPolygon::new(areas.into_iter().map(polygon).collect());
    let Repaired { footprint, mended: words } =
        Footprint::repair(polygons).map_err(|e| Fault::new("not a footprint", e))?;
    mended.extend(words.into_iter().map(|words| Fault::new("polygon was not valid", words)));
    Ok((footprint, mended))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    #[test]
    fn the_few_that_lie_elsewhere_are_swapped() {
        let file = [at(2.35, 48.85), at(48.86, 2.36), at(2.37, 48.87), at(-1.55, 47.2)];
        assert_eq!(latitude_first(&file, None), [false, true, false, false]);
    }

    #[test]
    fn a_file_that_is_wrong_throughout_is_recognised() {
        assert_eq!(latitude_first(&[at(48.85, 2.35), at(48.86, 2.36)], None), [true, true]);
        let known = Bbox::around([at(-73.6, 45.5)]);
        assert_eq!(latitude_first(&[at(45.5, -73.6)], known), [true], "next to the stock");
        assert_eq!(latitude_first(&[at(45.5, 60.0)], None), [false], "anywhere else");
    }
}
