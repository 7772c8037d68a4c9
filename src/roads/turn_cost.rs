//! What a turn costs, and which turns there are at a node.

use super::{
    NodeMark, Road,
    edge::{EdgeIx, Edges},
    segment::{NodeIx, Segments, direction},
    signs::Signs,
};

/// Longest that a turn takes, ms. With the two constants below the turn function of OSRM's car profile
/// (`profiles/car.lua`, `turn_penalty`, `turn_bias`): 2 s to the right, 5.4 s to the left at a right angle.
const TURN_MS_MAX: f64 = 7_500.0;
/// How much easier it is to turn right than left.
const TURN_BIAS: f64 = 1.075;
/// How steeply a turn gets harder with its angle.
const TURN_STEEPNESS: f64 = 13.0;
/// Turning round at a dead end, ms (`u_turn_penalty` of the same).
const TURN_ROUND_MS: u32 = 20_000;
/// Traffic lights, ms: of those met, some are green (`traffic_light_penalty` of the same).
const SIGNALS_MS: u32 = 2_000;
/// A gate that somebody opens, ms: a card, a code, a guard.
const GATE_MS: u32 = 15_000;
/// Going in where the public may not, ms: as long as a gate, since mostly there is one.
const RESTRICTED_MS: u32 = 15_000;

/// Roads with what is needed to know their turns.
pub(super) struct Turning<'a> {
    pub(super) roads: &'a [Road],
    pub(super) segments: &'a Segments,
    pub(super) edges: &'a Edges,
    pub(super) signs: &'a Signs,
}

impl Turning<'_> {
    /// The edges that may follow `edge`, with what the turn costs in ms. One turns round at a dead end only:
    /// where nothing else may follow.
    pub(super) fn nexts(&self, edge: EdgeIx) -> Vec<(EdgeIx, u32)> {
        let node = self.edges.end(edge);
        let mark = self.segments.nodes[node as usize].mark;
        let road = self.road_ix(edge);
        let allowed = |next: &EdgeIx| {
            !self.signs.forbid(node, road, self.road_ix(*next), self.turns_round(edge, *next))
        };
        let (round, mut on): (Vec<EdgeIx>, Vec<EdgeIx>) = self
            .edges
            .leaving(node)
            .filter(allowed)
            .partition(|next| self.turns_round(edge, *next));
        if mark == NodeMark::Blocked {
            on.clear();
        }
        if on.is_empty() {
            return round.into_iter().map(|next| (next, TURN_ROUND_MS)).collect();
        }
        let here_ms = match mark {
            NodeMark::Signals => SIGNALS_MS,
            NodeMark::Gate => GATE_MS,
            NodeMark::Plain | NodeMark::Blocked => 0,
        };
        let is_junction = self.is_junction(node);
        on.into_iter()
            .map(|next| {
                let into = self.roads[self.road_ix(next) as usize].restricted
                    && !self.roads[road as usize].restricted;
                let turn_ms = if is_junction { self.turn_ms(edge, next) } else { 0 };
                (next, here_ms + turn_ms + if into { RESTRICTED_MS } else { 0 })
            })
            .collect()
    }

    fn road_ix(&self, edge: EdgeIx) -> u32 {
        self.segments.all[self.edges.segment(edge) as usize].road
    }

    fn turns_round(&self, edge: EdgeIx, next: EdgeIx) -> bool {
        self.edges.segment(edge) == self.edges.segment(next)
            && self.edges.goes_against(edge) != self.edges.goes_against(next)
    }

    /// Whether there is a choice at a node: three ways meet, whatever their directions.
    fn is_junction(&self, node: NodeIx) -> bool {
        let leaving = self.edges.leaving(node).map(|edge| self.edges.segment(edge));
        let mut met: Vec<u32> = leaving
            .chain(self.edges.arriving_at(node).map(|edge| self.edges.segment(edge)))
            .collect();
        met.sort_unstable();
        met.dedup();
        met.len() >= 3
    }

    /// OSRM's logistic function of the angle.
    fn turn_ms(&self, edge: EdgeIx, next: EdgeIx) -> u32 {
        let (_, arrival) = self.directions(edge);
        let (departure, _) = self.directions(next);
        let angle = (departure - arrival).to_degrees(); // to the left
        let left = (angle + 540.0).rem_euclid(360.0) - 180.0;
        let bias = if left < 0.0 { TURN_BIAS } else { 1.0 / TURN_BIAS };
        let steepness = TURN_STEEPNESS / bias;
        let ease = 6.5 * bias;
        (TURN_MS_MAX / (1.0 + (-(steepness * left.abs() / 180.0 - ease)).exp())) as u32
    }

    /// In which direction an edge begins and ends: radians, 0 to the east, counter-clockwise.
    fn directions(&self, edge: EdgeIx) -> (f64, f64) {
        let segment = &self.segments.all[self.edges.segment(edge) as usize];
        let points = &self.roads[segment.road as usize].points;
        let at = |index: u32| points[index as usize].position;
        let (first, last) = (segment.points.start, segment.points.end - 1);
        if self.edges.goes_against(edge) {
            (direction(at(last), at(last - 1)), direction(at(first + 1), at(first)))
        } else {
            (direction(at(first), at(first + 1)), direction(at(last - 1), at(last)))
        }
    }
}
