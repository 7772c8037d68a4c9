//! [`Area`]: an outline on the globe, for signals that are about a quarter and for territories of rules.

use std::{fmt, str::FromStr, sync::Arc};

use geo::{
    BoundingRect as _, Contains as _, Intersects as _, LineString, Polygon, Rect, Validation as _,
};

use crate::geo::{InvalidLonLat, LonLat};

/// Most corners of an outline: an arrondissement of Paris has some 200.
pub const AREA_CORNERS_MAX: usize = 1_000;

/// An outline of one ring, in degrees. A value is always a valid polygon. Cloning is free.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    outline: Arc<Polygon<f64>>,
    bounds: Rect<f64>,
}

/// Why corners are not an [`Area`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidArea {
    /// Too few or too many.
    #[error("an outline has 3 to {AREA_CORNERS_MAX} corners, got {0}")]
    Corners(usize),
    /// The outline crosses itself, or has no surface.
    #[error("the outline crosses itself or has no surface")]
    Crossing,
    /// A corner is off the globe.
    #[error(transparent)]
    Corner(#[from] InvalidLonLat),
    /// Not the text of an outline.
    #[error("must be POLYGON((lon lat, lon lat, …)) with one ring")]
    NotAnOutline,
}

impl Area {
    /// The area within these corners; the first one may be repeated at the end.
    ///
    /// # Errors
    ///
    /// [`InvalidArea`] says what is wrong with the outline.
    pub fn new(mut corners: Vec<LonLat>) -> Result<Self, InvalidArea> {
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        if !(3..=AREA_CORNERS_MAX).contains(&corners.len()) {
            return Err(InvalidArea::Corners(corners.len()));
        }
        let ring: LineString<f64> = corners.into_iter().map(geo::Coord::from).collect();
        let outline = Polygon::new(ring, Vec::new());
        match outline.bounding_rect() {
            Some(bounds) if outline.is_valid() => Ok(Self { outline: Arc::new(outline), bounds }),
            _ => Err(InvalidArea::Crossing),
        }
    }

    /// Whether the position lies inside.
    #[must_use]
    pub fn contains(&self, position: LonLat) -> bool {
        let coord = geo::Coord::from(position);
        self.bounds.intersects(&coord) && self.outline.contains(&coord)
    }

    /// Whether both have a position in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.bounds.intersects(&other.bounds) && self.outline.intersects(&*other.outline)
    }

    /// Its corners, the first one not repeated.
    pub fn corners(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let ring = &self.outline.exterior().0;
        ring[..ring.len() - 1].iter().map(|corner| (corner.x, corner.y))
    }
}

impl FromStr for Area {
    type Err = InvalidArea;

    /// Reads `POLYGON((2.36 48.87, 2.37 48.87, 2.37 48.88))`. Source: OGC 06-103r4, § 7.2.2.
    fn from_str(text: &str) -> Result<Self, InvalidArea> {
        let text = text.trim();
        let head = text.get(..7).filter(|head| head.eq_ignore_ascii_case("POLYGON"));
        let ring = head.and_then(|_| {
            let inner = text[7..].trim().strip_prefix('(')?.strip_suffix(')')?.trim();
            inner.strip_prefix('(')?.strip_suffix(')')
        });
        let ring = ring.filter(|ring| !ring.contains(['(', ')']));
        let ring = ring.ok_or(InvalidArea::NotAnOutline)?;
        if ring.split(',').count() > AREA_CORNERS_MAX + 1 {
            return Err(InvalidArea::Corners(ring.split(',').count()));
        }
        let corner = |pair: &str| {
            let mut numbers = pair.split_whitespace().map(str::parse::<f64>);
            match (numbers.next(), numbers.next(), numbers.next()) {
                (Some(Ok(lon)), Some(Ok(lat)), None) => Ok(LonLat::new(lon, lat)?),
                _ => Err(InvalidArea::NotAnOutline),
            }
        };
        Self::new(ring.split(',').map(corner).collect::<Result<_, _>>()?)
    }
}

impl fmt::Display for Area {
    /// Writes `POLYGON((2.36 48.87, 2.37 48.87, 2.37 48.88, 2.36 48.87))`, which [`Area::from_str`] reads as the same area.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("POLYGON((")?;
        for (index, corner) in self.outline.exterior().0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{} {}", corner.x, corner.y)?;
        }
        f.write_str("))")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_knows_what_is_inside() {
        let area: Area =
            "POLYGON((2.36 48.87, 2.38 48.87, 2.38 48.89, 2.36 48.89))".parse().unwrap();
        assert!(area.contains(LonLat::new(2.37, 48.88).unwrap()));
        assert!(!area.contains(LonLat::new(2.39, 48.88).unwrap()));
        let beside: Area =
            "polygon ((2.4 48.87, 2.41 48.87, 2.41 48.89, 2.4 48.87))".parse().unwrap();
        assert!(!area.meets(&beside) && area.meets(&area));
        assert_eq!(beside.corners().count(), 3);
    }

    #[test]
    fn an_outline_is_written_as_it_is_read() {
        let text = "POLYGON((2.36 48.87, 2.38 48.87, 2.3800000000000003 -48.89, 2.36 48.87))";
        let area: Area = text.parse().unwrap();
        assert_eq!(area.to_string(), text);
        assert_eq!(text.parse(), Ok(area));
    }

    #[test]
    fn what_is_no_outline_is_refused_with_its_reason() {
        let of = |text: &str| text.parse::<Area>().unwrap_err();
        assert_eq!(of("POINT(2 48)"), InvalidArea::NotAnOutline);
        assert_eq!(of("POLYGON((2 48, 3 48))"), InvalidArea::Corners(2));
        assert_eq!(of("POLYGON((2 48, 3 49, 3 48, 2 49))"), InvalidArea::Crossing);
        assert!(matches!(of("POLYGON((2 48, 3 98, 3 48))"), InvalidArea::Corner(_)));
        let holed = "POLYGON((2 48, 3 48, 3 49),(2.1 48.1, 2.2 48.1, 2.2 48.2))";
        assert_eq!(of(holed), InvalidArea::NotAnOutline);
        assert_eq!(of("é"), InvalidArea::NotAnOutline);
    }
}
