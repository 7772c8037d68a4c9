//! [`Edges`]: segments in the directions in which cars may drive them.

use super::{
    Road,
    segment::{NodeIx, SegmentIx, Segments},
};

/// Index of an edge: a segment in one direction.
pub(super) type EdgeIx = u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edge {
    segment: SegmentIx,
    against: bool,
    start: NodeIx,
    end: NodeIx,
}

/// Every segment in every direction in which a car may drive it.
#[derive(Debug, Default)]
pub(super) struct Edges {
    all: Vec<Edge>,
    /// The edges along and against the points of each segment.
    of_segment: Vec<[Option<EdgeIx>; 2]>,
    leaving: Groups,
    arriving: Groups,
}

impl Edges {
    /// The edges of segments of these roads. O(n).
    pub(super) fn of(segments: &Segments, roads: &[Road]) -> Self {
        let mut edges = Self::default();
        for (index, segment) in segments.all.iter().enumerate() {
            let road = &roads[segment.road as usize];
            let mut add = |against: bool, start: NodeIx, end: NodeIx| {
                edges.all.push(Edge { segment: index as SegmentIx, against, start, end });
                edges.all.len() as EdgeIx - 1
            };
            let along = road.forward_kmh.map(|_| add(false, segment.from, segment.to));
            let against = road.backward_kmh.map(|_| add(true, segment.to, segment.from));
            edges.of_segment.push([along, against]);
        }
        let nodes = segments.nodes.len();
        edges.leaving = Groups::of(nodes, edges.all.iter().map(|edge| edge.start));
        edges.arriving = Groups::of(nodes, edges.all.iter().map(|edge| edge.end));
        edges
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The segment that an edge drives along.
    pub(super) fn segment(&self, edge: EdgeIx) -> SegmentIx {
        self.all[edge as usize].segment
    }

    /// Whether an edge goes against the points of its road.
    pub(super) fn goes_against(&self, edge: EdgeIx) -> bool {
        self.all[edge as usize].against
    }

    /// Where an edge begins.
    pub(super) fn start(&self, edge: EdgeIx) -> NodeIx {
        self.all[edge as usize].start
    }

    /// Where an edge ends.
    pub(super) fn end(&self, edge: EdgeIx) -> NodeIx {
        self.all[edge as usize].end
    }

    /// The edge along the points of a segment.
    pub(super) fn along(&self, segment: SegmentIx) -> Option<EdgeIx> {
        self.of_segment[segment as usize][0]
    }

    /// The edge against the points of a segment.
    pub(super) fn against(&self, segment: SegmentIx) -> Option<EdgeIx> {
        self.of_segment[segment as usize][1]
    }

    /// The edges that begin at a node.
    pub(super) fn leaving(&self, node: NodeIx) -> impl Iterator<Item = EdgeIx> + Clone + '_ {
        self.leaving.of_group(node).iter().copied()
    }

    /// The edges that end at a node.
    pub(super) fn arriving_at(&self, node: NodeIx) -> impl Iterator<Item = EdgeIx> + Clone + '_ {
        self.arriving.of_group(node).iter().copied()
    }
}

/// Numbered things in numbered groups, in two flat lists.
#[derive(Debug, Default)]
pub(super) struct Groups {
    first: Vec<u32>,
    items: Vec<u32>,
}

impl Groups {
    /// The things 0, 1, 2, … in the groups that `group_of` names, in their order within each. O(n).
    pub(super) fn of(groups: usize, group_of: impl Iterator<Item = u32> + Clone) -> Self {
        let mut first = vec![0_u32; groups + 1];
        group_of.clone().for_each(|group| first[group as usize + 1] += 1);
        for group in 0..groups {
            first[group + 1] += first[group];
        }
        let mut next = first.clone();
        let mut items = vec![0; first[groups] as usize];
        for (item, group) in group_of.enumerate() {
            let at = &mut next[group as usize];
            items[*at as usize] = item as u32;
            *at += 1;
        }
        Self { first, items }
    }

    /// The things in a group.
    pub(super) fn of_group(&self, group: u32) -> &[u32] {
        let group = group as usize;
        &self.items[self.first[group] as usize..self.first[group + 1] as usize]
    }
}
