//! [`Hierarchy`]: the states in an order that makes searches short, and the weights of each period.

use std::sync::Arc;

use cch::{Cch, INF_WEIGHT, Metric, inertial_order};

use super::{
    state::{StateIx, States},
    weights::Weights,
};
use crate::geo::LonLat;

/// A customizable contraction hierarchy over the states. The order depends on the roads alone: other speeds
/// need new weights only.
///
/// Source: Dibbelt, Strasser, Wagner (2016), Customizable contraction hierarchies, ACM J. Exp. Algorithmics 21.
pub(super) struct Hierarchy(Cch);

impl Hierarchy {
    /// Orders the states, which are at `positions`, by nested dissection along the ground.
    pub(super) fn of(states: &States, positions: &[LonLat]) -> Self {
        let tail: Vec<StateIx> = (0..states.len() as StateIx)
            .flat_map(|state| states.arcs(state).map(move |_| state))
            .collect();
        let lat: Vec<f32> = positions.iter().map(|position| position.lat() as f32).collect();
        let lon: Vec<f32> = positions.iter().map(|position| position.lon() as f32).collect();
        let order = inertial_order(states.len() as u32, &tail, &states.head, &lat, &lon);
        let graph = cch::graph::Graph {
            first_out: states.first_out.clone(),
            head: states.head.clone(),
            weight: Vec::new(),
        };
        Self(Cch::build(&graph, &order))
    }

    /// The shortcuts for weights of the arcs, ms.
    pub(super) fn customized(&self, weights_ms: &[u32]) -> Metric {
        self.0.customize(weights_ms)
    }
}

/// The shortest times from every state to a goal, found once and told on demand.
///
/// The goal is reached from its seeds, each a state with the time that is left at its beginning. One search
/// goes up from them; then a state that is asked for is settled with all above it, and these are never
/// settled again: ranking many sources costs little more than the union of what is above them.
///
/// Source: Delling, Goldberg, Werneck (2011), Faster batched shortest paths in road networks (RPHAST), on the
/// elimination tree of the hierarchy instead of a heap.
pub(super) struct Search<'a> {
    cch: &'a Cch,
    weights: Arc<Weights>,
    /// One more than the time from a state to the goal by upward arcs against their direction; 0: none yet.
    /// Kept with 1 added so that a fresh table is zeros, which the system hands out without touching them.
    upward: Vec<u32>,
    /// One more than the shortest time from a state to the goal; 0: not settled yet.
    settled: Vec<u32>,
    /// Kept for its capacity.
    climb: Vec<u32>,
}

/// What `elimination_tree_parent` says of a root.
const NO_PARENT: u32 = u32::MAX;

impl<'a> Search<'a> {
    /// Searches backwards from `seeds`.
    pub(super) fn backwards(
        hierarchy: &'a Hierarchy,
        weights: Arc<Weights>,
        seeds: impl Iterator<Item = (StateIx, u32)>,
    ) -> Self {
        let cch = &hierarchy.0;
        let nodes = cch.node_count();
        let mut search = Self {
            cch,
            weights,
            upward: vec![0; nodes],
            settled: vec![0; nodes],
            climb: Vec::new(),
        };
        let mut above: Vec<u32> = Vec::new();
        for (state, left_ms) in seeds {
            let start = cch.rank[state as usize];
            lower(&mut search.upward[start as usize], left_ms);
            let mut node = start;
            while node != NO_PARENT {
                above.push(node);
                node = cch.elimination_tree_parent[node as usize];
            }
        }
        above.sort_unstable(); // a node comes before those above it
        above.dedup();
        for node in above {
            search.relax_upwards(node);
        }
        search
    }

    fn relax_upwards(&mut self, node: u32) {
        let Some(so_far_ms) = self.upward[node as usize].checked_sub(1) else { return };
        for arc in up_arcs(self.cch, node) {
            let weight_ms = self.weights.metric.backward[arc];
            if weight_ms < INF_WEIGHT {
                lower(&mut self.upward[self.cch.up_head[arc] as usize], so_far_ms + weight_ms);
            }
        }
    }

    /// The shortest time from the beginning of a state to the goal, ms. Amortized over all that are asked.
    pub(super) fn ms_from(&mut self, state: StateIx) -> Option<u32> {
        let mut node = self.cch.rank[state as usize];
        let asked = node as usize;
        self.climb.clear();
        while node != NO_PARENT && self.settled[node as usize] == 0 {
            self.climb.push(node);
            node = self.cch.elimination_tree_parent[node as usize];
        }
        while let Some(node) = self.climb.pop() {
            let upward_ms = self.upward[node as usize].checked_sub(1).unwrap_or(INF_WEIGHT);
            let best_ms = up_arcs(self.cch, node).fold(upward_ms, |best_ms, arc| {
                let above_ms = self.settled[self.cch.up_head[arc] as usize] - 1; // all above is settled
                best_ms.min(self.weights.metric.forward[arc] + above_ms)
            });
            self.settled[node as usize] = best_ms + 1;
        }
        Some(self.settled[asked] - 1).filter(|ms| *ms < INF_WEIGHT)
    }
}

fn up_arcs(cch: &Cch, node: u32) -> std::ops::Range<usize> {
    let node = node as usize;
    cch.up_first_out[node] as usize..cch.up_first_out[node + 1] as usize
}

/// Keeps in `slot` the lesser of one more than `ms` and what is there, unless that is nothing.
fn lower(slot: &mut u32, ms: u32) {
    let ms = ms.min(INF_WEIGHT);
    if *slot == 0 || ms + 1 < *slot {
        *slot = ms + 1;
    }
}
