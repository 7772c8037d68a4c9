//! The made data: a small town with zones, calls and series, from a seed.

use std::sync::OnceLock;

use geo::Coord;
use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use vigie::geo::{LocalPlane, LonLat};

/// Least length of a stretch between changes.
pub const STRETCH_MIN: usize = 5;
/// Penalties of changes, from one that finds many to one that finds none.
pub const PENALTIES: [f64; 5] = [20.0, 60.0, 200.0, 1000.0, 1e6];
/// The grid of the kernel density, whose south-western corner is 900 m west and 700 m south of the middle.
pub const GRID: Cells = Cells { cell_m: 60.0, columns: 30, rows: 25, bandwidth_m: 90.0 };

/// A grid and how far events spread on it.
pub struct Cells {
    pub cell_m: f64,
    pub columns: usize,
    pub rows: usize,
    pub bandwidth_m: f64,
}

/// The zone without neighbours.
pub const ISLAND: usize = 7;

const ZONES: usize = 240;
const ACROSS: usize = 12;

/// The town.
pub struct Made {
    pub positions: Vec<LonLat>,
    pub places_m: Vec<Coord<f64>>,
    pub days: Vec<f64>,
    pub near: Vec<Vec<usize>>,
    pub values: Vec<f64>,
    pub others: Vec<f64>,
    pub counts: Vec<u64>,
    pub dwellings: Vec<u64>,
    pub squares: Vec<Vec<[f64; 2]>>,
    pub p: Vec<f64>,
    pub events_m: Vec<Coord<f64>>,
    pub daily: Vec<f64>,
    pub weeks: Vec<f64>,
    pub weekly: Vec<f64>,
    pub pairs: Vec<(u64, f64, u64, f64)>,
    pub tables: Vec<[[u64; 2]; 2]>,
}

/// The same town for all tests.
pub fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let dice = &mut ChaCha8Rng::seed_from_u64(20_260_101);
        let plane = LocalPlane::at(LonLat::new(2.35, 48.85).unwrap());
        let places_m: Vec<Coord<f64>> = (0..ZONES)
            .map(|_| coord(dice.random_range(-900.0..900.0), dice.random_range(-700.0..700.0)))
            .collect();
        let positions =
            places_m.iter().map(|place| plane.to_degrees(*place).try_into().unwrap()).collect();
        let values = values(&places_m, dice);
        let dwellings: Vec<u64> = (0..ZONES).map(|_| dice.random_range(8..600)).collect();
        let rate = |place: &Coord<f64>| 0.02 + 0.06 * f64::from(u8::from(place.x > 300.0));
        let counts = places_m
            .iter()
            .zip(&dwellings)
            .map(|(place, dwellings)| poisson(rate(place) * *dwellings as f64, dice))
            .collect();
        Made {
            days: days(&places_m, dice),
            near: near(&places_m),
            others: values
                .iter()
                .map(|value| (value / 3.0).round() + dice.random_range(-4.0..4.0_f64).round())
                .collect(),
            squares: squares(&plane, dice),
            p: (0..80)
                .map(|at| dice.random::<f64>().powi(1 + at % 4))
                .chain([0.004, 0.004, 1.0])
                .collect(),
            events_m: events(dice),
            daily: daily(dice),
            weeks: (0..90).map(|week| f64::from(week / 2)).collect(),
            weekly: (0..90)
                .map(|week| f64::from(week) * 0.05 + poisson(9.0, dice) as f64)
                .collect(),
            pairs: vec![
                (12, 1000.0, 25, 900.0),
                (0, 40.0, 7, 90.0),
                (3, 12.5, 0, 31.0),
                (180, 2400.0, 130, 2200.0),
                (1, 1.0, 1, 1.0),
                (2500, 365.0, 2300, 366.0),
            ],
            tables: vec![
                [[8, 2], [1, 5]],
                [[10, 10], [10, 10]],
                [[0, 12], [9, 4]],
                [[300, 1200], [260, 1500]],
                [[5, 0], [7, 0]],
            ],
            positions,
            places_m,
            values,
            counts,
            dwellings,
        }
    })
}

impl Made {
    /// What the libraries of reference are asked, by the names that `tests/pysal/reference.py` knows.
    pub fn as_json(&self) -> Value {
        let pairs =
            |places: &[Coord<f64>]| places.iter().map(|at| [at.x, at.y]).collect::<Vec<_>>();
        let positions: Vec<[f64; 2]> =
            self.positions.iter().map(|at| [at.lon(), at.lat()]).collect();
        let cells: Vec<[f64; 2]> = (0..GRID.rows)
            .flat_map(|row| {
                (0..GRID.columns).map(move |column| (row as f64 + 0.5, column as f64 + 0.5))
            })
            .map(|(row, column)| [-900.0 + column * GRID.cell_m, -700.0 + row * GRID.cell_m])
            .collect();
        let edges: Vec<f64> = (0..20).map(|cell| (f64::from(cell) + 0.5) * 0.2).collect();
        json!({
            "autocorrelation": [self.values, self.near],
            "rates": [self.counts, self.dwellings, self.near],
            "neighbours": [positions, 8, 250.0, self.squares],
            "false_discovery": [self.p],
            "density": [pairs(&self.events_m), cells, GRID.bandwidth_m],
            "normal_below": [edges],
            "near_repeat": [pairs(&self.places_m), self.days, 120.0, 3.0],
            "change_points": [self.daily, PENALTIES, STRETCH_MIN],
            "seasons": [self.daily, 7, 13],
            "trends": [self.weeks, self.weekly],
            "classes": [self.values, 5],
            "rate_ratios": [self.pairs],
            "fisher": [self.tables],
            "correlations": [self.values, self.others],
        })
    }
}

/// Who lies within 180 m, both ways, but for the island.
fn near(places_m: &[Coord<f64>]) -> Vec<Vec<usize>> {
    let near = |a: usize, b: usize| {
        (places_m[a].x - places_m[b].x).hypot(places_m[a].y - places_m[b].y) < 180.0
    };
    let fine = |a: usize, b: usize| a != b && a != ISLAND && b != ISLAND && near(a, b);
    (0..ZONES).map(|a| (0..ZONES).filter(|b| fine(a, *b)).collect()).collect()
}

/// Higher in the east, with some noise.
fn values(places_m: &[Coord<f64>], dice: &mut ChaCha8Rng) -> Vec<f64> {
    places_m.iter().map(|place| 20.0 + place.x / 100.0 + 12.0 * normal(dice).abs()).collect()
}

/// When the event at each place was: some follow a near one within two days.
fn days(places_m: &[Coord<f64>], dice: &mut ChaCha8Rng) -> Vec<f64> {
    let mut days: Vec<f64> =
        (0..places_m.len()).map(|_| f64::from(dice.random_range(0..180))).collect();
    for (at, list) in near(places_m).into_iter().enumerate().step_by(4) {
        if let Some(other) = list.first() {
            days[at] = days[*other] + f64::from(dice.random_range(0..3));
        }
    }
    days
}

/// Zones side by side, of uneven shape. Their corners are the same to the last bit, since libpysal compares corners.
fn squares(plane: &LocalPlane, dice: &mut ChaCha8Rng) -> Vec<Vec<[f64; 2]>> {
    let corners: Vec<Vec<[f64; 2]>> = (0..=ACROSS)
        .map(|row| {
            (0..=ACROSS)
                .map(|column| {
                    let moved = coord(
                        column as f64 * 90.0 + dice.random_range(-30.0..30.0),
                        row as f64 * 80.0 + dice.random_range(-30.0..30.0),
                    );
                    let at = plane.to_degrees(moved);
                    [at.x, at.y]
                })
                .collect()
        })
        .collect();
    (0..ACROSS * ACROSS)
        .map(|at| {
            let (row, column) = (at / ACROSS, at % ACROSS);
            let (south, north) = (&corners[row], &corners[row + 1]);
            vec![south[column], south[column + 1], north[column + 1], north[column], south[column]]
        })
        .collect()
}

/// Each event stands four times, a quarter turn apart: their covariance is the same in all directions.
fn events(dice: &mut ChaCha8Rng) -> Vec<Coord<f64>> {
    (0..60)
        .flat_map(|_| {
            let (x, y) = (350.0 * normal(dice), 200.0 * normal(dice));
            [coord(x, y), coord(-y, x), coord(-x, -y), coord(y, -x)]
        })
        .collect()
}

/// Calls a day: a weekly season, and two changes of level, on days 120 and 260.
fn daily(dice: &mut ChaCha8Rng) -> Vec<f64> {
    let level = |day: usize| match day {
        0..120 => 20.0,
        120..260 => 32.0,
        _ => 14.0,
    };
    let season = |day: usize| if day % 7 >= 5 { 1.15 } else { 0.95 };
    (0..400).map(|day| poisson(level(day) * season(day), dice) as f64).collect()
}

fn coord(x: f64, y: f64) -> Coord<f64> {
    Coord { x, y }
}

/// Box and Muller's normal.
fn normal(dice: &mut ChaCha8Rng) -> f64 {
    let (a, b): (f64, f64) = (dice.random(), dice.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// Knuth's Poisson, for means that are not large.
fn poisson(mean: f64, dice: &mut ChaCha8Rng) -> u64 {
    let limit = (-mean).exp();
    let (mut count, mut product) = (0, dice.random::<f64>());
    while product > limit {
        count += 1;
        product *= dice.random::<f64>();
    }
    count
}
