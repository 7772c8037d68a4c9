//! The twin: the current state as a fold of the events, and the indexes that questions stand on.
//!
//! Uses the nouns and [`crate::event`]; knows no store and no HTTP. [`Snapshot`] is one immutable state,
//! [`Twin`] the shared handle to the newest one.

mod accounts;
mod alerts;
mod briefings;
mod builder;
mod cell;
mod columns;
mod incidents;
mod interventions;
mod near_tree;
mod patrols;
mod place;
mod purging;
mod registers;
mod roads;
mod selection;
mod settings;
mod situations;
mod snapshot;
mod stock_index;
#[cfg(test)]
pub(crate) mod town;
mod tract_shares;
mod tracts;
mod wall_copy;

use std::sync::Arc;

use arc_swap::ArcSwap;

pub use accounts::Accounts;
pub use alerts::Alerts;
pub use briefings::{Briefing, Briefings};
pub use builder::SnapshotBuilder;
pub use cell::{
    CellFrame, CellKind, CellTable, HEX_RESOLUTION_MAX, HEX_RESOLUTION_MIN, HexResolution,
    InvalidCellKind,
};
pub use columns::{Columns, IncidentRow};
pub use incidents::Incidents;
pub use interventions::{Interventions, Mission};
pub use near_tree::{Near, Reach, Standing};
pub use patrols::{PatrolState, Patrols, STILL_DISTANCE_M};
pub use place::{BuildingIx, Place, PlaceIx, SiteIx};
pub use registers::Registers;
pub use roads::Roads;
pub use selection::{RowBlock, RowFilter, Selection, SelectionError};
pub use settings::Settings;
pub use situations::Situations;
pub use snapshot::Snapshot;
pub use stock_index::StockIndex;
pub use tract_shares::{TractShare, TractShares};
pub use tracts::TractIndex;
pub use wall_copy::{COPY_ERROR_M, WallCopy};

/// The shared handle: readers take a [`Snapshot`] and never wait for the writer.
#[derive(Debug, Default)]
pub struct Twin(ArcSwap<Snapshot>);

impl Twin {
    /// A twin in this state.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(snapshot))
    }

    /// The state now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// Puts `snapshot` in the place of the state now. Only the writer calls it.
    pub fn publish(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}
