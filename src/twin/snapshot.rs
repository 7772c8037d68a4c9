//! [`Snapshot`]: one state of the twin, and the only functions that change a state.

use std::sync::Arc;

use super::{Incidents, Patrols, StockIndex};
use crate::{
    event::{Fact, Seq},
    incident::Incident,
    patrol::PositionFix,
};

/// One state. A question takes `&Snapshot`, never awaits, and never sees half a write. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub(super) seq: Seq,
    pub(super) stock: Arc<StockIndex>,
    pub(super) incidents: Incidents,
    pub(super) patrols: Patrols,
}

impl Snapshot {
    /// The last event that this state holds.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// Landlords, sites, buildings and what is around them.
    #[must_use]
    pub fn stock(&self) -> &StockIndex {
        &self.stock
    }

    /// Every incident.
    #[must_use]
    pub const fn incidents(&self) -> &Incidents {
        &self.incidents
    }

    /// Every patrol.
    #[must_use]
    pub const fn patrols(&self) -> &Patrols {
        &self.patrols
    }

    /// Applies facts in their order; `seq` is that of the last of them.
    ///
    /// Incidents are gathered up to the next fact of another kind, so that a million cost one sort.
    pub fn apply(&mut self, facts: impl IntoIterator<Item = Fact>, seq: Seq) {
        let mut incidents: Vec<Incident> = Vec::new();
        for fact in facts {
            match fact {
                Fact::IncidentRecorded(incident) => incidents.push(incident),
                Fact::StockChanged(change) => {
                    self.record_incidents(&mut incidents);
                    self.stock = Arc::new(self.stock.changed(change, seq));
                }
                Fact::PatrolRecorded(patrol) => self.patrols.record(patrol),
            }
        }
        self.record_incidents(&mut incidents);
        self.seq = seq;
    }

    /// Puts a patrol where an accepted fix says it is, unless a newer one is there or it is off duty.
    pub fn place(&mut self, fix: PositionFix) {
        self.patrols.place(fix);
    }

    /// Puts every patrol where `fixes` say, and nowhere those that have none.
    pub fn replace_fixes(&mut self, fixes: Vec<PositionFix>) {
        self.patrols.replace_fixes(fixes);
    }

    fn record_incidents(&mut self, incidents: &mut Vec<Incident>) {
        if !incidents.is_empty() {
            self.incidents.record(std::mem::take(incidents), &self.stock);
        }
    }
}
