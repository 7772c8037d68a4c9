//! [`Quarter`]: the ground between main ways, cut to the size of a census tract, each with its character.

use geo::InteriorPoint;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    arteries::{Outline, RINGS},
    district::District,
    plan::{dice, heading, left},
    ring::{Cut, Ring},
    river::River,
    way::{Way, WayClass, WayIx, Ways},
};

/// Quarters that the land of a town is cut into.
const LAND_QUARTERS: usize = 262;
/// A piece smaller than this is a leftover between crossing ways, square metres.
pub(super) const LEFTOVER_M2: f64 = 2_500.0;

/// A part of the town between main ways.
#[derive(Debug)]
pub(super) struct Quarter {
    /// Its bounds: the middles of the ways around it.
    pub(super) ring: Ring,
    /// Its character.
    pub(super) district: District,
    /// Which piece between arteries it was cut from: its streets run through to its sisters'.
    pub(super) piece: usize,
    /// The direction of its streets, radians from east towards north.
    pub(super) turn_rad: f64,
}

/// Cuts what the arteries enclose into quarters, with avenues along the cuts.
pub(super) fn cut(
    seed: u64,
    outline: &Outline,
    river: &River,
    pieces: Vec<Ring>,
    ways: &mut Ways,
) -> Vec<Quarter> {
    let mut dice = dice(seed, "quarters");
    let mut quarters: Vec<Quarter> = pieces
        .into_iter()
        .enumerate()
        .map(|(piece, ring)| {
            let along = ring.longest_side();
            let district = character(&ring, outline, river, ways, &mut dice);
            Quarter { district, piece, turn_rad: along.y.atan2(along.x), ring }
        })
        .collect();
    let mut land = quarters.iter().filter(|quarter| is_land(quarter)).count();
    let mut uncut = vec![false; quarters.len()];
    while land < LAND_QUARTERS {
        let open = (0..quarters.len()).filter(|i| !uncut[*i] && is_land(&quarters[*i]));
        let Some(largest) =
            open.max_by(|i, j| weight(&quarters[*i]).total_cmp(&weight(&quarters[*j])))
        else {
            break;
        };
        match halve(&quarters[largest], ways, &mut dice) {
            Some([one, other]) => {
                quarters[largest] = one;
                quarters.push(other);
                uncut.push(false);
                land += 1;
            }
            None => uncut[largest] = true,
        }
    }
    vary(&mut quarters, outline, &mut dice);
    quarters
}

fn is_land(quarter: &Quarter) -> bool {
    quarter.district != District::Water && quarter.ring.area_m2() > LEFTOVER_M2
}

/// Its area, counted more where many people live: tracts hold people, not ground.
fn weight(quarter: &Quarter) -> f64 {
    let crowd = match quarter.district {
        District::OldTown | District::Boulevards => 1.9,
        District::Faubourg | District::Renewal => 1.3,
        District::Estate | District::Garden => 0.85,
        District::Works | District::Park => 0.45,
        District::Water => 0.0,
    };
    quarter.ring.area_m2() * crowd
}

/// Two quarters, with an avenue between them across the longer way.
fn halve(quarter: &Quarter, ways: &mut Ways, dice: &mut ChaCha8Rng) -> Option<[Quarter; 2]> {
    let along = heading(quarter.turn_rad);
    let span = |axis| {
        let (low, high) = quarter.ring.extent(axis);
        high - low
    };
    let axis = if span(along) >= span(left(along)) { along } else { left(along) };
    let (low, high) = quarter.ring.extent(axis);
    let centre = quarter.ring.centre();
    let off_m = (high - low) * dice.random_range(-0.06..0.06);
    let cut = Cut { through: centre + axis * off_m, direction: left(axis) };
    let next = WayIx(ways.iter().len() as u32);
    let halves = quarter.ring.cut(cut, next)?;
    let name_key = 1_000 + u64::from(next.0);
    ways.add(Way { class: WayClass::Avenue, name_key, line: halves.chord.to_vec() });
    let part = |ring| Quarter { ring, ..*quarter };
    Some([part(halves.one), part(halves.other)])
}

/// The character of a piece between arteries: by how far out it lies, and by what runs along it.
fn character(
    ring: &Ring,
    outline: &Outline,
    river: &River,
    ways: &Ways,
    dice: &mut ChaCha8Rng,
) -> District {
    use District::{Boulevards, Estate, Faubourg, Garden, OldTown, Renewal, Works};
    // Not the centre: beside an island the water is a crescent.
    let inside = ring.polygon().interior_point().map(|point| point.0);
    if inside.is_some_and(|inside| river.covers(inside)) {
        return District::Water;
    }
    let centre = ring.centre();
    let out = outline.out(centre);
    let beside = |class| ring.sides().any(|(_, _, way)| ways.get(way).class == class);
    let industry = beside(WayClass::Rail) || beside(WayClass::Canal);
    let chances: &[(District, f64)] = if out < RINGS[0].0 * 0.97 {
        &[(OldTown, 1.0)]
    } else if out < RINGS[1].0 {
        &[(Boulevards, 0.86), (Faubourg, 0.14)]
    } else if out < RINGS[2].0 && industry {
        &[(Renewal, 0.45), (Faubourg, 0.30), (Works, 0.25)]
    } else if out < RINGS[2].0 {
        &[(Faubourg, 0.52), (Renewal, 0.16), (Estate, 0.16), (Garden, 0.16)]
    } else if industry {
        &[(Works, 0.5), (Estate, 0.3), (Garden, 0.2)]
    } else {
        &[(Garden, 0.52), (Estate, 0.36), (Faubourg, 0.12)]
    };
    draw(chances, dice)
}

/// Gives some quarters another character than their neighbours, and sets parks.
fn vary(quarters: &mut [Quarter], outline: &Outline, dice: &mut ChaCha8Rng) {
    use District::{Boulevards, Estate, Faubourg, Garden, OldTown, Park, Renewal, Water};
    for quarter in quarters.iter_mut().filter(|quarter| quarter.district != Water) {
        let far = outline.out(quarter.ring.centre());
        let others: &[(District, f64)] = match quarter.district {
            OldTown => &[(OldTown, 1.0)],
            Boulevards => &[(Boulevards, 0.95), (Park, 0.05)],
            Faubourg => &[(Faubourg, 0.72), (Renewal, 0.16), (Estate, 0.06), (Park, 0.06)],
            Garden if far > 0.86 => &[(Garden, 0.80), (Estate, 0.10), (Park, 0.10)],
            Garden => &[(Garden, 0.78), (Estate, 0.08), (Faubourg, 0.09), (Park, 0.05)],
            Estate => &[(Estate, 0.76), (Garden, 0.11), (Renewal, 0.08), (Park, 0.05)],
            _ => continue,
        };
        quarter.district = draw(others, dice);
    }
}

fn draw(chances: &[(District, f64)], dice: &mut ChaCha8Rng) -> District {
    let mut ticket = dice.random_range(0.0..chances.iter().map(|chance| chance.1).sum());
    for (district, chance) in chances {
        ticket -= chance;
        if ticket < 0.0 {
            return *district;
        }
    }
    chances[chances.len() - 1].0
}
