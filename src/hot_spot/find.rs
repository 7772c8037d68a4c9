//! [`hot_spots`]: each zone with its rate, how sure that is, and whether it stands out from chance.

use super::{NoNeighbourhood, Zone};
use crate::{
    closed_list::closed_list,
    statistics::{
        Confidence, Dependence, Known, LocalG, LocalMoran, Moran, PERMUTATIONS_MAX, Permutations,
        Quadrant, Rate, Surroundings, Transform, Unfit, Weights, adjusted, local_g, local_moran,
        moran, rate, shrunk,
    },
};

/// Of the zones that are called hot or cold, at most this share is so by chance, on average.
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;
/// Fewest zones of which a rate is known that are compared: among fewer, nothing stands out.
pub const ZONES_MIN: usize = 8;
/// Most zones that are compared: a town of buildings.
pub const ZONES_MAX: usize = 20_000;
/// Neighbours that are dealt out at most, over all zones and permutations: half a second.
const DEALT_MAX: usize = 30_000_000;
/// Permutations where zones are few: the least p is 2 in 10,000.
const PERMUTATIONS: u32 = 9_999;
/// Fewest permutations, however many zones there are.
const PERMUTATIONS_MIN: u32 = 499;
const _: () = assert!(PERMUTATIONS <= PERMUTATIONS_MAX);

closed_list! {
    /// What may be said of a zone.
    Standing {
        /// High rates gather in and around it, more than chance would have them.
        Hot = "hot",
        /// Low rates gather there.
        Cold = "cold",
        /// It is not told apart from chance, which does not say that there is nothing.
        NotApart = "not_apart",
        /// Its count is not told, so that nothing is known.
        NotTold = "not_told",
        /// Nobody lives there: it has no rate.
        NoDwellings = "no_dwellings",
        /// No neighbour of it is known: nothing can gather around it.
        Alone = "alone",
        /// Too few zones are known for any to stand out.
        TooFewZones = "too_few_zones",
    }
}

/// Where incidents gather.
#[derive(Debug, Clone, PartialEq)]
pub struct HotSpots<'a> {
    /// In the order of the zones.
    pub findings: Vec<Finding<'a>>,
    /// Incidents per 1,000 dwellings in all zones of which a rate is known.
    pub rate_per_1000: Option<f64>,
    /// Whether neighbours are alike over the whole; `None` where nothing can be told.
    pub moran: Option<Moran>,
    /// How many zones were tested.
    pub tested: usize,
    /// How the p-values of [`Likeness`] were drawn.
    pub permutations: Permutations,
}

impl HotSpots<'_> {
    /// Zones of which that may be said.
    #[must_use]
    pub fn count(&self, standing: Standing) -> usize {
        self.findings.iter().filter(|finding| finding.standing == standing).count()
    }
}

/// A zone and what was found of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding<'a> {
    /// The zone.
    pub zone: Zone<'a>,
    /// What may be said.
    pub standing: Standing,
    /// Incidents per 1,000 dwellings with their exact interval, where count and dwellings are known.
    pub rate: Option<Rate>,
    /// The same, drawn towards the rate of the whole, the more so the fewer dwellings there are.
    pub smoothed_per_1000: Option<f64>,
    /// Neighbours of which a rate is known.
    pub neighbours: usize,
    /// Gi* of smoothed rates.
    pub gathering: Option<Gathering>,
    /// Local Moran's I of smoothed rates.
    pub likeness: Option<Likeness>,
}

/// Gi* of a zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gathering {
    /// Standard deviations above or below what chance puts there.
    pub z: f64,
    /// Two-sided, by the normal approximation.
    pub p: f64,
    /// After Benjamini and Hochberg.
    pub p_adjusted: f64,
}

/// Local Moran's I of a zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// Above 0: like its neighbours. Below: unlike.
    pub i: f64,
    /// Which kind of like or unlike.
    pub quadrant: Quadrant,
    /// Two-sided, by permutations.
    pub p: f64,
    /// After Benjamini and Hochberg.
    pub p_adjusted: f64,
}

/// Why nothing is found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HotSpotError {
    /// More zones than are compared.
    #[error("{0} zones are more than {ZONES_MAX}: ask for larger ones or for a smaller bbox")]
    TooManyZones(usize),
    /// Nobody is next to anybody.
    #[error(transparent)]
    Neighbourhood(#[from] NoNeighbourhood),
    /// A figure cannot be worked out.
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

/// What is found of these zones, whose neighbours are `neighbours`.
///
/// Rates are shrunk first ([`shrunk`]), so that few dwellings do not make a hot spot; Gi* of the shrunk rates has its
/// p from the normal approximation, local Moran's I from permutations that start from `seed`; both are adjusted for how
/// many zones were tested. Zones of which no rate is known are nobody's neighbours. Costs O(zones · neighbours ·
/// permutations); permutations are fewer where zones are many.
///
/// # Errors
///
/// [`HotSpotError`].
pub fn hot_spots<'a>(
    zones: &[Zone<'a>],
    neighbours: &Weights,
    seed: u64,
) -> Result<HotSpots<'a>, HotSpotError> {
    found(zones, neighbours, |known| Permutations { count: permutations_of(&known.weights), seed })
}

/// As [`hot_spots`], by as many permutations as `permutations` says.
pub(super) fn found<'a>(
    zones: &[Zone<'a>],
    neighbours: &Weights,
    permutations: impl FnOnce(&Known) -> Permutations,
) -> Result<HotSpots<'a>, HotSpotError> {
    if zones.len() > ZONES_MAX {
        return Err(HotSpotError::TooManyZones(zones.len()));
    }
    let smoothed = smoothed(zones)?;
    let known = Known::of(&smoothed, neighbours)?;
    let around: Vec<Option<usize>> = {
        let counts = (0..known.values.len()).map(|at| Some(known.weights.neighbours(at).len()));
        known.back(counts.collect())
    };
    let enough = known.values.len() >= ZONES_MIN;
    let permutations = permutations(&known);
    let (gathering, likeness) =
        if enough { tests(&known, permutations)? } else { (Vec::new(), Vec::new()) };

    let findings = zones.iter().enumerate().map(|(at, zone)| {
        let neighbours = around[at].unwrap_or(0);
        let gathering = gathering.get(at).copied().flatten();
        Ok(Finding {
            zone: *zone,
            standing: standing(zone, neighbours, enough, gathering),
            rate: match zone.count {
                Some(count) => rate(count, zone.dwellings, Confidence::NINETY_FIVE)?,
                None => None,
            },
            smoothed_per_1000: smoothed[at],
            neighbours,
            gathering,
            likeness: likeness.get(at).copied().flatten(),
        })
    });
    let findings: Vec<Finding<'a>> = findings.collect::<Result<_, Unfit>>()?;
    Ok(HotSpots {
        rate_per_1000: whole(zones),
        moran: if enough { global(&known)? } else { None },
        tested: findings.iter().filter(|finding| finding.gathering.is_some()).count(),
        findings,
        permutations,
    })
}

/// The shrunk rate of each zone of which count and dwellings are known.
fn smoothed(zones: &[Zone<'_>]) -> Result<Vec<Option<f64>>, Unfit> {
    // A zone without dwellings counts nowhere, and so does one whose count is not told.
    let counts: Vec<u64> = zones.iter().map(|zone| zone.count.unwrap_or(0)).collect();
    let dwellings: Vec<u64> =
        zones.iter().map(|zone| zone.count.map_or(0, |_told| zone.dwellings)).collect();
    match shrunk(&counts, &dwellings) {
        Err(Unfit::TooFew { .. }) => Ok(vec![None; zones.len()]),
        smoothed => smoothed,
    }
}

/// Incidents per 1,000 dwellings in all zones of which both are known.
fn whole(zones: &[Zone<'_>]) -> Option<f64> {
    let known = zones.iter().filter(|zone| zone.dwellings > 0);
    let (count, dwellings) = known
        .filter_map(|zone| Some((zone.count?, zone.dwellings)))
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    (dwellings > 0).then(|| count as f64 * 1000.0 / dwellings as f64)
}

fn permutations_of(weights: &Weights) -> u32 {
    let dealt: usize = (0..weights.len()).map(|zone| weights.neighbours(zone).len()).sum();
    let most = u32::try_from(DEALT_MAX / dealt.max(1)).unwrap_or(u32::MAX);
    most.clamp(PERMUTATIONS_MIN, PERMUTATIONS)
}

type Tests = (Vec<Option<Gathering>>, Vec<Option<Likeness>>);

/// Both tests of the known zones that have a known neighbour, at their places among all.
fn tests(known: &Known, permutations: Permutations) -> Result<Tests, Unfit> {
    let weights = known.weights.clone().transformed(Transform::RowStandardised);
    let alone = |at: usize| weights.neighbours(at).is_empty();
    let local = match local_g(&known.values, &weights, Surroundings::WithItself) {
        // Where rates differ no more than chance would have it, shrinking makes them one, and nothing gathers.
        Err(Unfit::NoVariance) => vec![Some(LocalG { z: 0.0, p: 1.0 }); known.values.len()],
        local => local?,
    };
    let local: Vec<Option<LocalG>> =
        local.into_iter().enumerate().map(|(at, found)| found.filter(|_| !alone(at))).collect();
    let p: Vec<Option<f64>> = local.iter().map(|found| Some(found.as_ref()?.p)).collect();
    let gathering =
        local.iter().zip(adjusted(&p, Dependence::Positive)?).map(|(found, p_adjusted)| {
            let LocalG { z, p } = (*found)?;
            Some(Gathering { z, p, p_adjusted: p_adjusted? })
        });

    let alike = match local_moran(&known.values, &weights, permutations) {
        Err(Unfit::NoVariance) => vec![None; known.values.len()],
        alike => alike?,
    };
    let p: Vec<Option<f64>> = alike.iter().map(|found| Some(found.as_ref()?.p)).collect();
    let likeness =
        alike.iter().zip(adjusted(&p, Dependence::Positive)?).map(|(found, p_adjusted)| {
            let LocalMoran { i, quadrant, p } = (*found)?;
            Some(Likeness { i, quadrant, p, p_adjusted: p_adjusted? })
        });
    Ok((known.back(gathering.collect()), known.back(likeness.collect())))
}

/// Moran's I of the known zones; `None` where nothing can be told.
fn global(known: &Known) -> Result<Option<Moran>, Unfit> {
    let weights = known.weights.clone().transformed(Transform::RowStandardised);
    match moran(&known.values, &weights) {
        Err(Unfit::NoVariance) => Ok(None),
        moran => moran,
    }
}

fn standing(
    zone: &Zone<'_>,
    neighbours: usize,
    enough: bool,
    gathering: Option<Gathering>,
) -> Standing {
    match gathering {
        _ if zone.dwellings == 0 => Standing::NoDwellings,
        _ if zone.count.is_none() => Standing::NotTold,
        _ if !enough => Standing::TooFewZones,
        _ if neighbours == 0 => Standing::Alone,
        Some(found) if found.p_adjusted > FALSE_DISCOVERY_RATE => Standing::NotApart,
        Some(found) if found.z > 0.0 => Standing::Hot,
        Some(_) => Standing::Cold,
        // A zone whose surroundings are all zones.
        None => Standing::NotApart,
    }
}
