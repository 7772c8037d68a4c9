//! Estates of the 1960s: bars and towers set freely in green.

use std::f64::consts::PI;

use geo::Polygon;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    house::{House, closed},
    plan::{Metres, crossing, heading, left},
    ring::Ring,
};

/// Depth of a bar, metres: flats through from side to side.
const BAR_DEPTH_M: f64 = 12.5;
/// Nearest that a building stands to the next, metres.
const APART_M: f64 = 15.0;

/// How an estate is laid out.
#[derive(Debug, Clone, Copy)]
enum Layout {
    /// Bars side by side.
    Rows,
    /// Bars and cross bars around greens.
    Greens,
    /// Angled bars.
    Angles,
    /// Towers in alternate rows.
    Towers,
}

/// A place on an estate: an origin, and two directions.
#[derive(Debug, Clone, Copy)]
struct Frame {
    along: Metres,
    across: Metres,
}

impl Frame {
    fn point(&self, along_m: f64, across_m: f64) -> Metres {
        self.along * along_m + self.across * across_m
    }

    fn outline(&self, corner: [f64; 2], corners: &[[f64; 2]]) -> Vec<Metres> {
        corners.iter().map(|c| self.point(corner[0] + c[0], corner[1] + c[1])).collect()
    }
}

/// The buildings of an estate within `fronts`, in rows from one end to the other.
pub(super) fn compose(fronts: &Ring, dice: &mut ChaCha8Rng) -> Vec<House> {
    let layout = match dice.random_range(0..10) {
        0..4 => Layout::Rows,
        4..7 => Layout::Greens,
        7..8 => Layout::Angles,
        _ => Layout::Towers,
    };
    let side = fronts.longest_side();
    let along = if dice.random_bool(0.6) { side } else { left(side) };
    let frame = Frame { along, across: left(along) };
    let ((west, east), (south, north)) = (fronts.extent(frame.along), fronts.extent(frame.across));
    let bar_levels = dice.random_range(4..=10);
    let row_m = match layout {
        Layout::Rows => dice.random_range(44.0..56.0),
        Layout::Greens | Layout::Angles => 84.0,
        Layout::Towers => 58.0,
    };
    let mut houses = Vec::new();
    let (mut across_m, mut row) = (south + 8.0, 0_u32);
    while across_m < north {
        let mut along_m = west + 6.0;
        if matches!(layout, Layout::Towers) {
            along_m += f64::from(row % 2) * 29.0;
        }
        while along_m < east {
            let (house, taken_m) =
                next_house(layout, &frame, [along_m, across_m], bar_levels, dice);
            if fits(&house.walls, fronts) {
                houses.push(house);
                along_m += taken_m + APART_M;
            } else {
                along_m += 9.0;
            }
        }
        across_m += row_m;
        row += 1;
    }
    houses
}

/// A building whose near corner is at `corner`, and the metres that it takes along.
fn next_house(
    layout: Layout,
    frame: &Frame,
    corner: [f64; 2],
    bar_levels: u16,
    dice: &mut ChaCha8Rng,
) -> (House, f64) {
    let d = BAR_DEPTH_M;
    let length_m = dice.random_range(44.0..92.0);
    let chance: f64 = dice.random();
    match layout {
        Layout::Rows if chance < 0.10 => tower(frame, corner, dice),
        Layout::Rows => bar(
            frame.outline(corner, &[[0.0, 0.0], [length_m, 0.0], [length_m, d], [0.0, d]]),
            bar_levels,
            length_m,
        ),
        Layout::Greens if chance < 0.42 => {
            let length_m = 30.0 + length_m * 0.35;
            bar(
                frame.outline(corner, &[[d, 0.0], [d, length_m], [0.0, length_m], [0.0, 0.0]]),
                bar_levels,
                d,
            )
        }
        Layout::Greens if chance < 0.52 => tower(frame, corner, dice),
        Layout::Greens => bar(
            frame.outline(corner, &[[0.0, 0.0], [length_m, 0.0], [length_m, d], [0.0, d]]),
            bar_levels,
            length_m,
        ),
        Layout::Angles => {
            let (long_m, short_m) = (length_m, 30.0 + length_m * 0.3);
            let corners = if chance < 0.5 {
                [[0.0, 0.0], [long_m, 0.0], [long_m, d], [d, d], [d, short_m], [0.0, short_m]]
            } else {
                [
                    [0.0, 0.0],
                    [long_m, 0.0],
                    [long_m, short_m],
                    [long_m - d, short_m],
                    [long_m - d, d],
                    [0.0, d],
                ]
            };
            bar(frame.outline(corner, &corners), bar_levels, long_m)
        }
        Layout::Towers => tower(frame, corner, dice),
    }
}

/// A bar with its doors in the wall from its first corner to its second.
fn bar(corners: Vec<Metres>, levels: u16, taken_m: f64) -> (House, f64) {
    let front = corners[..2].to_vec();
    (House { walls: Polygon::new(closed(corners), Vec::new()), levels, front }, taken_m)
}

/// A square tower, or one with three or four wings.
fn tower(frame: &Frame, corner: [f64; 2], dice: &mut ChaCha8Rng) -> (House, f64) {
    let levels = dice.random_range(10..=18);
    let half_m = dice.random_range(10.0..12.5);
    let centre = frame.point(corner[0] + 17.0, corner[1] + 17.0);
    let wings = match dice.random_range(0..10) {
        0..6 => {
            let square =
                [[-half_m, -half_m], [half_m, -half_m], [half_m, half_m], [-half_m, half_m]];
            let near = [corner[0] + 17.0, corner[1] + 17.0];
            return (bar(frame.outline(near, &square), levels, 0.0).0, 34.0);
        }
        6..9 => 3,
        _ => 4,
    };
    let turn_rad = frame.along.y.atan2(frame.along.x);
    let corners: Vec<Metres> = (0..wings)
        .map(|wing| turn_rad + f64::from(wing) / f64::from(wings) * 2.0 * PI)
        .flat_map(|wing_rad| {
            let (out, side) = (heading(wing_rad), left(heading(wing_rad)));
            let notch = heading(wing_rad + PI / f64::from(wings));
            let notch_m = 5.0 / (PI / f64::from(wings)).sin();
            [out * 16.5 - side * 5.0, out * 16.5 + side * 5.0, notch * notch_m]
        })
        .map(|off| centre + off)
        .collect();
    (bar(corners, levels, 0.0).0, 34.0)
}

/// Whether a building stands wholly inside `fronts`, clear of them.
fn fits(walls: &Polygon<f64>, fronts: &Ring) -> bool {
    let inside = walls.exterior().coords().all(|corner| fronts.contains(*corner));
    inside
        && walls.exterior().lines().all(|wall| {
            fronts.sides().all(|(a, b, _)| crossing(wall.start, wall.end, a, b).is_none())
        })
}
