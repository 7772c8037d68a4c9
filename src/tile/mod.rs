//! Vector tiles: what is drawn of each square of the Web Mercator pyramid.
//!
//! A layer draws its features on the [`Grid`] of a tile ([`Drawn`]), which cuts them at the buffer (`clip`) and keeps
//! neighbours neighbours; what fits (`features`) is written by the crate `mvt`.
//!
//! Source: the Mapbox Vector Tile specification 2.1, <https://github.com/mapbox/vector-tile-spec/tree/master/2.1>, and
//! OGC's tile matrix set `WebMercatorQuad` (OGC 17-083r4, D.1).

mod clip;
mod drawing;
mod drawn;
mod features;
mod grid;
pub mod heat;
mod layer;
mod layers;
pub mod stock;
mod tile_id;
#[cfg(test)]
mod tile_tests;
mod ways;

pub use drawing::{Drawing, SQUARES_MAX, SquaresError};
pub use drawn::{Drawn, Ring};
pub use grid::{BUFFER, EXTENT, Grid, MARGIN};
pub use layer::{Tag, TileLayer};
pub use layers::Layers;
pub use tile_id::{InvalidTile, TileId, ZOOM_MAX};
pub use ways::roads;
