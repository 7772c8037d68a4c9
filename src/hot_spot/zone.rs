//! [`Zone`]: what is compared, and who is next to whom.

use geo::{BoundingRect, Coord, LineString, MultiPolygon, Polygon};

use crate::{
    geo::LonLat,
    heatmap::{CellShape, Heatmap, PublishedHeatmap},
    statistics::{Unfit, UnfitZones, Weights, nearest, touching},
    twin::CellKind,
};

/// Borders as far apart touch: corners are told to about a centimetre, and other programs round otherwise.
const TOLERANCE_M: f64 = 1.0;
/// Neighbours of a zone that is no ground: as many as the normal approximation of Gi* asks for.
const NEAREST: usize = 8;

/// A place with what is known of it. Whatever is worked out of zones depends on nothing else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone<'a> {
    /// Its id in its own system.
    pub id: &'a str,
    /// What to draw.
    pub shape: &'a CellShape<'a>,
    /// Incidents in it; `None` where that is not told.
    pub count: Option<u64>,
    /// Dwellings in it.
    pub dwellings: u64,
}

/// The zones of a heatmap whose counts are exact.
#[must_use]
pub fn counted<'h>(heatmap: &'h Heatmap<'_>) -> Vec<Zone<'h>> {
    let zones = heatmap.cells.iter().map(|cell| Zone {
        id: cell.id,
        shape: &cell.shape,
        count: Some(cell.count),
        dwellings: cell.dwellings,
    });
    zones.collect()
}

/// The zones of a heatmap of published counts: of one that reads `<5` nothing is known.
#[must_use]
pub fn told<'h>(heatmap: &'h PublishedHeatmap<'_>) -> Vec<Zone<'h>> {
    let zones = heatmap.cells.iter().map(|cell| Zone {
        id: cell.id,
        shape: &cell.shape,
        count: cell.count.number(),
        dwellings: cell.dwellings,
    });
    zones.collect()
}

/// What makes zones neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbourhood {
    /// Their borders meet, if only at a corner.
    Touching,
    /// To be among the eight nearest, middle to middle.
    Nearest,
}

/// Why there are no neighbours.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoNeighbourhood {
    /// Landlords are no places: what they own lies among what others own.
    #[error("landlords are no places: cut the ground into tracts, squares, hexagons or sites")]
    OfLandlords,
    /// A border is none.
    #[error(transparent)]
    Zones(#[from] UnfitZones),
    /// A middle is none.
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

impl Neighbourhood {
    /// That of cells of this kind.
    ///
    /// # Errors
    ///
    /// [`NoNeighbourhood::OfLandlords`].
    pub const fn of(kind: CellKind) -> Result<Self, NoNeighbourhood> {
        match kind {
            CellKind::H3(_) | CellKind::Grid200 | CellKind::Tract => Ok(Self::Touching),
            CellKind::Site => Ok(Self::Nearest),
            CellKind::Landlord => Err(NoNeighbourhood::OfLandlords),
        }
    }

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Touching => "touching",
            Self::Nearest => "nearest_8",
        }
    }

    /// The neighbours of each of these zones, among them.
    ///
    /// # Errors
    ///
    /// [`NoNeighbourhood`].
    pub fn among(self, zones: &[Zone<'_>]) -> Result<Weights, NoNeighbourhood> {
        Ok(match self {
            Self::Touching => {
                let grounds: Vec<_> = zones.iter().map(|zone| ground(zone.shape)).collect();
                touching(&grounds, TOLERANCE_M)?
            }
            Self::Nearest => {
                let middles: Option<Vec<LonLat>> =
                    zones.iter().map(|zone| middle(zone.shape)).collect();
                let middles = middles.ok_or(Unfit::NotFinite { at: 0 })?;
                match NEAREST.min(zones.len().saturating_sub(1)) {
                    0 => touching(&[], TOLERANCE_M)?.among(&[]),
                    count => nearest(&middles, count)?,
                }
            }
        })
    }
}

/// The polygons of a shape.
fn ground(shape: &CellShape<'_>) -> MultiPolygon<f64> {
    match shape {
        CellShape::Ring(ring) => {
            let line: LineString<f64> = ring.iter().copied().map(Coord::from).collect();
            MultiPolygon::new(vec![Polygon::new(line, Vec::new())])
        }
        CellShape::Area(area) => (*area).clone(),
        CellShape::Footprints(footprints) => {
            footprints.iter().flat_map(|one| one.polygons().0.iter().cloned()).collect()
        }
        CellShape::Box(_) | CellShape::Point(_) => MultiPolygon::new(Vec::new()),
    }
}

/// The middle of the box around a shape.
fn middle(shape: &CellShape<'_>) -> Option<LonLat> {
    match shape {
        CellShape::Point(position) => Some(*position),
        shape => LonLat::try_from(ground(shape).bounding_rect()?.center()).ok(),
    }
}
