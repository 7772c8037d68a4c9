//! [`Roads`]: the roads as they are known, and the graph that was made of them.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::roads::{ClassSpeeds, Network, Road, RoadGraph, Turn};

/// The network of a state, and the newest graph that has been made. Cloning is free, and clones share the graph:
/// whoever makes it need not be in the way of whoever changes the state.
#[derive(Debug, Clone, Default)]
pub struct Roads {
    network: Network,
    made: Arc<ArcSwapOption<Made>>,
}

#[derive(Debug)]
struct Made {
    of: Network,
    graph: Option<Arc<RoadGraph>>,
}

impl Roads {
    /// The roads as they were imported.
    #[must_use]
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// The graph to ask: of this network, or of an earlier one while this one's is being made. `None` where
    /// there are no roads, or none made yet.
    #[must_use]
    pub fn graph(&self) -> Option<Arc<RoadGraph>> {
        self.made.load().as_ref().and_then(|made| made.graph.clone())
    }

    /// Whether the graph is still to be made of this network.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        let none_needed = self.network.roads().is_empty();
        let made = self.made.load();
        !made.as_ref().map_or(none_needed, |made| made.of.is_same_as(&self.network))
    }

    /// Makes the graph of this network, for every state that shares it. Takes as long as it takes (see
    /// [`RoadGraph::build`]); readers go on with the one before.
    pub fn make_graph(&self) {
        let before = self.graph();
        let graph = RoadGraph::build(&self.network, before.as_deref()).map(Arc::new);
        self.made.store(Some(Arc::new(Made { of: self.network.clone(), graph })));
    }

    /// Goes on with the graph that there is, for every state that shares it: none can be made of this network.
    pub fn keep_graph(&self) {
        self.made.store(Some(Arc::new(Made { of: self.network.clone(), graph: self.graph() })));
    }

    pub(super) fn changed(
        &self,
        roads: Vec<Road>,
        turns: Vec<Turn>,
        speeds: Vec<ClassSpeeds>,
    ) -> Self {
        let network = self.network.changed(roads, turns, speeds);
        Self { network, made: Arc::clone(&self.made) }
    }
}
