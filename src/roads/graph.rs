//! [`RoadGraph`]: the roads made ready for searches.

use std::{ops::ControlFlow, sync::Arc};

use super::{
    Network, Road,
    edge::{EdgeIx, Edges, Groups},
    foot::{FootGround, FootWays},
    ground::{Foothold, Ground, foothold},
    hierarchy::Hierarchy,
    periods::{Percents, Periods},
    segment::{SegmentIx, Segments},
    signs::Signs,
    state::{StateIx, States},
    turn_cost::Turning,
    weights::{KeptWeights, Weights},
};
use crate::geo::LonLat;

/// Farthest that a patrol may be from a road that cars drive, metres: beyond, it is off the roads.
const OFF_ROAD_M_MAX: f64 = 300.0;
/// How much farther a side way must seem than a street, metres: receivers err by some metres in streets, and a
/// car is on the street more often than on the drive beside it.
const SIDE_WAY_M: f64 = 15.0;
/// Roads of which nobody can tell on which a patrol is, for they are as near but for so much, metres.
const AS_NEAR_M: f64 = 5.0;
/// Most roads that a patrol is taken to be on at once.
const ROADS_OF_SPOT_MAX: usize = 8;

/// Memory for the weights of periods of the week, beyond those of the one that is asked for: all 168 hours of a town
/// fit, or some of a region's, whose others are made when their hour comes (`docs/roads.md`).
const WEIGHTS_BYTES_MAX: usize = 256 << 20;

/// Roads, their turns, and a hierarchy over them with the weights of periods of the week.
///
/// Built in O(n log n) and some more: about 1 s for 100,000 roads. Immutable; whoever holds one may go on with
/// it while the next is being built.
pub struct RoadGraph {
    pub(super) network: Network,
    pub(super) ways: Arc<Ways>,
    pub(super) periods: Periods,
    pub(super) weights: KeptWeights,
}

/// What depends on the roads alone and not on the hour.
pub(super) struct Ways {
    pub(super) segments: Segments,
    pub(super) edges: Edges,
    pub(super) states: States,
    /// The states by their edge, and the arcs by the state that they lead to.
    pub(super) states_of_edge: Groups,
    pub(super) arcs_into: Groups,
    pub(super) foot: FootWays,
    pub(super) ground: Ground,
    pub(super) hierarchy: Hierarchy,
}

/// How much of the roads a graph holds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RoadsKept {
    /// Roads that are open, to cars or walkers.
    pub roads: usize,
    /// Of these, those that cars may drive.
    pub drivable: usize,
    /// Kilometres that cars may drive, each direction by itself, and that are in the largest piece.
    pub kept_km: f64,
    /// Kilometres that cars may drive but that cannot be reached from the largest piece, or not left to it.
    pub dropped_km: f64,
}

impl RoadsKept {
    /// What a graph of `network` would hold, without making all of it.
    #[must_use]
    pub fn of(network: &Network) -> Self {
        let roads = network.roads();
        let segments = Segments::cut(roads);
        let edges = Edges::of(&segments, roads);
        let signs = Signs::read(network, &segments, &edges);
        let turning = Turning { roads, segments: &segments, edges: &edges, signs: &signs };
        Self::count(roads, &segments, &edges, &States::of(&turning))
    }

    fn count(roads: &[Road], segments: &Segments, edges: &Edges, states: &States) -> Self {
        let mut kept = Self::default();
        for road in roads.iter().filter(|road| !road.is_closed()) {
            kept.roads += 1;
            kept.drivable += usize::from(road.forward_kmh.or(road.backward_kmh).is_some());
        }
        for edge in 0..edges.len() as EdgeIx {
            let km = segments.all[edges.segment(edge) as usize].length_m / 1000.0;
            match states.of_edge[edge as usize] {
                Some(_) => kept.kept_km += km,
                None => kept.dropped_km += km,
            }
        }
        kept
    }
}

/// Where on the roads a patrol is.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// Where it says that it is.
    pub(super) from: LonLat,
    /// Where on the roads that is, one at least, nearest first: at a crossing on each road that meets there.
    pub(super) holds: Arc<[Foothold]>,
}

impl Spot {
    /// The place on the road.
    #[must_use]
    pub fn position(&self) -> LonLat {
        self.holds[0].position
    }

    /// Metres from where the patrol says it is to the road.
    #[must_use]
    pub fn off_road_m(&self) -> f64 {
        self.holds[0].off_m
    }
}

impl std::fmt::Debug for RoadGraph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoadGraph").field("kept", &self.kept()).finish_non_exhaustive()
    }
}

impl RoadGraph {
    /// The graph of a network; `None` where no car can drive. Where `before` has the same roads, only the
    /// weights are made anew, which takes a tenth of the time.
    #[must_use]
    pub fn build(network: &Network, before: Option<&Self>) -> Option<Self> {
        Self::build_within(network, before, WEIGHTS_BYTES_MAX)
    }

    /// The same, with a bound on the memory for weights.
    pub(super) fn build_within(
        network: &Network,
        before: Option<&Self>,
        weights_bytes_max: usize,
    ) -> Option<Self> {
        let same = before.filter(|before| before.network.shares_ways_with(network));
        let ways = match same {
            Some(same) => Arc::clone(&same.ways),
            None => Arc::new(Ways::of(network)?),
        };
        let periods = Periods::of(network);
        let weights = KeptWeights::within(weights_bytes_max);
        let graph = Self { network: network.clone(), ways, periods, weights };
        // Those that fit are made now, and not when somebody waits.
        let fitting = weights_bytes_max / graph.weights(0).bytes().max(1);
        for period in 1..graph.periods.distinct.len().min(fitting) {
            graph.weights(period);
        }
        Some(graph)
    }

    /// The weights of a period; made where they are not kept, which takes a tenth of the time of the whole graph.
    pub(super) fn weights(&self, period: usize) -> Arc<Weights> {
        let make = || self.ways.weights(self.network.roads(), &self.periods.distinct[period]);
        self.weights.of(period, make)
    }

    /// Where on the roads a patrol is that says it is at `position`: at the nearest point of the nearest road,
    /// where a side way must be nearer by 15 m, and of each other that is as near within 5 m, as all are that meet at
    /// a crossing. `None` where there is none within 300 m.
    #[must_use]
    pub fn spot(&self, position: LonLat) -> Option<Spot> {
        let (ways, roads) = (&*self.ways, self.network.roads());
        let mut near: Vec<(f64, (SegmentIx, u32))> = Vec::new();
        let mut best_m = f64::INFINITY;
        ways.ground.walk_near(position, OFF_ROAD_M_MAX, |segment, at, off_m| {
            if off_m > best_m + AS_NEAR_M {
                return ControlFlow::Break(());
            }
            let is_known = near.iter().any(|(_, (known, _))| *known == segment);
            if ways.is_driven(segment) && !is_known {
                let road = &roads[ways.segments.all[segment as usize].road as usize];
                let is_side = road.restricted || road.class.is_side_way();
                let seeming_m = off_m + if is_side { SIDE_WAY_M } else { 0.0 };
                best_m = best_m.min(seeming_m);
                near.push((seeming_m, (segment, at)));
            }
            ControlFlow::Continue(())
        });
        near.retain(|(seeming_m, _)| *seeming_m <= best_m + AS_NEAR_M);
        near.sort_by(|a, b| a.0.total_cmp(&b.0)); // stable: ties in the order in which they are near
        let legs = near.into_iter().take(ROADS_OF_SPOT_MAX).map(|(_, leg)| leg);
        let holds: Arc<[Foothold]> =
            legs.map(|leg| foothold(&ways.segments, roads, leg, position)).collect();
        (!holds.is_empty()).then_some(Spot { from: position, holds })
    }

    /// How much of the roads the graph holds.
    #[must_use]
    pub fn kept(&self) -> RoadsKept {
        let Ways { segments, edges, states, .. } = &*self.ways;
        RoadsKept::count(self.network.roads(), segments, edges, states)
    }

    pub(super) fn foot_ground(&self) -> FootGround<'_> {
        FootGround {
            segments: &self.ways.segments,
            roads: self.network.roads(),
            ways: &self.ways.foot,
            ground: &self.ways.ground,
        }
    }
}

impl Ways {
    fn of(network: &Network) -> Option<Self> {
        let roads = network.roads();
        let segments = Segments::cut(roads);
        let edges = Edges::of(&segments, roads);
        let signs = Signs::read(network, &segments, &edges);
        let turning = Turning { roads, segments: &segments, edges: &edges, signs: &signs };
        let states = States::of(&turning);
        let positions: Vec<LonLat> = states
            .edge_of
            .iter()
            .map(|edge| segments.nodes[edges.start(*edge) as usize].position)
            .collect();
        if states.len() < 2 {
            return None;
        }
        Some(Self {
            hierarchy: Hierarchy::of(&states, &positions),
            states_of_edge: Groups::of(edges.len(), states.edge_of.iter().copied()),
            arcs_into: Groups::of(states.len(), states.head.iter().copied()),
            foot: FootWays::of(&segments, roads),
            ground: Ground::of(&segments, roads)?,
            segments,
            edges,
            states,
        })
    }

    /// How long edges and arcs take when cars go at `percents` of the limits.
    fn weights(&self, roads: &[Road], percents: &Percents) -> Weights {
        let edge_ms: Vec<u32> = (0..self.edges.len() as EdgeIx)
            .map(|edge| {
                let segment = &self.segments.all[self.edges.segment(edge) as usize];
                let road = &roads[segment.road as usize];
                let against = self.edges.goes_against(edge);
                let limit = if against { road.backward_kmh } else { road.forward_kmh };
                let percent = percents[road.class as usize];
                let m_per_s = f64::from(limit.unwrap_or(1)) / 3.6 * f64::from(percent) / 100.0;
                (segment.length_m / m_per_s * 1000.0).round().max(1.0) as u32
            })
            .collect();
        let arc_ms: Vec<u32> = (0..self.states.len() as StateIx)
            .flat_map(|state| {
                let ms = edge_ms[self.states.edge_of[state as usize] as usize];
                self.states.arcs(state).map(move |(arc, _)| ms + self.states.turn_ms[arc])
            })
            .collect();
        Weights { edge_ms, metric: self.hierarchy.customized(&arc_ms) }
    }

    /// Whether cars of the largest piece drive along a segment, in one direction at least.
    pub(super) fn is_driven(&self, segment: SegmentIx) -> bool {
        self.states_along(segment).into_iter().flatten().next().is_some()
    }

    /// The states that drive a segment along its points and against them.
    pub(super) fn states_along(&self, segment: SegmentIx) -> [Option<StateIx>; 2] {
        [self.edges.along(segment), self.edges.against(segment)]
            .map(|edge| edge.and_then(|edge| self.states.of_edge[edge as usize]))
    }
}
