//! The main ways of the town: ring boulevards, avenues that lead out, quays, the railway and the canal.

use std::f64::consts::PI;

use rand::RngExt;

use super::{
    plan::{Metres, at, dice, heading, length, on_grain},
    river::{Bank, River},
    way::{Way, WayClass, Ways},
};

/// Half of the town from west to east, metres.
const HALF_WIDTH_M: f64 = 4_850.0;
/// Half of the town from south to north, metres.
const HALF_HEIGHT_M: f64 = 3_850.0;
/// The share of the way out at which each ring boulevard runs, and its corners: the last is the town's limit.
pub(super) const RINGS: [(f64, usize); 4] = [(0.175, 11), (0.40, 17), (0.68, 25), (1.0, 44)];

/// The shape of the town: how far it reaches in each direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    lobes: [f64; 3],
}

impl Outline {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = dice(seed, "outline");
        Self { lobes: [(); 3].map(|()| dice.random_range(0.0..2.0 * PI)) }
    }

    /// The point at the share `out` of the way from the centre to the limit, towards `angle_rad`.
    pub(super) fn point(&self, angle_rad: f64, out: f64) -> Metres {
        let [a, b, c] = self.lobes;
        let lobes = 0.06 * (2.0 * angle_rad + a).sin()
            + 0.05 * (3.0 * angle_rad + b).sin()
            + 0.03 * (5.0 * angle_rad + c).sin();
        let reach = out * (1.0 + lobes * out.min(1.0));
        let along = heading(angle_rad);
        at(along.x * HALF_WIDTH_M * reach, along.y * HALF_HEIGHT_M * reach)
    }

    /// At which share of the way out `p` lies, nearly: 0 in the centre, 1 at the limit.
    pub(super) fn out(&self, p: Metres) -> f64 {
        let angle_rad = (p.y / HALF_HEIGHT_M).atan2(p.x / HALF_WIDTH_M);
        length(p) / length(self.point(angle_rad, 1.0)).max(1.0)
    }

    /// A ring boulevard: straight pieces, as where walls once stood.
    fn ring(&self, out: f64, corners: usize, turn_rad: f64) -> Vec<Metres> {
        let corner = |i: usize| self.point(turn_rad + i as f64 / corners as f64 * 2.0 * PI, out);
        (0..corners).chain([0]).map(corner).collect()
    }

    /// An avenue outwards that bends a little on its way.
    fn avenue(&self, angle_rad: f64, from: f64, to: f64, bend_rad: f64) -> Vec<Metres> {
        (0..=7)
            .map(|i| from + (to - from) * f64::from(i) / 7.0)
            .map(|out| self.point(angle_rad + bend_rad * (out * 4.0).sin(), out))
            .collect()
    }
}

/// Draws every main way of the town.
pub(super) fn draw(seed: u64, outline: &Outline, river: &River) -> Ways {
    let mut ways = Ways::default();
    let mut key = 0;
    let mut add = |class, line: Vec<Metres>| {
        key += 1;
        let line = line.into_iter().map(on_grain).collect();
        ways.add(Way { class, name_key: key, line });
    };
    let mut dice = dice(seed, "arteries");
    for (out, corners) in RINGS {
        add(WayClass::Boulevard, outline.ring(out, corners, dice.random_range(0.0..1.0)));
    }
    add(WayClass::Quay, river.quay(Bank::North));
    add(WayClass::Quay, river.quay(Bank::South));
    for street in river.island_streets() {
        add(WayClass::Lane, street);
    }
    let turn_rad = dice.random_range(0.0..0.5);
    for i in 0..9 {
        let angle_rad = turn_rad + (f64::from(i) + dice.random_range(-0.18..0.18)) / 9.0 * 2.0 * PI;
        let bend_rad = dice.random_range(-0.10..0.10);
        add(WayClass::Boulevard, outline.avenue(angle_rad, RINGS[0].0 - 0.01, 1.2, bend_rad));
    }
    for i in 0..8 {
        let angle_rad = turn_rad + (f64::from(i) + dice.random_range(0.25..0.75)) / 8.0 * 2.0 * PI;
        let bend_rad = dice.random_range(-0.06..0.06);
        add(WayClass::Avenue, outline.avenue(angle_rad, RINGS[1].0 - 0.01, 1.02, bend_rad));
    }
    for line in old_streets(outline, river, dice.random_range(-40.0..40.0)) {
        add(WayClass::Avenue, line);
    }
    add(WayClass::Rail, smooth(&RAILWAY));
    let mouth = river.middle(CANAL[0].x);
    add(WayClass::Canal, smooth(&[&[mouth], &CANAL[1..]].concat()));
    ways
}

/// The railway: in from the south-west, past the station north of the centre, out to the north-east.
const RAILWAY: [Metres; 9] = [
    at(-7_000.0, -2_900.0),
    at(-4_900.0, -2_500.0),
    at(-3_400.0, -1_700.0),
    at(-2_550.0, -300.0),
    at(-1_800.0, 1_000.0),
    at(-700.0, 1_780.0),
    at(1_000.0, 1_950.0),
    at(3_000.0, 1_820.0),
    at(6_900.0, 2_900.0),
];

/// The canal: from the river east of the centre to the north-east. Its first point is moved into the river.
const CANAL: [Metres; 6] = [
    at(1_950.0, 0.0),
    at(2_080.0, 800.0),
    at(2_500.0, 1_350.0),
    at(3_250.0, 2_050.0),
    at(3_700.0, 3_000.0),
    at(4_300.0, 4_600.0),
];

/// Streets across the old town: two over the islands, one from west to east on either bank.
fn old_streets(outline: &Outline, river: &River, shift_m: f64) -> Vec<Vec<Metres>> {
    let reach = RINGS[0].0 + 0.012;
    let [west_m, east_m] = River::island_bridges_east_m();
    let (north, south) = (outline.point(PI / 2.0, reach), outline.point(-PI / 2.0, reach));
    let (west, east) = (outline.point(PI - 0.4, reach), outline.point(0.35, reach));
    let over = |bridge_m: f64, head_m: f64, foot_m: f64| {
        let middle = river.middle(bridge_m);
        let (up, down) = (at(0.0, 260.0), at(0.0, -260.0));
        vec![at(head_m, north.y), middle + up, middle + down, at(foot_m, south.y)]
    };
    let square = at(40.0 + shift_m, river.middle(0.0).y + 420.0);
    vec![
        over(west_m, west_m + 120.0, west_m - 40.0),
        over(east_m, east_m - 180.0, east_m - 160.0),
        vec![west, square, east],
        vec![square, at(square.x - 50.0, square.y + 180.0), at(square.x - 90.0, north.y)],
        vec![
            outline.point(PI + 0.62, reach),
            river.middle(40.0) + at(0.0, -330.0),
            outline.point(-0.55, reach),
        ],
    ]
}

/// A smooth line through `knots` (Catmull and Rom 1974), eight legs between two of them.
fn smooth(knots: &[Metres]) -> Vec<Metres> {
    let n = knots.len();
    let knot = |i: usize| knots[i.clamp(1, n) - 1]; // counted from 1, so that the first has one before it
    let mut line = vec![knots[0]];
    for i in 1..n {
        let [a, b, c, d] = [knot(i.saturating_sub(1)), knot(i), knot(i + 1), knot(i + 2)];
        line.extend((1..=8).map(|step| {
            let t = f64::from(step) / 8.0;
            let bend = (c - a) * t
                + (a * 2.0 - b * 5.0 + c * 4.0 - d) * (t * t)
                + (b * 3.0 - a - c * 3.0 + d) * (t * t * t);
            b + bend * 0.5
        }));
    }
    line
}
