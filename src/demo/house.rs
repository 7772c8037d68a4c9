//! [`House`]: walls, storeys and doors of a building on the plan.

use geo::{Area, LineString, Polygon, Validation};

use super::plan::{Metres, length};

/// Shortest wall, metres.
const WALL_M_MIN: f64 = 0.3;
/// Smallest house, square metres.
const HOUSE_M2_MIN: f64 = 30.0;

/// A building on the plan.
#[derive(Debug, Clone)]
pub(super) struct House {
    /// Its walls; a hole is a court.
    pub(super) walls: Polygon<f64>,
    /// Storeys over ground.
    pub(super) levels: u16,
    /// The wall that its doors open in, from end to end.
    pub(super) front: Vec<Metres>,
}

impl House {
    /// Floor space of all storeys, square metres.
    pub(super) fn floor_space_m2(&self) -> f64 {
        self.walls.unsigned_area() * f64::from(self.levels)
    }

    /// Whether its walls neither cross nor touch each other, also once they are rounded to a centimetre.
    pub(super) fn is_sound(&self) -> bool {
        let shortest_m = self.walls.exterior().lines().map(|wall| length(wall.delta()));
        shortest_m.fold(f64::INFINITY, f64::min) > WALL_M_MIN
            && self.walls.unsigned_area() > HOUSE_M2_MIN
            && self.walls.is_valid()
    }

    /// `count` doors, evenly along the front.
    pub(super) fn doors(&self, count: usize) -> Vec<Metres> {
        let legs = || self.front.windows(2).map(|leg| (leg[0], leg[1], length(leg[1] - leg[0])));
        let whole_m: f64 = legs().map(|leg| leg.2).sum();
        let door = |at_m: f64| {
            let mut left_m = at_m;
            for (a, b, length_m) in legs() {
                if left_m <= length_m {
                    return a + (b - a) * (left_m / length_m);
                }
                left_m -= length_m;
            }
            self.front[self.front.len() - 1]
        };
        (0..count).map(|i| door(whole_m * (i as f64 + 0.5) / count as f64)).collect()
    }
}

/// A closed ring through `corners`.
pub(super) fn closed(corners: impl IntoIterator<Item = Metres>) -> LineString<f64> {
    let mut ring = LineString::from_iter(corners);
    ring.close();
    ring
}
