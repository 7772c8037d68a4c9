//! [`StreetGraph`]: where the demo's patrols can drive.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use crate::{
    geo::{Bbox, LocalPlane, LonLat},
    stock::{Surrounding, SurroundingClass, SurroundingShape},
    twin::StockIndex,
};

/// Neighbours that a site is tied to where there are no streets.
const NEIGHBOURS: usize = 3;

/// Streets as nodes and legs between them: one connected piece.
#[derive(Debug, Default)]
pub struct StreetGraph {
    nodes: Vec<LonLat>,
    legs_from: Vec<Vec<Leg>>,
}

/// A straight leg of a street from a node to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leg {
    /// The node that it leads to.
    pub to: u32,
    /// Its length, metres.
    pub length_m: f64,
    /// Rank of the street: 1 main to 3 small.
    pub rank: u8,
}

impl StreetGraph {
    /// Where patrols drive around this stock: along its streets, or between its sites where most of those lie
    /// beyond the streets.
    #[must_use]
    pub fn around(stock: &StockIndex) -> Self {
        let streets = Self::of_streets(stock.surroundings());
        let covered = Bbox::around(streets.nodes.iter().copied());
        let sites: Vec<LonLat> = stock.sites().iter().map(|site| site.position).collect();
        let within =
            sites.iter().filter(|at| covered.is_some_and(|covered| covered.contains(**at))).count();
        if within * 2 >= sites.len() && !streets.is_empty() {
            streets
        } else {
            Self::between(&sites)
        }
    }

    /// The largest connected piece of the streets among `surroundings`. They meet where they share a point.
    #[must_use]
    pub fn of_streets(surroundings: &[Surrounding]) -> Self {
        let mut draft = Draft::default();
        for street in surroundings.iter().filter(|around| around.class == SurroundingClass::Street)
        {
            let SurroundingShape::Line(line) = &street.shape else { continue };
            let stops: Vec<u32> = line
                .coords()
                .filter_map(|c| LonLat::try_from(*c).ok())
                .map(|p| draft.node(p))
                .collect();
            stops.windows(2).for_each(|ends| draft.tie(ends[0], ends[1], street.rank));
        }
        draft.largest_piece()
    }

    /// Straight ways between `positions`, for a stock that has no streets around it: each is tied to its
    /// nearest three, and each piece to the one before it. O(n²).
    #[must_use]
    pub fn between(positions: &[LonLat]) -> Self {
        let mut draft = Draft::default();
        let mut stops: Vec<u32> = positions.iter().map(|p| draft.node(*p)).collect();
        stops.sort_unstable();
        stops.dedup();
        for stop in &stops {
            let plane = LocalPlane::at(draft.nodes[*stop as usize]);
            let mut others: Vec<(f64, u32)> = stops
                .iter()
                .filter(|other| *other != stop)
                .map(|other| (plane.distance_m(draft.nodes[*other as usize].into()), *other))
                .collect();
            let nearest = NEIGHBOURS.min(others.len());
            if nearest < others.len() {
                others.select_nth_unstable_by(nearest, |a, b| a.0.total_cmp(&b.0));
            }
            others[..nearest].iter().for_each(|(_, other)| draft.tie(*stop, *other, 3));
        }
        draft.tie_pieces();
        draft.largest_piece()
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nowhere to drive.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Where a node is.
    #[must_use]
    pub fn position(&self, node: u32) -> LonLat {
        self.nodes[node as usize]
    }

    /// The legs that leave a node.
    #[must_use]
    pub fn legs_from(&self, node: u32) -> &[Leg] {
        &self.legs_from[node as usize]
    }

    /// The node that is nearest to `position`. O(n).
    #[must_use]
    pub fn nearest(&self, position: LonLat) -> Option<u32> {
        let plane = LocalPlane::at(position);
        let distances = self.nodes.iter().map(|node| plane.distance_m((*node).into()));
        let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.map(|(node, _)| node as u32)
    }

    /// The nodes of the shortest way, without `from`, last one first; empty where there is none.
    /// Dijkstra (1959), O(n log n).
    #[must_use]
    pub fn way(&self, from: u32, to: u32) -> Vec<u32> {
        let mut best_cm = vec![u64::MAX; self.nodes.len()];
        let mut came_from = vec![u32::MAX; self.nodes.len()];
        let mut open = BinaryHeap::from([Reverse((0_u64, from))]);
        best_cm[from as usize] = 0;
        while let Some(Reverse((so_far_cm, node))) = open.pop() {
            if node == to {
                break;
            }
            if so_far_cm > best_cm[node as usize] {
                continue;
            }
            for leg in self.legs_from(node) {
                let next_cm = so_far_cm + (leg.length_m * 100.0) as u64 + 1;
                if next_cm < best_cm[leg.to as usize] {
                    best_cm[leg.to as usize] = next_cm;
                    came_from[leg.to as usize] = node;
                    open.push(Reverse((next_cm, leg.to)));
                }
            }
        }
        let mut way = Vec::new();
        let mut node = to;
        while node != from && came_from[node as usize] != u32::MAX {
            way.push(node);
            node = came_from[node as usize];
        }
        way
    }
}

/// A graph that may still fall into pieces.
#[derive(Default)]
struct Draft {
    nodes: Vec<LonLat>,
    index: HashMap<(u64, u64), u32>,
    legs_from: Vec<Vec<Leg>>,
}

impl Draft {
    fn node(&mut self, position: LonLat) -> u32 {
        let key = (position.lon().to_bits(), position.lat().to_bits());
        *self.index.entry(key).or_insert_with(|| {
            self.nodes.push(position);
            self.legs_from.push(Vec::new());
            self.nodes.len() as u32 - 1
        })
    }

    fn tie(&mut self, a: u32, b: u32, rank: u8) {
        if a == b || self.legs_from[a as usize].iter().any(|leg| leg.to == b) {
            return;
        }
        let plane = LocalPlane::at(self.nodes[a as usize]);
        let length_m = plane.distance_m(self.nodes[b as usize].into());
        self.legs_from[a as usize].push(Leg { to: b, length_m, rank });
        self.legs_from[b as usize].push(Leg { to: a, length_m, rank });
    }

    /// For each node, the number of the connected piece that it is in; and how many pieces there are.
    fn pieces(&self) -> (Vec<usize>, usize) {
        let mut piece_of = vec![usize::MAX; self.nodes.len()];
        let mut pieces = 0;
        for start in 0..self.nodes.len() {
            if piece_of[start] != usize::MAX {
                continue;
            }
            let mut open = vec![start];
            piece_of[start] = pieces;
            while let Some(node) = open.pop() {
                for leg in &self.legs_from[node] {
                    if piece_of[leg.to as usize] == usize::MAX {
                        piece_of[leg.to as usize] = pieces;
                        open.push(leg.to as usize);
                    }
                }
            }
            pieces += 1;
        }
        (piece_of, pieces)
    }

    /// Ties each piece to the node of an earlier piece that is nearest to its first node.
    fn tie_pieces(&mut self) {
        let (piece_of, pieces) = self.pieces();
        for piece in 1..pieces {
            let Some(first) = piece_of.iter().position(|of| *of == piece) else { continue };
            let plane = LocalPlane::at(self.nodes[first]);
            let earlier = (0..self.nodes.len()).filter(|node| piece_of[*node] < piece);
            let distance_m = |node: &usize| plane.distance_m(self.nodes[*node].into());
            let nearest = earlier.min_by(|a, b| distance_m(a).total_cmp(&distance_m(b)));
            if let Some(nearest) = nearest {
                self.tie(first as u32, nearest as u32, 3);
            }
        }
    }

    fn largest_piece(self) -> StreetGraph {
        let (piece_of, pieces) = self.pieces();
        let mut sizes = vec![0_usize; pieces];
        piece_of.iter().for_each(|piece| sizes[*piece] += 1);
        let largest = (0..pieces).max_by_key(|piece| sizes[*piece]);
        let mut renumbered = vec![u32::MAX; self.nodes.len()];
        let mut graph = StreetGraph::default();
        for node in (0..self.nodes.len()).filter(|node| Some(piece_of[*node]) == largest) {
            renumbered[node] = graph.nodes.len() as u32;
            graph.nodes.push(self.nodes[node]);
        }
        for node in (0..self.nodes.len()).filter(|node| renumbered[*node] != u32::MAX) {
            let legs = self.legs_from[node].iter();
            graph
                .legs_from
                .push(legs.map(|leg| Leg { to: renumbered[leg.to as usize], ..*leg }).collect());
        }
        graph
    }
}
