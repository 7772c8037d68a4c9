//! [`Incidents`]: all incidents, as one large sealed part and one small recent part.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Columns, IncidentRow, StockIndex};
use crate::{
    incident::{Incident, IncidentId, KindCode},
    time::{TimeWindow, Timestamp},
};

/// Rows in the recent part before it is merged into the sealed one: small enough to copy at each write
/// (180 kB), large enough that the merge (10 ms a million rows) is rare.
const RECENT_ROWS_MAX: usize = 4096;

/// Every incident. Cloning is free; adding copies the recent part only.
#[derive(Debug, Clone, Default)]
pub struct Incidents {
    sealed: Arc<Columns>,
    recent: Arc<Columns>,
    kinds: Arc<Vec<KindCode>>,
}

impl Incidents {
    /// The two parts; each is sorted by time, and they may overlap in time.
    #[must_use]
    pub fn parts(&self) -> [&Columns; 2] {
        [&self.sealed, &self.recent]
    }

    /// How many incidents there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sealed.len() + self.recent.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kinds that occur; [`IncidentRow::kind`] is an index into it.
    #[must_use]
    pub fn kinds(&self) -> &[KindCode] {
        &self.kinds
    }

    /// The incident with that id. O(log n).
    #[must_use]
    pub fn get(&self, id: IncidentId) -> Option<IncidentRow> {
        self.parts().into_iter().find_map(|part| part.find(id).map(|row| part.row(row)))
    }

    /// The incidents reported in `window` that `keep` says, oldest first, ties by id. O(log n), and a look at each of
    /// the window.
    pub fn within(
        &self,
        window: TimeWindow,
        keep: impl Fn(&IncidentRow) -> bool,
    ) -> Vec<IncidentRow> {
        let rows = self
            .parts()
            .into_iter()
            .flat_map(|part| part.within(window).map(|row| part.row(row)).filter(|row| keep(row)));
        let mut rows: Vec<IncidentRow> = rows.collect();
        rows.sort_by_key(|row| (row.reported_at, row.id));
        rows
    }

    /// When the first and the last were reported.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let times = || self.parts().into_iter().map(Columns::reported_at);
        let first = times().filter_map(<[Timestamp]>::first).min()?;
        let last = times().filter_map(<[Timestamp]>::last).max()?;
        Some((*first, *last))
    }

    /// These rows, in any order, each incident once; their kinds are those of `known`.
    pub(super) fn of(rows: Vec<IncidentRow>, known: Self) -> Self {
        Self { sealed: Arc::new(Columns::of(rows)), recent: Arc::default(), kinds: known.kinds }
    }

    /// Adds new incidents, and gives those that are known their new status, kind and place.
    pub(super) fn record(&mut self, incidents: Vec<Incident>, stock: &StockIndex) {
        let mut rows: Vec<IncidentRow> = Vec::with_capacity(incidents.len());
        let mut fresh: HashMap<IncidentId, usize> = HashMap::new();
        for incident in incidents {
            let Some(row) = self.row_of(&incident, stock) else { continue };
            if let Some(at) = self.recent.find(incident.id) {
                Arc::make_mut(&mut self.recent).change(at, &row);
            } else if let Some(at) = self.sealed.find(incident.id) {
                Arc::make_mut(&mut self.sealed).change(at, &row);
            } else if let Some(at) = fresh.get(&incident.id) {
                // New and changed again among the same events.
                rows[*at] = IncidentRow { reported_at: rows[*at].reported_at, ..row };
            } else {
                fresh.insert(incident.id, rows.len());
                rows.push(row);
            }
        }
        let recent = self.recent.merged(&Columns::of(rows));
        if recent.len() > RECENT_ROWS_MAX {
            self.sealed = Arc::new(self.sealed.merged(&recent));
            self.recent = Arc::default();
        } else {
            self.recent = Arc::new(recent);
        }
    }

    /// Removes incidents.
    pub(super) fn remove(&mut self, gone: &HashSet<IncidentId>) {
        for part in [&mut self.sealed, &mut self.recent] {
            *part = Arc::new(part.without(gone));
        }
    }

    /// `None` for a site that the stock does not hold, which no store hands out: incidents refer to sites.
    pub(super) fn row_of(
        &mut self,
        incident: &Incident,
        stock: &StockIndex,
    ) -> Option<IncidentRow> {
        let site = stock.site_ix(&incident.site)?;
        let building = incident.building.as_ref().and_then(|id| stock.building_ix(id));
        Some(IncidentRow {
            id: incident.id,
            reported_at: incident.reported_at,
            hour: incident.reported_at.hour_of_week(),
            kind: self.kind_index(&incident.kind),
            channel: incident.channel,
            status: incident.status,
            site,
            place: building
                .map_or_else(|| stock.place_of_site(site), |ix| stock.place_of_building(ix)),
        })
    }

    fn kind_index(&mut self, code: &KindCode) -> u16 {
        if let Some(index) = self.kinds.iter().position(|known| known == code) {
            return index as u16;
        }
        Arc::make_mut(&mut self.kinds).push(code.clone());
        (self.kinds.len() - 1) as u16
    }
}
