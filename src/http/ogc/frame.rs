//! [`Frame`]: the reference systems that coordinates are told in, each with its own order of axes.

use geo::{Coord, Geometry, MapCoords as _};

use crate::{
    crs::{Crs, CrsError},
    geo::LonLat,
    http::Problem,
};

/// Millimetres: what is beyond the 1 cm of the stored degrees is noise.
const METRE_DIGITS: f64 = 1e3;

/// A reference system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frame {
    /// WGS 84, longitude first: what everything is stored in.
    Crs84,
    /// WGS 84, latitude first.
    Wgs84,
    /// Metres of web maps.
    WebMercator,
    /// Metres of French maps.
    Lambert93,
}

impl Frame {
    /// All of them, the default first.
    pub const ALL: [Self; 4] = [Self::Crs84, Self::Wgs84, Self::WebMercator, Self::Lambert93];

    /// Its name.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Self::Wgs84 => "http://www.opengis.net/def/crs/EPSG/0/4326",
            Self::WebMercator => "http://www.opengis.net/def/crs/EPSG/0/3857",
            Self::Lambert93 => "http://www.opengis.net/def/crs/EPSG/0/2154",
        }
    }

    /// The system that the parameter `field` names, the default where it is left out.
    ///
    /// # Errors
    ///
    /// 422 where it names none.
    pub fn parse(field: &str, text: Option<&str>) -> Result<Self, Problem> {
        let Some(text) = text else { return Ok(Self::Crs84) };
        let known = Self::ALL.into_iter().find(|frame| frame.uri() == text);
        known.ok_or_else(|| {
            let known = Self::ALL.map(Self::uri).join(", ");
            let reason = format!("must be one of {known}");
            // A URI without a place or a person in it is repeated.
            match text.len() <= 80 && text.starts_with("http://www.opengis.net/def/crs/") {
                true => Problem::field(field, text, reason),
                false => Problem::unsaid(field, reason),
            }
        })
    }

    /// Whether its first axis is the latitude.
    pub const fn is_latitude_first(self) -> bool {
        matches!(self, Self::Wgs84)
    }

    /// Whether it counts in degrees.
    pub const fn is_in_degrees(self) -> bool {
        matches!(self, Self::Crs84 | Self::Wgs84)
    }

    /// The system as PROJ has it, easting first.
    ///
    /// # Errors
    ///
    /// [`CrsError`] where PROJ does not know it.
    pub fn crs(self) -> Result<Crs, CrsError> {
        match self {
            Self::Crs84 | Self::Wgs84 => Ok(Crs::wgs_84()),
            Self::WebMercator => "EPSG:3857".parse(),
            Self::Lambert93 => "EPSG:2154".parse(),
        }
    }

    /// A shape of WGS 84 degrees in this system, easting or longitude first.
    ///
    /// # Errors
    ///
    /// [`CrsError`] where the system has no coordinate for a corner.
    pub fn projected(self, shape: &Geometry<f64>) -> Result<Geometry<f64>, CrsError> {
        if self.is_in_degrees() {
            return Ok(shape.clone());
        }
        let crs = self.crs()?;
        shape.try_map_coords(|coord| crs.from_wgs_84(position(coord)?))
    }

    /// A shape of WGS 84 degrees as this system writes it: its first axis first.
    ///
    /// # Errors
    ///
    /// [`CrsError`] where the system has no coordinate for a corner.
    pub fn written(self, shape: &Geometry<f64>) -> Result<Geometry<f64>, CrsError> {
        match self {
            Self::Crs84 => Ok(shape.clone()),
            Self::Wgs84 => Ok(shape.map_coords(|Coord { x, y }| Coord { x: y, y: x })),
            Self::WebMercator | Self::Lambert93 => {
                let rounded = |metres: f64| (metres * METRE_DIGITS).round() / METRE_DIGITS;
                let shape = self.projected(shape)?;
                Ok(shape.map_coords(|Coord { x, y }| Coord { x: rounded(x), y: rounded(y) }))
            }
        }
    }

    /// A shape that was written in this system, in WGS 84 degrees, longitude first.
    ///
    /// # Errors
    ///
    /// [`CrsError`] for a coordinate that means nothing in it.
    pub fn read(self, shape: &Geometry<f64>) -> Result<Geometry<f64>, CrsError> {
        let crs = self.crs()?;
        shape.try_map_coords(|Coord { x, y }| {
            let coord =
                if self.is_latitude_first() { Coord { x: y, y: x } } else { Coord { x, y } };
            Ok(crs.to_wgs_84(coord)?.into())
        })
    }
}

fn position(coord: Coord<f64>) -> Result<LonLat, CrsError> {
    LonLat::try_from(coord).map_err(|_off_the_globe| CrsError::Meaningless {
        crs: Frame::Crs84.uri().to_owned(),
        x: coord.x,
        y: coord.y,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::point;

    #[test]
    fn each_system_has_its_own_order_of_axes_and_reads_what_it_wrote() {
        // The figures are those of gdaltransform.
        let notre_dame: Geometry<f64> = point!(x: 2.3499, y: 48.853).into();
        for (frame, x, y) in [
            (Frame::Crs84, 2.3499, 48.853),
            (Frame::Wgs84, 48.853, 2.3499),
            (Frame::WebMercator, 261_589.671, 6_249_955.279),
            (Frame::Lambert93, 652_296.973, 6_861_636.359),
        ] {
            let Geometry::Point(written) = frame.written(&notre_dame).unwrap() else { panic!() };
            assert!((written.x() - x).abs() < 2e-3, "{frame:?} {written:?}");
            assert!((written.y() - y).abs() < 2e-3, "{frame:?} {written:?}");
            let Geometry::Point(back) = frame.read(&written.into()).unwrap() else { panic!() };
            assert!((back.x() - 2.3499).abs() < 1e-7 && (back.y() - 48.853).abs() < 1e-7);
        }
    }

    #[test]
    fn a_system_is_named_by_its_uri_and_by_nothing_else() {
        assert_eq!(Frame::parse("crs", None).unwrap(), Frame::Crs84);
        for frame in Frame::ALL {
            assert_eq!(Frame::parse("crs", Some(frame.uri())).unwrap(), frame);
        }
        for other in ["EPSG:4326", "", "http://www.opengis.net/def/crs/EPSG/0/9999"] {
            assert!(Frame::parse("crs", Some(other)).is_err(), "{other}");
        }
    }
}
