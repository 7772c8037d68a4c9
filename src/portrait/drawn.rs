//! [`Drawn`]: a polygon that somebody drew on a map.

use geo::{Area, Coord, CoordsIter, LineString, MultiPolygon, Polygon, Validation};

use crate::geo::{InvalidLonLat, LonLat};

/// Most corners of a drawn polygon, all rings together: far more than a hand draws, and cheap to compare with a town.
pub const CORNERS_MAX: usize = 2_000;
/// Fewest positions of a ring: a triangle, and the first one again.
const RING_MIN: usize = 4;

/// One or more polygons in WGS 84 degrees. A value is always valid: rings are closed and do not cross, and there is
/// ground inside.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn(MultiPolygon<f64>);

/// Why rings are no [`Drawn`]. Places count from 0: polygon, ring, position.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DrawnFault {
    /// There is no polygon, or one without a ring.
    #[error("holds no ring")]
    Empty {
        /// Which polygon.
        polygon: usize,
    },
    /// There are more corners than are taken.
    #[error("has {0} corners, more than {CORNERS_MAX}")]
    TooManyCorners(usize),
    /// A corner is off the globe.
    #[error("{source}")]
    Corner {
        /// Which polygon, ring and position.
        at: [usize; 3],
        /// What is wrong with it.
        source: InvalidLonLat,
    },
    /// A ring has too few corners to have ground inside.
    #[error("has {found} positions: a ring has {RING_MIN} at least, the last one like the first")]
    TooShort {
        /// Which polygon and ring.
        at: [usize; 2],
        /// How many positions it has.
        found: usize,
    },
    /// The last position of a ring is not its first.
    #[error("is open: the last position must be the first one again")]
    Open {
        /// Which polygon and ring.
        at: [usize; 2],
    },
    /// Rings cross themselves or each other, or there is no ground inside.
    #[error("crosses itself, has polygons that overlap, or has no ground inside")]
    Crossing,
}

impl Drawn {
    /// The polygons whose rings are these positions, longitude first; the first ring of each is its shell.
    ///
    /// # Errors
    ///
    /// [`DrawnFault`] names the polygon, ring and position at fault.
    pub fn new(polygons: Vec<Vec<Vec<[f64; 2]>>>) -> Result<Self, DrawnFault> {
        let corners = polygons.iter().flatten().map(Vec::len).sum();
        if corners > CORNERS_MAX {
            return Err(DrawnFault::TooManyCorners(corners));
        }
        if polygons.is_empty() {
            return Err(DrawnFault::Empty { polygon: 0 });
        }
        let drawn = polygons.into_iter().enumerate().map(|(at, rings)| polygon(at, rings));
        let drawn = MultiPolygon::new(drawn.collect::<Result<_, _>>()?);
        if !drawn.is_valid() || drawn.unsigned_area() <= 0.0 {
            return Err(DrawnFault::Crossing);
        }
        Ok(Self(drawn))
    }

    /// The polygons, in WGS 84 degrees.
    #[must_use]
    pub const fn polygons(&self) -> &MultiPolygon<f64> {
        &self.0
    }

    /// How many corners there are.
    #[must_use]
    pub fn corners(&self) -> usize {
        self.0.coords_count()
    }
}

fn polygon(at: usize, rings: Vec<Vec<[f64; 2]>>) -> Result<Polygon<f64>, DrawnFault> {
    let rings = rings.into_iter().enumerate().map(|(number, ring)| line([at, number], &ring));
    let mut rings = rings.collect::<Result<Vec<_>, _>>()?.into_iter();
    let shell = rings.next().ok_or(DrawnFault::Empty { polygon: at })?;
    Ok(Polygon::new(shell, rings.collect()))
}

fn line(
    [polygon, ring]: [usize; 2],
    positions: &[[f64; 2]],
) -> Result<LineString<f64>, DrawnFault> {
    let at = [polygon, ring];
    for (position, [lon, lat]) in positions.iter().enumerate() {
        LonLat::new(*lon, *lat)
            .map_err(|source| DrawnFault::Corner { at: [polygon, ring, position], source })?;
    }
    if positions.len() < RING_MIN {
        return Err(DrawnFault::TooShort { at, found: positions.len() });
    }
    if positions.first() != positions.last() {
        return Err(DrawnFault::Open { at });
    }
    Ok(positions.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ring: &[[f64; 2]], expected: Result<(), DrawnFault>) {
        assert_eq!(Drawn::new(vec![vec![ring.to_vec()]]).map(drop), expected, "{ring:?}");
    }

    #[test]
    fn what_is_no_polygon_is_refused_with_the_place_at_fault() {
        let square = [[2.0, 48.0], [2.1, 48.0], [2.1, 48.1], [2.0, 48.1], [2.0, 48.0]];
        check(&square, Ok(()));
        check(&square[..4], Err(DrawnFault::Open { at: [0, 0] }));
        check(&square[..3], Err(DrawnFault::TooShort { at: [0, 0], found: 3 }));
        let bow = [[2.0, 48.0], [2.1, 48.1], [2.1, 48.0], [2.0, 48.1], [2.0, 48.0]];
        check(&bow, Err(DrawnFault::Crossing));
        let flat = [[2.0, 48.0], [2.1, 48.0], [2.2, 48.0], [2.0, 48.0]];
        check(&flat, Err(DrawnFault::Crossing));
        let off = [[2.0, 48.0], [2.1, 98.0], [2.1, 48.1], [2.0, 48.0]];
        check(
            &off,
            Err(DrawnFault::Corner { at: [0, 0, 1], source: InvalidLonLat::Latitude(98.0) }),
        );
        assert_eq!(Drawn::new(vec![]), Err(DrawnFault::Empty { polygon: 0 }));
        assert_eq!(Drawn::new(vec![vec![]]), Err(DrawnFault::Empty { polygon: 0 }));
        check(&vec![[2.0, 48.0]; 2_001], Err(DrawnFault::TooManyCorners(2_001)));
        let not_a_number = [[f64::NAN, 48.0], [2.1, 48.0], [2.1, 48.1], [2.0, 48.0]];
        assert!(Drawn::new(vec![vec![not_a_number.to_vec()]]).is_err());
    }
}
