//! [`Patrols`]: the small table of crews and their last known positions.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, Weak},
};

use crate::{
    geo::{EarthCentred, LonLat, geodesic_distance_m},
    patrol::{Patrol, PatrolId, PositionFix},
    roads::{RoadGraph, Spot},
    time::Timestamp,
};

/// A patrol that stays within this distance stands still, in metres: receivers err by as much among towers.
pub const STILL_DISTANCE_M: f64 = 25.0;

/// A patrol and its last known position.
#[derive(Debug, Clone, PartialEq)]
pub struct PatrolState {
    /// Who.
    pub patrol: Patrol,
    /// The last position that counted; never one while off duty or switched off.
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
    /// Where it has stood still, and since when: each server sees for itself, and forgets when it restarts.
    anchor: Option<(LonLat, Timestamp)>,
}

impl Row {
    fn new(patrol: Patrol) -> Self {
        let state = PatrolState { patrol, last_fix: None };
        Self { state, in_space: None, spot: OnceLock::new(), anchor: None }
    }

    fn move_to(&mut self, fix: Option<PositionFix>) {
        let stands = |at: LonLat, fix: &PositionFix| {
            geodesic_distance_m(at, fix.position) <= STILL_DISTANCE_M
        };
        self.anchor = fix.as_ref().map(|fix| match self.anchor {
            Some((at, since)) if stands(at, fix) => (at, since),
            _ => (fix.position, fix.recorded_at),
        });
        self.in_space = fix.as_ref().map(|fix| fix.position.into());
        self.state.last_fix = fix;
        self.spot = OnceLock::new();
    }

    /// Looked up once for each position: the answer for another graph is not kept, since positions change more
    /// often than graphs.
    fn spot(&self, graph: &Arc<RoadGraph>) -> Option<Spot> {
        let position = self.state.last_fix.as_ref()?.position;
        let (of, spot) = self.spot.get_or_init(|| (Arc::downgrade(graph), graph.spot(position)));
        if std::ptr::eq(of.as_ptr(), Arc::as_ptr(graph)) {
            spot.clone()
        } else {
            graph.spot(position)
        }
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

    /// Since when that patrol says that it is where it is, within [`STILL_DISTANCE_M`], as far as this program has
    /// seen it: positions of the past are kept nowhere.
    #[must_use]
    pub fn still_since(&self, id: &PatrolId) -> Option<Timestamp> {
        self.0.get(id).and_then(|row| row.anchor).map(|(_, since)| since)
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

    /// That patrol and no other.
    pub(super) fn alone(&self, id: &PatrolId) -> Self {
        let row = self.0.get(id).map(|row| (id.clone(), row.clone()));
        Self(Arc::new(row.into_iter().collect()))
    }

    pub(super) fn record(&mut self, patrol: Patrol) {
        let table = Arc::make_mut(&mut self.0);
        let row = table.entry(patrol.id.clone()).or_insert_with(|| Row::new(patrol.clone()));
        if !patrol.shares_position() {
            row.move_to(None);
        }
        row.state.patrol = patrol;
    }

    pub(super) fn place(&mut self, fix: PositionFix) {
        let known = self.get(&fix.patrol);
        let counts = known.is_some_and(|known| {
            let newer = |last: &PositionFix| fix.recorded_at > last.recorded_at;
            known.patrol.shares_position() && known.last_fix.as_ref().is_none_or(newer)
        });
        if counts && let Some(known) = Arc::make_mut(&mut self.0).get_mut(&fix.patrol) {
            known.move_to(Some(fix));
        }
    }

    /// Forgets positions that are older than that instant.
    pub(super) fn forget_fixes(&mut self, before: Timestamp) {
        for known in Arc::make_mut(&mut self.0).values_mut() {
            if known.state.last_fix.as_ref().is_some_and(|fix| fix.recorded_at < before) {
                known.move_to(None);
            }
        }
    }

    /// Puts each patrol where its fix says, and nowhere those without one.
    pub(super) fn replace_fixes(&mut self, fixes: Vec<PositionFix>) {
        let mut fixes: BTreeMap<PatrolId, PositionFix> =
            fixes.into_iter().map(|fix| (fix.patrol.clone(), fix)).collect();
        for (id, known) in Arc::make_mut(&mut self.0) {
            let shares = known.state.patrol.shares_position();
            known.move_to(fixes.remove(id).filter(|_| shares));
        }
    }
}
