//! [`Columns`]: incidents as columns sorted by time, so that a question reads only what it needs.

use std::collections::HashSet;

use super::{PlaceIx, SiteIx};
use crate::{
    incident::{Channel, IncidentId, Status},
    time::{HourOfWeek, TimeWindow, Timestamp},
};

/// One incident as the columns hold it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidentRow {
    /// Unique.
    pub id: IncidentId,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// The hour of the week on Paris clocks then.
    pub hour: HourOfWeek,
    /// Index into [`super::Incidents::kinds`].
    pub kind: u16,
    /// How it came in.
    pub channel: Channel,
    /// How far it has got.
    pub status: Status,
    /// The site that it was reported on.
    pub site: SiteIx,
    /// The building, or the site as a whole.
    pub place: PlaceIx,
}

/// Incidents sorted by `reported_at`, ties by id: one vector a field, all of one length.
///
/// 44 bytes an incident, of which a count by place reads 8.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    reported_at: Vec<Timestamp>,
    hour: Vec<HourOfWeek>,
    kind: Vec<u16>,
    channel: Vec<Channel>,
    status: Vec<Status>,
    site: Vec<SiteIx>,
    place: Vec<PlaceIx>,
    id: Vec<IncidentId>,
    /// Rows in the order of their ids, for look-ups.
    by_id: Vec<u32>,
}

impl Columns {
    /// How many incidents there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// The rows reported in `window`. O(log n).
    #[must_use]
    pub fn within(&self, window: TimeWindow) -> std::ops::Range<usize> {
        let first_at_or_after = |at: Timestamp| self.reported_at.partition_point(|t| *t < at);
        let start = window.from.map_or(0, first_at_or_after);
        let end = window.to.map_or(self.len(), first_at_or_after);
        start..end.max(start)
    }

    /// The id of each.
    #[must_use]
    pub fn id(&self) -> &[IncidentId] {
        &self.id
    }

    /// When each was reported, ascending.
    #[must_use]
    pub fn reported_at(&self) -> &[Timestamp] {
        &self.reported_at
    }

    /// The hour of the week of each.
    #[must_use]
    pub fn hour(&self) -> &[HourOfWeek] {
        &self.hour
    }

    /// The kind of each, as an index into [`super::Incidents::kinds`].
    #[must_use]
    pub fn kind(&self) -> &[u16] {
        &self.kind
    }

    /// The channel of each.
    #[must_use]
    pub fn channel(&self) -> &[Channel] {
        &self.channel
    }

    /// The status of each.
    #[must_use]
    pub fn status(&self) -> &[Status] {
        &self.status
    }

    /// The site of each.
    #[must_use]
    pub fn site(&self) -> &[SiteIx] {
        &self.site
    }

    /// The place of each.
    #[must_use]
    pub fn place(&self) -> &[PlaceIx] {
        &self.place
    }

    /// The incident in that row.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> IncidentRow {
        IncidentRow {
            id: self.id[row],
            reported_at: self.reported_at[row],
            hour: self.hour[row],
            kind: self.kind[row],
            channel: self.channel[row],
            status: self.status[row],
            site: self.site[row],
            place: self.place[row],
        }
    }

    /// The row of an incident. O(log n).
    #[must_use]
    pub fn find(&self, id: IncidentId) -> Option<usize> {
        let at = self.by_id.binary_search_by(|row| self.id[*row as usize].cmp(&id)).ok()?;
        Some(self.by_id[at] as usize)
    }

    /// Changes what may change of an incident: not its id, nor when it was reported.
    pub(super) fn change(&mut self, row: usize, to: &IncidentRow) {
        self.kind[row] = to.kind;
        self.status[row] = to.status;
        self.site[row] = to.site;
        self.place[row] = to.place;
    }

    /// These rows, in any order, as columns.
    pub(super) fn of(mut rows: Vec<IncidentRow>) -> Self {
        rows.sort_unstable_by_key(|row| (row.reported_at, row.id));
        let mut columns = Self::with_capacity(rows.len());
        for row in rows {
            columns.push(row);
        }
        columns.index();
        columns
    }

    /// The rows of both. O(n); where `other` is later in time and by id, as new incidents are, no more
    /// than a copy.
    pub(super) fn merged(&self, other: &Self) -> Self {
        if self.comes_before(other) {
            return self.followed_by(other);
        }
        let mut columns = Self::with_capacity(self.len() + other.len());
        let (mut a, mut b) = (0, 0);
        while a < self.len() || b < other.len() {
            let take_a = b == other.len()
                || (a < self.len()
                    && (self.reported_at[a], self.id[a]) < (other.reported_at[b], other.id[b]));
            if take_a {
                columns.push(self.row(a));
                a += 1;
            } else {
                columns.push(other.row(b));
                b += 1;
            }
        }
        columns.index();
        columns
    }

    /// The rows of all but these incidents. O(n).
    pub(super) fn without(&self, gone: &HashSet<IncidentId>) -> Self {
        let mut columns = Self::with_capacity(self.len());
        let kept = (0..self.len()).filter(|row| !gone.contains(&self.id[*row]));
        kept.for_each(|row| columns.push(self.row(row)));
        columns.index();
        columns
    }

    fn comes_before(&self, other: &Self) -> bool {
        let (Some(last), Some(first)) = (self.len().checked_sub(1), other.id.first()) else {
            return true; // one of them is empty
        };
        let greatest = self.by_id.last().map(|row| self.id[*row as usize]);
        let least = other.by_id.first().map(|row| other.id[*row as usize]);
        (self.reported_at[last], self.id[last]) < (other.reported_at[0], *first) && greatest < least
    }

    fn followed_by(&self, other: &Self) -> Self {
        let mut columns = self.clone();
        (0..other.len()).for_each(|row| columns.push(other.row(row)));
        let before = self.len() as u32;
        columns.by_id.extend(other.by_id.iter().map(|row| before + row));
        columns
    }

    fn with_capacity(rows: usize) -> Self {
        Self {
            reported_at: Vec::with_capacity(rows),
            hour: Vec::with_capacity(rows),
            kind: Vec::with_capacity(rows),
            channel: Vec::with_capacity(rows),
            status: Vec::with_capacity(rows),
            site: Vec::with_capacity(rows),
            place: Vec::with_capacity(rows),
            id: Vec::with_capacity(rows),
            by_id: Vec::with_capacity(rows),
        }
    }

    fn push(&mut self, row: IncidentRow) {
        self.reported_at.push(row.reported_at);
        self.hour.push(row.hour);
        self.kind.push(row.kind);
        self.channel.push(row.channel);
        self.status.push(row.status);
        self.site.push(row.site);
        self.place.push(row.place);
        self.id.push(row.id);
    }

    /// Rebuilds the order of ids. Nearly sorted input (ids follow time) makes it nearly linear.
    fn index(&mut self) {
        self.by_id = (0..self.len() as u32).collect();
        self.by_id.sort_by_key(|row| self.id[*row as usize]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(id: u32, second: i64) -> IncidentRow {
        let reported_at = Timestamp::from_unix_ms(second * 1000).unwrap();
        IncidentRow {
            id: IncidentId::new(uuid::Uuid::from_u128(id.into())),
            reported_at,
            hour: reported_at.hour_of_week(),
            kind: 0,
            channel: Channel::Call,
            status: Status::Received,
            site: SiteIx(id),
            place: PlaceIx(id),
        }
    }

    proptest! {
        #[test]
        fn merging_equals_sorting_the_rows_of_both(
            old in prop::collection::vec(0_i64..50, 0..20),
            new in prop::collection::vec(0_i64..50, 0..20),
            later in prop::bool::ANY,
        ) {
            let delay = if later { 100 } else { 0 };
            let old: Vec<_> = (0..).zip(old).map(|(id, at)| row(id, at)).collect();
            let new: Vec<_> = (100..).zip(new).map(|(id, at)| row(id, at + delay)).collect();
            let merged = Columns::of(old.clone()).merged(&Columns::of(new.clone()));
            let sorted = Columns::of([old, new].concat());

            let rows = |columns: &Columns| (0..columns.len()).map(|at| columns.row(at)).collect::<Vec<_>>();
            prop_assert_eq!(rows(&merged), rows(&sorted));
            prop_assert_eq!(&merged.by_id, &sorted.by_id);
        }
    }
}
