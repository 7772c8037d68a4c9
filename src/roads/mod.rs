//! Roads: how long a patrol takes from where it is to where it is needed.
//!
//! Uses [`crate::geo`] and [`crate::time`] only.

mod straight_line;
mod travel_time;

pub use straight_line::StraightLine;
pub use travel_time::{Route, TravelTime};
