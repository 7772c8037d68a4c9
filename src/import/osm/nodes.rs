//! [`Nodes`]: where the nodes are that the ways need.

use geo::Coord;

use crate::import::{feature::RawRing, summary::Fault};

/// Needed nodes, sorted by id: 24 bytes each.
pub(super) struct Nodes {
    ids: Vec<i64>,
    coords: Vec<Coord<f64>>,
}

impl Nodes {
    /// The nodes with these ids, not placed yet.
    pub(super) fn needed(ids: impl Iterator<Item = i64>) -> Self {
        let mut ids: Vec<i64> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        let coords = vec![Coord { x: f64::NAN, y: f64::NAN }; ids.len()];
        Self { ids, coords }
    }

    /// Says where a node is; one that is not needed is passed over.
    pub(super) fn put(&mut self, id: i64, lon: f64, lat: f64) {
        if let Ok(at) = self.ids.binary_search(&id) {
            self.coords[at] = Coord { x: lon, y: lat };
        }
    }

    /// The corners of a way.
    pub(super) fn ring(&self, refs: &[i64]) -> Result<RawRing, Fault> {
        refs.iter()
            .map(|id| {
                let coord = self.ids.binary_search(id).ok().map(|at| self.coords[at]);
                coord
                    .filter(|coord| !coord.x.is_nan())
                    .ok_or_else(|| Fault::new("a node is not in the file", format!("node/{id}")))
            })
            .collect()
    }
}
