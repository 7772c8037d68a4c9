//! [`Columns`]: incidents as columns sorted by time, so that a question reads only what it needs.

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

    pub(super) fn set_status(&mut self, row: usize, status: Status) {
        self.status[row] = status;
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

    /// The rows of both. O(n).
    pub(super) fn merged(&self, other: &Self) -> Self {
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
