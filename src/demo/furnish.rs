//! What stands on a block: the houses of its site, if it has one, those of others, and what is green.

use geo::Polygon;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    block::Block,
    district::District,
    ensemble,
    house::{House, closed},
    plan::{dot, left},
    ribbon::{Piece, Ribbon, Station, roundness},
    ring::{Cut, Ring},
    way::WayIx,
};

/// Depth of gardens between a street and the rows of a garden suburb, metres.
const FRONT_GARDEN_M: f64 = 4.5;
/// Largest house of a solid block, square metres.
const SOLID_M2_MAX: f64 = 620.0;
/// A cut through a house follows no way.
const NO_WAY: WayIx = WayIx(u32::MAX);

/// What stands on a block.
#[derive(Debug, Default)]
pub(super) struct Furnished {
    /// Houses of the site.
    pub(super) stock: Vec<House>,
    /// Houses of others.
    pub(super) others: Vec<House>,
    /// Lawns and gardens.
    pub(super) green: Option<Polygon<f64>>,
}

/// Whether a site is on a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A site is.
    Site,
    /// None is.
    Others,
}

/// Builds on `block`. A block for a site may turn out too narrow: then no house of it is stock.
pub(super) fn furnish(block: &Block, purpose: Use, dice: &mut ChaCha8Rng) -> Furnished {
    let mut furnished = draft(block, purpose, dice);
    furnished.stock.retain(House::is_sound);
    furnished.others.retain(House::is_sound);
    furnished
}

fn draft(block: &Block, purpose: Use, dice: &mut ChaCha8Rng) -> Furnished {
    match block.district {
        District::OldTown => closed_fronts(block, purpose, [10.0, 12.0], dice),
        District::Boulevards => closed_fronts(block, purpose, [12.0, 14.0], dice),
        District::Faubourg if purpose == Use::Site && dice.random_bool(0.45) => courts(block, dice),
        District::Faubourg => closed_fronts(block, purpose, [10.5, 12.5], dice),
        District::Renewal => plots(block, purpose, dice),
        District::Estate => {
            let houses = ensemble::compose(&block.fronts, dice);
            given(houses, purpose, Some(block.fronts.polygon()))
        }
        District::Garden => garden_rows(block, purpose, dice),
        District::Works => Furnished { others: sheds(&block.fronts, dice), ..Furnished::default() },
        District::Park | District::Water => Furnished::default(),
    }
}

fn given(houses: Vec<House>, purpose: Use, green: Option<Polygon<f64>>) -> Furnished {
    match purpose {
        Use::Site => Furnished { stock: houses, others: Vec::new(), green },
        Use::Others => Furnished { stock: Vec::new(), others: houses, green },
    }
}

fn levels(district: District, dice: &mut ChaCha8Rng) -> u16 {
    let [least, greatest] = district.levels();
    dice.random_range(least..=greatest)
}

fn house(piece: Piece, levels: u16) -> House {
    House { walls: piece.walls, levels, front: piece.front }
}

/// Houses wall to wall around a court; the site has some that follow each other.
fn closed_fronts(
    block: &Block,
    purpose: Use,
    depth_m: [f64; 2],
    dice: &mut ChaCha8Rng,
) -> Furnished {
    let depth_m = dice.random_range(depth_m[0]..depth_m[1]);
    let Some(ribbon) = Ribbon::along(&block.fronts, depth_m) else {
        return solid(block, purpose, dice);
    };
    let walls = ribbon.party_walls(dice.random_range(17.0..23.0), dice);
    if walls.len() < 3 {
        return given(vec![house(ribbon.whole(), levels(block.district, dice))], purpose, None);
    }
    let mut furnished = Furnished::default();
    let n = walls.len();
    let piece = |from: usize, to: usize| ribbon.piece(walls[from % n], walls[to % n]);
    let first = dice.random_range(0..n);
    let mut at = 0;
    if purpose == Use::Site {
        let wanted = dice.random_range(2..=6).min(n - 1);
        let same = levels(block.district, dice); // one landlord, one builder, one height
        furnished.stock.extend((0..wanted).map(|i| house(piece(first + i, first + i + 1), same)));
        at = wanted;
    }
    while at < n {
        let width = dice.random_range(2..=5).min(n - at);
        let levels = levels(block.district, dice);
        if width < n {
            furnished.others.push(house(piece(first + at, first + at + width), levels));
        }
        at += width;
    }
    furnished
}

/// A block too narrow for a court: houses from street to street.
fn solid(block: &Block, purpose: Use, dice: &mut ChaCha8Rng) -> Furnished {
    let mut houses = Vec::new();
    let mut uncut = vec![block.fronts.clone()];
    while let Some(ring) = uncut.pop() {
        let along = ring.longest_side();
        let span = |axis| {
            let (low, high) = ring.extent(axis);
            high - low
        };
        let axis = if span(along) > span(left(along)) { along } else { left(along) };
        let cut = Cut { through: ring.centre(), direction: left(axis) };
        if ring.area_m2() > SOLID_M2_MAX
            && let Some(halves) = ring.cut(cut, NO_WAY)
        {
            uncut.extend([halves.one, halves.other]);
        } else if ring.area_m2() > 60.0 && roundness(&ring) > 0.25 {
            houses.push(filled(&ring, levels(block.district, dice)));
        }
    }
    given(houses, purpose, None)
}

/// A house that fills `ring`, with its doors in the longest wall on a street.
fn filled(ring: &Ring, levels: u16) -> House {
    let streets = ring.sides().filter(|(_, _, way)| *way != NO_WAY);
    let longest = streets.max_by(|a, b| {
        let squared = |side: &(geo::Coord<f64>, geo::Coord<f64>, WayIx)| {
            dot(side.1 - side.0, side.1 - side.0)
        };
        squared(a).total_cmp(&squared(b))
    });
    let front = longest.map_or_else(|| vec![ring.0[0].at, ring.0[1].at], |(a, b, _)| vec![a, b]);
    House { walls: ring.polygon(), levels, front }
}

/// The brick blocks of the 1930s: the whole block is one site, in a few long houses around its court.
fn courts(block: &Block, dice: &mut ChaCha8Rng) -> Furnished {
    let depth_m = dice.random_range(11.0..13.0);
    let Some(ribbon) = Ribbon::along(&block.fronts, depth_m) else {
        return solid(block, Use::Site, dice);
    };
    let levels = dice.random_range(6..=7);
    let green = Some(ribbon.court().polygon());
    let walls = ribbon.party_walls(dice.random_range(42.0..66.0), dice);
    if ribbon.perimeter_m() < 270.0 || walls.len() < 3 {
        return given(vec![house(ribbon.whole(), levels)], Use::Site, green);
    }
    let n = walls.len();
    let houses = (0..n).map(|i| house(ribbon.piece(walls[i], walls[(i + 1) % n]), levels));
    given(houses.collect(), Use::Site, green)
}

/// Plots of the last decades: angled houses with gaps between, around a shared garden.
fn plots(block: &Block, purpose: Use, dice: &mut ChaCha8Rng) -> Furnished {
    let depth_m = dice.random_range(13.0..15.5);
    let Some(ribbon) = Ribbon::along(&block.fronts, depth_m) else {
        return solid(block, purpose, dice);
    };
    let green = Some(ribbon.court().polygon());
    let width_m = match purpose {
        Use::Site => dice.random_range(34.0..52.0),
        Use::Others => dice.random_range(56.0..80.0),
    };
    let walls = ribbon.party_walls(width_m, dice);
    if walls.len() < 2 {
        return given(vec![house(ribbon.whole(), levels(block.district, dice))], purpose, green);
    }
    let n = walls.len();
    let gap_m = dice.random_range(8.0..12.0);
    let open = |at: usize| -> [Station; 2] {
        [ribbon.further(walls[at], gap_m / 2.0), ribbon.further(walls[(at + 1) % n], -gap_m / 2.0)]
    };
    let houses = (0..n).map(|at| {
        let [from, to] = open(at);
        house(ribbon.piece(from, to), levels(block.district, dice))
    });
    given(houses.collect(), purpose, green)
}

/// Low rows behind front gardens.
fn garden_rows(block: &Block, purpose: Use, dice: &mut ChaCha8Rng) -> Furnished {
    let green = Some(block.fronts.polygon());
    let lawn = block.fronts.inset(|_| FRONT_GARDEN_M);
    let Some(ribbon) = lawn.and_then(|lawn| Ribbon::along(&lawn, dice.random_range(8.5..10.0)))
    else {
        return Furnished { green, ..Furnished::default() };
    };
    let (length_m, gap_m) = match purpose {
        Use::Site => (dice.random_range(22.0..32.0), dice.random_range(6.0..10.0)),
        Use::Others => (dice.random_range(36.0..58.0), dice.random_range(9.0..15.0)),
    };
    let rows = ribbon.rows(length_m, gap_m, dice);
    let houses = rows
        .into_iter()
        .map(|[from, to]| house(ribbon.piece(from, to), levels(block.district, dice)));
    given(houses.collect(), purpose, green)
}

/// Halls of works and warehouses, in a grid along the block's longest side.
fn sheds(fronts: &Ring, dice: &mut ChaCha8Rng) -> Vec<House> {
    let along = fronts.longest_side();
    let across = left(along);
    let ((west, east), (south, north)) = (fronts.extent(along), fronts.extent(across));
    let mut sheds = Vec::new();
    let mut across_m = south + 10.0;
    while across_m < north {
        let depth_m = dice.random_range(36.0..58.0);
        let mut along_m = west + 10.0;
        while along_m < east {
            let length_m = dice.random_range(45.0..110.0);
            let corner = |a: f64, c: f64| along * (along_m + a) + across * (across_m + c);
            let corners = [
                corner(0.0, 0.0),
                corner(length_m, 0.0),
                corner(length_m, depth_m),
                corner(0.0, depth_m),
            ];
            if corners.iter().all(|p| fronts.contains(*p)) && dice.random_bool(0.8) {
                let front = vec![corners[0], corners[1]];
                sheds.push(House {
                    walls: Polygon::new(closed(corners), Vec::new()),
                    levels: dice.random_range(2..=4),
                    front,
                });
            }
            along_m += length_m + dice.random_range(14.0..30.0);
        }
        across_m += depth_m + dice.random_range(18.0..30.0);
    }
    sheds
}
