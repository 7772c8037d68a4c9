//! Question: which patrols are nearest, and why those.
//!
//! Pure functions of a [`Snapshot`](crate::twin::Snapshot); use the nouns and the twin only.

mod nearest;
mod why;

#[cfg(test)]
mod nearest_tests;

pub use nearest::{
    Eligible, InvalidRankCount, NearestError, NearestQuery, PassedOver, RANK_COUNT_MAX, RankCount,
    Ranked, Ranking, Reason, Target, TargetPlace, nearest,
};
