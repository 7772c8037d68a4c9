//! The drawing board: a flat plan in metres east and north of the town's centre, and the few vectors used on it.

use geo::Coord;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The grain of the plan, metres.
pub(super) const GRAIN_M: f64 = 0.01;

/// A point or a vector on the plan, metres.
pub(super) type Metres = Coord<f64>;

/// `x` metres east and `y` metres north.
pub(super) const fn at(x: f64, y: f64) -> Metres {
    Coord { x, y }
}

pub(super) fn dot(a: Metres, b: Metres) -> f64 {
    a.x * b.x + a.y * b.y
}

/// Twice the signed area of the triangle that `a` and `b` span: positive when `b` turns left of `a`.
pub(super) fn cross(a: Metres, b: Metres) -> f64 {
    a.x * b.y - a.y * b.x
}

pub(super) fn length(a: Metres) -> f64 {
    a.x.hypot(a.y)
}

/// The vector of length 1 that way; east for a vector without length.
pub(super) fn unit(a: Metres) -> Metres {
    let length = length(a);
    if length > 0.0 { a / length } else { at(1.0, 0.0) }
}

/// `a` turned left by a quarter.
pub(super) const fn left(a: Metres) -> Metres {
    at(-a.y, a.x)
}

/// The vector of length 1 at `angle_rad` from east towards north.
pub(super) fn heading(angle_rad: f64) -> Metres {
    at(angle_rad.cos(), angle_rad.sin())
}

/// The point at the share `t` of the way from `a` to `b`.
pub(super) fn between(a: Metres, b: Metres, t: f64) -> Metres {
    a + (b - a) * t
}

/// The point of segment `a`–`b` that is nearest to `p`, and how far `p` is from it, in metres.
pub(super) fn nearest_on(p: Metres, a: Metres, b: Metres) -> (Metres, f64) {
    let along = b - a;
    let squared = dot(along, along);
    let t = if squared > 0.0 { (dot(p - a, along) / squared).clamp(0.0, 1.0) } else { 0.0 };
    let foot = a + along * t;
    (foot, length(p - foot))
}

/// Where segments `a`–`b` and `c`–`d` cross, as the share of the way along the first.
pub(super) fn crossing(a: Metres, b: Metres, c: Metres, d: Metres) -> Option<f64> {
    let (r, s) = (b - a, d - c);
    let turn = cross(r, s);
    if turn.abs() < 1e-9 {
        return None;
    }
    let (t, u) = (cross(c - a, s) / turn, cross(c - a, r) / turn);
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some(t)
}

/// The dice of one subject of a town: what is drawn for one never shifts what is drawn for another.
pub(super) fn dice(seed: u64, subject: &str) -> ChaCha8Rng {
    let salt = subject.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3) // FNV-1a
    });
    ChaCha8Rng::seed_from_u64(mix(seed ^ salt))
}

/// A number in [0, 1) that stands for `key` in the town of that seed: the same wherever it is asked.
pub(super) fn lot(seed: u64, key: [i64; 3]) -> f64 {
    let mixed = key.iter().fold(mix(seed), |hash, part| mix(hash ^ (*part as u64)));
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014).
const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The centimetre that `p` lies in: ways are drawn on it, so that where they meet they meet exactly.
pub(super) fn on_grain(p: Metres) -> Metres {
    at((p.x / GRAIN_M).round() * GRAIN_M, (p.y / GRAIN_M).round() * GRAIN_M)
}
