//! Honest figures: where trouble gathers, how sure that is, and whether it changes.
//!
//! Pure functions of slices; uses [`crate::geo`] only. What each figure means, its formula and what it is checked
//! against is in `docs/statistics.md`. Bad input is an [`Unfit`] or a documented `None`: nothing here panics or
//! returns a number that is none.

mod change_point;
mod classes;
mod comparison;
mod false_discovery;
mod getis_ord;
#[cfg(test)]
mod hot_spots_tests;
mod kernel;
mod kernel_density;
mod known;
mod local_moran;
mod moran;
mod natural_breaks;
mod near_repeat;
mod neighbours;
mod rates;
mod sample;
mod season;
#[cfg(test)]
mod series_tests;
mod spearman;
mod tail;
mod trend;
mod weights;

pub use change_point::{Model, SERIES_MAX, Search, change_points, default_penalty};
pub use classes::{CLASSES_MAX, Classes, Cut, classify};
pub use comparison::{
    EXACT_MAX, EXPOSURE_MAX, Exposed, RateRatio, Table, fisher_exact, rate_ratio,
};
pub use false_discovery::{Dependence, adjusted};
pub use getis_ord::{LocalG, Surroundings, local_g};
pub use kernel::Kernel;
pub use kernel_density::{
    CELLS_MAX, Grid, REACHED_MAX, Smoothing, density, density_inside, density_of_counts,
    mass_inside,
};
pub use known::Known;
pub use local_moran::{LocalMoran, PERMUTATIONS_MAX, Permutations, Quadrant, local_moran};
pub use moran::{Moran, Score, moran};
pub use near_repeat::{
    COMPARED_MAX, LIMITS_MAX, Near, NearLimits, NearRepeat, near_repeat, near_repeats,
};
pub use neighbours::{PAIRS_MAX, UnfitZones, nearest, touching, within};
pub use rates::{COUNT_MAX, Rate, poisson_interval, rate, shrunk, shrunk_locally};
pub use sample::{Confidence, Interval, MAGNITUDE_MAX, Unfit};
pub use season::{Decomposition, Outliers, SEASONAL_SERIES_MAX, decompose};
pub use spearman::{Correlation, spearman};
pub use trend::{TREND_SERIES_MAX, Trend, seasonal_trend, trend};
pub use weights::{InvalidNeighbours, Transform, Weights};
