//! Positions as clients write them: `lon`, `lat`, or `x`, `y` in a named reference system.
//!
//! A refusal never repeats a coordinate: it may be somebody's home.

use geo::Coord;

use super::Problem;
use crate::{
    crs::{Crs, CrsError},
    geo::{InvalidLonLat, LonLat},
};

/// Longest name of a reference system, in bytes.
const SYSTEM_NAME_LENGTH_MAX: usize = 80;
/// Longest code of a reference system, in bytes: those of EPSG have up to 6 digits.
const SYSTEM_CODE_LENGTH_MAX: usize = 6;

/// The members or parameters that a position may have.
#[derive(Debug, Clone, Copy, Default)]
pub struct Coordinates<'a> {
    /// Longitude, WGS 84 degrees.
    pub lon: Option<f64>,
    /// Latitude, WGS 84 degrees.
    pub lat: Option<f64>,
    /// Easting in `crs`.
    pub x: Option<f64>,
    /// Northing in `crs`.
    pub y: Option<f64>,
    /// Reference system of `x` and `y`.
    pub crs: Option<&'a str>,
}

/// Which field of a position is at fault, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceFault {
    /// `lon`, `lat`, `x`, `y` or `crs`; several where they belong together.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl Coordinates<'_> {
    /// Whether nothing of a position is given.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lon.is_none()
            && self.lat.is_none()
            && self.x.is_none()
            && self.y.is_none()
            && self.crs.is_none()
    }

    /// The position in WGS 84.
    ///
    /// # Errors
    ///
    /// [`PlaceFault`] when it is not whole, not on the globe, or means nothing in its system.
    pub fn position(&self) -> Result<LonLat, PlaceFault> {
        match (self.lon, self.lat, self.x, self.y, self.crs) {
            (Some(lon), Some(lat), None, None, None) => Ok(LonLat::new(lon, lat)?),
            (None, None, Some(x), Some(y), Some(crs)) => {
                Ok(system(crs)?.to_wgs_84(Coord { x, y })?)
            }
            (Some(_), None, ..) => Err(fault("lat", "is required beside lon")),
            (None, Some(_), ..) => Err(fault("lon", "is required beside lat")),
            (None, None, Some(_), Some(_), None) => Err(fault("crs", "is required beside x and y")),
            (None, None, Some(_), None, _) => Err(fault("y", "is required beside x")),
            (None, None, None, Some(_), _) => Err(fault("x", "is required beside y")),
            _ => Err(fault("lon,lat", "give lon and lat, or x, y and crs")),
        }
    }
}

/// The reference system of that name.
///
/// # Errors
///
/// [`PlaceFault`] when there is none.
pub fn system(name: &str) -> Result<Crs, PlaceFault> {
    // A URN or a URL of a system is shorter, and no code has more digits. PROJ writes a code that it does not
    // know to standard error, so what may be a telephone number must not reach it.
    let digits = name.rsplit([':', '/']).next().map_or(0, str::len);
    if name.len() > SYSTEM_NAME_LENGTH_MAX || digits > SYSTEM_CODE_LENGTH_MAX {
        return Err(fault("crs", "must be a reference system such as EPSG:2154"));
    }
    Ok(name.parse::<Crs>()?)
}

fn fault(field: &'static str, reason: impl Into<String>) -> PlaceFault {
    PlaceFault { field, reason: reason.into() }
}

impl From<InvalidLonLat> for PlaceFault {
    fn from(error: InvalidLonLat) -> Self {
        match error {
            InvalidLonLat::Longitude(_) => fault("lon", "must be -180 to 180 degrees"),
            InvalidLonLat::Latitude(_) => fault("lat", "must be -90 to 90 degrees"),
        }
    }
}

impl From<CrsError> for PlaceFault {
    fn from(error: CrsError) -> Self {
        match error {
            CrsError::Unreadable(_) => fault("crs", "must be a reference system such as EPSG:2154"),
            CrsError::Unknown { .. } => fault("crs", "is not a known reference system"),
            CrsError::Meaningless { crs, .. } => {
                fault("x,y", format!("are not a coordinate of {crs}"))
            }
            CrsError::OutsideArea { crs, area, .. } => {
                fault("x,y", format!("lie outside the area of use of {crs}, which is {area}"))
            }
        }
    }
}

impl From<PlaceFault> for Problem {
    fn from(PlaceFault { field, reason }: PlaceFault) -> Self {
        Self::unsaid(field, reason)
    }
}
