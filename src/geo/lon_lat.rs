//! [`LonLat`]: a position on the globe.

use geo::{Coord, Point};

/// A position in WGS 84: degrees, longitude first.
///
/// A value always lies on the globe, so nothing past the border checks it again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    lon: f64,
    lat: f64,
}

/// Why a pair of numbers is not a [`LonLat`].
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum InvalidLonLat {
    /// The longitude is not in [-180, 180], or is not a number.
    #[error("longitude {0} is not in [-180, 180] degrees")]
    Longitude(f64),
    /// The latitude is not in [-90, 90], or is not a number.
    #[error("latitude {0} is not in [-90, 90] degrees")]
    Latitude(f64),
}

impl LonLat {
    /// Builds a position from degrees.
    ///
    /// # Errors
    ///
    /// [`InvalidLonLat`] names the coordinate that is out of range or not a number.
    ///
    /// # Example
    ///
    /// ```
    /// use vigie::geo::LonLat;
    ///
    /// assert!(LonLat::new(2.3615, 48.8553).is_ok());
    /// assert!(LonLat::new(f64::NAN, 48.8553).is_err());
    /// ```
    pub fn new(lon: f64, lat: f64) -> Result<Self, InvalidLonLat> {
        if !(-180.0..=180.0).contains(&lon) {
            return Err(InvalidLonLat::Longitude(lon));
        }
        if !(-90.0..=90.0).contains(&lat) {
            return Err(InvalidLonLat::Latitude(lat));
        }
        Ok(Self { lon, lat })
    }

    /// Longitude in degrees.
    #[must_use]
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Latitude in degrees.
    #[must_use]
    pub const fn lat(self) -> f64 {
        self.lat
    }
}

impl TryFrom<Coord<f64>> for LonLat {
    type Error = InvalidLonLat;

    fn try_from(coord: Coord<f64>) -> Result<Self, InvalidLonLat> {
        Self::new(coord.x, coord.y)
    }
}

impl From<LonLat> for Coord<f64> {
    fn from(position: LonLat) -> Self {
        Self { x: position.lon, y: position.lat }
    }
}

impl From<LonLat> for Point<f64> {
    fn from(position: LonLat) -> Self {
        Self::new(position.lon, position.lat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_off_the_globe_is_refused_with_the_coordinate_at_fault() {
        assert_eq!(LonLat::new(181.0, 48.0), Err(InvalidLonLat::Longitude(181.0)));
        assert_eq!(LonLat::new(2.0, -90.5), Err(InvalidLonLat::Latitude(-90.5)));
        assert!(matches!(LonLat::new(2.0, f64::NAN), Err(InvalidLonLat::Latitude(_))));
        assert!(LonLat::new(f64::INFINITY, 0.0).is_err());
    }

    #[test]
    fn the_edges_of_the_globe_are_on_it() {
        assert!(LonLat::new(-180.0, 90.0).is_ok());
        assert!(LonLat::new(180.0, -90.0).is_ok());
    }
}
