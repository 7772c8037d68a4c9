//! [`Nearby`]: where signals lately were, in cubes twice as large as the distance that is asked for.
//!
//! A straight line through the Earth is shorter than the way along it by 0.13 mm at 5 km: it is taken for the distance.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::SELECTORS_MAX;
use crate::{geo::EarthCentred, time::Timestamp};

/// Places in a cube before those are looked for that are too old.
const PLACES_TO_TIDY: usize = 64;

/// The last instant of each selector's signals, by place.
#[derive(Debug)]
pub(super) struct Nearby {
    within_m: f64,
    cubes: HashMap<Cube, Vec<(EarthCentred, Timestamp)>, RandomState>,
    /// When the last signal of each selector was.
    latest: [Option<Timestamp>; SELECTORS_MAX],
    /// How many places there may be before old ones are looked for everywhere.
    tidy_at: usize,
    places: usize,
}

/// A selector, and a cube of the Earth.
type Cube = (u8, [i32; 3]);

impl Nearby {
    pub(super) fn new(within_m: f64) -> Self {
        Self {
            within_m,
            cubes: HashMap::default(),
            latest: [None; SELECTORS_MAX],
            tidy_at: 1024,
            places: 0,
        }
    }

    /// Whether around a signal that the selectors `main` take, of `count` in all, there is one of each of the others
    /// that is no earlier than `since`. The signal itself stands for one of those that take it.
    ///
    /// Eight cubes at most are looked at for each selector, and none where nothing has come since.
    pub(super) fn complete(
        &self,
        main: u16,
        count: usize,
        at: &EarthCentred,
        since: Timestamp,
    ) -> bool {
        if main.count_ones() == 1 {
            let mut others = (0..count).filter(|ix| main & (1 << ix) == 0);
            return others.all(|ix| self.has(ix, at, since));
        }
        let mut missing = (0..count).filter(|ix| !self.has(*ix, at, since));
        match (missing.next(), missing.next()) {
            (None, _) => true,
            (Some(only), None) => main & (1 << only) != 0,
            (Some(_), Some(_)) => false,
        }
    }

    fn has(&self, selector: usize, at: &EarthCentred, since: Timestamp) -> bool {
        if self.latest[selector].is_none_or(|latest| latest < since) {
            return false;
        }
        let near_m2 = self.within_m * self.within_m;
        let is_near = |place: &(EarthCentred, Timestamp)| {
            place.1 >= since && place.0.chord_squared_m2(at) <= near_m2
        };
        let [x, y, z] = at.coordinates_m().map(|c| {
            let cube_of = |c: f64| (c / self.cube_m()).floor() as i32;
            cube_of(c - self.within_m)..=cube_of(c + self.within_m)
        });
        let cubes = x.flat_map(|x| {
            let z = z.clone();
            y.clone().flat_map(move |y| z.clone().map(move |z| [x, y, z]))
        });
        let mut places = cubes.filter_map(|cube| self.cubes.get(&(selector as u8, cube)));
        places.any(|places| places.iter().any(is_near))
    }

    /// Remembers a signal; what is earlier than `since` is forgotten now and then.
    pub(super) fn add(&mut self, main: u16, at: &EarthCentred, when: Timestamp, since: Timestamp) {
        let cube = self.cube(at);
        for selector in (0..SELECTORS_MAX).filter(|ix| main & (1 << ix) != 0) {
            self.latest[selector] = Some(when);
            let selector = selector as u8;
            let places = self.cubes.entry((selector, cube)).or_default();
            match places.iter_mut().find(|(place, _)| place == at) {
                Some((_, last_at)) => *last_at = when,
                None => {
                    if places.len() >= PLACES_TO_TIDY {
                        let before = places.len();
                        places.retain(|(_, last_at)| *last_at >= since);
                        self.places -= before - places.len();
                    }
                    places.push((*at, when));
                    self.places += 1;
                }
            }
        }
        if self.places > self.tidy_at {
            self.cubes.retain(|_, places| {
                places.retain(|(_, last_at)| *last_at >= since);
                !places.is_empty()
            });
            self.places = self.cubes.values().map(Vec::len).sum();
            self.tidy_at = self.places * 2 + 1024;
        }
    }

    fn cube(&self, at: &EarthCentred) -> [i32; 3] {
        at.coordinates_m().map(|c| (c / self.cube_m()).floor() as i32)
    }

    /// The side of a cube: what is near touches two of them at most along each axis.
    const fn cube_m(&self) -> f64 {
        2.0 * self.within_m
    }
}
