//! [`Ring`]: a piece of ground and the ways along its sides; how it is cut in two, and how fronts step back.

use geo::{Coord, LineString, Polygon};

use super::{
    plan::{Metres, between, cross, crossing, dot, left, length, nearest_on, unit},
    way::WayIx,
};

/// A cut ends in a corner of the ring where one is nearer than this, metres: no slivers.
const SNAP_M: f64 = 13.0;
/// A half is a sliver when it is thinner than this along the cut, metres.
const SLIVER_M: f64 = 6.0;
/// Below this turn (its sine) two sides are one straight front.
const STRAIGHT: f64 = 0.08;
/// Shortest front that stays after stepping back, metres.
const FRONT_LENGTH_M_MIN: f64 = 1.5;

/// What rounding may take from a distance, metres.
const ROUNDING_M: f64 = 0.05;

/// A corner of a ring, and the way along the side from it to the next corner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Corner {
    pub(super) at: Metres,
    pub(super) way: WayIx,
}

/// A simple polygon, counter-clockwise.
#[derive(Debug, Clone)]
pub(super) struct Ring(pub(super) Vec<Corner>);

/// Where a cut meets the ring.
#[derive(Debug, Clone, Copy)]
struct Hit {
    along: f64,
    side: usize,
    at: Metres,
}

/// A straight cut: through a point, in a direction of length 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) through: Metres,
    pub(super) direction: Metres,
}

/// A ring in two, and the chord between.
#[derive(Debug)]
pub(super) struct Halves {
    pub(super) one: Ring,
    pub(super) other: Ring,
    pub(super) chord: [Metres; 2],
}

impl Ring {
    pub(super) fn points(&self) -> impl ExactSizeIterator<Item = Metres> + Clone + '_ {
        self.0.iter().map(|corner| corner.at)
    }

    /// Each side from corner to corner.
    pub(super) fn sides(&self) -> impl Iterator<Item = (Metres, Metres, WayIx)> + '_ {
        let n = self.0.len();
        (0..n).map(move |i| (self.0[i].at, self.0[(i + 1) % n].at, self.0[i].way))
    }

    /// Its area in square metres, positive: rings turn left.
    pub(super) fn area_m2(&self) -> f64 {
        self.sides().map(|(a, b, _)| cross(a, b)).sum::<f64>() / 2.0
    }

    pub(super) fn perimeter_m(&self) -> f64 {
        self.sides().map(|(a, b, _)| length(b - a)).sum()
    }

    /// The centre of its area.
    pub(super) fn centre(&self) -> Metres {
        let origin = self.0[0].at;
        let (mut sum, mut doubled) = (Coord::zero(), 0.0);
        for (a, b, _) in self.sides() {
            let weight = cross(a - origin, b - origin);
            sum = sum + (a + b - origin * 2.0) * weight;
            doubled += weight;
        }
        if doubled.abs() < 1e-9 { origin } else { origin + sum / (3.0 * doubled) }
    }

    pub(super) fn contains(&self, p: Metres) -> bool {
        self.sides().fold(false, |inside, (a, b, _)| {
            let straddles = (a.y > p.y) != (b.y > p.y);
            inside ^ (straddles && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x)
        })
    }

    /// The direction of its longest side.
    pub(super) fn longest_side(&self) -> Metres {
        let longest = self.sides().max_by(|s, t| length(s.1 - s.0).total_cmp(&length(t.1 - t.0)));
        longest.map_or(Coord { x: 1.0, y: 0.0 }, |(a, b, _)| unit(b - a))
    }

    /// Least and greatest metres along `axis` among its corners.
    pub(super) fn extent(&self, axis: Metres) -> (f64, f64) {
        self.points()
            .map(|p| dot(p, axis))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)))
    }

    pub(super) fn polygon(&self) -> Polygon<f64> {
        Polygon::new(LineString::from_iter(self.points().chain([self.0[0].at])), Vec::new())
    }

    /// Cuts along the longest stretch of `cut` inside; the chord becomes a side of both, along `way`.
    ///
    /// `None` where the line misses the ring, or would leave a sliver.
    pub(super) fn cut(&self, cut: Cut, way: WayIx) -> Option<Halves> {
        let hits = self.hits(cut);
        let stretch = |pair: &&[Hit]| pair[1].along - pair[0].along;
        let longest = hits.chunks_exact(2).max_by(|a, b| stretch(a).total_cmp(&stretch(b)))?;
        let (from, to) = (longest[0], longest[1]);
        let snapped = self.split(self.snap(from), self.snap(to), way);
        snapped.or_else(|| self.split(from, to, way))
    }

    fn hits(&self, cut: Cut) -> Vec<Hit> {
        let side_of = |p: Metres| cross(cut.direction, p - cut.through);
        let mut hits: Vec<Hit> = self
            .sides()
            .enumerate()
            .filter(|(_, (a, b, _))| (side_of(*a) < 0.0) != (side_of(*b) < 0.0))
            .map(|(side, (a, b, _))| {
                let at = between(a, b, side_of(a) / (side_of(a) - side_of(b)));
                Hit { along: dot(at - cut.through, cut.direction), side, at }
            })
            .collect();
        hits.sort_by(|a, b| a.along.total_cmp(&b.along));
        hits
    }

    /// The hit moved into the nearer corner of its side, where that is near.
    fn snap(&self, hit: Hit) -> Hit {
        let ends = [hit.side, (hit.side + 1) % self.0.len()];
        let near = ends.into_iter().map(|i| (i, length(self.0[i].at - hit.at)));
        match near.min_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((corner, distance_m)) if distance_m < SNAP_M => {
                Hit { side: corner, at: self.0[corner].at, ..hit }
            }
            _ => hit,
        }
    }

    fn split(&self, from: Hit, to: Hit, way: WayIx) -> Option<Halves> {
        let mut corners = Vec::with_capacity(self.0.len() + 2);
        let (mut a, mut b) = (None, None);
        for (i, corner) in self.0.iter().enumerate() {
            corners.push(*corner);
            let mut ends: Vec<(&Hit, &mut Option<usize>)> = Vec::new();
            ends.extend((from.side == i).then_some((&from, &mut a)));
            ends.extend((to.side == i).then_some((&to, &mut b)));
            ends.sort_by(|x, y| length(x.0.at - corner.at).total_cmp(&length(y.0.at - corner.at)));
            for (hit, index) in ends {
                if hit.at != corners[corners.len() - 1].at {
                    corners.push(Corner { at: hit.at, way: corner.way });
                }
                *index = Some(corners.len() - 1);
            }
        }
        let (a, b) = (a?.min(b?), a?.max(b?));
        if b - a < 2 || a + corners.len() - b < 2 {
            return None;
        }
        let chord = [corners[a].at, corners[b].at];
        if self.is_crossed_by(chord) {
            return None;
        }
        let closing = |at| Corner { at, way };
        let mut one = corners[a..b].to_vec();
        one.push(closing(corners[b].at));
        let mut other = corners[b..].to_vec();
        other.extend_from_slice(&corners[..a]);
        other.push(closing(corners[a].at));
        let (one, other) = (Self(one), Self(other));
        let sliver_m2 = SLIVER_M * length(chord[1] - chord[0]);
        let whole = one.area_m2() > sliver_m2 && other.area_m2() > sliver_m2;
        whole.then_some(Halves { one, other, chord })
    }

    /// Whether a side runs across `chord`, which ends on the ring.
    fn is_crossed_by(&self, chord: [Metres; 2]) -> bool {
        let inner = |t: f64| (1e-6..1.0 - 1e-6).contains(&t);
        let crossed =
            self.sides().any(|(a, b, _)| crossing(chord[0], chord[1], a, b).is_some_and(inner));
        crossed || !self.contains(between(chord[0], chord[1], 0.5))
    }

    /// The ring whose sides step inwards by `distance_m` of their way. Sides that vanish are dropped.
    ///
    /// `None` where nothing is left, where what is left would cross itself, or where a front would stand out
    /// into a way because a side before it has vanished.
    pub(super) fn inset(&self, distance_m: impl Fn(WayIx) -> f64) -> Option<Self> {
        let mut fronts: Vec<Front> = self
            .sides()
            .filter(|(a, b, _)| length(*b - *a) > 1e-6)
            .map(|(a, b, way)| Front {
                from: a,
                direction: unit(b - a),
                back_m: distance_m(way),
                way,
            })
            .collect();
        loop {
            let n = fronts.len();
            if n < 3 {
                return None;
            }
            let meet = |i: usize| meeting(&fronts[(i + n - 1) % n], &fronts[i]);
            let corners: Vec<Metres> = (0..n).map(meet).collect::<Option<_>>()?;
            let front_m = |i: usize| dot(corners[(i + 1) % n] - corners[i], fronts[i].direction);
            let worst = (0..n).min_by(|i, j| front_m(*i).total_cmp(&front_m(*j)))?;
            if front_m(worst) < FRONT_LENGTH_M_MIN {
                fronts.remove(worst);
                continue;
            }
            let corners = corners.into_iter().zip(&fronts);
            let ring = Self(corners.map(|(at, front)| Corner { at, way: front.way }).collect());
            let whole = ring.area_m2() > 1.0 && ring.is_simple();
            return (whole && self.keeps_clear(&ring, &distance_m)).then_some(ring);
        }
    }

    /// Whether `inner` is as far from every side that steps back as it should be.
    fn keeps_clear(&self, inner: &Self, distance_m: impl Fn(WayIx) -> f64) -> bool {
        let mut stepped = self.sides().filter(|(_, _, way)| distance_m(*way) > ROUNDING_M);
        stepped.all(|(a, b, way)| {
            let near_m = distance_m(way) - ROUNDING_M;
            let clear =
                |p: Metres, (from, to): (Metres, Metres)| nearest_on(p, from, to).1 >= near_m;
            inner.points().all(|p| clear(p, (a, b)))
                && inner.sides().all(|(c, d, _)| {
                    clear(a, (c, d)) && clear(b, (c, d)) && crossing(a, b, c, d).is_none()
                })
        })
    }

    fn is_simple(&self) -> bool {
        let sides: Vec<_> = self.sides().collect();
        let n = sides.len();
        (0..n).all(|i| {
            (i + 2..n)
                .filter(|j| (j + 1) % n != i)
                .all(|j| crossing(sides[i].0, sides[i].1, sides[j].0, sides[j].1).is_none())
        })
    }
}

/// A side that steps back.
struct Front {
    from: Metres,
    direction: Metres,
    back_m: f64,
    way: WayIx,
}

/// Where the fronts of two sides that follow each other meet.
fn meeting(before: &Front, after: &Front) -> Option<Metres> {
    let turn = cross(before.direction, after.direction);
    if turn.abs() < STRAIGHT {
        if dot(before.direction, after.direction) < 0.0 {
            return None;
        }
        let back_m = before.back_m.max(after.back_m);
        return Some(after.from + left(unit(before.direction + after.direction)) * back_m);
    }
    let a = before.from + left(before.direction) * before.back_m;
    let b = after.from + left(after.direction) * after.back_m;
    Some(a + before.direction * (cross(b - a, after.direction) / turn))
}
