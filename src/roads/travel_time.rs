//! [`TravelTime`]: what answers how long a patrol takes.

use crate::{geo::LonLat, time::Timestamp};

/// How long patrols take to a place, and by which way.
pub trait TravelTime {
    /// Seconds from each of `from` to `target` for patrols that leave at `at`, in the order of `from`; `None`
    /// where nobody can tell. One search for all of them.
    fn to(&self, target: LonLat, from: &[LonLat], at: Timestamp) -> Vec<Option<f64>>;

    /// The fastest way from `from` to `target` for a patrol that leaves at `at`; its time is that of
    /// [`TravelTime::to`].
    fn route(&self, from: LonLat, target: LonLat, at: Timestamp) -> Option<Route>;
}

/// A way: first by car, then on foot.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Seconds in all.
    pub time_s: f64,
    /// Of them, those on foot.
    pub walk_s: f64,
    /// Metres by car.
    pub drive_m: f64,
    /// Metres on foot, from where the car stops to the target.
    pub walk_m: f64,
    /// The way of the car from where the patrol is to where it stops: two positions at least, or none where nobody
    /// drives.
    pub drive: Vec<LonLat>,
    /// The way on foot from where the car stops to the target; empty where nobody walks.
    pub walk: Vec<LonLat>,
}

impl Route {
    /// Metres in all.
    #[must_use]
    pub fn distance_m(&self) -> f64 {
        self.drive_m + self.walk_m
    }
}
