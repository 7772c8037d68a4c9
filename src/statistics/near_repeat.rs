//! Near repeats (Knox): whether what happens near in place happens near in time more often than by chance.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    local_moran::{PERMUTATIONS_MAX, Permutations},
    neighbours::within,
    sample::{Unfit, check, check_lengths},
};
use crate::geo::{LonLat, geodesic_distance_m};

/// Most events that are compared by several limits at once: 16 MB.
pub const COMPARED_MAX: usize = 4096;
/// Most limits of one sort that are tried at once.
pub const LIMITS_MAX: usize = 16;

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

/// Several limits, each of the one sort with each of the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearLimits<'a> {
    /// True metres, above 0, rising.
    pub distances_m: &'a [f64],
    /// Days, at least 0, rising.
    pub days: &'a [f64],
}

/// [`near_repeat`] by several limits at once: for each distance, each number of days. The same figures, p-values
/// included, for times are dealt out in the same order; pairs are looked at once for each permutation. How far apart two times
/// are is worked out once for each pair of events, a byte each.
///
/// They are as many tests: put the p-values through [`super::adjusted`]. Costs O(n log n + pairs within the largest
/// distance · permutations).
///
/// # Errors
///
/// As [`near_repeat`]; [`Unfit::TooMany`] beyond [`COMPARED_MAX`] events; [`Unfit::Parameter`] of limits that do not rise, of none, and of more than [`LIMITS_MAX`].
pub fn near_repeats(
    places: &[LonLat],
    days: &[f64],
    limits: NearLimits<'_>,
    permutations: Permutations,
) -> Result<Vec<NearRepeat>, Unfit> {
    check_lengths(places.len(), days.len())?;
    check(days, 2)?;
    if places.len() > COMPARED_MAX {
        return Err(Unfit::TooMany { found: places.len(), most: COMPARED_MAX });
    }
    check_rising("distance_m", limits.distances_m)?;
    check_rising("days", limits.days)?;
    if permutations.count == 0 || permutations.count > PERMUTATIONS_MAX {
        let value = f64::from(permutations.count);
        return Err(Unfit::Parameter { name: "permutations", value });
    }
    let farthest_m = limits.distances_m.last().copied().unwrap_or_default();
    let neighbours = within(places, farthest_m)?;
    let band = |limits: &[f64], value: f64| limits.partition_point(|limit| *limit < value);
    let mut pairs: Vec<(u32, u32, usize)> = Vec::new();
    for at in 0..places.len() {
        for other in neighbours.neighbours(at).iter().filter(|other| at < **other as usize) {
            let distance_m = geodesic_distance_m(places[at], places[*other as usize]);
            // Rounding must not take a pair that was found for one that lies beyond.
            let of = band(limits.distances_m, distance_m).min(limits.distances_m.len() - 1);
            pairs.push((at as u32, *other, of));
        }
    }
    let (rows, columns) = (limits.distances_m.len(), limits.days.len());
    let apart = bands_of_pairs(days, limits.days);
    // `whose[at]` is the event whose time the place of the event `at` has.
    let in_both = |whose: &[u32]| {
        let mut found = vec![0_u64; rows * (columns + 1)];
        for (at, other, row) in &pairs {
            let (one, another) = (whose[*at as usize], whose[*other as usize]);
            let column = apart[one as usize * days.len() + another as usize];
            found[row * (columns + 1) + usize::from(column)] += 1;
        }
        up_to_each(&found, columns)
    };
    let mut dealt: Vec<u32> = (0..days.len() as u32).collect();
    let seen = in_both(&dealt);
    let mut dice = ChaCha8Rng::seed_from_u64(permutations.seed);
    let mut as_many = vec![0_u32; seen.len()];
    for _ in 0..permutations.count {
        dealt.shuffle(&mut dice);
        let counts = in_both(&dealt);
        let many = as_many.iter_mut().zip(counts.iter().zip(&seen));
        many.for_each(|(many, (dealt, seen))| *many += u32::from(dealt >= seen));
    }
    let in_place = |row: usize| pairs.iter().filter(|(_, _, of)| *of <= row).count() as u64;
    let n = places.len() as f64;
    let in_time: Vec<u64> = limits.days.iter().map(|reach| pairs_in_time(days, *reach)).collect();
    let mut found = Vec::with_capacity(seen.len());
    for row in 0..rows {
        let pairs_in_place = in_place(row);
        for (column, pairs_in_time) in in_time.iter().enumerate() {
            let expected = pairs_in_place as f64 * *pairs_in_time as f64 / (n * (n - 1.0) / 2.0);
            let at = row * columns + column;
            found.push(NearRepeat {
                pairs: seen[at],
                pairs_in_place,
                pairs_in_time: *pairs_in_time,
                expected,
                ratio: (expected > 0.0).then(|| seen[at] as f64 / expected),
                p: f64::from(as_many[at] + 1) / f64::from(permutations.count + 1),
            });
        }
    }
    Ok(found)
}

/// In which band the times of each two events lie apart: row by row, a row for each event.
fn bands_of_pairs(days: &[f64], limits: &[f64]) -> Vec<u8> {
    // There are LIMITS_MAX + 1 bands at most.
    let band = |apart: f64| limits.partition_point(|limit| *limit < apart) as u8;
    let row = |day: &f64| days.iter().map(|other| band((day - other).abs())).collect();
    days.iter().flat_map::<Vec<u8>, _>(row).collect()
}

/// Sums of the counts of each band and of all before it, in both directions; what is beyond the last column is left out.
fn up_to_each(counts: &[u64], columns: usize) -> Vec<u64> {
    let mut sums = vec![0; counts.len() / (columns + 1) * columns];
    for (row, of_row) in counts.chunks_exact(columns + 1).enumerate() {
        let mut along = 0;
        for column in 0..columns {
            along += of_row[column];
            let before = if row == 0 { 0 } else { sums[(row - 1) * columns + column] };
            sums[row * columns + column] = before + along;
        }
    }
    sums
}

fn check_rising(name: &'static str, limits: &[f64]) -> Result<(), Unfit> {
    let rise = limits.windows(2).all(|pair| pair[0] < pair[1]);
    let fine = (1..=LIMITS_MAX).contains(&limits.len())
        && rise
        && limits.iter().all(|limit| limit.is_finite() && *limit >= 0.0);
    let value = limits.first().copied().unwrap_or_default();
    if fine { Ok(()) } else { Err(Unfit::Parameter { name, value }) }
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

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;

    #[test]
    fn limits_at_once_are_limits_one_by_one() {
        let mut dice = ChaCha8Rng::seed_from_u64(11);
        let place = |dice: &mut ChaCha8Rng| {
            // Forty places, so that some are the same.
            let at = f64::from(dice.random_range(0..40_u32));
            LonLat::new(2.35 + 0.0007 * at, 48.85 + 0.0003 * (at % 7.0)).unwrap()
        };
        let places: Vec<LonLat> = (0..150).map(|_| place(&mut dice)).collect();
        let days: Vec<f64> = (0..150).map(|_| f64::from(dice.random_range(0..90_u32))).collect();
        let permutations = Permutations { count: 99, seed: 5 };
        let limits = NearLimits { distances_m: &[1.0, 100.0, 300.0], days: &[0.0, 7.0, 14.0] };

        let table = near_repeats(&places, &days, limits, permutations).unwrap();

        let mut at = 0;
        for distance_m in limits.distances_m {
            for reach in limits.days {
                let near = Near { distance_m: *distance_m, days: *reach };
                assert_eq!(table[at], near_repeat(&places, &days, near, permutations).unwrap());
                at += 1;
            }
        }
        assert_eq!(at, table.len());
        assert!(table.windows(2).any(|pair| pair[0].pairs != pair[1].pairs));
    }

    #[test]
    fn limits_that_do_not_rise_are_refused() {
        let places = vec![LonLat::new(2.35, 48.85).unwrap(); 3];
        let permutations = Permutations { count: 9, seed: 1 };
        for (distances_m, days) in
            [(&[][..], &[1.0][..]), (&[2.0, 1.0], &[1.0]), (&[1.0], &[-1.0]), (&[1.0], &[f64::NAN])]
        {
            let limits = NearLimits { distances_m, days };
            let refused = near_repeats(&places, &[0.0, 1.0, 2.0], limits, permutations);
            assert!(matches!(refused, Err(Unfit::Parameter { .. })), "{limits:?}");
        }
    }
}
