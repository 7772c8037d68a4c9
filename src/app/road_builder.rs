//! [`RoadBuilder`]: makes the road graph beside the writer, so that nobody waits for it.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use crate::twin::Roads;

/// How long a start waits for the road graph: a town's is there by then; a region's comes while others are
/// served by straight line.
const START_WAIT: Duration = Duration::from_secs(2);

/// At most one thread that makes a graph.
#[derive(Debug, Default)]
pub(super) struct RoadBuilder {
    is_busy: Arc<AtomicBool>,
}

impl RoadBuilder {
    /// Starts to make the graph where it is behind the network, and waits a little.
    pub(super) fn start(&self, roads: &Roads) {
        if let Some(done) = self.look(roads) {
            let _late_or_done = done.recv_timeout(START_WAIT);
        }
    }

    /// Starts to make the graph where it is behind the network and nobody makes it yet. Returns what tells the end.
    pub(super) fn look(&self, roads: &Roads) -> Option<mpsc::Receiver<()>> {
        self.look_and(roads, Roads::make_graph)
    }

    fn look_and(&self, roads: &Roads, make: fn(&Roads)) -> Option<mpsc::Receiver<()>> {
        if !roads.is_behind() || self.is_busy.swap(true, Ordering::AcqRel) {
            return None;
        }
        let (roads, is_busy) = (roads.clone(), Arc::clone(&self.is_busy));
        let (tell, done) = mpsc::channel();
        let work = move || {
            if panic::catch_unwind(AssertUnwindSafe(|| make(&roads))).is_err() {
                // Trying again would fail again: the next import is another network.
                tracing::error!("the road graph could not be made; the one before stays in use");
                roads.keep_graph();
            }
            is_busy.store(false, Ordering::Release);
            let _nobody_waits_any_more = tell.send(());
        };
        let thread = std::thread::Builder::new().name("vigie-roads".to_owned()).spawn(work);
        if thread.is_err() {
            // Until there is one, patrols are ranked by straight line, as the answers say.
            self.is_busy.store(false, Ordering::Release);
        }
        thread.ok().map(|_| done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Fact, Seq},
        roads::testing::street,
        stock::StockChange,
        twin::Snapshot,
    };

    /// The state after an import of one more street.
    fn with_street(state: &Snapshot, id: &str) -> Snapshot {
        let added = street(id, &[(1, 0.0, 0.0), (2, 100.0, 0.0)]);
        let change = StockChange { roads: vec![added], ..StockChange::default() };
        let mut state = state.clone();
        state.apply([Fact::StockChanged(change)], Seq(state.seq().0 + 1));
        state
    }

    #[test]
    fn a_graph_that_cannot_be_made_leaves_the_one_before_and_is_tried_again_with_the_next_import() {
        let builder = RoadBuilder::default();
        let first = with_street(&Snapshot::default(), "way/1");
        let made = builder.look(first.roads()).unwrap();
        made.recv().unwrap();
        let before = first.roads().graph().unwrap();

        let second = with_street(&first, "way/2");
        let fails = builder.look_and(second.roads(), |_| panic!("a street of this network is odd"));
        fails.unwrap().recv().unwrap();

        assert!(Arc::ptr_eq(&second.roads().graph().unwrap(), &before), "readers go on with it");
        assert!(builder.look(second.roads()).is_none(), "it would fail again");
        let third = with_street(&second, "way/3");
        builder.look(third.roads()).unwrap().recv().unwrap();
        assert!(!Arc::ptr_eq(&third.roads().graph().unwrap(), &before));
    }
}
