//! [`Pyramid`]: tiles of many zooms in one file, PMTiles version 3.
//!
//! A client asks for parts of the file by range, from any server of files. It is clustered (tiles in the order of their ids), with
//! leaf directories where the root has no room, and everything is gzip. Written by the crate `pmtiles`.
//!
//! Source: <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>

use std::io::{Seek, Write};

use pmtiles::{PmTilesStreamWriter, PmTilesWriter, TileCoord, TileId, TileType};

use super::ExportError;

/// What the head of the file says.
#[derive(Debug, Clone)]
pub struct PyramidHead {
    /// First and last zoom.
    pub zooms: [u8; 2],
    /// `west, south, east, north` in degrees.
    pub bounds: [f64; 4],
    /// A JSON object with `vector_layers`, as TileJSON 3.0 has them.
    pub metadata: String,
}

/// Tiles by zoom, column from the west and row from the north.
pub type Square = (u8, u32, u32);

/// A file of vector tiles while they are written.
pub struct Pyramid<W: Write + Seek> {
    writer: PmTilesStreamWriter<W>,
    tiles: u64,
}

impl<W: Write + Seek> Pyramid<W> {
    /// Begins the file.
    ///
    /// # Errors
    ///
    /// [`ExportError`] where the disk does not take it.
    pub fn begin(head: PyramidHead, out: W) -> Result<Self, ExportError> {
        let ([first, last], [west, south, east, north]) = (head.zooms, head.bounds);
        let writer = PmTilesWriter::new(TileType::Mvt)
            .min_zoom(first)
            .max_zoom(last)
            .bounds(west, south, east, north)
            .center(f64::midpoint(west, east), f64::midpoint(south, north))
            .center_zoom(first)
            .metadata(head.metadata)
            .create(out)?;
        Ok(Self { writer, tiles: 0 })
    }

    /// Adds a tile, uncompressed; one of nothing is left out. Squares come in the order of [`place_of`].
    ///
    /// # Errors
    ///
    /// [`ExportError`] where there is no such square, or the disk does not take it.
    pub fn add(&mut self, (z, x, y): Square, tile: &[u8]) -> Result<(), ExportError> {
        self.tiles += u64::from(!tile.is_empty());
        Ok(self.writer.add_tile(TileCoord::new(z, x, y)?, tile)?)
    }

    /// Ends the file, and says how many tiles are in it.
    ///
    /// # Errors
    ///
    /// [`ExportError`] where the disk does not take it.
    pub fn finish(self) -> Result<u64, ExportError> {
        self.writer.finalize()?;
        Ok(self.tiles)
    }
}

/// Where a square stands in the order of the file: along a Hilbert curve, zoom after zoom.
///
/// # Errors
///
/// [`ExportError`] where there is no such square.
pub fn place_of((z, x, y): Square) -> Result<u64, ExportError> {
    Ok(TileId::from(TileCoord::new(z, x, y)?).value())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn squares_stand_where_the_specification_has_them() {
        // Its table of examples.
        for (square, place) in [
            ((0, 0, 0), 0),
            ((1, 0, 0), 1),
            ((1, 0, 1), 2),
            ((1, 1, 1), 3),
            ((1, 1, 0), 4),
            ((2, 0, 0), 5),
            ((12, 3423, 1763), 19_078_479),
        ] {
            assert_eq!(place_of(square).unwrap(), place, "{square:?}");
        }
        assert!(place_of((1, 2, 0)).is_err());
    }

    #[test]
    fn the_head_says_that_tiles_are_clustered_and_where_everything_is() {
        let mut file = Cursor::new(Vec::new());
        let head = PyramidHead {
            zooms: [0, 1],
            bounds: [2.0, 48.0, 3.0, 49.0],
            metadata: "{\"vector_layers\":[]}".to_owned(),
        };
        let mut pyramid = Pyramid::begin(head, &mut file).unwrap();
        for square in [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1)] {
            pyramid.add(square, if square.0 == 0 { b"" } else { b"tile" }).unwrap();
        }
        assert_eq!(pyramid.finish().unwrap(), 3);
        let file = file.into_inner();
        assert_eq!(&file[..8], b"PMTiles\x03");
        let number = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap());
        assert_eq!([72, 80, 88].map(number), [3, 1, 1], "tiles, entries, contents: one run");
        assert_eq!(&file[96..102], &[1, 2, 2, 1, 0, 1], "clustered, gzip, gzip, MVT, zooms");
        assert_eq!(number(56) + number(64), file.len() as u64, "tiles are last");
    }
}
