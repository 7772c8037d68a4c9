//! [`TractIndex`]: tracts by vintage, squares, and the figures about them.

use std::{collections::HashMap, sync::Arc};

use geo::Rect;

use crate::tract::{Dataset, DatasetId, Division, Tract, TractCode, TractTree, Vintage};

/// Tracts of every vintage, squares of INSEE's grid, and datasets.
#[derive(Debug, Clone, Default)]
pub struct TractIndex {
    /// Of each commune the newest vintage, in the order of codes.
    current: Vec<Tract>,
    /// Of those.
    tree: TractTree,
    /// Squares, and tracts of former vintages, in the order of codes, then of vintages.
    others: Vec<Tract>,
    /// In the order of ids.
    datasets: Vec<Arc<Dataset>>,
}

impl TractIndex {
    /// The tracts of today, in the order of codes: of each commune its newest vintage.
    #[must_use]
    pub fn current(&self) -> &[Tract] {
        &self.current
    }

    /// The rows in [`Self::current`] of the tracts whose boxes meet `rect`, in degrees, in the order of codes.
    #[must_use]
    pub fn meeting(&self, rect: Rect<f64>) -> Vec<u32> {
        self.tree.meeting(rect)
    }

    /// Every outline, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Tract> {
        self.current.iter().chain(&self.others)
    }

    /// The outlines of one division and one vintage, in the order of codes. O(n log n).
    #[must_use]
    pub fn of(&self, division: Division, vintage: Option<Vintage>) -> Vec<&Tract> {
        let mut found: Vec<&Tract> = self
            .all()
            .filter(|tract| tract.code.division() == division && tract.vintage == vintage)
            .collect();
        found.sort_by(|a, b| a.code.cmp(&b.code));
        found
    }

    /// The vintages of which there are tracts, the newest first, each with how many.
    #[must_use]
    pub fn vintages(&self) -> Vec<(Option<Vintage>, usize)> {
        let mut counts: HashMap<Option<Vintage>, usize> = HashMap::new();
        for tract in self.all().filter(|tract| tract.code.division() == Division::Tract) {
            *counts.entry(tract.vintage).or_default() += 1;
        }
        let mut vintages: Vec<_> = counts.into_iter().collect();
        vintages.sort_by(|a, b| b.cmp(a));
        vintages
    }

    /// The tract of today with that code. O(log n).
    #[must_use]
    pub fn tract(&self, code: &TractCode) -> Option<&Tract> {
        let at = self.current.binary_search_by(|tract| tract.code.cmp(code)).ok()?;
        Some(&self.current[at])
    }

    /// Every dataset, in the order of ids.
    #[must_use]
    pub fn datasets(&self) -> &[Arc<Dataset>] {
        &self.datasets
    }

    /// The dataset with that id. O(log n).
    #[must_use]
    pub fn dataset(&self, id: &DatasetId) -> Option<&Dataset> {
        let at = self.datasets.binary_search_by(|known| known.id.cmp(id)).ok()?;
        Some(&self.datasets[at])
    }

    /// Adds outlines and datasets, in the place of those with the same key.
    pub(super) fn put(&mut self, tracts: Vec<Tract>, datasets: Vec<Dataset>) {
        for dataset in datasets {
            match self.datasets.binary_search_by(|known| known.id.cmp(&dataset.id)) {
                Ok(at) => self.datasets[at] = Arc::new(dataset),
                Err(at) => self.datasets.insert(at, Arc::new(dataset)),
            }
        }
        if tracts.is_empty() {
            return;
        }
        let mut all = std::mem::take(&mut self.current);
        all.append(&mut self.others);
        all.extend(tracts);
        all.sort_by(|a, b| a.key().cmp(&b.key())); // stable: of two with one key, the newer comes last
        all.reverse();
        all.dedup_by(|older, newer| older.key() == newer.key());
        all.reverse();
        let newest = newest_of_communes(&all);
        (self.current, self.others) = all.into_iter().partition(|tract| {
            tract.code.commune().is_some_and(|code| newest.get(code) == Some(&tract.vintage))
        });
        self.tree = TractTree::of(&self.current);
    }
}

fn newest_of_communes(tracts: &[Tract]) -> HashMap<String, Option<Vintage>> {
    let mut newest: HashMap<String, Option<Vintage>> = HashMap::new();
    for tract in tracts {
        let Some(commune) = tract.code.commune() else { continue };
        match newest.get_mut(commune) {
            Some(known) => *known = (*known).max(tract.vintage),
            None => _ = newest.insert(commune.to_owned(), tract.vintage),
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use geo::MultiPolygon;

    use super::*;
    use crate::tract::TractKind;

    fn tract(code: &str, year: Option<u16>) -> Tract {
        Tract {
            code: code.parse().unwrap(),
            vintage: year.map(|year| Vintage::new(year).unwrap()),
            name: format!("{code} of {year:?}"),
            kind: TractKind::Housing,
            area: MultiPolygon::new(Vec::new()),
        }
    }

    #[test]
    fn each_commune_shows_its_newest_vintage_and_keeps_the_others() {
        let mut index = TractIndex::default();
        index.put(vec![tract("751010101", None), tract("751020101", None)], vec![]);
        index.put(
            vec![
                tract("751010102", Some(2022)),
                tract("751010101", Some(2013)),
                tract("CRS3035RES200mN2891400E3755600", Some(2019)),
            ],
            vec![],
        );
        let current = |index: &TractIndex| {
            index.current().iter().map(|tract| tract.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(current(&index), ["751010102 of Some(2022)", "751020101 of None"]);
        let counts: Vec<_> =
            index.vintages().iter().map(|(v, n)| (v.map(Vintage::year), *n)).collect();
        assert_eq!(counts, [(Some(2022), 1), (Some(2013), 1), (None, 2)]);
        assert_eq!(index.of(Division::Square, Vintage::new(2019).ok()).len(), 1);
        assert_eq!(index.all().count(), 5);

        index.put(vec![Tract { name: "again".into(), ..tract("751010102", Some(2022)) }], vec![]);
        assert_eq!(current(&index), ["again", "751020101 of None"]);
        assert!(index.tract(&"751010101".parse().unwrap()).is_none());
    }
}
