//! [`KeptWeights`]: the weights of the periods that were asked for last, within a bound on memory.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use cch::Metric;

/// What depends on the hour.
pub(super) struct Weights {
    /// How long each edge takes, ms, at least 1.
    pub(super) edge_ms: Vec<u32>,
    pub(super) metric: Metric,
}

impl Weights {
    /// Memory that they take.
    pub(super) fn bytes(&self) -> usize {
        let Metric { forward, backward } = &self.metric;
        (self.edge_ms.len() + forward.len() + backward.len()) * size_of::<u32>()
    }
}

/// The weights of some periods, the one that was asked for last first.
pub(super) struct KeptWeights {
    kept: Mutex<VecDeque<(usize, Arc<Weights>)>>,
    bytes_max: usize,
}

impl KeptWeights {
    /// None yet; later as many as fit into so many bytes, and one at least.
    pub(super) fn within(bytes_max: usize) -> Self {
        Self { kept: Mutex::default(), bytes_max }
    }

    /// Those of that period: `make` makes them where they are not there, and others, asked for longest ago, make
    /// room. Whoever else asks meanwhile waits, and mostly for the same ones.
    pub(super) fn of(&self, period: usize, make: impl FnOnce() -> Weights) -> Arc<Weights> {
        // Whole at every instant: a poisoned lock is as good as another.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(of, _)| *of == period);
        let known = known.and_then(|at| kept.remove(at)).map(|(_, weights)| weights);
        let weights = known.unwrap_or_else(|| Arc::new(make()));
        kept.push_front((period, Arc::clone(&weights)));
        let bytes = |kept: &VecDeque<(usize, Arc<Weights>)>| -> usize {
            kept.iter().map(|(_, weights)| weights.bytes()).sum()
        };
        while kept.len() > 1 && bytes(&kept) > self.bytes_max {
            kept.pop_back();
        }
        weights
    }

    /// The periods whose weights are there.
    #[cfg(test)]
    pub(super) fn periods(&self) -> Vec<usize> {
        self.kept.lock().unwrap().iter().map(|(period, _)| *period).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_kept_as_fit_and_those_asked_for_longest_ago_make_room() {
        let small =
            || Weights { edge_ms: vec![1], metric: Metric { forward: vec![1], backward: vec![1] } };
        let kept = KeptWeights::within(2 * small().bytes());

        for period in [7, 8, 7, 9] {
            kept.of(period, small);
        }

        assert_eq!(kept.periods(), [9, 7]);
        kept.of(7, || unreachable!("it is there"));
        let tiny = KeptWeights::within(0);
        for period in [1, 2] {
            tiny.of(period, small);
        }
        assert_eq!(tiny.periods(), [2], "whoever asks is answered");
    }
}
