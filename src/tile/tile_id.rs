//! [`TileId`]: a square of the pyramid.

use std::f64::consts::PI;

use geo::{Coord, Rect};

/// Finest zoom: a tile is 10 m wide at the equator, and a unit of its grid 2 mm.
pub const ZOOM_MAX: u8 = 22;

/// A tile by zoom, column from the west and row from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

/// Why three numbers are no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTile {
    /// Deeper than the pyramid.
    #[error("zoom must be 0 to {ZOOM_MAX}")]
    Zoom,
    /// Beyond the last column or row of its zoom.
    #[error("must be 0 to {last} at this zoom")]
    OffTheEdge {
        /// Last column and row.
        last: u32,
    },
}

impl TileId {
    /// The tile in column `x` and row `y` of zoom `z`.
    ///
    /// # Errors
    ///
    /// [`InvalidTile`] where the pyramid has no such tile.
    pub const fn new(z: u8, x: u32, y: u32) -> Result<Self, InvalidTile> {
        if z > ZOOM_MAX {
            return Err(InvalidTile::Zoom);
        }
        let last = (1 << z) - 1;
        if x > last || y > last {
            return Err(InvalidTile::OffTheEdge { last });
        }
        Ok(Self { z, x, y })
    }

    /// The north-western and the south-eastern of the tiles of zoom `z` that hold anything of a box of degrees.
    ///
    /// # Errors
    ///
    /// [`InvalidTile`] where there is no such zoom.
    pub fn around(bounds: Rect<f64>, z: u8) -> Result<[Self; 2], InvalidTile> {
        let world = Self::new(0, 0, 0)?;
        let at = |lon: f64, lat: f64| {
            let side = f64::from(Self::new(z, 0, 0).map(|_exists| 1_u32 << z)?);
            let share = world.within(Coord { x: lon, y: lat });
            let cell = |share: f64| (share * side).floor().clamp(0.0, side - 1.0) as u32;
            Self::new(z, cell(share.x), cell(share.y))
        };
        Ok([at(bounds.min().x, bounds.max().y)?, at(bounds.max().x, bounds.min().y)?])
    }

    /// The column from the west.
    #[must_use]
    pub const fn column(self) -> u32 {
        self.x
    }

    /// The row from the north.
    #[must_use]
    pub const fn row(self) -> u32 {
        self.y
    }

    /// The zoom, 0 for the whole world.
    #[must_use]
    pub const fn zoom(self) -> u8 {
        self.z
    }

    /// The ground that the tile shows with `margin` (a share of its side) on each side, in WGS 84 degrees.
    #[must_use]
    pub fn bounds(self, margin: f64) -> Rect<f64> {
        let side = f64::from(1_u32 << self.z);
        let corner = |dx: f64, dy: f64| Coord {
            x: longitude((f64::from(self.x) + dx) / side),
            y: latitude((f64::from(self.y) + dy) / side),
        };
        Rect::new(corner(-margin, -margin), corner(1.0 + margin, 1.0 + margin))
    }

    /// Where a position lies in the tile: 0 to 1 from its north-western corner, less or more outside.
    #[must_use]
    pub fn within(self, degrees: Coord<f64>) -> Coord<f64> {
        let side = f64::from(1_u32 << self.z);
        Coord {
            x: across(degrees.x) * side - f64::from(self.x),
            y: down(degrees.y) * side - f64::from(self.y),
        }
    }
}

/// Longitude as a share of the world from west to east.
fn across(lon: f64) -> f64 {
    lon / 360.0 + 0.5
}

/// Latitude as a share of the world from north to south; beyond ±85.05° more than all of it.
fn down(lat: f64) -> f64 {
    let lat = lat.clamp(-89.9, 89.9).to_radians();
    0.5 - lat.tan().asinh() / (2.0 * PI)
}

fn longitude(across: f64) -> f64 {
    ((across - 0.5) * 360.0).clamp(-180.0, 180.0)
}

fn latitude(down: f64) -> f64 {
    ((0.5 - down) * 2.0 * PI).sinh().atan().to_degrees()
}
