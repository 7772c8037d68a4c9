//! [`NearTree`]: the R-tree over footprints, and the walk that finds what is near a position.

use rstar::{AABB, ParentNode, RTree, RTreeNode, RTreeObject, RTreeParams};

use super::{
    BuildingIx, SiteIx,
    wall_copy::{CopySpan, WallCopies, WallCopy},
};
use crate::{
    geo::{Bbox, LocalPlane, LonLat},
    stock::Footprint,
};

/// What stands at a leaf: a building, or a site that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A building.
    Building(BuildingIx),
    /// A site without a building.
    BareSite(SiteIx),
}

/// What is near a position, with all that an answer needs, so that nothing else has to be looked up.
#[derive(Debug, Clone, Copy)]
pub struct Near<'a> {
    /// What stands there.
    pub standing: Standing,
    /// Whose site it is on, or is.
    pub site: Option<SiteIx>,
    /// Metres to its box, 0 inside.
    pub box_m: f64,
    /// The copy of its walls; `None` where they are too far apart for one, and for a point.
    pub walls: Option<WallCopy<'a>>,
}

/// An R-tree over the boxes of all that stands, and the copies of the walls in them.
#[derive(Debug, Clone, Default)]
pub(super) struct NearTree {
    tree: RTree<Leaf, Fanout>,
    copies: WallCopies,
}

/// Children of a node. Of 5, 8, 12, 16 and 24, 8 and 12 were the fastest to search, by a tenth.
#[derive(Debug, Clone, Copy, Default)]
struct Fanout;

impl RTreeParams for Fanout {
    const MIN_SIZE: usize = 3;
    const MAX_SIZE: usize = 8;
    const REINSERTION_COUNT: usize = 2;
    type DefaultInsertionStrategy = rstar::RStarInsertionStrategy;
}

/// A box in degrees, rounded outwards: single precision halves the tree, and costs 2 cm of box in France.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Leaf {
    low: [f32; 2],
    high: [f32; 2],
    /// A row of buildings, or with [`BARE_SITE`] set a row of sites.
    row: u32,
    /// The row of the site that it is on, or [`NO_SITE`].
    site: u32,
    /// Its walls, counted from `low`.
    copy: CopySpan,
}

/// Marks the rows of sites. The store's rows are far fewer.
const BARE_SITE: u32 = 1 << 31;
/// Stands for no site.
const NO_SITE: u32 = u32::MAX;

impl RTreeObject for Leaf {
    type Envelope = AABB<[f32; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.low, self.high)
    }
}

impl Leaf {
    const fn standing(&self) -> Standing {
        if self.row & BARE_SITE == 0 {
            Standing::Building(BuildingIx(self.row))
        } else {
            Standing::BareSite(SiteIx(self.row & !BARE_SITE))
        }
    }

    fn site(&self) -> Option<SiteIx> {
        (self.site != NO_SITE).then_some(SiteIx(self.site))
    }
}

/// The box in single precision around `bbox`.
fn outwards(bbox: &Bbox) -> AABB<[f32; 2]> {
    let down = |degrees: f64| {
        let near = degrees as f32;
        if f64::from(near) > degrees { near.next_down() } else { near }
    };
    let up = |degrees: f64| {
        let near = degrees as f32;
        if f64::from(near) < degrees { near.next_up() } else { near }
    };
    AABB::from_corners([down(bbox.west()), down(bbox.south())], [up(bbox.east()), up(bbox.north())])
}

impl NearTree {
    /// An empty tree with leaves to come.
    pub(super) fn builder(capacity: usize) -> NearTreeBuilder {
        NearTreeBuilder { leaves: Vec::with_capacity(capacity), copies: WallCopies::default() }
    }

    /// All whose box meets `bbox`, and perhaps some that miss it by the rounding of the boxes.
    pub(super) fn meeting(&self, bbox: &Bbox) -> impl Iterator<Item = Standing> + '_ {
        self.tree.locate_in_envelope_intersecting(outwards(bbox)).map(Leaf::standing)
    }

    /// Hands to `visit` all that may be within `reach_m` of `origin`, or within `margin_m` of the nearest if that
    /// is less; with the distance to its box in metres. `plane` touches at `origin`.
    ///
    /// Reads boxes only. As a wall touches each side of its box, a box also tells how far its wall is at most,
    /// and that narrows the search. Source: Roussopoulos, Kelley & Vincent (1995), Nearest neighbor queries,
    /// SIGMOD, for that bound (MINMAXDIST).
    pub(super) fn walk_near<'a>(
        &'a self,
        origin: LonLat,
        plane: &LocalPlane,
        reach: Reach,
        visit: impl FnMut(Near<'a>),
    ) {
        let at = [origin.lon(), origin.lat()];
        let scale = plane.metres_per_degree();
        let mut walk = Walk {
            at,
            metres_per_degree: [scale.x, scale.y],
            reach_squared_m2: reach.metres_max * reach.metres_max,
            margin_m: reach.margin_m + rounding_m(at[0], scale.x) + rounding_m(at[1], scale.y),
            copies: &self.copies,
            visit,
        };
        walk.descend(self.tree.root());
    }
}

/// Gathers what will stand in a [`NearTree`].
pub(super) struct NearTreeBuilder {
    leaves: Vec<Leaf>,
    copies: WallCopies,
}

impl NearTreeBuilder {
    /// Adds a building, or a site that has none, with its walls where they are known, else its box.
    pub(super) fn add(
        &mut self,
        standing: Standing,
        site: Option<SiteIx>,
        walls: Result<&Footprint, LonLat>,
    ) {
        let row = match standing {
            Standing::Building(ix) => ix.0,
            Standing::BareSite(ix) => ix.0 | BARE_SITE,
        };
        let envelope = outwards(&walls.map_or_else(Bbox::at, Footprint::bbox));
        let (low, high) = (envelope.lower(), envelope.upper());
        let copy = walls.map_or_else(|_| CopySpan::default(), |walls| self.copies.push(walls, low));
        self.leaves.push(Leaf { low, high, row, site: site.map_or(NO_SITE, |ix| ix.0), copy });
    }

    /// The tree. O(n log n). Source: Lee & Lee (2003), OMT: overlap minimizing top-down bulk loading.
    pub(super) fn build(mut self) -> NearTree {
        self.copies.shrink();
        NearTree { tree: RTree::bulk_load_with_params(self.leaves), copies: self.copies }
    }
}

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// No farther than this, in metres.
    pub metres_max: f64,
    /// And no farther beyond the nearest than this, in metres.
    pub margin_m: f64,
}

/// Most that a box there is larger than its wall, in metres: two steps of single precision.
fn rounding_m(degrees: f64, metres_per_degree: f64) -> f64 {
    f64::from(f32::EPSILON) * 2.0 * (degrees.abs() + 1.0) * metres_per_degree
}

/// A search under way.
struct Walk<'a, V> {
    copies: &'a WallCopies,
    at: [f64; 2],
    metres_per_degree: [f64; 2],
    reach_squared_m2: f64,
    margin_m: f64,
    visit: V,
}

impl<'a, V: FnMut(Near<'a>)> Walk<'a, V> {
    /// Visits the nearest child first: it most likely narrows the reach for the others.
    fn descend(&mut self, node: &ParentNode<Leaf>) {
        let children = node.children();
        let mut distances = [f64::INFINITY; Fanout::MAX_SIZE];
        let mut nearest = 0;
        for (n, child) in children.iter().enumerate() {
            distances[n] = self.distance_squared_m2(child);
            if distances[n] < distances[nearest] {
                nearest = n;
            }
        }
        let others = (0..children.len()).filter(|n| *n != nearest);
        for n in std::iter::once(nearest).chain(others) {
            if distances[n] <= self.reach_squared_m2 {
                self.enter(&children[n], distances[n]);
            }
        }
    }

    fn enter(&mut self, child: &RTreeNode<Leaf>, distance_squared_m2: f64) {
        match child {
            RTreeNode::Parent(node) => self.descend(node),
            RTreeNode::Leaf(leaf) => {
                let reach_m = self.wall_distance_m_max(leaf) + self.margin_m;
                self.reach_squared_m2 = self.reach_squared_m2.min(reach_m * reach_m);
                (self.visit)(Near {
                    standing: leaf.standing(),
                    site: leaf.site(),
                    box_m: distance_squared_m2.sqrt(),
                    walls: self.copies.get(leaf.copy, leaf.low),
                });
            }
        }
    }

    /// Square of the distance from the position to the box of `child`, 0 inside.
    fn distance_squared_m2(&self, child: &RTreeNode<Leaf>) -> f64 {
        let (low, high) = match child {
            RTreeNode::Leaf(leaf) => (leaf.low, leaf.high),
            RTreeNode::Parent(node) => (node.envelope().lower(), node.envelope().upper()),
        };
        let gap_m = |axis: usize| {
            let below = f64::from(low[axis]) - self.at[axis];
            let above = self.at[axis] - f64::from(high[axis]);
            below.max(above).max(0.0) * self.metres_per_degree[axis]
        };
        let (x, y) = (gap_m(0), gap_m(1));
        x * x + y * y
    }

    /// Farthest that the wall in this box can be, in metres.
    fn wall_distance_m_max(&self, leaf: &Leaf) -> f64 {
        let to_sides_m = |axis: usize| {
            let low = (f64::from(leaf.low[axis]) - self.at[axis]).abs();
            let high = (f64::from(leaf.high[axis]) - self.at[axis]).abs();
            let scale = self.metres_per_degree[axis];
            (low.min(high) * scale, low.max(high) * scale)
        };
        let ((x_near, x_far), (y_near, y_far)) = (to_sides_m(0), to_sides_m(1));
        let by_x = x_near * x_near + y_far * y_far;
        let by_y = y_near * y_near + x_far * x_far;
        by_x.min(by_y).sqrt()
    }
}
