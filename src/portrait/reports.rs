//! [`Reports`]: what was reported on a piece of ground, by kind and by hour of the week.

use super::{
    Count, Counts, Rate,
    count::{Exposure, Ledger, whole_zones},
    ground::Sight,
};
use crate::{
    incident::KindCode,
    privacy::{Estimate, Reading},
    publication::{Scope, Units},
    time::{HourOfWeek, Month, TimeWindow},
    twin::Snapshot,
};

/// What was reported on a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Reports {
    /// All of it.
    pub total: Count,
    /// For 1,000 dwellings and a year.
    pub rate: Option<Rate>,
    /// By family of kinds, most first.
    pub families: Vec<Group>,
    /// By kind, most first; none where counts are published, which are not divided so finely.
    pub kinds: Option<Vec<Group>>,
    /// By hour of the Paris week, from Monday 00:00; none where counts are published.
    pub hours: Option<Vec<u64>>,
}

/// Reports of one kind, or of one family.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its code.
    pub code: String,
    /// How many.
    pub count: Count,
    /// For 1,000 dwellings and a year.
    pub rate: Option<Rate>,
}

/// Which reports are counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub sight: Sight<'a>,
    pub snapshot: &'a Snapshot,
    /// From the first to the last, without a gap.
    pub months: &'a [Month],
    /// None: all.
    pub kinds: &'a [KindCode],
}

/// What one look at the reports brings.
pub(super) struct Tally<'a> {
    /// For any piece of ground.
    pub ledger: Ledger<'a>,
    /// On the ground of the portrait, by month.
    pub months: Vec<Count>,
    pub kinds: Vec<(KindCode, Count)>,
    pub families: Vec<(String, Count)>,
    pub hours: Option<Vec<u64>>,
}

impl Asked<'_> {
    /// From the first instant of the first month to that after the last one.
    pub fn window(&self) -> TimeWindow {
        TimeWindow {
            from: self.months.first().and_then(|month| month.window().from),
            to: self.months.last().and_then(|month| month.window().to),
        }
    }
}

/// Counts on the places that `holds` says. O(reports of the months), or O(zones × families × months) where counts are
/// published.
pub(super) fn tally<'a>(asked: Asked<'a>, counts: Counts<'a>, holds: &[bool]) -> Tally<'a> {
    match counts {
        Counts::Exact => exact(asked, holds),
        Counts::Published(units) => published(asked, units, holds),
    }
}

fn exact<'a>(asked: Asked<'a>, holds: &[bool]) -> Tally<'a> {
    let incidents = asked.snapshot.incidents();
    let is_wanted = |kind: &KindCode| asked.kinds.is_empty() || asked.kinds.contains(kind);
    let wanted: Vec<bool> = incidents.kinds().iter().map(is_wanted).collect();
    let shown: Vec<bool> = (0..asked.sight.stock.sites().len() as u32)
        .map(|row| asked.sight.shows(crate::twin::SiteIx(row)))
        .collect();
    let mut by_place = vec![0_u32; holds.len()];
    let mut by_month = vec![0_u64; asked.months.len()];
    let mut by_kind = vec![0_u64; wanted.len()];
    let mut hours = vec![0_u64; HourOfWeek::COUNT];
    for columns in incidents.parts() {
        for (at, month) in asked.months.iter().enumerate() {
            for row in columns.within(month.window()) {
                let kind = usize::from(columns.kind()[row]);
                if !wanted[kind] || !shown[columns.site()[row].0 as usize] {
                    continue;
                }
                let place = columns.place()[row].0 as usize;
                by_place[place] += 1;
                if holds[place] {
                    by_month[at] += 1;
                    by_kind[kind] += 1;
                    hours[columns.hour()[row].index()] += 1;
                }
            }
        }
    }
    let kinds = incidents.kinds().iter().cloned().zip(by_kind).filter(|(_, count)| *count > 0);
    let kinds: Vec<(KindCode, u64)> = kinds.collect();
    Tally {
        ledger: Ledger::ByPlace(by_place),
        months: by_month.into_iter().map(Count::exact).collect(),
        families: families(&kinds),
        kinds: kinds.into_iter().map(|(kind, count)| (kind, Count::exact(count))).collect(),
        hours: Some(hours),
    }
}

fn families(kinds: &[(KindCode, u64)]) -> Vec<(String, Count)> {
    let mut sums: Vec<(String, u64)> = Vec::new();
    for (kind, count) in kinds {
        match sums.iter_mut().find(|(family, _)| family == kind.family()) {
            Some((_, sum)) => *sum += count,
            None => sums.push((kind.family().to_owned(), *count)),
        }
    }
    sums.into_iter().map(|(family, sum)| (family, Count::exact(sum))).collect()
}

fn published<'a>(asked: Asked<'a>, units: &'a Units, holds: &[bool]) -> Tally<'a> {
    let scope = units.scope(asked.window(), asked.kinds);
    let zones = whole_zones(asked.snapshot, units, holds);
    let sum = |scope: &Scope| {
        let estimates = zones.iter().map(|zone| units.estimate(*zone, scope));
        Count::published(estimates.fold(Estimate::default(), Estimate::plus))
    };
    let of_family = |row: &usize| {
        let family = units.families()[*row].to_string();
        // A family by itself has the form of a kind.
        let kind: KindCode = family.parse().ok()?;
        let count = sum(&units.scope(asked.window(), &[kind]));
        (count.told != Reading::None).then_some((family, count))
    };
    let of_month = |month: &Month| sum(&units.scope(month.window(), asked.kinds));
    Tally {
        months: asked.months.iter().map(of_month).collect(),
        kinds: Vec::new(),
        families: scope.families().iter().filter_map(of_family).collect(),
        hours: None,
        ledger: Ledger::ByUnit(units, scope),
    }
}

impl Reports {
    /// What a tally says, against those dwellings and years.
    pub(super) fn of(tally: &Tally<'_>, total: Count, against: Exposure) -> Self {
        let group =
            |(code, count): (String, Count)| Group { rate: count.rate(against), code, count };
        let sorted = |mut groups: Vec<Group>| {
            groups
                .sort_by(|a, b| b.count.told.cmp(&a.count.told).then_with(|| a.code.cmp(&b.code)));
            groups
        };
        let kinds = tally.kinds.iter().map(|(kind, count)| group((kind.to_string(), *count)));
        Self {
            total,
            rate: total.rate(against),
            families: sorted(tally.families.iter().cloned().map(group).collect()),
            kinds: tally.hours.is_some().then(|| sorted(kinds.collect())),
            hours: tally.hours.clone(),
        }
    }
}
