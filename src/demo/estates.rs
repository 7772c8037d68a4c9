//! The landlords' estate: which blocks hold a site, whose it is, and how many dwellings its houses have.

use std::collections::BTreeMap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    block::Block,
    district::District,
    furnish::{Furnished, Use, furnish},
    house::House,
    names,
    plan::{dice, lot},
};

/// Sites of the town.
pub const SITES: usize = 950;
/// Buildings on them.
pub const BUILDINGS: usize = 6_700;
/// Dwellings in those: the number of the real group of landlords that the program is measured by.
pub const DWELLINGS: u32 = 165_374;

/// How many sites each kind of quarter holds.
const SITES_OF: [(District, usize); 6] = [
    (District::Estate, 118),
    (District::Garden, 120),
    (District::Renewal, 190),
    (District::Faubourg, 310),
    (District::Boulevards, 172),
    (District::OldTown, 40),
];

/// A site on the plan.
#[derive(Debug)]
pub(super) struct SitePlan {
    /// The landlord's row in [`names::LANDLORDS`].
    pub(super) landlord: usize,
    /// Its number in the landlord's books.
    pub(super) number: u32,
    /// Its houses, with the dwellings in each.
    pub(super) houses: Vec<(House, u32)>,
}

/// What is built in the town.
#[derive(Debug, Default)]
pub(super) struct Built {
    pub(super) sites: Vec<SitePlan>,
    /// Houses that are nobody's stock.
    pub(super) others: Vec<House>,
    /// Squares and lawns, each with its rank: 2 for a square, 3 for a lawn.
    pub(super) greens: Vec<(geo::Polygon<f64>, u8)>,
}

/// Builds on every block.
pub(super) fn build(seed: u64, blocks: &[Block]) -> Built {
    let mut dice = dice(seed, "estates");
    let mut furnished: BTreeMap<usize, Furnished> = BTreeMap::new();
    for (district, sites) in SITES_OF {
        settle(seed, blocks, Some(district), sites, &mut furnished, &mut dice);
    }
    let missing = SITES - furnished.len();
    settle(seed, blocks, None, missing, &mut furnished, &mut dice);
    let mut built = Built::default();
    for (index, block) in
        blocks.iter().enumerate().filter(|(index, _)| !furnished.contains_key(index))
    {
        if is_square(seed, index, block) {
            built.greens.push((block.fronts.polygon(), 2));
            continue;
        }
        let around = furnish(block, Use::Others, &mut dice);
        built.others.extend(around.others);
        built.greens.extend(around.green.map(|lawn| (lawn, 3)));
    }
    let mut hosts: Vec<(usize, Furnished)> = furnished.into_iter().collect();
    trim(&mut hosts);
    built.sites = book(seed, blocks, &mut hosts, &mut dice);
    for (_, host) in hosts {
        built.others.extend(host.others);
        built.greens.extend(host.green.map(|lawn| (lawn, 3)));
    }
    built
}

/// Some blocks of the closed quarters are squares.
fn is_square(seed: u64, index: usize, block: &Block) -> bool {
    let share = match block.district {
        District::OldTown | District::Boulevards => 0.035,
        District::Faubourg | District::Renewal => 0.03,
        _ => 0.0,
    };
    lot(seed, [3, index as i64, 0]) < share
}

/// Puts up to `wanted` sites on blocks of `district`, more in some quarters than in others.
fn settle(
    seed: u64,
    blocks: &[Block],
    district: Option<District>,
    wanted: usize,
    furnished: &mut BTreeMap<usize, Furnished>,
    dice: &mut ChaCha8Rng,
) {
    let rank = |index: usize| {
        let social = lot(seed, [1, blocks[index].quarter as i64, 0]);
        0.55 * social + 0.45 * lot(seed, [2, index as i64, 0])
    };
    let mut open: Vec<usize> = (0..blocks.len())
        .filter(|index| !furnished.contains_key(index))
        .filter(|index| district.is_none_or(|district| blocks[*index].district == district))
        .filter(|index| !is_square(seed, *index, &blocks[*index]))
        .collect();
    open.sort_by(|a, b| rank(*a).total_cmp(&rank(*b)));
    let mut left = wanted;
    for index in open {
        if left == 0 {
            return;
        }
        let host = furnish(&blocks[index], Use::Site, dice);
        if !host.stock.is_empty() {
            furnished.insert(index, host);
            left -= 1;
        }
    }
}

/// Brings the number of buildings to [`BUILDINGS`]: large sites give up houses, small ones take the next ones.
fn trim(hosts: &mut [(usize, Furnished)]) {
    let count = |hosts: &[(usize, Furnished)]| {
        hosts.iter().map(|(_, host)| host.stock.len()).sum::<usize>()
    };
    while count(hosts) > BUILDINGS {
        let Some((_, largest)) = hosts.iter_mut().max_by_key(|(_, host)| host.stock.len()) else {
            return;
        };
        let given_up = largest.stock.pop();
        largest.others.extend(given_up);
    }
    while count(hosts) < BUILDINGS {
        let takers = hosts.iter_mut().filter(|(_, host)| !host.others.is_empty());
        let Some((_, smallest)) = takers.min_by_key(|(_, host)| host.stock.len()) else { return };
        // The last of the others stands next to the first of the site.
        let taken = smallest.others.pop();
        smallest.stock.extend(taken);
    }
}

/// Enters the hosts in the landlords' books, and shares the dwellings out by floor space.
fn book(
    seed: u64,
    blocks: &[Block],
    hosts: &mut [(usize, Furnished)],
    dice: &mut ChaCha8Rng,
) -> Vec<SitePlan> {
    let floors: Vec<f64> =
        hosts.iter().flat_map(|(_, host)| &host.stock).map(House::floor_space_m2).collect();
    let mut dwellings = shared_out(DWELLINGS, &floors).into_iter();
    let mut numbers = [0_u32; names::LANDLORDS.len()];
    let mut sites = Vec::with_capacity(hosts.len());
    for (index, host) in hosts {
        let landlord = landlord(seed, blocks[*index].quarter, dice);
        numbers[landlord] += dice.random_range(1..=5); // sold and demolished sites leave gaps
        let houses = std::mem::take(&mut host.stock).into_iter().zip(dwellings.by_ref());
        sites.push(SitePlan { landlord, number: numbers[landlord], houses: houses.collect() });
    }
    sites
}

/// The landlord of a site: mostly the one that built in that quarter.
fn landlord(seed: u64, quarter: usize, dice: &mut ChaCha8Rng) -> usize {
    let whole: f64 = names::LANDLORDS.iter().map(|landlord| landlord.2).sum();
    let local = lot(seed, [5, quarter as i64, 0]);
    let mut ticket = whole * if dice.random_bool(0.6) { local } else { dice.random() };
    let found = names::LANDLORDS.iter().position(|landlord| {
        ticket -= landlord.2;
        ticket < 0.0
    });
    found.unwrap_or(0)
}

/// `total` in whole parts of at least 1 in proportion to `weights`, by largest remainder.
fn shared_out(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let spare = f64::from(total.saturating_sub(weights.len() as u32));
    let exact: Vec<f64> = weights.iter().map(|weight| spare * weight / sum).collect();
    let mut parts: Vec<u32> = exact.iter().map(|share| 1 + share.floor() as u32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    let missing = total.saturating_sub(parts.iter().sum());
    order.into_iter().take(missing as usize).for_each(|at| parts[at] += 1);
    parts
}
