//! [`Units`]: incidents counted in fixed units, and the class of each count.

use std::ops::Range;

use super::{Zone, Zones};
use crate::{
    incident::KindCode,
    privacy::{CountClass, Estimate, SmallMean},
    time::{Month, TimeWindow, Timestamp},
    twin::{Columns, SiteIx, Snapshot},
};

/// Months that are told of, at most: incidents are kept for three years, and some longer while a claim lasts.
pub const MONTHS_MAX: i32 = 60;

/// What is known outside: the class of the count of each zone × family of kinds × month that is over.
///
/// Worked out from a snapshot in one pass, O(incidents + zones × families × months). Nothing in it depends on an
/// incident otherwise than through the class of a unit: not the families, and not the first month.
#[derive(Debug, Clone, PartialEq)]
pub struct Units {
    zones: Zones,
    /// Those of which a unit is not 0, sorted.
    families: Vec<Box<str>>,
    /// The first in which a unit is not 0.
    first: Month,
    months: usize,
    /// By zone, then family, then month.
    classes: Vec<CountClass>,
    /// By zone, then family.
    small_means: Vec<SmallMean>,
}

/// Which units: those of these families (of all where there are none) in these months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Rows of families.
    families: Vec<usize>,
    /// Rows of months.
    months: Range<usize>,
    /// From the first instant of the first month to that after the last one.
    window: TimeWindow,
}

impl Units {
    /// The units of a snapshot at that time.
    #[must_use]
    pub fn of(snapshot: &Snapshot, now: Timestamp) -> Self {
        let stock = snapshot.stock();
        let zones = Zones::of(stock);
        let told = Told::of(snapshot, &zones, Month::of(now));
        let mut families: Vec<Box<str>> = told.kinds().map(|kind| kind.family().into()).collect();
        families.sort_unstable();
        families.dedup();
        let family_of: Vec<usize> = snapshot
            .incidents()
            .kinds()
            .iter()
            .map(|kind| families.partition_point(|known| **known < *kind.family()))
            .collect();

        let (rows, months) = (zones.zones.len() * families.len(), told.months.len());
        let mut counts = vec![0_u32; rows * months];
        told.each(&zones, |month, zone, kind| {
            counts[(zone * families.len() + family_of[kind]) * months + month] += 1;
        });
        let classes: Vec<CountClass> = counts.into_iter().map(CountClass::of).collect();
        let small_means = (0..rows)
            .map(|row| &classes[row * months..(row + 1) * months])
            .map(|of_row| {
                let empty = of_row.iter().filter(|class| **class == CountClass::NONE).count();
                SmallMean::of_shares(months, empty)
            })
            .collect();
        let first = told.months.first().copied().unwrap_or(Month::of(now));
        Self { zones, families, first, months, classes, small_means }
    }

    /// All the months that are told of.
    #[must_use]
    pub fn span(&self) -> TimeWindow {
        self.scope(TimeWindow::default(), &[]).window()
    }

    /// The zones that are told of.
    #[must_use]
    pub fn zones(&self) -> &[Zone] {
        &self.zones.zones
    }

    /// Whether a site is in a zone, so that what happens there is told of.
    #[must_use]
    pub fn tell_of(&self, site: SiteIx) -> bool {
        self.zones.of_site[site.0 as usize].is_some()
    }

    /// Sites that are in no zone.
    #[must_use]
    pub fn sites_left_out(&self) -> usize {
        self.zones.sites_left_out()
    }

    /// The families of kinds that incidents have.
    #[must_use]
    pub fn families(&self) -> &[Box<str>] {
        &self.families
    }

    /// The units that a question is about: it is widened to whole months and whole families, and cut to the months
    /// that are over.
    #[must_use]
    pub fn scope(&self, window: TimeWindow, kinds: &[KindCode]) -> Scope {
        let row = |month: Month| months_between(self.first, month).clamp(0, self.months as i32);
        let from = window.from.map_or(0, |from| row(Month::of(from)) as usize);
        let to = window.to.map_or(self.months, |to| {
            // A window that ends with a month does not reach into the next one.
            let month = Month::of(to);
            let whole = month.window().from == Some(to);
            row(if whole { month } else { month.plus_months(1) }) as usize
        });
        let months = from..to.max(from);
        let wanted: Vec<&str> = kinds.iter().map(KindCode::family).collect();
        let families = (0..self.families.len())
            .filter(|row| wanted.is_empty() || wanted.contains(&&*self.families[*row]))
            .collect();
        let start = |row: usize| self.first.plus_months(row as i32).window().from;
        let window = TimeWindow { from: start(months.start), to: start(months.end) };
        Scope { families, months, window }
    }

    /// What is known of the sum of the units of `scope` in the zone in that row of [`Units::zones`].
    ///
    /// # Panics
    ///
    /// When there is no such zone.
    #[must_use]
    pub fn estimate(&self, zone: usize, scope: &Scope) -> Estimate {
        let mut sum = Estimate::default();
        for family in &scope.families {
            let row = zone * self.families.len() + family;
            let of_months = &self.classes[row * self.months..(row + 1) * self.months];
            for class in &of_months[scope.months.clone()] {
                sum.add(*class, self.small_means[row]);
            }
        }
        sum
    }
}

impl Scope {
    /// The months that it is about: from the first instant of the first to that after the last.
    #[must_use]
    pub const fn window(&self) -> TimeWindow {
        self.window
    }

    /// The families that it is about, as rows of [`Units::families`].
    #[must_use]
    pub fn families(&self) -> &[usize] {
        &self.families
    }
}

/// The incidents that are told of: those in a zone, in a month that is over.
struct Told<'a> {
    snapshot: &'a Snapshot,
    /// From the first that has one to the last that is over.
    months: Vec<Month>,
    /// Of which kinds there are any, as the snapshot numbers them.
    has_kind: Vec<bool>,
}

impl<'a> Told<'a> {
    fn of(snapshot: &'a Snapshot, zones: &Zones, running: Month) -> Self {
        let incidents = snapshot.incidents();
        let begun = incidents.span().map_or(running, |(first, _)| Month::of(first));
        let oldest = begun.max(running.plus_months(-MONTHS_MAX)).min(running);
        let months = std::iter::successors(Some(oldest), |month| Some(month.plus_months(1)));
        let months = months.take_while(|month| *month < running).collect();
        let mut told = Self { snapshot, months, has_kind: vec![false; incidents.kinds().len()] };
        let (mut has_kind, mut first) = (told.has_kind.clone(), told.months.len());
        told.each(zones, |month, _, kind| {
            has_kind[kind] = true;
            first = first.min(month);
        });
        told.months.drain(..first);
        told.has_kind = has_kind;
        told
    }

    fn kinds(&self) -> impl Iterator<Item = &'a KindCode> {
        let kinds = self.snapshot.incidents().kinds().iter();
        kinds.zip(&self.has_kind).filter_map(|(kind, has)| has.then_some(kind))
    }

    /// Calls `take` with the row in `months`, the zone and the kind of each.
    fn each(&self, zones: &Zones, mut take: impl FnMut(usize, usize, usize)) {
        for columns in self.snapshot.incidents().parts() {
            for (at, month) in self.months.iter().enumerate() {
                for row in columns.within(month.window()) {
                    let Some(zone) = zone_of(zones, columns, row) else { continue };
                    take(at, zone, columns.kind()[row] as usize);
                }
            }
        }
    }
}

/// How many months `later` is after `earlier`; negative where it is before.
fn months_between(earlier: Month, later: Month) -> i32 {
    let count = |(year, month): (i16, i8)| i32::from(year) * 12 + i32::from(month);
    count(later.parts()) - count(earlier.parts())
}

fn zone_of(zones: &Zones, columns: &Columns, row: usize) -> Option<usize> {
    zones.of_site[columns.site()[row].0 as usize].map(|zone| zone as usize)
}
