//! [`WallCopies`]: the corners of all footprints in one block of memory, in single precision.

use geo::Coord;

use crate::stock::Footprint;

/// Widest footprint that has a copy, in degrees (about 870 m): so far, an offset in single precision is within
/// [`COPY_ERROR_M`].
const EXTENT_DEGREES_MAX: f64 = 1.0 / 128.0;
/// Most that a corner of a copy is off, in metres: half a step of single precision at the largest offset is
/// 2⁻³² degrees, 26 µm, in each direction.
pub const COPY_ERROR_M: f64 = 4e-5;

/// Copies of the corners of footprints, 8 bytes a corner, in one block.
///
/// A footprint is a tree of small allocations, and on each step to one the processor waits for memory. A copy
/// is read in one go, and settles all but the positions that are within its error of a wall.
#[derive(Debug, Clone, Default)]
pub(super) struct WallCopies(Vec<[f32; 2]>);

/// Where the copy of a footprint lies among all. Empty for a footprint that has none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct CopySpan {
    start: u32,
    length: u16,
}

/// The copy of one footprint.
#[derive(Debug, Clone, Copy)]
pub struct WallCopy<'a> {
    /// What the corners are counted from, degrees.
    pub anchor: Coord<f64>,
    /// Closed rings in degrees from the anchor, with a corner that is not a number between two of them.
    pub corners: &'a [[f32; 2]],
}

impl WallCopies {
    /// Copies `footprint`, with corners counted from `anchor`, which must be near it.
    pub(super) fn push(&mut self, footprint: &Footprint, anchor: [f32; 2]) -> CopySpan {
        let bbox = footprint.bbox();
        let extent = (bbox.east() - bbox.west()).max(bbox.north() - bbox.south());
        if extent > EXTENT_DEGREES_MAX {
            return CopySpan::default();
        }
        let start = self.0.len();
        for polygon in footprint.polygons() {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                self.0.extend(ring.coords().map(|c| {
                    [(c.x - f64::from(anchor[0])) as f32, (c.y - f64::from(anchor[1])) as f32]
                }));
                self.0.push([f32::NAN, f32::NAN]);
            }
        }
        self.0.pop();
        match (u32::try_from(start), u16::try_from(self.0.len() - start)) {
            (Ok(start), Ok(length)) => CopySpan { start, length },
            _ => {
                self.0.truncate(start);
                CopySpan::default()
            }
        }
    }

    /// The copy at `span`; `None` where there is none.
    pub(super) fn get(&self, span: CopySpan, anchor: [f32; 2]) -> Option<WallCopy<'_>> {
        if span.length == 0 {
            return None;
        }
        let start = span.start as usize;
        Some(WallCopy {
            anchor: Coord { x: f64::from(anchor[0]), y: f64::from(anchor[1]) },
            corners: &self.0[start..start + usize::from(span.length)],
        })
    }

    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}
