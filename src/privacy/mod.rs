//! What protects people: which counts may leave the house.
//!
//! Uses [`crate::time`] only.

mod gate;

pub use gate::{CLASS_WIDTH, CountClass, Estimate, HOUSEHOLDS_MIN, Reading, SmallMean};
