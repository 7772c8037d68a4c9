//! [`TractTree`]: zones by the boxes around them.

use geo::{BoundingRect, Rect};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::Tract;

/// The boxes of a list of zones under an R-tree. A zone is known by its row in that list.
#[derive(Debug, Clone, Default)]
pub struct TractTree(RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>);

impl TractTree {
    /// The tree of these zones. O(n log n).
    pub fn of<'a>(tracts: impl IntoIterator<Item = &'a Tract>) -> Self {
        let boxes = (0_u32..).zip(tracts).filter_map(|(row, tract)| {
            let rect = tract.area.bounding_rect()?;
            let corners = Rectangle::from_corners(rect.min().into(), rect.max().into());
            Some(GeomWithData::new(corners, row))
        });
        Self(RTree::bulk_load(boxes.collect()))
    }

    /// The rows of the zones whose boxes meet `rect`, rising: which of the zones do is for the caller to see.
    #[must_use]
    pub fn meeting(&self, rect: Rect<f64>) -> Vec<u32> {
        let within = AABB::from_corners(rect.min().into(), rect.max().into());
        let found = self.0.locate_in_envelope_intersecting(within);
        let mut rows: Vec<u32> = found.map(|zone| zone.data).collect();
        rows.sort_unstable();
        rows
    }
}
