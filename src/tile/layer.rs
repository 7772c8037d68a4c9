//! [`TileLayer`]: features of one kind, written as a tile.

use mvt::{GeomData, GeomEncoder, GeomType, Layer, Tile};

use super::{Drawn, EXTENT, Ring};

/// What is known of a feature, by a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tag<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number.
    Whole(u64),
    /// A number.
    Number(f64),
}

/// A layer of a tile while features are drawn into it.
pub struct TileLayer {
    layer: Layer,
}

impl TileLayer {
    /// A layer of that name with nothing in it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { layer: Tile::new(EXTENT).create_layer(name) }
    }

    /// The layer with one more feature.
    ///
    /// # Errors
    ///
    /// [`mvt::Error`] for a shape that cannot be written, which [`Drawn`] does not hold.
    pub fn with(self, drawn: &Drawn, tags: &[(&str, Tag<'_>)]) -> Result<Self, mvt::Error> {
        let mut feature = self.layer.into_feature(written(drawn)?);
        for (name, tag) in tags {
            match tag {
                Tag::Text(text) => feature.add_tag_string(name, text),
                Tag::Whole(number) => feature.add_tag_uint(name, *number),
                Tag::Number(number) => feature.add_tag_double(name, *number),
            }
        }
        Ok(Self { layer: feature.into_layer() })
    }

    /// The tile with this layer alone; no bytes where nothing was drawn.
    ///
    /// # Errors
    ///
    /// As [`Self::with`].
    pub fn encode(self) -> Result<Vec<u8>, mvt::Error> {
        if self.layer.num_features() == 0 {
            return Ok(Vec::new());
        }
        let mut tile = Tile::new(EXTENT);
        tile.add_layer(self.layer)?;
        tile.to_bytes()
    }
}

fn written(drawn: &Drawn) -> Result<GeomData, mvt::Error> {
    match drawn {
        Drawn::Point([x, y]) => GeomEncoder::new(GeomType::Point).point(*x, *y)?.encode(),
        Drawn::Lines(lines) => paths(GeomType::Linestring, lines.iter().map(Vec::as_slice)),
        Drawn::Areas(areas) => {
            let mut last = None;
            let rings: Vec<Ring> = areas
                .iter()
                .flatten()
                .map(|ring| {
                    let ring = begun_elsewhere(ring, last);
                    last = ring.last().copied();
                    ring
                })
                .collect();
            paths(GeomType::Polygon, rings.iter().map(Vec::as_slice))
        }
    }
}

/// The ring from another of its points where it begins at `last`: the encoder takes a path that begins where the one before
/// ended for its continuation.
fn begun_elsewhere(ring: &[[i32; 2]], last: Option<[i32; 2]>) -> Ring {
    let mut ring = ring.to_vec();
    if ring.first().copied() == last && !ring.is_empty() {
        ring.rotate_left(1);
    }
    ring
}

fn paths<'a>(
    kind: GeomType,
    paths: impl Iterator<Item = &'a [[i32; 2]]>,
) -> Result<GeomData, mvt::Error> {
    let mut encoder = GeomEncoder::new(kind);
    for path in paths {
        for [x, y] in path {
            encoder.add_point(*x, *y)?;
        }
        encoder.complete_geom()?;
    }
    encoder.encode()
}
