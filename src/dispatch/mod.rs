//! Question: which patrols are nearest, and why those.
//!
//! Pure functions of a [`Snapshot`](crate::twin::Snapshot); use the nouns and the twin only.

mod by_line;
mod by_road;
mod nearest;
mod query;
mod ranking;
mod why;

#[cfg(test)]
mod nearest_tests;
#[cfg(test)]
mod road_tests;

pub use nearest::{NearestError, nearest};
pub use query::{By, Eligible, InvalidRankCount, NearestQuery, RANK_COUNT_MAX, RankCount, Target};
pub use ranking::{OffRoad, PassedOver, Ranked, Ranking, Reason, Reasons, TargetPlace};
