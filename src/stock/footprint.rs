//! [`Footprint`]: the walls of a building as valid polygons in WGS 84.

use geo::{
    Centroid, Contains, Coord, CoordsIter, InteriorPoint, Intersects, MultiPolygon, Validation,
};

use crate::geo::{Bbox, LocalPlane, LonLat};

/// One or more polygons in WGS 84 degrees: rings closed, simple, on the globe, holes inside their shells.
///
/// A value is always valid in the sense of OGC Simple Features, so that questions never meet a broken ring.
#[derive(Debug, Clone, PartialEq)]
pub struct Footprint(MultiPolygon<f64>);

/// Why a geometry is not a [`Footprint`], and could not be made one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FootprintFault {
    /// No polygon with any area.
    #[error("the geometry is empty or has no area")]
    Empty,
    /// A coordinate is infinite or not a number.
    #[error("a coordinate is infinite or not a number")]
    NotFinite,
    /// A coordinate is off the globe.
    #[error("({lon}, {lat}) is not on the globe")]
    OffTheGlobe {
        /// Longitude given, degrees.
        lon: f64,
        /// Latitude given, degrees.
        lat: f64,
    },
    /// Not valid, for the reason told.
    #[error("the polygon is not valid: {0}")]
    Invalid(String),
}

/// A footprint that was made valid, and what had to be mended.
#[derive(Debug, Clone, PartialEq)]
pub struct Repaired {
    /// The valid footprint.
    pub footprint: Footprint,
    /// What was mended, in words; empty where nothing was.
    pub mended: Vec<String>,
}

impl Footprint {
    /// The footprint of these polygons, which must be valid already.
    ///
    /// # Errors
    ///
    /// [`FootprintFault`] says what is wrong.
    pub fn new(polygons: MultiPolygon<f64>) -> Result<Self, FootprintFault> {
        check_coords(&polygons)?;
        let check = || polygons.check_validation().map_err(|fault| fault.to_string());
        match std::panic::catch_unwind(check) {
            Ok(Ok(())) => Ok(Self(polygons)),
            Ok(Err(fault)) => Err(FootprintFault::Invalid(fault)),
            // The library gives up on a few tangles that it cannot put in order; none of them is a footprint.
            Err(_panic) => {
                Err(FootprintFault::Invalid("its rings contradict each other".to_owned()))
            }
        }
    }

    /// The polygons, WGS 84 degrees.
    #[must_use]
    pub const fn polygons(&self) -> &MultiPolygon<f64> {
        &self.0
    }

    /// The smallest box around it.
    #[must_use]
    pub fn bbox(&self) -> Bbox {
        let positions = self.0.iter().flat_map(|p| p.exterior().coords().copied());
        let corners = positions.filter_map(|c| LonLat::try_from(c).ok());
        Bbox::around(corners).unwrap_or_else(|| unreachable!("a footprint is not empty"))
    }

    /// The position that stands for the whole: its centroid where that lies inside, else a point inside.
    #[must_use]
    pub fn position(&self) -> LonLat {
        let centroid = self.0.centroid().filter(|centroid| self.0.contains(centroid));
        centroid
            .or_else(|| self.0.interior_point())
            .and_then(|point| LonLat::try_from(point.0).ok())
            .unwrap_or_else(|| unreachable!("a footprint is on the globe and not empty"))
    }

    /// Whether `position` lies inside or on a wall; a courtyard is outside.
    #[must_use]
    pub fn covers(&self, position: LonLat) -> bool {
        self.0.intersects(&Coord::from(position))
    }

    /// Metres from `position` to the nearest wall; 0 inside.
    #[must_use]
    pub fn distance_m(&self, position: LonLat) -> f64 {
        if self.covers(position) { 0.0 } else { self.wall_distance_m(position) }
    }

    /// Metres from `position` to the nearest wall, inside as well as outside.
    #[must_use]
    pub fn wall_distance_m(&self, position: LonLat) -> f64 {
        let plane = LocalPlane::at(position);
        let rings = self.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        rings
            .flat_map(|ring| ring.lines())
            .map(|wall| plane.segment_distance_m(wall.start, wall.end))
            .fold(f64::INFINITY, f64::min)
    }

    /// Every corner of every ring.
    pub fn corners(&self) -> impl Iterator<Item = LonLat> + '_ {
        let rings = self.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        rings.flat_map(|ring| ring.coords()).filter_map(|corner| LonLat::try_from(*corner).ok())
    }
}

/// Whether there are corners, and all of them on the globe.
pub(super) fn check_coords(polygons: &MultiPolygon<f64>) -> Result<(), FootprintFault> {
    if polygons.coords_count() == 0 {
        return Err(FootprintFault::Empty);
    }
    for c in polygons.coords_iter() {
        if !c.x.is_finite() || !c.y.is_finite() {
            return Err(FootprintFault::NotFinite);
        }
        LonLat::try_from(c).map_err(|_off| FootprintFault::OffTheGlobe { lon: c.x, lat: c.y })?;
    }
    Ok(())
}
