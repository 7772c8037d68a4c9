//! Near repeats (Knox): whether what happens near in place happens near in time more often than by chance.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    local_moran::{PERMUTATIONS_MAX, Permutations},
    neighbours::within,
    sample::{Unfit, check, check_lengths},
};
use crate::geo::LonLat;

/// When two events are near each other; both limits included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// True metres, above 0.
    pub distance_m: f64,
    /// Days, at least 0.
    pub days: f64,
}

/// How many pairs of events are near in place and in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearRepeat {
    /// Pairs near in both.
    pub pairs: u64,
    /// Pairs near in place.
    pub pairs_in_place: u64,
    /// Pairs near in time.
    pub pairs_in_time: u64,
    /// Pairs near in both if times had nothing to do with places: the product of the two before over all pairs.
    /// This is exactly the mean over all ways to deal the times out.
    pub expected: f64,
    /// `pairs` over `expected`; `None` where nothing is expected.
    pub ratio: Option<f64>,
    /// How often times dealt out by chance give as many pairs or more, the arrangement that was seen among them.
    pub p: f64,
}

/// Knox's test: pairs of events within some metres and days, against the times dealt out by chance.
///
/// Places stay where they are and times are what they were; only who happened when is dealt out anew. So neither
/// busy places nor busy weeks count, but only what comes together in both. Equal to `pointpats.Knox` on planar
/// coordinates; p within what chance allows. Costs O(n log n + pairs in place · permutations).
///
/// # Errors
///
/// [`Unfit`]: fewer than 2 events, a time that is no number, limits out of range, too many pairs or permutations.
///
/// Source: Knox (1964), The detection of space-time interactions, Applied Statistics 13, 25–29; Barton and David
/// (1966) for the expected number; Johnson et al. (2007) for near repeats of burglary.
pub fn near_repeat(
    places: &[LonLat],
    days: &[f64],
    near: Near,
    permutations: Permutations,
) -> Result<NearRepeat, Unfit> {
    check_lengths(places.len(), days.len())?;
    check(days, 2)?;
    if !(near.days >= 0.0 && near.days.is_finite()) {
        return Err(Unfit::Parameter { name: "days", value: near.days });
    }
    if permutations.count == 0 || permutations.count > PERMUTATIONS_MAX {
        return Err(Unfit::Parameter {
            name: "permutations",
            value: f64::from(permutations.count),
        });
    }
    let neighbours = within(places, near.distance_m)?;
    let in_place: Vec<(u32, u32)> = (0..places.len())
        .flat_map(|at| neighbours.neighbours(at).iter().map(move |other| (at as u32, *other)))
        .filter(|(at, other)| at < other)
        .collect();
    let in_both = |days: &[f64]| {
        let near_in_time =
            |pair: &&(u32, u32)| (days[pair.0 as usize] - days[pair.1 as usize]).abs() <= near.days;
        in_place.iter().filter(near_in_time).count() as u64
    };
    let (pairs, pairs_in_time) = (in_both(days), pairs_in_time(days, near.days));
    let n = places.len() as f64;
    let expected = in_place.len() as f64 * pairs_in_time as f64 / (n * (n - 1.0) / 2.0);

    let mut dice = ChaCha8Rng::seed_from_u64(permutations.seed);
    let mut dealt = days.to_vec();
    let mut as_many = 0_u32;
    for _ in 0..permutations.count {
        dealt.shuffle(&mut dice);
        as_many += u32::from(in_both(&dealt) >= pairs);
    }
    Ok(NearRepeat {
        pairs,
        pairs_in_place: in_place.len() as u64,
        pairs_in_time,
        expected,
        ratio: (expected > 0.0).then(|| pairs as f64 / expected),
        p: f64::from(as_many + 1) / f64::from(permutations.count + 1),
    })
}

/// Pairs of times at most `reach` apart.
fn pairs_in_time(days: &[f64], reach: f64) -> u64 {
    let mut sorted = days.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut first = 0;
    let mut pairs = 0;
    for (at, day) in sorted.iter().enumerate() {
        while day - sorted[first] > reach {
            first += 1;
        }
        pairs += (at - first) as u64;
    }
    pairs
}
