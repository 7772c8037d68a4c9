//! [`RoadBuilder`]: makes the road graph beside the writer, so that nobody waits for it.

use std::{
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
    /// Stays so where a graph could not be made: trying again would fail again.
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
        if !roads.is_behind() || self.is_busy.swap(true, Ordering::AcqRel) {
            return None;
        }
        let (roads, is_busy) = (roads.clone(), Arc::clone(&self.is_busy));
        let (tell, done) = mpsc::channel();
        let work = move || {
            roads.make_graph();
            is_busy.store(false, Ordering::Release);
            let _nobody_waits_any_more = tell.send(());
        };
        // Without a thread, patrols are ranked by straight line, as the answers say.
        let thread = std::thread::Builder::new().name("vigie-roads".to_owned()).spawn(work);
        thread.ok().map(|_| done)
    }
}
