//! [`Block`]: what streets enclose, and how a quarter is cut into blocks.

use super::{
    district::{District, Pattern},
    plan::{Metres, crossing, dot, heading, left, length, lot, nearest_on},
    quarter::Quarter,
    ring::{Cut, Ring},
    way::{Way, WayIx, Ways},
};

/// Nearest that a street may run to the end of its block, as a share of the spacing.
const MARGIN: f64 = 0.45;
/// Smallest block that is built on, square metres within its fronts.
const BUILT_M2_MIN: f64 = 420.0;

/// Nearest that a block may come to the middle of a main way, as a share of the way to its fronts.
const BARRIER_SHARE: f64 = 0.45;

/// Ground between streets.
#[derive(Debug)]
pub(super) struct Block {
    /// Its fronts: where houses may begin.
    pub(super) fronts: Ring,
    /// The quarter that it is in.
    pub(super) quarter: usize,
    /// The character of that quarter.
    pub(super) district: District,
}

/// Cuts every quarter into blocks, with streets along the cuts.
pub(super) fn cut(seed: u64, quarters: &[Quarter], ways: &mut Ways) -> Vec<Block> {
    let mut blocks = Vec::new();
    let barriers = barriers(ways);
    for (index, quarter) in quarters.iter().enumerate() {
        let mut cutter = Cutter { seed, quarter, ways, done: Vec::new() };
        match quarter.district.pattern() {
            Some(pattern) => cutter.cut(quarter.ring.clone(), &pattern),
            None => cutter.done.push(quarter.ring.clone()),
        }
        let rings = cutter.done;
        let fronts = rings.iter().filter_map(|ring| ring.inset(|way| ways.half_width_m(way)));
        let built =
            fronts.filter(|fronts| fronts.area_m2() > BUILT_M2_MIN && is_clear(fronts, &barriers));
        let block = |fronts| Block { fronts, quarter: index, district: quarter.district };
        blocks.extend(built.map(block));
    }
    blocks
}

/// A leg of a main way, and how near its middle a block may come, metres.
struct Barrier {
    from: Metres,
    to: Metres,
    clear_m: f64,
}

/// The legs of the main ways.
fn barriers(ways: &Ways) -> Vec<Barrier> {
    let main = ways.iter().filter(|way| !way.is_cut());
    main.flat_map(|way| {
        let clear_m = way.class.half_width_m() * BARRIER_SHARE;
        way.line.windows(2).map(move |leg| Barrier { from: leg[0], to: leg[1], clear_m })
    })
    .collect()
}

/// Whether a block keeps away from the main ways: it may touch one by a corner alone and so not step back from
/// it, or one may end inside it.
fn is_clear(fronts: &Ring, barriers: &[Barrier]) -> bool {
    let centre = fronts.centre();
    let reach_m = fronts.points().map(|p| length(p - centre)).fold(0.0, f64::max);
    let away_m = |p: Metres, barrier: &Barrier| nearest_on(p, barrier.from, barrier.to).1;
    let mut near =
        barriers.iter().filter(|barrier| away_m(centre, barrier) < reach_m + barrier.clear_m);
    near.all(|barrier| {
        let crosses = |a, b| crossing(barrier.from, barrier.to, a, b).is_some();
        fronts.points().all(|p| away_m(p, barrier) > barrier.clear_m)
            && !fronts.sides().any(|(a, b, _)| crosses(a, b))
            && !fronts.contains(barrier.from)
    })
}

/// A quarter that is being cut.
struct Cutter<'a> {
    seed: u64,
    quarter: &'a Quarter,
    ways: &'a mut Ways,
    done: Vec<Ring>,
}

/// A street of the lattice that may cut a piece of ground.
struct Street {
    axis: usize,
    number: i64,
    place_m: f64,
    /// How far from the middle of the piece, in spacings.
    off: f64,
}

impl Cutter<'_> {
    /// Cuts `ring` along the street that runs nearest to its middle, then its halves, until no street runs through.
    fn cut(&mut self, ring: Ring, pattern: &Pattern) {
        let mut streets = self.streets_through(&ring, pattern);
        streets.sort_by(|a, b| a.off.total_cmp(&b.off));
        for street in streets {
            let way = WayIx(self.ways.iter().len() as u32);
            let Some(halves) = ring.cut(self.line(&ring, &street, pattern), way) else { continue };
            let name_key = (self.quarter.piece as u64 * 2 + street.axis as u64 + 1) << 32;
            let name_key = name_key + (street.number + (1 << 20)) as u64;
            let line = halves.chord.to_vec();
            self.ways.add(Way { class: pattern.street, name_key, line });
            self.cut(halves.one, pattern);
            self.cut(halves.other, pattern);
            return;
        }
        self.done.push(ring);
    }

    /// The streets of the lattice that run well inside `ring`. Long sides are cut first.
    fn streets_through(&self, ring: &Ring, pattern: &Pattern) -> Vec<Street> {
        let along = heading(self.quarter.turn_rad);
        let mut streets = Vec::new();
        for (axis, direction) in [along, left(along)].into_iter().enumerate() {
            let spacing_m = pattern.spacing_m[axis];
            let (low, high) = ring.extent(direction);
            let (low, high) = (low + MARGIN * spacing_m, high - MARGIN * spacing_m);
            let middle = (low + high) / 2.0;
            let spans = (high - low) / spacing_m;
            let first = (low / spacing_m).floor() as i64 - 1;
            let last = (high / spacing_m).ceil() as i64 + 1;
            streets.extend((first..=last).filter_map(|number| {
                let place_m =
                    (number as f64 + self.stray(axis, number) * pattern.stray) * spacing_m;
                let off = (place_m - middle).abs() / spacing_m - spans;
                (low < place_m && place_m < high).then_some(Street { axis, number, place_m, off })
            }));
        }
        streets
    }

    /// The line of a street, turned a little about the middle of the ring where the pattern says so.
    fn line(&self, ring: &Ring, street: &Street, pattern: &Pattern) -> Cut {
        let turn_rad = pattern.turn_rad * self.stray(street.axis + 2, street.number);
        let along = heading(self.quarter.turn_rad);
        let axis = if street.axis == 0 { along } else { left(along) };
        let centre = ring.centre();
        let through = centre + axis * (street.place_m - dot(centre, axis));
        let across = left(axis);
        Cut { through, direction: across * turn_rad.cos() + axis * turn_rad.sin() }
    }

    /// How far a street strays, from -1 to 1: the same in every quarter of the piece, so that streets run through.
    fn stray(&self, salt: usize, number: i64) -> f64 {
        2.0 * lot(self.seed, [self.quarter.piece as i64, salt as i64, number]) - 1.0
    }
}
