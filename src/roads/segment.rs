//! [`Segments`]: roads cut where they meet.

use std::{collections::HashMap, ops::Range};

use geo::Coord;

use super::{NodeMark, Road, RoadPoint};
use crate::geo::{LocalPlane, LonLat};

/// Index of a node among [`Segments::nodes`].
pub(super) type NodeIx = u32;
/// Index of a segment among [`Segments::all`].
pub(super) type SegmentIx = u32;

/// A piece of a road between two nodes at which something may happen, and none between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segment {
    /// The road, by its place among the network's.
    pub(super) road: u32,
    /// The points of the road, both ends included.
    pub(super) points: Range<u32>,
    /// The node of its first point.
    pub(super) from: NodeIx,
    /// The node of its last point.
    pub(super) to: NodeIx,
    /// Its length, metres.
    pub(super) length_m: f64,
}

/// A place where roads meet or end, or where something stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    pub(super) position: LonLat,
    pub(super) mark: NodeMark,
}

/// Every open road, cut.
#[derive(Debug, Default)]
pub(super) struct Segments {
    pub(super) all: Vec<Segment>,
    pub(super) nodes: Vec<Node>,
    /// The segments of each road, by its place among the network's, in their order.
    pub(super) of_road: Vec<Range<SegmentIx>>,
    /// The nodes by their id in the source.
    pub(super) node_of_id: HashMap<i64, NodeIx>,
}

impl Segments {
    /// Cuts open roads at their ends, where they meet each other or themselves, and at marks. O(n).
    pub(super) fn cut(roads: &[Road]) -> Self {
        let mut uses: HashMap<i64, u32> = HashMap::new();
        for point in open(roads).flat_map(|road| &road.points) {
            *uses.entry(point.node).or_default() += 1;
        }
        let mut cut = Self::default();
        for (index, road) in roads.iter().enumerate() {
            let first = cut.all.len() as SegmentIx;
            if !road.is_closed() {
                cut.add(index as u32, road, |point| uses[&point.node] > 1);
            }
            cut.of_road.push(first..cut.all.len() as SegmentIx);
        }
        cut
    }

    fn add(&mut self, index: u32, road: &Road, is_met: impl Fn(&RoadPoint) -> bool) {
        let Some(last) = road.points.len().checked_sub(1) else { return };
        let mut start = 0;
        for at in 1..=last {
            let point = &road.points[at];
            if at < last && point.mark == NodeMark::Plain && !is_met(point) {
                continue;
            }
            let (from, to) = (self.node(&road.points[start]), self.node(point));
            let length_m = length_m(road.points[start..=at].iter().map(|point| point.position));
            let points = start as u32..at as u32 + 1;
            self.all.push(Segment { road: index, points, from, to, length_m });
            start = at;
        }
    }

    fn node(&mut self, point: &RoadPoint) -> NodeIx {
        let nodes = &mut self.nodes;
        let ix = *self.node_of_id.entry(point.node).or_insert_with(|| {
            nodes.push(Node { position: point.position, mark: point.mark });
            nodes.len() as NodeIx - 1
        });
        let known = &mut self.nodes[ix as usize];
        known.mark = known.mark.max(point.mark); // the sources of two roads may be of two days
        ix
    }
}

fn open(roads: &[Road]) -> impl Iterator<Item = &Road> {
    roads.iter().filter(|road| !road.is_closed())
}

/// Metres along a line: each leg in the plane at its first point.
pub(super) fn length_m(line: impl IntoIterator<Item = LonLat>) -> f64 {
    let mut line = line.into_iter();
    let Some(mut last) = line.next() else { return 0.0 };
    line.map(|next| {
        let leg_m = leg_m(last, next);
        last = next;
        leg_m
    })
    .sum()
}

/// Metres from one point of a line to the next.
pub(super) fn leg_m(from: LonLat, to: LonLat) -> f64 {
    LocalPlane::at(from).distance_m(to.into())
}

/// The direction from one position to another: radians, 0 to the east, counter-clockwise.
pub(super) fn direction(from: LonLat, to: LonLat) -> f64 {
    let Coord { x, y } = LocalPlane::at(from).to_plane_m(to.into());
    y.atan2(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::testing::{at_m, street};

    #[test]
    fn roads_are_cut_where_they_meet_and_nowhere_else() {
        let cross = [
            street("way/1", &[(1, 0.0, 0.0), (2, 100.0, 0.0), (3, 150.0, 0.0), (4, 200.0, 0.0)]),
            street("way/2", &[(5, 100.0, 50.0), (2, 100.0, 0.0)]),
            street("way/3", &[(3, 150.0, 0.0), (9, 150.0, 9.0)]).closed(),
        ];
        let cut = Segments::cut(&cross);
        let lengths_m: Vec<f64> = cut.all.iter().map(|segment| segment.length_m.round()).collect();
        assert_eq!(lengths_m, [100.0, 100.0, 50.0]);
        assert_eq!(cut.of_road, [0..2, 2..3, 3..3]);
        assert_eq!(cut.all[0].to, cut.all[1].from);
        assert_eq!(cut.nodes[cut.all[2].from as usize].position, at_m(100.0, 50.0));
    }

    #[test]
    fn a_ring_that_meets_nothing_is_one_segment_from_its_end_to_its_end() {
        let ring = street("way/1", &[(1, 0.0, 0.0), (2, 10.0, 0.0), (3, 5.0, 9.0), (1, 0.0, 0.0)]);
        let cut = Segments::cut(&[ring]);
        assert_eq!(cut.all.len(), 1);
        assert_eq!(cut.all[0].from, cut.all[0].to);
    }

    #[test]
    fn a_mark_cuts_a_road() {
        let mut road = street("way/1", &[(1, 0.0, 0.0), (2, 10.0, 0.0), (3, 20.0, 0.0)]);
        road.points[1].mark = NodeMark::Gate;
        let cut = Segments::cut(&[road]);
        assert_eq!(cut.all.len(), 2);
        assert_eq!(cut.nodes[cut.all[0].to as usize].mark, NodeMark::Gate);
    }
}
