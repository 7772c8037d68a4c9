//! [`Ribbon`]: the strip of houses along the fronts of a block, around a court.

use std::f64::consts::PI;

use geo::Polygon;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    house::closed,
    plan::{Metres, dot, left, unit},
    ring::{Corner, Ring},
    way::WayIx,
};

/// Smallest court, square metres.
const COURT_M2_MIN: f64 = 90.0;

/// The strip between the fronts of a block and its court, `depth_m` deep everywhere.
#[derive(Debug)]
pub(super) struct Ribbon {
    fronts: Ring,
    court: Ring,
    /// Which front each side of the court lies behind: short fronts have none.
    front_of: Vec<usize>,
    depth_m: f64,
}

/// A place along the strip: a side of the court, and metres along the court's side there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Station {
    side: usize,
    along_m: f64,
}

/// A piece of the strip: its walls, and its front from end to end.
pub(super) struct Piece {
    pub(super) walls: Polygon<f64>,
    pub(super) front: Vec<Metres>,
}

impl Ribbon {
    /// The strip along `fronts`; `None` where it would leave no court.
    pub(super) fn along(fronts: &Ring, depth_m: f64) -> Option<Self> {
        let fronts = fronts.inset(|_| 0.0)?; // drops sides too short for a house
        let numbered = fronts.points().enumerate();
        let numbered = Ring(numbered.map(|(i, at)| Corner { at, way: WayIx(i as u32) }).collect());
        let court = numbered.inset(|_| depth_m)?;
        let front_of = court.0.iter().map(|corner| corner.way.0 as usize).collect();
        let whole = court.area_m2() > COURT_M2_MIN;
        whole.then_some(Self { fronts, court, front_of, depth_m })
    }

    pub(super) const fn court(&self) -> &Ring {
        &self.court
    }

    pub(super) fn perimeter_m(&self) -> f64 {
        self.fronts.perimeter_m()
    }

    fn sides(&self) -> usize {
        self.court.0.len()
    }

    /// The ends of the front before a side of the court.
    fn front(&self, side: usize) -> (Metres, Metres) {
        let front = self.front_of[side];
        (self.fronts.0[front].at, self.fronts.0[(front + 1) % self.fronts.0.len()].at)
    }

    fn direction(&self, side: usize) -> Metres {
        let (from, to) = self.front(side);
        unit(to - from)
    }

    /// Between which metres along the court's side a wall can run straight through the strip.
    fn straight_m(&self, side: usize) -> (f64, f64) {
        let n = self.sides();
        let (direction, start) = (self.direction(side), self.court.0[side].at);
        let along = |p: Metres| dot(p - start, direction);
        let court_m = along(self.court.0[(side + 1) % n].at);
        let (from, to) = self.front(side);
        (along(from).max(0.0) + 0.5, along(to).min(court_m) - 0.5)
    }

    /// Party walls about every `width_m` metres, so that the houses at corners have two arms.
    pub(super) fn party_walls(&self, width_m: f64, dice: &mut ChaCha8Rng) -> Vec<Station> {
        let mut walls = Vec::new();
        for side in 0..self.sides() {
            let (from, to) = self.straight_m(side);
            let count = ((to - from) / width_m).round();
            if to - from < 5.0 || count < 1.0 {
                continue;
            }
            let share_m = (to - from) / count;
            walls.extend((0..count as usize).map(|i| {
                let off = 0.5 + dice.random_range(-0.14..0.14);
                Station { side, along_m: from + share_m * (i as f64 + off) }
            }));
        }
        walls
    }

    /// Rows of about `length_m`, `gap_m` apart, on every side but not around its corners.
    pub(super) fn rows(
        &self,
        length_m: f64,
        gap_m: f64,
        dice: &mut ChaCha8Rng,
    ) -> Vec<[Station; 2]> {
        let mut rows = Vec::new();
        for side in 0..self.sides() {
            let (from, to) = self.straight_m(side);
            let wanted_m = length_m * dice.random_range(0.8..1.25);
            let count = ((to - from + gap_m) / (wanted_m + gap_m)).round().max(1.0);
            let each_m = (to - from + gap_m) / count - gap_m;
            if each_m < length_m * 0.45 {
                continue;
            }
            rows.extend((0..count as usize).map(|i| {
                let start_m = from + (each_m + gap_m) * i as f64;
                [start_m, start_m + each_m].map(|along_m| Station { side, along_m })
            }));
        }
        rows
    }

    /// The strip from one station to another, onwards counter-clockwise.
    pub(super) fn piece(&self, from: Station, to: Station) -> Piece {
        let n = self.sides();
        let ends = |station: Station| {
            let direction = self.direction(station.side);
            let inner = self.court.0[station.side].at + direction * station.along_m;
            (inner - left(direction) * self.depth_m, inner)
        };
        let ((front_from, back_from), (front_to, back_to)) = (ends(from), ends(to));
        let (mut front, mut back) = (vec![front_from], vec![back_from]);
        let mut side = from.side;
        let mut turned = side == to.side && from.along_m < to.along_m;
        while !turned {
            let (past, corners) = (self.front_of[side], self.fronts.0.len());
            side = (side + 1) % n;
            let turns = (self.front_of[side] + corners - past) % corners;
            front.extend((1..=turns).map(|i| self.fronts.0[(past + i) % corners].at));
            back.push(self.court.0[side].at);
            turned = side == to.side;
        }
        front.push(front_to);
        back.push(back_to);
        let walls =
            Polygon::new(closed(front.iter().chain(back.iter().rev()).copied()), Vec::new());
        Piece { walls, front }
    }

    /// The whole strip as one building around its court.
    pub(super) fn whole(&self) -> Piece {
        let hole: Vec<Metres> = self.court.points().collect();
        let walls =
            Polygon::new(closed(self.fronts.points()), vec![closed(hole.into_iter().rev())]);
        let front = self.fronts.points().chain([self.fronts.0[0].at]).collect();
        Piece { walls, front }
    }

    /// The station `gap_m` further along the same side; as far as the side goes.
    pub(super) fn further(&self, station: Station, gap_m: f64) -> Station {
        let (from, to) = self.straight_m(station.side);
        Station { along_m: (station.along_m + gap_m).clamp(from, to), ..station }
    }
}

/// How round a ring is: 1 for a circle, near 0 for a thread.
pub(super) fn roundness(ring: &Ring) -> f64 {
    4.0 * PI * ring.area_m2() / ring.perimeter_m().powi(2)
}
