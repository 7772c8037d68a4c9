//! [`Journeys`]: from wherever patrols are to one place, by car and then on foot.

use std::sync::Arc;

use super::{
    RoadGraph, Route, Spot, TravelTime,
    course::Course,
    edge::EdgeIx,
    foot::{Walk, Walks},
    ground::Foothold,
    hierarchy::Search,
    segment::{NodeIx, leg_m},
    state::StateIx,
    weights::Weights,
};
use crate::{geo::LonLat, time::Timestamp};

/// How far from its road a patrol may seem to be before it is off it, metres: receivers err so much.
const RECEIVER_ERROR_M: f64 = 20.0;
/// How fast a patrol that is off the road comes back to it, metres a second: 10 km/h, over a yard.
const OFF_ROAD_M_PER_S: f64 = 10.0 / 3.6;
/// How near the place, by line, a patrol is there on foot, whatever roads lead to it, metres.
const AT_PLACE_M: f64 = 30.0;

/// All journeys to one place, from one backward search.
pub struct Journeys<'a> {
    graph: &'a RoadGraph,
    weights: Arc<Weights>,
    place: LonLat,
    walks: Walks,
    seeds: Vec<Seed>,
    search: Search<'a>,
}

/// A state in which a journey ends, or after which it does.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seed {
    state: StateIx,
    /// From the beginning of the state to the place, ms.
    left_ms: u32,
    stop: Stop,
}

/// Where the car stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stop {
    /// At the end of the seed's own edge.
    AtEnd(NodeIx),
    /// On the edge that follows.
    On(EdgeIx, Foothold),
}

/// How a journey ends: what is left from where a patrol is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// It walks, for it is there as good as.
    OnFoot,
    /// It drives along its own edge up to a stop on it.
    Along(EdgeIx, Foothold),
    /// It drives its state to the end and goes on.
    From(StateIx),
}

impl RoadGraph {
    /// The journeys to `place` of patrols that leave at `at`; `None` where the place is off the roads.
    #[must_use]
    pub fn journeys(&self, place: LonLat, at: Timestamp) -> Option<Journeys<'_>> {
        let ways = &*self.ways;
        let arrives = |node| {
            ways.edges.arriving_at(node).any(|edge| ways.states.of_edge[edge as usize].is_some())
        };
        let walks = self.foot_ground().walks(place, arrives, |segment| ways.is_driven(segment));
        let weights = self.weights(self.periods.at(at));
        let seeds = seeds(self, &weights, &walks);
        if seeds.is_empty() {
            return None;
        }
        let starts = seeds.iter().map(|seed| (seed.state, seed.left_ms));
        let search = Search::backwards(&ways.hierarchy, Arc::clone(&weights), starts);
        Some(Journeys { graph: self, weights, place, walks, seeds, search })
    }
}

/// Every state in which, or after which, the car may stop and the crew walk on.
fn seeds(graph: &RoadGraph, weights: &Weights, walks: &Walks) -> Vec<Seed> {
    let ways = &*graph.ways;
    let edge_ms = |state: StateIx| weights.edge_ms[ways.states.edge_of[state as usize] as usize];
    let mut seeds = Vec::new();
    for (node, walk) in walks.nodes() {
        for edge in ways.edges.arriving_at(node) {
            for state in ways.states_of_edge.of_group(edge) {
                let left_ms = edge_ms(*state) + walk.ms;
                seeds.push(Seed { state: *state, left_ms, stop: Stop::AtEnd(node) });
            }
        }
    }
    for hold in &walks.footholds {
        let walk = Walk::over_ground(hold.off_m);
        for edge in driven_edges(graph, hold) {
            let part_ms = part_ms(weights, edge, fraction(graph, edge, hold));
            let states = ways.states_of_edge.of_group(edge);
            for arc in states.iter().flat_map(|state| ways.arcs_into.of_group(*state)) {
                let state = ways.states.tail(*arc);
                let turn_ms = ways.states.turn_ms[*arc as usize];
                let left_ms = edge_ms(state) + turn_ms + part_ms + walk.ms;
                seeds.push(Seed { state, left_ms, stop: Stop::On(edge, *hold) });
            }
        }
    }
    seeds
}

/// The edges that drive past a foothold and are in the largest piece.
fn driven_edges(graph: &RoadGraph, hold: &Foothold) -> impl Iterator<Item = EdgeIx> + use<> {
    let states = graph.ways.states_along(hold.segment);
    states
        .map(|state| state.map(|state| graph.ways.states.edge_of[state as usize]))
        .into_iter()
        .flatten()
}

/// How far along `edge` a foothold on its segment is, 0 to 1.
fn fraction(graph: &RoadGraph, edge: EdgeIx, hold: &Foothold) -> f64 {
    if graph.ways.edges.goes_against(edge) { 1.0 - hold.along } else { hold.along }
}

/// From the beginning of `edge` to a fraction of it, ms.
fn part_ms(weights: &Weights, edge: EdgeIx, fraction: f64) -> u32 {
    (fraction * f64::from(weights.edge_ms[edge as usize])).round() as u32
}

impl Journeys<'_> {
    /// How long a patrol takes from `spot` to the place, ms; `None` where there is no way.
    pub fn time_ms(&mut self, spot: &Spot) -> Option<u32> {
        self.best(spot).map(|(ms, ..)| ms)
    }

    /// The fastest way, and from which of the patrol's places on the roads it begins.
    fn best(&mut self, spot: &Spot) -> Option<(u32, Way, Foothold)> {
        let nearest = *spot.holds.first()?;
        let mut best = self.on_foot(spot).map(|walk| (walk.ms, Way::OnFoot, nearest));
        for hold in &*spot.holds {
            let Some((ms, way)) = self.best_by_car(hold) else { continue };
            let ms = ms + (way_back_m(hold) / OFF_ROAD_M_PER_S * 1000.0).round() as u32;
            if best.is_none_or(|(best_ms, ..)| ms < best_ms) {
                best = Some((ms, way, *hold));
            }
        }
        best
    }

    /// The walk of a patrol that is as good as there.
    fn on_foot(&self, spot: &Spot) -> Option<Walk> {
        let m = leg_m(spot.from, self.place);
        (m <= AT_PLACE_M).then(|| Walk::over_ground(m))
    }

    /// From a place on the roads.
    fn best_by_car(&mut self, hold: &Foothold) -> Option<(u32, Way)> {
        let mut best: Option<(u32, Way)> = None;
        let mut offer = |ms: u32, way: Way| {
            if best.is_none_or(|(best_ms, _)| ms < best_ms) {
                best = Some((ms, way));
            }
        };
        for edge in driven_edges(self.graph, hold) {
            let at = fraction(self.graph, edge, hold);
            let behind_ms = part_ms(&self.weights, edge, at);
            for stop in self.walks.footholds.iter().filter(|stop| stop.segment == hold.segment) {
                let to = fraction(self.graph, edge, stop);
                if to >= at {
                    let ahead_ms = part_ms(&self.weights, edge, to) - behind_ms;
                    offer(ahead_ms + Walk::over_ground(stop.off_m).ms, Way::Along(edge, *stop));
                }
            }
            if let Some(state) = self.graph.ways.states.of_edge[edge as usize]
                && let Some(ms) = self.search.ms_from(state)
            {
                offer(ms - behind_ms, Way::From(state));
            }
        }
        best
    }

    /// The way of a patrol from `spot` to the place; its time is that of [`Journeys::time_ms`].
    pub fn route(&mut self, spot: &Spot) -> Option<Route> {
        let (time_ms, way, begin) = self.best(spot)?;
        if way == Way::OnFoot {
            return self.on_foot(spot).map(|walk| walked(walk, vec![spot.from, self.place]));
        }
        let (edges, stop) = self.edges(&begin, way)?;
        let course =
            Course { segments: &self.graph.ways.segments, roads: self.graph.network.roads() };
        let along = |edge: &EdgeIx| {
            (self.graph.ways.edges.segment(*edge), self.graph.ways.edges.goes_against(*edge))
        };
        let legs: Vec<_> = edges.iter().map(along).collect();
        let end = match stop {
            Stop::AtEnd(_) => None,
            Stop::On(_, hold) => Some(hold.along),
        };
        let (mut drive, mut drive_m) = course.drive(&legs, begin.along, end);
        if let Some(first) = drive.first().copied().filter(|_| way_back_m(&begin) > 0.0) {
            drive_m += leg_m(spot.from, first);
            drive.insert(0, spot.from);
        }
        let (walk_back, hold) = match stop {
            Stop::AtEnd(node) => self.walks.way_from(node),
            Stop::On(_, hold) => (Vec::new(), Some(hold)),
        };
        let total = match stop {
            Stop::AtEnd(node) => self.walks.nodes().find(|(at, _)| *at == node)?.1,
            Stop::On(_, hold) => Walk::over_ground(hold.off_m),
        };
        Some(Route {
            time_s: f64::from(time_ms) / 1000.0,
            walk_s: f64::from(total.ms) / 1000.0,
            drive_m,
            walk_m: total.m,
            drive,
            walk: course.walk(&walk_back, hold.as_ref(), self.place),
        })
    }

    /// The edges of a way, and where the car stops on the last or at its end.
    fn edges(&mut self, begin: &Foothold, way: Way) -> Option<(Vec<EdgeIx>, Stop)> {
        let mut state = match way {
            Way::Along(edge, hold) => return Some((vec![edge], Stop::On(edge, hold))),
            Way::From(state) => state,
            Way::OnFoot => return None,
        };
        let states = &self.graph.ways.states;
        debug_assert_eq!(
            self.graph.ways.edges.segment(states.edge_of[state as usize]),
            begin.segment
        );
        let mut edges = Vec::new();
        loop {
            let edge = states.edge_of[state as usize];
            edges.push(edge);
            let left_ms = self.search.ms_from(state)?;
            let ends = |seed: &&Seed| seed.state == state && seed.left_ms == left_ms;
            if let Some(seed) = self.seeds.iter().find(ends) {
                edges.extend(match seed.stop {
                    Stop::AtEnd(_) => None,
                    Stop::On(last, _) => Some(last),
                });
                return Some((edges, seed.stop));
            }
            // Every arc takes 1 ms at least, so that what is left shrinks with each step.
            let edge_ms = self.weights.edge_ms[edge as usize];
            let search = &mut self.search;
            state = states
                .arcs(state)
                .map(|(arc, next)| (edge_ms + states.turn_ms[arc], next))
                .find_map(|(arc_ms, next)| {
                    (search.ms_from(next)? + arc_ms == left_ms).then_some(next)
                })?;
        }
    }
}

/// Metres over a yard back to the road that take their time: those beyond the error of a receiver.
fn way_back_m(hold: &Foothold) -> f64 {
    (hold.off_m - RECEIVER_ERROR_M).max(0.0)
}

/// A route of which nothing is driven.
fn walked(walk: Walk, line: Vec<LonLat>) -> Route {
    let walk_s = f64::from(walk.ms) / 1000.0;
    Route { time_s: walk_s, walk_s, drive_m: 0.0, walk_m: walk.m, drive: Vec::new(), walk: line }
}

impl TravelTime for RoadGraph {
    fn to(&self, target: LonLat, from: &[LonLat], at: Timestamp) -> Vec<Option<f64>> {
        let Some(mut journeys) = self.journeys(target, at) else { return vec![None; from.len()] };
        from.iter()
            .map(|from| Some(f64::from(journeys.time_ms(&self.spot(*from)?)?) / 1000.0))
            .collect()
    }

    fn route(&self, from: LonLat, target: LonLat, at: Timestamp) -> Option<Route> {
        self.journeys(target, at)?.route(&self.spot(from)?)
    }
}
