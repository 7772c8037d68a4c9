//! [`Nodes`]: where the nodes are that the ways need.

use geo::Coord;

use crate::import::{feature::RawRing, summary::Fault};

/// Needed nodes, sorted by id: 24 bytes each.
pub(in crate::import) struct Nodes {
    ids: Vec<i64>,
    coords: Vec<Coord<f64>>,
}

impl Nodes {
    /// The nodes with these ids, not placed yet.
    pub(in crate::import) fn needed(ids: impl Iterator<Item = i64>) -> Self {
        let mut ids: Vec<i64> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        let coords = vec![Coord { x: f64::NAN, y: f64::NAN }; ids.len()];
        Self { ids, coords }
    }

    /// Says where a node is; one that is not needed is passed over.
    pub(in crate::import) fn put(&mut self, id: i64, lon: f64, lat: f64) {
        if let Ok(at) = self.ids.binary_search(&id) {
            self.coords[at] = Coord { x: lon, y: lat };
        }
    }

    /// The corners of a way, all of which must be in the file.
    pub(super) fn ring(&self, refs: &[i64]) -> Result<RawRing, Fault> {
        refs.iter()
            .map(|id| {
                let missing = || Fault::new("a node is not in the file", format!("node/{id}"));
                self.place(*id).ok_or_else(missing)
            })
            .collect()
    }

    /// The stretches of a way that are in the file, two corners at least each.
    pub(super) fn runs(&self, refs: &[i64]) -> Vec<RawRing> {
        let places: Vec<Option<Coord<f64>>> = refs.iter().map(|id| self.place(*id)).collect();
        let runs = places.split(Option::is_none).filter(|run| run.len() >= 2);
        runs.map(|run| run.iter().copied().flatten().collect()).collect()
    }

    /// Where a node is, if it is in the file.
    pub(in crate::import) fn place(&self, id: i64) -> Option<Coord<f64>> {
        let at = self.ids.binary_search(&id).ok()?;
        Some(self.coords[at]).filter(|coord| !coord.x.is_nan())
    }
}
