//! [`SnapshotBuilder`]: the state that a replay leaves, with every index made once.

use std::sync::Arc;

use super::{IncidentRow, Incidents, Snapshot};
use crate::{
    event::{Fact, Seq},
    patrol::PositionFix,
    stock::StockChange,
};

/// Builds a [`Snapshot`] from the facts of a replay: the stock first, each subject once.
///
/// Leads to the same state as [`Snapshot::apply`], but sorts and indexes once at the end and not at every
/// piece: a replay in 100 pieces would else index the stock 100 times.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    snapshot: Snapshot,
    stock: StockChange,
    incidents: Vec<IncidentRow>,
}

impl SnapshotBuilder {
    /// Takes in one piece.
    pub fn add(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            match fact {
                Fact::StockChanged(change) => self.stock.extend(change),
                Fact::PatrolRecorded(patrol) => self.snapshot.patrols.record(patrol),
                Fact::AlertRecorded(alert) => self.snapshot.alerts.record(alert),
                Fact::SituationRecorded(situation) => self.snapshot.situations.record(situation),
                Fact::AccountRecorded(account) => self.snapshot.accounts.record(account),
                Fact::SettingChanged(setting) => self.snapshot.settings.record(setting),
                Fact::HoldRecorded(hold) => self.snapshot.registers.record_hold(hold),
                // A replay tells of what is there: what was purged is not.
                Fact::Purged(purge) => {
                    self.snapshot.registers.record_purge(purge);
                }
                Fact::Gone => {}
                Fact::IncidentRecorded(incident) => {
                    self.index_stock();
                    let Snapshot { incidents, stock, .. } = &mut self.snapshot;
                    self.incidents.extend(incidents.row_of(&incident, stock));
                    if !incident.steps.is_empty() {
                        self.snapshot.interventions.load(incident);
                    }
                }
            }
        }
    }

    /// The state after event `seq`, with the patrols where `fixes` say.
    #[must_use]
    pub fn finish(mut self, seq: Seq, fixes: Vec<PositionFix>) -> Snapshot {
        self.index_stock();
        let mut snapshot = self.snapshot;
        Arc::make_mut(&mut snapshot.stock).set_revision(seq);
        snapshot.incidents = Incidents::of(self.incidents, snapshot.incidents);
        snapshot.seq = seq;
        snapshot.replace_fixes(fixes);
        snapshot
    }

    /// Indexes the stock that has come in; incidents refer to its rows.
    fn index_stock(&mut self) {
        if !self.stock.is_empty() {
            let mut change = std::mem::take(&mut self.stock);
            self.snapshot.take_unindexed(&mut change);
            if !change.is_empty() {
                self.snapshot.stock = Arc::new(self.snapshot.stock.changed(change, Seq(0)));
            }
        }
    }
}
