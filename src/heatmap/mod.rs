//! Question: how many incidents there are, cell by cell, and how many that is for the dwellings there.
//!
//! Pure functions of a [`Snapshot`](crate::twin::Snapshot); use the nouns, the twin and
//! [`crate::publication`] only. The projection
//! of INSEE's grid is an argument ([`GridProjection`]), because projections are an adapter's work.

mod answer;
mod count;
mod cut;
mod published;

#[cfg(test)]
mod differencing_tests;
#[cfg(test)]
mod heatmap_tests;

pub use answer::{Cell, CellShape, Heatmap};
pub use count::{CELLS_MAX, HeatmapError, HeatmapQuery, Metric, heatmap};
pub use cut::{GridProjection, cells};
pub use published::{NotTold, PublishedCell, PublishedHeatmap, published_heatmap};
