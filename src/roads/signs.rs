//! [`Signs`]: what turns are forbidden, by roads and by the ways through them.

use std::collections::{HashMap, HashSet};

use super::{
    Network, Road, Turn, TurnRule, Via,
    edge::{EdgeIx, Edges},
    segment::{NodeIx, Segments},
};

/// The signs that hold where all their roads are there.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Node, road that one comes from, road that one may not enter.
    forbidden: HashSet<(NodeIx, u32, u32)>,
    /// Node, road that one comes from: the only roads that one may enter.
    only: HashMap<(NodeIx, u32), Vec<u32>>,
    /// Ways through three edges or more that nobody may take.
    pub(super) forbidden_ways: Vec<Vec<EdgeIx>>,
}

impl Signs {
    /// The signs of a network. One whose roads do not meet as it says is passed over: it forbids nothing.
    pub(super) fn read(network: &Network, segments: &Segments, edges: &Edges) -> Self {
        let mut signs = Self::default();
        for turn in network.turns().iter().filter(|turn| turn.rule != TurnRule::Lifted) {
            let road = |id: &str| road_ix(network.roads(), id);
            let (Some(from), Some(to)) = (road(&turn.from), road(&turn.to)) else { continue };
            match &turn.via {
                Via::Node(id) => {
                    if let Some(node) = segments.node_of_id.get(id) {
                        let enters =
                            |edge: EdgeIx| segments.all[edges.segment(edge) as usize].road == to;
                        // What nobody can enter is not the only way on: the way was cut, or closed.
                        if turn.rule == TurnRule::No || edges.leaving(*node).any(enters) {
                            signs.add_at_node(turn.rule, *node, from, to);
                        }
                    }
                }
                Via::Roads(ids) => {
                    let via: Option<Vec<u32>> = ids.iter().map(|id| road(id)).collect();
                    if let Some(via) = via {
                        let ways = Ways { segments, edges, from, via: &via, to };
                        signs.forbidden_ways.extend(ways.forbidden(turn));
                    }
                }
            }
        }
        signs
    }

    fn add_at_node(&mut self, rule: TurnRule, node: NodeIx, from: u32, to: u32) {
        match rule {
            TurnRule::No => {
                self.forbidden.insert((node, from, to));
            }
            TurnRule::Only => self.only.entry((node, from)).or_default().push(to),
            TurnRule::Lifted => {}
        }
    }

    /// Whether a sign at `node` forbids to go from one road into another; of a road into itself, to turn round.
    pub(super) fn forbid(&self, node: NodeIx, from: u32, to: u32, turns_round: bool) -> bool {
        let is_meant = from != to || turns_round;
        (is_meant && self.forbidden.contains(&(node, from, to)))
            || self.only.get(&(node, from)).is_some_and(|only| !only.contains(&to))
    }
}

fn road_ix(roads: &[Road], id: &str) -> Option<u32> {
    roads.binary_search_by(|road| road.id.as_str().cmp(id)).ok().map(|at| at as u32)
}

/// A sign about going from one road through others into a last one.
struct Ways<'a> {
    segments: &'a Segments,
    edges: &'a Edges,
    from: u32,
    via: &'a [u32],
    to: u32,
}

impl Ways<'_> {
    /// The ways that the sign forbids, edge by edge.
    fn forbidden(&self, turn: &Turn) -> Vec<Vec<EdgeIx>> {
        let mut found = Vec::new();
        for through in self.through() {
            let (first, last) = (through[0], through[through.len() - 1]);
            let befores = self.edges.arriving_at(self.edges.start(first));
            for before in befores.filter(|edge| self.road_of(*edge) == self.from) {
                let is_goal = |edge: &EdgeIx| self.road_of(*edge) == self.to;
                let mut way = vec![before];
                way.extend(&through);
                let nexts = self.edges.leaving(self.edges.end(last));
                match turn.rule {
                    TurnRule::No => {
                        found.extend(nexts.filter(is_goal).map(|next| joined(&way, next)))
                    }
                    TurnRule::Only => {
                        if nexts.clone().any(|next| is_goal(&next)) {
                            found.extend(self.strayings(&way, is_goal));
                        }
                    }
                    TurnRule::Lifted => {}
                }
            }
        }
        found
    }

    /// Every way that follows `way` for two edges at least and leaves it, at its end for anything but the goal.
    fn strayings(&self, way: &[EdgeIx], is_goal: impl Fn(&EdgeIx) -> bool) -> Vec<Vec<EdgeIx>> {
        let mut found = Vec::new();
        for length in 2..=way.len() {
            let node = self.edges.end(way[length - 1]);
            let follows = |next: &EdgeIx| match way.get(length) {
                Some(wanted) => next == wanted,
                None => is_goal(next),
            };
            let nexts = self.edges.leaving(node).filter(|next| !follows(next));
            found.extend(nexts.map(|next| joined(&way[..length], next)));
        }
        found
    }

    /// The ways along all of the roads between, from end to end.
    fn through(&self) -> Vec<Vec<EdgeIx>> {
        let mut ways: Vec<Vec<EdgeIx>> = vec![Vec::new()];
        for road in self.via {
            let courses = self.courses_of(*road);
            ways = ways
                .iter()
                .flat_map(|way| {
                    let fits = |course: &&Vec<EdgeIx>| {
                        way.last()
                            .is_none_or(|last| self.edges.end(*last) == self.edges.start(course[0]))
                    };
                    courses.iter().filter(fits).map(|course| [way.as_slice(), course].concat())
                })
                .collect();
        }
        ways.retain(|way| !way.is_empty());
        ways
    }

    /// A road from its beginning to its end and back, where cars may go so.
    fn courses_of(&self, road: u32) -> Vec<Vec<EdgeIx>> {
        let segments = self.segments.of_road[road as usize].clone();
        let along: Option<Vec<EdgeIx>> =
            segments.clone().map(|segment| self.edges.along(segment)).collect();
        let against: Option<Vec<EdgeIx>> =
            segments.rev().map(|segment| self.edges.against(segment)).collect();
        [along, against].into_iter().flatten().filter(|course| !course.is_empty()).collect()
    }

    fn road_of(&self, edge: EdgeIx) -> u32 {
        self.segments.all[self.edges.segment(edge) as usize].road
    }
}

fn joined(way: &[EdgeIx], next: EdgeIx) -> Vec<EdgeIx> {
    [way, &[next]].concat()
}
