//! [`Bbox`]: the box that lists and questions are cut to.

use std::{fmt, str::FromStr};

use super::{InvalidLonLat, LonLat};

/// A box in WGS 84 degrees, edges included: west, south, east, north.
///
/// Never empty and never across the antimeridian: `west <= east` and `south <= north`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    south_west: LonLat,
    north_east: LonLat,
}

/// Why a text is not a [`Bbox`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidBbox {
    /// Not four numbers.
    #[error("must be four numbers `west,south,east,north` in degrees")]
    NotFourNumbers,
    /// A corner is off the globe.
    #[error(transparent)]
    Corner(#[from] InvalidLonLat),
    /// West of its east or north of its south.
    #[error("west {west} must not exceed east {east}, nor south {south} north {north}")]
    Inverted {
        /// Western edge, degrees.
        west: f64,
        /// Southern edge, degrees.
        south: f64,
        /// Eastern edge, degrees.
        east: f64,
        /// Northern edge, degrees.
        north: f64,
    },
}

impl Bbox {
    /// The box between two corners.
    ///
    /// # Errors
    ///
    /// [`InvalidBbox::Inverted`] when the first corner is not south-west of the second.
    pub fn new(south_west: LonLat, north_east: LonLat) -> Result<Self, InvalidBbox> {
        if south_west.lon() > north_east.lon() || south_west.lat() > north_east.lat() {
            return Err(InvalidBbox::Inverted {
                west: south_west.lon(),
                south: south_west.lat(),
                east: north_east.lon(),
                north: north_east.lat(),
            });
        }
        Ok(Self { south_west, north_east })
    }

    /// The smallest box around `positions`, or `None` where there are none.
    pub fn around(positions: impl IntoIterator<Item = LonLat>) -> Option<Self> {
        positions.into_iter().fold(None, |found: Option<Self>, p| {
            Some(found.map_or(Self::at(p), |found| found.with(p)))
        })
    }

    /// The box that is only `position`.
    #[must_use]
    pub const fn at(position: LonLat) -> Self {
        Self { south_west: position, north_east: position }
    }

    /// The smallest box around this one and `position`.
    #[must_use]
    pub fn with(&self, position: LonLat) -> Self {
        Self {
            south_west: corner(self.south_west, position, f64::min),
            north_east: corner(self.north_east, position, f64::max),
        }
    }

    /// Western edge, degrees.
    #[must_use]
    pub const fn west(&self) -> f64 {
        self.south_west.lon()
    }

    /// Southern edge, degrees.
    #[must_use]
    pub const fn south(&self) -> f64 {
        self.south_west.lat()
    }

    /// Eastern edge, degrees.
    #[must_use]
    pub const fn east(&self) -> f64 {
        self.north_east.lon()
    }

    /// Northern edge, degrees.
    #[must_use]
    pub const fn north(&self) -> f64 {
        self.north_east.lat()
    }

    /// Its south-west and its north-east corner.
    #[must_use]
    pub const fn corners(&self) -> [LonLat; 2] {
        [self.south_west, self.north_east]
    }

    /// Whether `position` lies in the box, edges included.
    #[must_use]
    pub fn contains(&self, position: LonLat) -> bool {
        (self.west()..=self.east()).contains(&position.lon())
            && (self.south()..=self.north()).contains(&position.lat())
    }

    /// Whether the two boxes share a point.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.west() <= other.east()
            && other.west() <= self.east()
            && self.south() <= other.north()
            && other.south() <= self.north()
    }
}

/// The corner that takes each coordinate of `a` or `b` by `pick` (`f64::min` or `f64::max`).
fn corner(a: LonLat, b: LonLat, pick: fn(f64, f64) -> f64) -> LonLat {
    LonLat::new(pick(a.lon(), b.lon()), pick(a.lat(), b.lat())).unwrap_or(a) // both are on the globe
}

impl FromStr for Bbox {
    type Err = InvalidBbox;

    fn from_str(text: &str) -> Result<Self, InvalidBbox> {
        let numbers: Vec<f64> = text
            .split(',')
            .map(|part| part.trim().parse::<f64>())
            .collect::<Result<_, _>>()
            .map_err(|_not_a_number| InvalidBbox::NotFourNumbers)?;
        let [west, south, east, north] = numbers[..] else {
            return Err(InvalidBbox::NotFourNumbers);
        };
        Self::new(LonLat::new(west, south)?, LonLat::new(east, north)?)
    }
}

impl fmt::Display for Bbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.west(), self.south(), self.east(), self.north())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_four_numbers_west_south_east_north() {
        let marais: Bbox = "2.35, 48.85,2.37,48.87".parse().unwrap();
        assert!(marais.contains(LonLat::new(2.36, 48.86).unwrap()));
        assert!(marais.contains(LonLat::new(2.35, 48.85).unwrap()), "edges are inside");
        assert!(!marais.contains(LonLat::new(2.34, 48.86).unwrap()));
        assert_eq!(marais.to_string(), "2.35,48.85,2.37,48.87");
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        assert_eq!("1,2,3".parse::<Bbox>(), Err(InvalidBbox::NotFourNumbers));
        assert_eq!("a,b,c,d".parse::<Bbox>(), Err(InvalidBbox::NotFourNumbers));
        assert!(matches!("3,0,1,1".parse::<Bbox>(), Err(InvalidBbox::Inverted { .. })));
        assert!(matches!("0,0,NaN,1".parse::<Bbox>(), Err(InvalidBbox::Corner(_))));
    }
}
