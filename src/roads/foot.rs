//! [`Walks`]: from a place on foot to where cars can stop.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    ops::ControlFlow,
};

use super::{
    Road, RoadClass,
    edge::Groups,
    ground::{Foothold, Ground, foothold},
    segment::{NodeIx, SegmentIx, Segments},
};
use crate::geo::LonLat;

/// Metres a second on the flat: 5 km/h.
const WALK_M_PER_S: f64 = 1.4;
/// Metres a second along steps, as the map measures them.
const STEPS_M_PER_S: f64 = 0.5;
/// Farthest that a place may be from any way, metres: beyond, it is off the roads.
pub(super) const OFF_WAY_M_MAX: f64 = 300.0;
/// Ways that lie so much farther than the nearest one lead there as well, metres: a pavement and its street.
const AS_NEAR_M: f64 = 25.0;
/// Most ways that lead to one place.
const WAYS_MAX: usize = 8;
/// How far a crew walks where it could stop nearer, metres.
const WALK_M_USUAL: f64 = 300.0;
/// How far a crew walks where it cannot.
const WALK_M_MAX: f64 = 1_500.0;

/// Segments that may be walked, by the nodes at their ends.
#[derive(Debug, Default)]
pub(super) struct FootWays {
    /// Twice the segment, and 1 more at its last point.
    ends: Groups,
    walkable: Vec<bool>,
}

impl FootWays {
    pub(super) fn of(segments: &Segments, roads: &[Road]) -> Self {
        let walkable = segments.all.iter().map(|s| roads[s.road as usize].walkable).collect();
        let nodes = segments.nodes.len();
        let ends = Groups::of(nodes, segments.all.iter().flat_map(|s| [s.from, s.to]));
        Self { ends, walkable }
    }
}

/// The roads as walkers see them.
#[derive(Clone, Copy)]
pub(super) struct FootGround<'a> {
    pub(super) segments: &'a Segments,
    pub(super) roads: &'a [Road],
    pub(super) ways: &'a FootWays,
    pub(super) ground: &'a Ground,
}

/// Where one comes within reach of a place on foot.
#[derive(Debug, Default)]
pub(super) struct Walks {
    /// Points of the ways nearest to the place.
    pub(super) footholds: Vec<Foothold>,
    reached: HashMap<NodeIx, Reached>,
}

/// A node that is within reach.
#[derive(Debug, Clone, Copy)]
struct Reached {
    walk: Walk,
    /// The segment by which one goes on towards the place, and the node after it; none: to the place's own
    /// foothold.
    by: (SegmentIx, Option<NodeIx>),
    is_settled: bool,
}

/// How far and how long one walks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Walk {
    pub(super) ms: u32,
    pub(super) m: f64,
}

impl Walk {
    /// Straight over the ground.
    pub(super) fn over_ground(m: f64) -> Self {
        Self { ms: walk_ms(m, WALK_M_PER_S), m }
    }

    fn and(self, m: f64, class: RoadClass) -> Self {
        let steps = class == RoadClass::Steps;
        let more_ms = walk_ms(m, if steps { STEPS_M_PER_S } else { WALK_M_PER_S });
        Self { ms: self.ms + more_ms, m: self.m + m }
    }
}

fn walk_ms(m: f64, m_per_s: f64) -> u32 {
    (m / m_per_s * 1000.0).round() as u32
}

impl FootGround<'_> {
    /// What is within reach of `place`, where `stops_at` says at which nodes a car can stop. Dijkstra (1959),
    /// within 300 m, or farther up to the first stop.
    pub(super) fn walks(
        &self,
        place: LonLat,
        stops_at: impl Fn(NodeIx) -> bool,
        can_drive: impl Fn(SegmentIx) -> bool,
    ) -> Walks {
        let mut walks = Walks { footholds: self.footholds(place), ..Walks::default() };
        let mut open = BinaryHeap::new();
        for hold in walks.footholds.clone() {
            let segment = &self.segments.all[hold.segment as usize];
            let start = Walk::over_ground(hold.off_m);
            for (node, part) in [(segment.from, hold.along), (segment.to, 1.0 - hold.along)] {
                let walk = start.and(part * segment.length_m, self.class(hold.segment));
                walks.reach(&mut open, node, walk, (hold.segment, None));
            }
        }
        let mut has_stop = walks.footholds.iter().any(|hold| can_drive(hold.segment));
        while let Some(Reverse((ms, node))) = open.pop() {
            let Some(reached) = walks.reached.get_mut(&node) else { continue };
            let walk = reached.walk;
            let too_far = walk.m > if has_stop { WALK_M_USUAL } else { WALK_M_MAX };
            if reached.is_settled || walk.ms < ms || too_far {
                continue;
            }
            reached.is_settled = true;
            has_stop |= stops_at(node);
            for end in self.ways.ends.of_group(node) {
                let index = end / 2;
                if self.ways.walkable[index as usize] {
                    let segment = &self.segments.all[index as usize];
                    let far = if end % 2 == 0 { segment.to } else { segment.from };
                    let walk = walk.and(segment.length_m, self.class(index));
                    walks.reach(&mut open, far, walk, (index, Some(node)));
                }
            }
        }
        walks
    }

    fn class(&self, segment: SegmentIx) -> RoadClass {
        self.roads[self.segments.all[segment as usize].road as usize].class
    }

    /// The nearest point of each way that leads to `place`, nearest first.
    fn footholds(&self, place: LonLat) -> Vec<Foothold> {
        let mut found: Vec<Foothold> = Vec::new();
        self.ground.walk_near(place, OFF_WAY_M_MAX, |segment, at, off_m| {
            let farthest_m = found.first().map_or(OFF_WAY_M_MAX, |first| first.off_m + AS_NEAR_M);
            if off_m > farthest_m || found.len() == WAYS_MAX {
                return ControlFlow::Break(());
            }
            if self.ways.walkable[segment as usize]
                && found.iter().all(|known| known.segment != segment)
            {
                found.push(foothold(self.segments, self.roads, (segment, at), place));
            }
            ControlFlow::Continue(())
        });
        found
    }
}

impl Walks {
    fn reach(
        &mut self,
        open: &mut BinaryHeap<Reverse<(u32, NodeIx)>>,
        node: NodeIx,
        walk: Walk,
        by: (SegmentIx, Option<NodeIx>),
    ) {
        if self.reached.get(&node).is_none_or(|known| walk.ms < known.walk.ms) {
            self.reached.insert(node, Reached { walk, by, is_settled: false });
            open.push(Reverse((walk.ms, node)));
        }
    }

    /// The nodes within reach, each with the walk from there to the place; in no order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (NodeIx, Walk)> + '_ {
        let settled = self.reached.iter().filter(|(_, reached)| reached.is_settled);
        settled.map(|(node, reached)| (*node, reached.walk))
    }

    /// The segments from a node within reach to the place, each with the node that it is entered at; and the
    /// foothold at which the last one is left.
    pub(super) fn way_from(&self, node: NodeIx) -> (Vec<(SegmentIx, NodeIx)>, Option<Foothold>) {
        let mut way = Vec::new();
        let mut at = node;
        while let Some(Reached { by: (segment, next), .. }) = self.reached.get(&at) {
            way.push((*segment, at));
            match next {
                Some(next) => at = *next,
                None => {
                    let hold = self.footholds.iter().find(|hold| hold.segment == *segment);
                    return (way, hold.copied());
                }
            }
        }
        (way, None)
    }
}
