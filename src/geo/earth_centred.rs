//! [`EarthCentred`]: positions as points in space, to rank distances without trigonometry.

use super::{LonLat, distance::prime_vertical_m};

/// Smallest radius of curvature on the WGS 84 ellipsoid, in metres: that of the meridian at the equator,
/// a (1 − e²).
const CURVATURE_RADIUS_M_MIN: f64 = 6_335_439.0;
/// Chord up to which a geodesic is surely shorter than half a circle of that radius, in metres.
const CHORD_M_BOUNDED_MAX: f64 = 1e7;

/// A position on the WGS 84 ellipsoid in metres from the Earth's centre (EPSG:4978).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EarthCentred {
    x: f64,
    y: f64,
    z: f64,
}

impl From<LonLat> for EarthCentred {
    /// Source: EPSG guidance note 7-2, method 9602.
    fn from(position: LonLat) -> Self {
        let (sin_lat, cos_lat) = position.lat().to_radians().sin_cos();
        let (sin_lon, cos_lon) = position.lon().to_radians().sin_cos();
        let radius_m = prime_vertical_m(sin_lat);
        Self {
            x: radius_m * cos_lat * cos_lon,
            y: radius_m * cos_lat * sin_lon,
            z: radius_m * (1.0 - super::distance::ECCENTRICITY_SQUARED) * sin_lat,
        }
    }
}

impl EarthCentred {
    /// Metres from the centre towards 0° E, 90° E and the north pole, for an index in space.
    #[must_use]
    pub const fn coordinates_m(&self) -> [f64; 3] {
        [self.x, self.y, self.z]
    }

    /// Square of the straight line through the Earth to `other`, in m². No geodesic is shorter than that line.
    #[must_use]
    pub fn chord_squared_m2(&self, other: &Self) -> f64 {
        let (x, y, z) = (self.x - other.x, self.y - other.y, self.z - other.z);
        x * x + y * y + z * z
    }
}

/// Longest that the geodesic between two positions on the ellipsoid can be whose chord is `chord_m`, in metres.
///
/// A curve that bends nowhere more than a circle has a chord at least as long as that circle's arc of the same
/// length, up to half of the circle. Beyond 10,000 km there is no bound. The bound is 0.13 mm above the chord at
/// 5 km, and 1 m at 100 km. Source: Schur's comparison theorem; Chern (1967), Curves and surfaces in Euclidean
/// space, theorem 1 of § 5.
#[must_use]
pub fn geodesic_distance_m_max(chord_m: f64) -> f64 {
    if chord_m > CHORD_M_BOUNDED_MAX {
        return f64::INFINITY;
    }
    2.0 * CURVATURE_RADIUS_M_MIN * (chord_m / (2.0 * CURVATURE_RADIUS_M_MIN)).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::geodesic_distance_m;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_geodesic_lies_between_its_chord_and_the_bound(
            lon in -180.0..180.0, lat in -90.0..90.0, east in -180.0..180.0, north in -90.0..90.0,
            scale in prop::sample::select(vec![1.0, 1e-1, 1e-3, 1e-5, 1e-7]),
        ) {
            let from = LonLat::new(lon, lat).unwrap();
            let (lon, lat): (f64, f64) = (lon + east * scale, lat + north * scale);
            let to = LonLat::new(lon.clamp(-180.0, 180.0), lat.clamp(-90.0, 90.0)).unwrap();
            let chord_m = EarthCentred::from(from).chord_squared_m2(&to.into()).sqrt();
            let geodesic_m = geodesic_distance_m(from, to);
            prop_assert!(chord_m <= geodesic_m + 1e-6, "{chord_m} {geodesic_m}");
            prop_assert!(geodesic_m <= geodesic_distance_m_max(chord_m) + 1e-6);
        }
    }
}
