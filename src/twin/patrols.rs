//! [`Patrols`]: the small table of crews and their last known positions.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, Weak},
};

use crate::{
    geo::EarthCentred,
    patrol::{Availability, Patrol, PatrolId, PositionFix},
    roads::{RoadGraph, Spot},
};

/// A patrol and its last known position.
#[derive(Debug, Clone, PartialEq)]
pub struct PatrolState {
    /// Who.
    pub patrol: Patrol,
    /// The last position that counted; never one while off duty.
    pub last_fix: Option<PositionFix>,
}

/// Every patrol, by id. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct Patrols(Arc<BTreeMap<PatrolId, Row>>);

/// A patrol, and its last position in space, so that ranking by distance needs no trigonometry.
#[derive(Debug, Clone)]
struct Row {
    state: PatrolState,
    in_space: Option<EarthCentred>,
    /// Where on the roads of a graph that is, once somebody has asked.
    spot: OnceLock<(Weak<RoadGraph>, Option<Spot>)>,
}

impl Row {
    fn new(patrol: Patrol, last_fix: Option<PositionFix>) -> Self {
        let in_space = last_fix.as_ref().map(|fix| fix.position.into());
        Self { state: PatrolState { patrol, last_fix }, in_space, spot: OnceLock::new() }
    }

    fn move_to(&mut self, fix: Option<PositionFix>) {
        self.in_space = fix.as_ref().map(|fix| fix.position.into());
        self.state.last_fix = fix;
        self.spot = OnceLock::new();
    }

    /// Looked up once for each position: the answer for another graph is not kept, since positions change more
    /// often than graphs.
    fn spot(&self, graph: &Arc<RoadGraph>) -> Option<Spot> {
        let position = self.state.last_fix.as_ref()?.position;
        let (of, spot) = self.spot.get_or_init(|| (Arc::downgrade(graph), graph.spot(position)));
        if std::ptr::eq(of.as_ptr(), Arc::as_ptr(graph)) { *spot } else { graph.spot(position) }
    }
}

impl Patrols {
    /// The patrol with that id.
    #[must_use]
    pub fn get(&self, id: &PatrolId) -> Option<&PatrolState> {
        self.0.get(id).map(|row| &row.state)
    }

    /// Every patrol, in the order of ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &PatrolState> {
        self.0.values().map(|row| &row.state)
    }

    /// Every patrol with its last position in space, in the order of ids.
    pub fn in_space(&self) -> impl ExactSizeIterator<Item = (&PatrolState, Option<EarthCentred>)> {
        self.0.values().map(|row| (&row.state, row.in_space))
    }

    /// Every patrol with its place on the roads, where it has one, in the order of ids.
    pub fn on_roads(
        &self,
        graph: &Arc<RoadGraph>,
    ) -> impl ExactSizeIterator<Item = (&PatrolState, Option<Spot>)> {
        self.0.values().map(|row| (&row.state, row.spot(graph)))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn record(&mut self, patrol: Patrol) {
        let table = Arc::make_mut(&mut self.0);
        let last_fix = match patrol.availability {
            Availability::OffDuty => None,
            Availability::Available | Availability::Busy => {
                table.remove(&patrol.id).and_then(|known| known.state.last_fix)
            }
        };
        table.insert(patrol.id.clone(), Row::new(patrol, last_fix));
    }

    pub(super) fn place(&mut self, fix: PositionFix) {
        let known = self.get(&fix.patrol);
        let counts = known.is_some_and(|known| {
            let newer = |last: &PositionFix| fix.recorded_at > last.recorded_at;
            known.patrol.availability != Availability::OffDuty
                && known.last_fix.as_ref().is_none_or(newer)
        });
        if counts && let Some(known) = Arc::make_mut(&mut self.0).get_mut(&fix.patrol) {
            known.move_to(Some(fix));
        }
    }

    /// Forgets every position, then takes in `fixes`.
    pub(super) fn replace_fixes(&mut self, fixes: Vec<PositionFix>) {
        for known in Arc::make_mut(&mut self.0).values_mut() {
            known.move_to(None);
        }
        fixes.into_iter().for_each(|fix| self.place(fix));
    }
}
