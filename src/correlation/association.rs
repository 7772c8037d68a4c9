//! [`associate`]: which incidents go with which signals, and how sure that is. What goes with something need not come from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Ground, Selector};
use crate::{
    closed_list::closed_list,
    signal::{INCIDENT_SOURCE, Signal, SignalPlace},
    statistics::{Confidence, Dependence, Exposed, RateRatio, Unfit, adjusted, rate_ratio},
    time::{Date, Timestamp},
};

/// Fewest incidents of a family that are held against a signal.
pub const INCIDENTS_MIN: u64 = 10;
/// Fewest that are to be expected with it, and without: of fewer nothing can be told.
pub const EXPECTED_MIN: f64 = 1.0;
/// Share of findings that chance may have made up.
pub const FALSE_DISCOVERIES_MAX: f64 = 0.05;
/// Most units of time: hours of twenty years.
const UNITS_MAX: usize = 200_000;

closed_list! {
    /// In what time is cut.
    Unit {
        /// Hours, compared with the same hour of other weeks.
        Hour = "hour",
        /// Days on Paris calendars, compared with the same day of other weeks.
        Day = "day",
    }
}

closed_list! {
    /// What is found of a pair.
    Finding {
        /// More incidents with the signal than without.
        GoesWithMore = "goes_with_more",
        /// Fewer incidents with the signal than without.
        GoesWithFewer = "goes_with_fewer",
        /// Chance alone may make such a difference.
        NotToldApart = "not_told_apart",
        /// Too few incidents to tell anything: not tested.
        TooFew = "too_few",
    }
}

/// Incidents of a family, with a signal and without it.
#[derive(Debug, Clone, PartialEq)]
pub struct Association {
    /// Which signals.
    pub with: Selector,
    /// Which incidents: what stands before the first hyphen of their kind.
    pub family: String,
    /// In how many units of time the signal was anywhere.
    pub units_with: usize,
    /// Incidents where and when the signal was, over how many were to be expected there and then.
    pub inside: Exposed,
    /// The others.
    pub outside: Exposed,
    /// One rate over the other; `None` where it was not tested.
    pub ratio: Option<RateRatio>,
    /// The p-value, adjusted for all pairs that were tested.
    pub p_adjusted: Option<f64>,
}

impl Association {
    /// What is found, with [`FALSE_DISCOVERIES_MAX`].
    #[must_use]
    pub fn finding(&self) -> Finding {
        let more = self.inside.events as f64 * self.outside.exposure
            > self.outside.events as f64 * self.inside.exposure;
        match self.p_adjusted {
            None => Finding::TooFew,
            Some(p) if p > FALSE_DISCOVERIES_MAX => Finding::NotToldApart,
            Some(_) if more => Finding::GoesWithMore,
            Some(_) => Finding::GoesWithFewer,
        }
    }
}

/// Holds the incidents among `signals` against the signals of each selector, from `from` to `to`.
///
/// An incident is with a signal when that was on its site (or in its quarter, or everywhere) in the same unit of time. How many
/// were to be expected there and then follows from how many the site has had in all, and from how many come at that hour (or day) of the
/// week: so busy sites and busy evenings do not count as findings. Given those, the ratio is [`rate_ratio`]'s. p-values are
/// adjusted by Benjamini and Hochberg over all pairs that were tested. By selector, then family.
///
/// Units that are not whole are left out. Seasons are not taken out, nor is what makes incidents come in clumps: both make p-values smaller than they should be.
///
/// # Errors
///
/// [`Unfit`]: more than 200,000 units of time, more incidents than [`crate::statistics::EXACT_MAX`].
pub fn associate(
    signals: &[Signal],
    with: &[Selector],
    ground: &Ground,
    unit: Unit,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Association>, Unfit> {
    let units = Units::new(unit, from, to)?;
    let families = families(signals, ground, &units);
    let mut found = Vec::new();
    for selector in with {
        let covers = covers(signals, selector, ground, &units);
        for (family, incidents) in &families {
            let (inside, expected) = inside(incidents, &covers, &units);
            let total = incidents.at.len() as u64;
            let inside = Exposed { events: inside, exposure: expected };
            let outside =
                Exposed { events: total - inside.events, exposure: total as f64 - expected };
            let enough = total >= INCIDENTS_MIN
                && inside.exposure >= EXPECTED_MIN
                && outside.exposure >= EXPECTED_MIN;
            let ratio = match enough {
                true => rate_ratio(inside, outside, Confidence::NINETY_FIVE)?,
                false => None,
            };
            let (with, family, units_with) = (selector.clone(), family.clone(), covers.len());
            found.push(Association {
                with,
                family,
                units_with,
                inside,
                outside,
                ratio,
                p_adjusted: None,
            });
        }
    }
    let p: Vec<Option<f64>> = found.iter().map(|one| one.ratio.map(|ratio| ratio.p)).collect();
    for (one, p) in found.iter_mut().zip(adjusted(&p, Dependence::Positive)?) {
        one.p_adjusted = p;
    }
    Ok(found)
}

/// Time cut into whole units, each with its place in the week.
struct Units {
    starts: Vec<Timestamp>,
    end: Timestamp,
    in_week: Vec<usize>,
    /// How many units have that place in the week.
    of_week: Vec<f64>,
}

impl Units {
    fn new(unit: Unit, from: Timestamp, to: Timestamp) -> Result<Self, Unfit> {
        let next = |at: Timestamp| match unit {
            Unit::Hour => at.plus_seconds(3_600),
            Unit::Day => Date::of(at).plus_days(1).at_hour(0),
        };
        let mut at = match unit {
            Unit::Hour => at_full_hour(from),
            Unit::Day => Date::of(from).at_hour(0),
        };
        if at < from {
            at = next(at);
        }
        let mut starts = Vec::new();
        while next(at) <= to {
            if starts.len() == UNITS_MAX {
                return Err(Unfit::TooMany { found: UNITS_MAX + 1, most: UNITS_MAX });
            }
            starts.push(at);
            at = next(at);
        }
        let in_week: Vec<usize> = starts
            .iter()
            .map(|at| match unit {
                Unit::Hour => at.hour_of_week().index(),
                Unit::Day => Date::of(*at).weekday(),
            })
            .collect();
        let mut of_week = vec![0.0; 7 * 24];
        in_week.iter().for_each(|place| of_week[*place] += 1.0);
        Ok(Self { starts, end: at, in_week, of_week })
    }

    /// The unit that an instant is in.
    fn of(&self, at: Timestamp) -> Option<usize> {
        let after = self.starts.partition_point(|start| *start <= at);
        (at < self.end).then(|| after.checked_sub(1)).flatten()
    }

    /// The units that a signal touches.
    fn touched(&self, signal: &Signal) -> std::ops::Range<usize> {
        let first = self.starts.partition_point(|start| *start <= signal.at);
        match signal.until {
            _ if signal.at >= self.end => 0..0,
            None => self.of(signal.at).map_or(0..0, |unit| unit..unit + 1),
            Some(until) => {
                first.saturating_sub(1)..self.starts.partition_point(|start| *start < until)
            }
        }
    }
}

fn at_full_hour(at: Timestamp) -> Timestamp {
    let hours = at.unix_ms().div_euclid(3_600_000);
    Timestamp::from_unix_ms(hours * 3_600_000).unwrap_or(at)
}

/// The incidents of one family.
struct Incidents {
    /// Site and unit of each.
    at: Vec<(u32, usize)>,
    /// Of all of them, the share that each site has.
    share: HashMap<u32, f64>,
    /// How many a unit with that place in the week has, on average.
    a_unit: Vec<f64>,
}

fn families(signals: &[Signal], ground: &Ground, units: &Units) -> BTreeMap<String, Incidents> {
    let mut families: BTreeMap<String, Vec<(u32, usize)>> = BTreeMap::new();
    for signal in signals.iter().filter(|signal| signal.source.as_str() == INCIDENT_SOURCE) {
        let SignalPlace::Site(code) = &signal.place else { continue };
        let (Some(site), Some(unit)) = (ground.site(code), units.of(signal.at)) else { continue };
        let family = signal.kind.as_str().split('-').next().unwrap_or_default();
        families.entry(family.to_owned()).or_default().push((site, unit));
    }
    families.into_iter().map(|(family, at)| (family, Incidents::new(at, units))).collect()
}

impl Incidents {
    fn new(at: Vec<(u32, usize)>, units: &Units) -> Self {
        let each = 1.0 / at.len() as f64;
        let (mut share, mut a_unit) = (HashMap::new(), vec![0.0; units.of_week.len()]);
        for (site, unit) in &at {
            *share.entry(*site).or_insert(0.0) += each;
            let place = units.in_week[*unit];
            a_unit[place] += 1.0 / units.of_week[place];
        }
        Self { at, share, a_unit }
    }
}

/// On which ground a signal was in a unit of time.
#[derive(Default)]
struct Covered {
    everywhere: bool,
    /// In order, so that sums come out alike.
    sites: BTreeSet<u32>,
}

/// The units in which signals of the selector were on ground with sites. A point on no site covers none.
fn covers(
    signals: &[Signal],
    selector: &Selector,
    ground: &Ground,
    units: &Units,
) -> BTreeMap<usize, Covered> {
    let mut covers: BTreeMap<usize, Covered> = BTreeMap::new();
    let taken = |signal: &&Signal| {
        selector.takes(&signal.source, &signal.kind)
            && selector.value.is_none_or(|bound| bound.holds(signal.value))
    };
    for signal in signals.iter().filter(taken) {
        let sites: Vec<u32> = match &signal.place {
            SignalPlace::Site(code) => ground.site(code).into_iter().collect(),
            SignalPlace::Area(area) => {
                let inside = |site: &u32| area.contains(ground.sites[*site as usize].position);
                (0..ground.sites.len() as u32).filter(inside).collect()
            }
            SignalPlace::Point(_) | SignalPlace::Everywhere => Vec::new(),
        };
        let everywhere = signal.place == SignalPlace::Everywhere;
        if sites.is_empty() && !everywhere {
            continue;
        }
        for unit in units.touched(signal) {
            let covered = covers.entry(unit).or_default();
            covered.everywhere |= everywhere;
            covered.sites.extend(&sites);
        }
    }
    covers
}

/// How many of the incidents are where and when signals were, and how many were to be expected.
fn inside(incidents: &Incidents, covers: &BTreeMap<usize, Covered>, units: &Units) -> (u64, f64) {
    let is_inside = |(site, unit): &&(u32, usize)| {
        covers.get(unit).is_some_and(|covered| covered.everywhere || covered.sites.contains(site))
    };
    let events = incidents.at.iter().filter(is_inside).count() as u64;
    let expected = covers.iter().map(|(unit, covered)| {
        let share = match covered.everywhere {
            true => 1.0,
            false => covered.sites.iter().filter_map(|site| incidents.share.get(site)).sum(),
        };
        share * incidents.a_unit[units.in_week[*unit]]
    });
    (events, expected.sum())
}
