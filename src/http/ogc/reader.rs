//! [`Reader`]: the collections as one caller sees them at one moment.

use std::sync::Arc;

use actix_web::web::Data;

use super::{
    collection::Collection,
    counts,
    item::Item,
    live::{incident_table, patrol_table},
    walk::Wanted,
};
use crate::{
    access::{Permission, Scope, Seat},
    catalogue::Page,
    export::Table,
    geo::Bbox,
    http::{Edge, Problem, buildings, revision::Revision, sight, sites},
    publication::Units,
    tile::Drawing,
    time::Timestamp,
    twin::Snapshot,
};

/// The collections as one caller sees them at one moment.
pub struct Reader {
    edge: Data<Edge>,
    snapshot: Arc<Snapshot>,
    seat: Seat,
    now: Timestamp,
}

impl Reader {
    /// What whoever has that seat sees now.
    pub fn new(edge: &Data<Edge>, seat: &Seat) -> Self {
        Self {
            snapshot: sight::of_patrols(seat.scope(), edge.app.snapshot()),
            now: edge.app.now(),
            seat: seat.clone(),
            edge: edge.clone(),
        }
    }

    /// The state.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Who reads.
    pub const fn seat(&self) -> &Seat {
        &self.seat
    }

    /// What of the state is shown.
    pub const fn scope(&self) -> &Scope {
        self.seat.scope()
    }

    /// The moment.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether dwellings are told.
    pub fn reads_stock(&self) -> bool {
        self.seat.may(Permission::ReadStock)
    }

    /// What may leave the house; worked out where nobody asked since the last event.
    pub fn published_units(&self) -> Arc<Units> {
        self.edge.published.of(&self.snapshot, self.now)
    }

    /// What a collection is, and its properties.
    pub fn table(&self, of: Collection) -> Table {
        match (of, of.cells()) {
            (_, Some(cell)) => counts::table(of, cell),
            (Collection::Sites, None) => sites::table(),
            (Collection::Buildings, None) => buildings::table(),
            (Collection::Tracts, None) => self.tract_table(),
            (Collection::Patrols, None) => patrol_table(),
            (_, None) => incident_table(),
        }
    }

    /// A page of a collection. Takes its time where it tests each feature, so call it where that may be.
    ///
    /// # Errors
    ///
    /// What the list of the same things says.
    pub fn page(&self, of: Collection, wanted: &Wanted) -> Result<Page<Item, String>, Problem> {
        match (of, of.cells()) {
            (_, Some(cell)) => self.counts(cell, wanted),
            (Collection::Sites, None) => self.sites(wanted),
            (Collection::Buildings, None) => self.buildings(wanted),
            (Collection::Tracts, None) => self.tracts(wanted),
            (Collection::Patrols, None) => self.patrols(wanted),
            (_, None) => self.incidents(wanted),
        }
    }

    /// The feature of that id, where it is there and shown.
    ///
    /// # Errors
    ///
    /// As of [`Self::page`].
    pub fn one(&self, of: Collection, id: &str) -> Result<Option<Item>, Problem> {
        match (of, of.cells()) {
            (_, Some(cell)) => self.count(cell, id),
            (Collection::Sites, None) => Ok(self.site(id)),
            (Collection::Buildings, None) => Ok(self.building(id)),
            (Collection::Tracts, None) => self.tract(id),
            (Collection::Patrols, None) => Ok(self.patrol(id)),
            (_, None) => Ok(self.incident(id)),
        }
    }

    /// What the answers about a collection depend on; none where nobody may keep them.
    pub fn revision(&self, of: Collection) -> Option<Revision> {
        match of {
            Collection::Sites | Collection::Buildings | Collection::Tracts => {
                Some(Revision::of_stock(&self.snapshot))
            }
            Collection::Patrols => Some(Revision::of_patrols(&self.snapshot)),
            Collection::Incidents => Some(Revision::of_events(&self.snapshot, self.scope())),
            Collection::IncidentsByTract
            | Collection::IncidentsBySite
            | Collection::IncidentsByHexagon => (!self.counts_are_published())
                .then(|| Revision::of_events(&self.snapshot, self.scope())),
        }
    }

    /// The box around all features of a collection; none where nobody has worked it out. O(features).
    pub fn bounds(&self, of: Collection) -> Option<Bbox> {
        let layer = of.layer()?;
        let indicators = Vec::new();
        Drawing { layer, snapshot: &self.snapshot, scope: self.scope(), indicators }.bounds()
    }

    /// When the first and the last feature of a collection were, where it has a time.
    pub fn span(&self, of: Collection) -> Option<(Timestamp, Timestamp)> {
        (of == Collection::Incidents).then(|| sight::span(self.scope(), &self.snapshot)).flatten()
    }
}
