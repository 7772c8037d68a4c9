//! Local Moran's I: zones that are like their neighbours, and those that stand out among them.

use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    sample::{Unfit, centred, check_lengths, sum},
    weights::Weights,
};

/// Most permutations of a zone: beyond, a p-value has more digits than data bear.
pub const PERMUTATIONS_MAX: u32 = 99_999;

/// A zone and its neighbours, against the mean of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quadrant {
    /// High among high: the inside of a hot spot.
    HighHigh,
    /// Low among high.
    LowHigh,
    /// Low among low.
    LowLow,
    /// High among low: a zone that stands out.
    HighLow,
}

/// Local Moran's I of a zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalMoran {
    /// Above 0: like its neighbours. Below: unlike.
    pub i: f64,
    /// Which kind of like or unlike.
    pub quadrant: Quadrant,
    /// Two-sided p-value: twice the share of arrangements of the other zones' values at least as far out on its
    /// side, the one that was seen among them; at most 1.
    pub p: f64,
}

/// How p-values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permutations {
    /// How many arrangements for each zone. The smallest p-value is 2 / (count + 1): with 999 and a thousand zones
    /// no zone alone can pass a false-discovery rate of 5 %.
    pub count: u32,
    /// What the chance starts from: the same seed gives the same p-values.
    pub seed: u64,
}

/// Local Moran's I of each zone; `None` for islands.
///
/// I = (n − 1) z Σ w z_j / Σ z², z the distance from the mean. Equal to `esda.Moran_Local.Is` with the same
/// weights; p is twice that of `esda` by its `alternative="directed"`, within what chance allows: each draws
/// neighbours for a zone from all others, without putting back. A zone's stream of chance depends on the seed and
/// its number alone. Costs O(neighbours · permutations).
///
/// # Errors
///
/// [`Unfit`]: fewer than 3 zones, a value that is no number, lengths that differ, all values equal, no permutation
/// or more than [`PERMUTATIONS_MAX`].
///
/// Source: Anselin (1995), Local indicators of spatial association – LISA, Geographical Analysis 27, 93–115,
/// eq. 7 and section 3.
pub fn local_moran(
    values: &[f64],
    weights: &Weights,
    permutations: Permutations,
) -> Result<Vec<Option<LocalMoran>>, Unfit> {
    check_lengths(values.len(), weights.len())?;
    if permutations.count == 0 || permutations.count > PERMUTATIONS_MAX {
        let value = f64::from(permutations.count);
        return Err(Unfit::Parameter { name: "permutations", value });
    }
    let centred = centred(values, 3)?;
    let scale = (centred.len() - 1) as f64 / sum(centred.iter().map(|value| value * value));
    let lag = weights.lag(&centred)?;
    let mut deal = Deal::new(centred.len());
    let local = |zone: usize| {
        let neighbours = weights.neighbours(zone).len();
        if neighbours == 0 {
            return None;
        }
        let (own, around) = (centred[zone], lag[zone]);
        let quadrant = match (own > 0.0, around > 0.0) {
            (true, true) => Quadrant::HighHigh,
            (false, true) => Quadrant::LowHigh,
            (false, false) => Quadrant::LowLow,
            (true, false) => Quadrant::HighLow,
        };
        let mut dice = ChaCha8Rng::seed_from_u64(permutations.seed);
        dice.set_stream(zone as u64);
        // Rounding must not take an arrangement that is equal for one that is less.
        let slack = 1e-12 * neighbours as f64;
        let (mut at_least, mut at_most) = (0_u32, 0_u32);
        for _ in 0..permutations.count {
            let dealt =
                weights.weight(zone) * deal.sum_of_others(&centred, zone, neighbours, &mut dice);
            at_least += u32::from(own * dealt >= own * around - slack);
            at_most += u32::from(own * dealt <= own * around + slack);
        }
        let extreme = f64::from(at_least.min(at_most) + 1) / f64::from(permutations.count + 1);
        Some(LocalMoran { i: scale * own * around, quadrant, p: (2.0 * extreme).min(1.0) })
    };
    Ok((0..values.len()).map(local).collect())
}

/// A deck of all zones but one, of which a hand is dealt. It is never put in order again: a hand from any order is
/// as random as from the first.
struct Deal {
    deck: Vec<u32>,
}

impl Deal {
    fn new(zones: usize) -> Self {
        Self { deck: (0..zones.saturating_sub(1) as u32).collect() }
    }

    /// Sum of the values of `count` zones other than `zone`, none twice (the first steps of Fisher and Yates).
    fn sum_of_others(
        &mut self,
        values: &[f64],
        zone: usize,
        count: usize,
        dice: &mut ChaCha8Rng,
    ) -> f64 {
        let mut total = 0.0;
        for place in 0..count.min(self.deck.len()) {
            let drawn = dice.random_range(place..self.deck.len());
            self.deck.swap(place, drawn);
            let card = self.deck[place] as usize;
            total += values[card + usize::from(card >= zone)];
        }
        total
    }
}
