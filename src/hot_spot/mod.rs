//! Questions: where incidents gather more than chance would have it, since when, and how sure that is.
//!
//! Pure functions; use the nouns, [`crate::statistics`], the twin, [`crate::publication`] and [`crate::heatmap`] only.
//! [`hot_spots`] sees zones and their counts and nothing else: made of a [`crate::heatmap::PublishedHeatmap`], its answer is a
//! function of published counts. Descriptive: nothing in the dispatch reads any of it.

mod find;
#[cfg(test)]
mod hot_spot_tests;
mod repeats;
mod series;
mod surface;
mod zone;

pub use find::{
    FALSE_DISCOVERY_RATE, Finding, Gathering, HotSpotError, HotSpots, Likeness, Standing,
    ZONES_MAX, ZONES_MIN, hot_spots,
};
pub use repeats::{EVENTS_MAX, REPEAT_DAYS, REPEAT_DISTANCES_M, Repeats, repeats};
pub use series::{Change, Point, Series, Step, WEEKS_MAX, monthly, weekly};
pub use surface::{BANDWIDTH_M, Surface, SurfaceError, surface};
pub use zone::{Neighbourhood, NoNeighbourhood, Zone, counted, told};
