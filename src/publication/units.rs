//! [`Units`]: incidents counted in fixed units, and the class of each count.

use std::ops::Range;

use super::{Zone, Zones};
use crate::{
    incident::KindCode,
    privacy::{CountClass, Estimate, SmallMean},
    time::{Month, TimeWindow, Timestamp},
    twin::{Columns, Snapshot},
};

/// Months that are told of, at most: incidents are kept for three years, and some longer while a claim lasts.
pub const MONTHS_MAX: i32 = 60;

/// What is known outside: the class of the count of each zone × family of kinds × month that is over.
///
/// Worked out from a snapshot in one pass, O(incidents + zones × families × months).
#[derive(Debug, Clone)]
pub struct Units {
    zones: Zones,
    /// Sorted.
    families: Vec<Box<str>>,
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
        let kinds = snapshot.incidents().kinds();
        let mut families: Vec<Box<str>> = kinds.iter().map(|kind| family(kind).into()).collect();
        families.sort_unstable();
        families.dedup();
        let family_of: Vec<usize> = kinds
            .iter()
            .map(|kind| families.partition_point(|known| **known < *family(kind)))
            .collect();

        let over = Month::of(now);
        let oldest = over.plus_months(-MONTHS_MAX);
        let begun = snapshot.incidents().span().map_or(over, |(first, _)| Month::of(first));
        let first = begun.max(oldest).min(over);
        let all: Vec<Month> =
            std::iter::successors(Some(first), |month| Some(month.plus_months(1)))
                .take_while(|month| *month < over)
                .collect();

        let rows = zones.zones.len() * families.len();
        let mut counts = vec![0_u32; rows * all.len()];
        for columns in snapshot.incidents().parts() {
            for (month, at) in all.iter().zip(0..) {
                for row in columns.within(month.window()) {
                    let Some(zone) = zone_of(&zones, columns, row) else { continue };
                    let family = family_of[columns.kind()[row] as usize];
                    counts[(zone * families.len() + family) * all.len() + at] += 1;
                }
            }
        }
        let classes: Vec<CountClass> = counts.into_iter().map(CountClass::of).collect();
        let small_means = (0..rows)
            .map(|row| &classes[row * all.len()..(row + 1) * all.len()])
            .map(|months| {
                let empty = months.iter().filter(|class| **class == CountClass::NONE).count();
                SmallMean::of_shares(months.len(), empty)
            })
            .collect();
        Self { zones, families, first, months: all.len(), classes, small_means }
    }

    /// The zones that are told of.
    #[must_use]
    pub fn zones(&self) -> &[Zone] {
        &self.zones.zones
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
        let wanted: Vec<&str> = kinds.iter().map(family).collect();
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

/// How many months `later` is after `earlier`; negative where it is before.
fn months_between(earlier: Month, later: Month) -> i32 {
    let count = |(year, month): (i16, i8)| i32::from(year) * 12 + i32::from(month);
    count(later.parts()) - count(earlier.parts())
}

/// The family of a kind: what stands before its first hyphen, such as `OCC`.
fn family(kind: &KindCode) -> &str {
    kind.as_str().split('-').next().unwrap_or_default()
}

fn zone_of(zones: &Zones, columns: &Columns, row: usize) -> Option<usize> {
    zones.of_site[columns.site()[row].0 as usize].map(|zone| zone as usize)
}
