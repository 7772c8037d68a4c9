//! [`States`]: what a car may be doing, and what it may do next.
//!
//! A state is an edge that is driven. Signs that speak of three roads need more: the edge that is driven after
//! a certain other one is then a state of its own, from which that sign's last turn is missing.

use std::collections::HashMap;

use super::{edge::EdgeIx, pieces::largest_piece, turn_cost::Turning};

/// Index of a state.
pub(super) type StateIx = u32;

/// The states of the largest piece in which every one can be reached from every other, and the arcs between
/// them.
#[derive(Debug, Default)]
pub(super) struct States {
    /// The edge that a state drives.
    pub(super) edge_of: Vec<EdgeIx>,
    /// Where the arcs of a state begin in `head` and `turn_ms`; one more than there are states.
    pub(super) first_out: Vec<u32>,
    /// The state that an arc leads to.
    pub(super) head: Vec<StateIx>,
    /// What the turn of an arc costs, ms.
    pub(super) turn_ms: Vec<u32>,
    /// The state that drives an edge wherever it came from; `None` where the edge is not in the piece.
    pub(super) of_edge: Vec<Option<StateIx>>,
}

impl States {
    /// The states of these edges. O(n).
    pub(super) fn of(turning: &Turning<'_>) -> Self {
        let drafts = Draft::of(turning);
        let kept = largest_piece(&drafts.first_out, &drafts.head);
        drafts.cut_to(&kept, turning.edges.len())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.edge_of.len()
    }

    /// The state that an arc leaves. O(log n).
    pub(super) fn tail(&self, arc: u32) -> StateIx {
        self.first_out.partition_point(|first| *first <= arc) as StateIx - 1
    }

    /// The arcs of a state: where they lead, and their places among all arcs.
    pub(super) fn arcs(&self, state: StateIx) -> impl Iterator<Item = (usize, StateIx)> + '_ {
        let (first, end) = (self.first_out[state as usize], self.first_out[state as usize + 1]);
        (first as usize..end as usize).map(|arc| (arc, self.head[arc]))
    }
}

/// All states, before those are left out that cannot be reached or left.
#[derive(Default)]
struct Draft {
    edge_of: Vec<EdgeIx>,
    first_out: Vec<u32>,
    head: Vec<StateIx>,
    turn_ms: Vec<u32>,
}

impl Draft {
    fn of(turning: &Turning<'_>) -> Self {
        let edges = turning.edges.len();
        let copies = Copies::of(&turning.signs.forbidden_ways, edges);
        let mut draft = Self { first_out: vec![0], ..Self::default() };
        draft.edge_of.extend(0..edges as EdgeIx);
        draft.edge_of.extend(&copies.edge_of);
        for state in 0..draft.edge_of.len() {
            let edge = draft.edge_of[state];
            for (next, turn_ms) in turning.nexts(edge) {
                if let Some(head) = copies.next(state as StateIx, edge, next) {
                    draft.head.push(head);
                    draft.turn_ms.push(turn_ms);
                }
            }
            draft.first_out.push(draft.head.len() as u32);
        }
        draft
    }

    fn cut_to(&self, kept: &[bool], edges: usize) -> States {
        let mut new_ix = vec![None; kept.len()];
        let mut states =
            States { first_out: vec![0], of_edge: vec![None; edges], ..States::default() };
        for state in (0..kept.len()).filter(|state| kept[*state]) {
            new_ix[state] = Some(states.edge_of.len() as StateIx);
            states.edge_of.push(self.edge_of[state]);
        }
        states.of_edge.copy_from_slice(&new_ix[..edges]);
        for state in (0..kept.len()).filter(|state| kept[*state]) {
            for arc in self.first_out[state] as usize..self.first_out[state + 1] as usize {
                if let Some(head) = new_ix[self.head[arc] as usize] {
                    states.head.push(head);
                    states.turn_ms.push(self.turn_ms[arc]);
                }
            }
            states.first_out.push(states.head.len() as u32);
        }
        states
    }
}

/// The further states of edges that are driven after certain others.
#[derive(Default)]
struct Copies {
    /// Their edges; the first one has the number after the last edge.
    edge_of: Vec<EdgeIx>,
    /// Which state a state goes over to with its next edge, where it is not the edge's own; `None`: forbidden.
    overrides: HashMap<(StateIx, EdgeIx), Option<StateIx>>,
}

impl Copies {
    /// Each way has three edges or more: it is followed from copy to copy, and its last turn is taken away.
    /// Ways that begin alike share their copies.
    fn of(forbidden_ways: &[Vec<EdgeIx>], edges: usize) -> Self {
        let mut copies = Self::default();
        for way in forbidden_ways {
            let [first, through @ .., last] = way.as_slice() else { continue };
            let mut state: StateIx = *first;
            for edge in through {
                let fresh = (edges + copies.edge_of.len()) as StateIx;
                let next = copies.overrides.entry((state, *edge)).or_insert(Some(fresh));
                let Some(next) = *next else { break };
                if next == fresh {
                    copies.edge_of.push(*edge);
                }
                state = next;
            }
            copies.overrides.insert((state, *last), None);
        }
        copies
    }

    /// The state that follows `state`, which drives `edge`, when it turns into `next`. A copy does what the
    /// edge itself does, but for its own overrides.
    fn next(&self, state: StateIx, edge: EdgeIx, next: EdgeIx) -> Option<StateIx> {
        let own = self.overrides.get(&(state, next));
        *own.or_else(|| self.overrides.get(&(edge, next))).unwrap_or(&Some(next))
    }
}
