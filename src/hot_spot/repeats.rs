//! [`repeats`]: whether what happens near in place happens near in time more often than by chance.

use crate::{
    geo::LonLat,
    statistics::{
        Dependence, NearLimits, NearRepeat, Permutations, Unfit, adjusted, near_repeats, within,
    },
    time::Timestamp,
    twin::{Selection, SelectionError, Snapshot},
};

/// Distances, set before anybody looks: the same building or site, the same block, and two steps around it.
pub const REPEAT_DISTANCES_M: [f64; 4] = [1.0, 100.0, 200.0, 400.0];
/// Days: one, a week, two, four.
pub const REPEAT_DAYS: [f64; 4] = [1.0, 7.0, 14.0, 28.0];
/// Most incidents that are compared, each with each; the last ones are.
pub const EVENTS_MAX: usize = 2_000;
const PERMUTATIONS: u32 = 499;
/// So few where incidents lie dense: with two cells of the table as unlikely as that, both still stand out.
const PERMUTATIONS_MIN: u32 = 199;
/// Pairs near in place that are looked at, over all permutations, where that leaves as many permutations: half a second.
const LOOKS_MAX: usize = 200_000_000;
const MS_PER_DAY: f64 = 86_400_000.0;

/// Near repeats by the distances and days of this module.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeats {
    /// For each distance, each number of days; none where there are too few incidents.
    pub table: Vec<NearRepeat>,
    /// The p-values of `table` after Benjamini and Hochberg.
    pub p_adjusted: Vec<f64>,
    /// Incidents that were compared.
    pub events: usize,
    /// Incidents that pass the filters and came before those.
    pub left_out: usize,
    /// When the first of those that were compared was reported.
    pub from: Option<Timestamp>,
    /// How the p-values were drawn.
    pub permutations: Permutations,
}

/// Near repeats of the incidents of a selection, by the points of their buildings or sites. O(incidents), and 2 million
/// pairs for each of 199 permutations at most: a second of one core.
///
/// # Errors
///
/// [`SelectionError`].
pub fn repeats(
    snapshot: &Snapshot,
    selection: &Selection,
    seed: u64,
) -> Result<Repeats, SelectionError> {
    let filter = selection.filter(snapshot)?;
    let (mut found, mut all) = (Vec::new(), 0);
    for columns in snapshot.incidents().parts() {
        // Rows ascend in time: of ten million the last ones are kept, and no more than twice as many are in hand.
        let mut last: Vec<usize> = Vec::with_capacity(2 * EVENTS_MAX);
        filter.each(columns, filter.rows(columns), |row| {
            if last.len() == 2 * EVENTS_MAX {
                last.drain(..EVENTS_MAX);
            }
            last.push(row);
            all += 1;
        });
        let event = |row: usize| {
            let place = snapshot.stock().place(columns.place()[row]);
            (columns.reported_at()[row], place.position)
        };
        found.extend(last.into_iter().map(event));
    }
    found.sort_by_key(|(at, _)| *at);
    let last = &found[found.len().saturating_sub(EVENTS_MAX)..];
    let left_out = all - last.len();
    let permutations = Permutations { count: permutations(last), seed };
    let (table, p_adjusted) = table(last, permutations).unwrap_or_default();
    Ok(Repeats {
        table,
        p_adjusted,
        events: last.len(),
        left_out,
        from: last.first().map(|(at, _)| *at),
        permutations,
    })
}

/// How often the times of these incidents are dealt out.
pub(super) fn permutations(events: &[(Timestamp, LonLat)]) -> u32 {
    let places: Vec<LonLat> = events.iter().map(|(_, place)| *place).collect();
    let reach_m = REPEAT_DISTANCES_M[REPEAT_DISTANCES_M.len() - 1];
    let pairs = within(&places, reach_m)
        .map_or(0, |near| (0..places.len()).map(|at| near.neighbours(at).len()).sum::<usize>() / 2);
    let most = u32::try_from(LOOKS_MAX / pairs.max(1)).unwrap_or(u32::MAX);
    most.clamp(PERMUTATIONS_MIN, PERMUTATIONS)
}

/// The table with its adjusted p-values; an error where there are fewer than two incidents.
fn table(
    events: &[(Timestamp, LonLat)],
    permutations: Permutations,
) -> Result<(Vec<NearRepeat>, Vec<f64>), Unfit> {
    let places: Vec<LonLat> = events.iter().map(|(_, place)| *place).collect();
    let days: Vec<f64> = events.iter().map(|(at, _)| at.unix_ms() as f64 / MS_PER_DAY).collect();
    let limits = NearLimits { distances_m: &REPEAT_DISTANCES_M, days: &REPEAT_DAYS };
    let table = near_repeats(&places, &days, limits, permutations)?;
    let p: Vec<Option<f64>> = table.iter().map(|cell| Some(cell.p)).collect();
    let p_adjusted = adjusted(&p, Dependence::Positive)?.into_iter().flatten().collect();
    Ok((table, p_adjusted))
}
