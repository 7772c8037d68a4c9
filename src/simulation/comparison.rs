//! [`Comparison`]: policies side by side.

use super::{Estimate, Measures, Metric, Policy};

/// What a policy came to.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyOutcome {
    /// Which.
    pub policy: Policy,
    /// One for each replication.
    pub runs: Vec<Measures>,
}

/// Policies that met the same evenings. The first one is what the others are compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// In the order in which they were asked for.
    pub policies: Vec<PolicyOutcome>,
}

impl PolicyOutcome {
    /// A metric over all replications; `None` where no replication had anything to measure.
    #[must_use]
    pub fn estimate(&self, metric: Metric) -> Option<Estimate> {
        Estimate::of(self.runs.iter().filter_map(|run| run.get(metric)))
    }

    /// How much more a metric is than under `base`, replication by replication. The evenings are the same, so what
    /// they have in common falls out and the interval is narrow.
    #[must_use]
    pub fn difference(&self, base: &Self, metric: Metric) -> Option<Estimate> {
        let pairs = self.runs.iter().zip(&base.runs);
        Estimate::of(
            pairs.filter_map(|(mine, theirs)| Some(mine.get(metric)? - theirs.get(metric)?)),
        )
    }
}
