//! The river: its course, its two islands, its banks.

use std::f64::consts::PI;

use geo::{LineString, MultiPolygon, Polygon};
use rand::RngExt;

use super::plan::{Metres, at, dice, left, unit};

/// Half of the river's width where it runs undivided, metres.
const HALF_WIDTH_M: f64 = 62.0;
/// How much wider each half is beside an island, metres.
const WIDENING_M: f64 = 78.0;
/// Half an island's greatest width, metres.
const ISLAND_HALF_WIDTH_M: f64 = 62.0;
/// Half an island's length, metres.
const ISLAND_HALF_LENGTH_M: f64 = 270.0;
/// Where the islands' middles are, metres east of the centre.
const ISLANDS_EAST_M: [f64; 2] = [-230.0, 520.0];
/// How far east and west the river is drawn, metres.
const REACH_M: f64 = 6_400.0;
/// Metres between two points of its course.
const STEP_M: f64 = 80.0;
/// From the water's edge to the middle of the street beside it, metres.
const QUAY_M: f64 = 13.0;

/// A river that meanders from east to west through the town's centre.
#[derive(Debug, Clone, Copy)]
pub(super) struct River {
    bend: f64,
    ripple: f64,
}

/// A side of the river.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bank {
    North,
    South,
}

impl River {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = dice(seed, "river");
        Self { bend: dice.random_range(-0.15..0.15), ripple: dice.random_range(0.0..2.0 * PI) }
    }

    /// The middle of the river, `east_m` metres east of the centre.
    pub(super) fn middle(&self, east_m: f64) -> Metres {
        let bend = 780.0 * ((east_m + 420.0) / 1_480.0 + self.bend).sin();
        at(east_m, bend - 540.0 + 70.0 * (east_m / 620.0 + self.ripple).sin())
    }

    fn across(&self, east_m: f64) -> Metres {
        left(unit(self.middle(east_m + 1.0) - self.middle(east_m - 1.0)))
    }

    fn half_width_m(&self, east_m: f64) -> f64 {
        let beside = |island: &f64| {
            let t = (east_m - island) / (ISLAND_HALF_LENGTH_M * 1.45);
            if t.abs() < 1.0 { (1.0 + (PI * t).cos()) / 2.0 } else { 0.0 }
        };
        let widening: f64 = ISLANDS_EAST_M.iter().map(beside).sum();
        HALF_WIDTH_M + WIDENING_M * widening.min(1.0)
    }

    /// The line along a bank, `off_m` metres inland from the water's edge, from west to east.
    fn bank(&self, bank: Bank, off_m: f64) -> Vec<Metres> {
        let steps = (2.0 * REACH_M / STEP_M) as usize;
        let side = match bank {
            Bank::North => 1.0,
            Bank::South => -1.0,
        };
        (0..=steps)
            .map(|i| i as f64 * STEP_M - REACH_M)
            .map(|east_m| {
                let off_m = side * (self.half_width_m(east_m) + off_m);
                self.middle(east_m) + self.across(east_m) * off_m
            })
            .collect()
    }

    /// The street along a bank.
    pub(super) fn quay(&self, bank: Bank) -> Vec<Metres> {
        self.bank(bank, QUAY_M)
    }

    /// Around an island, `off_m` metres outside its street, closed.
    fn island(&self, middle_m: f64, off_m: f64) -> Vec<Metres> {
        let half_length_m = ISLAND_HALF_LENGTH_M + off_m;
        let mut line: Vec<Metres> = (0..24)
            .map(|i| f64::from(i) / 24.0 * 2.0 * PI)
            .map(|turn| {
                let east_m = middle_m + half_length_m * turn.cos();
                // Blunter than an ellipse, as islands in towns are.
                let width_m = turn.sin().signum()
                    * turn.sin().abs().powf(0.8)
                    * (ISLAND_HALF_WIDTH_M + off_m);
                self.middle(east_m) + self.across(east_m) * width_m
            })
            .collect();
        line.push(line[0]);
        line
    }

    /// The street around each island, closed.
    pub(super) fn island_streets(&self) -> [Vec<Metres>; 2] {
        ISLANDS_EAST_M.map(|middle_m| self.island(middle_m, 0.0))
    }

    /// Where the bridges over the islands run, metres east of the centre.
    pub(super) const fn island_bridges_east_m() -> [f64; 2] {
        ISLANDS_EAST_M
    }

    /// The water, with the islands left out.
    pub(super) fn water(&self) -> MultiPolygon<f64> {
        let shore = self.bank(Bank::South, 0.0);
        let back = self.bank(Bank::North, 0.0);
        let shell = LineString::from_iter(
            shore.iter().chain(back.iter().rev()).chain([&shore[0]]).copied(),
        );
        let islands = ISLANDS_EAST_M.map(|middle_m| {
            LineString::from_iter(self.island(middle_m, QUAY_M - 4.0).into_iter().rev())
        });
        MultiPolygon::new(vec![Polygon::new(shell, islands.to_vec())])
    }

    /// Whether a point of the plan lies between the quays, outside the islands' streets.
    pub(super) fn covers(&self, p: Metres) -> bool {
        // The course runs from west to east, so the widest reach bounds where its foot can be.
        let steps = -12..=12;
        let nearest_m = steps
            .map(|i| p.x + f64::from(i) * 20.0)
            .map(|east_m| {
                let off = p - self.middle(east_m);
                off.x.hypot(off.y) - self.half_width_m(east_m)
            })
            .fold(f64::INFINITY, f64::min);
        let on_island = ISLANDS_EAST_M.iter().any(|middle_m| {
            use geo::Contains;
            let shore = LineString::from(self.island(*middle_m, 0.0));
            Polygon::new(shore, Vec::new()).contains(&geo::Point::from(p))
        });
        nearest_m < 0.0 && !on_island
    }
}
