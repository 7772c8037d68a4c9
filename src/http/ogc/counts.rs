//! Incidents counted by cell as collections: exactly for whoever is told exact counts, past the publication gate for everybody else.

use super::{
    collection::Collection,
    item::Item,
    reader::Reader,
    walk::{Wanted, walk},
};
use crate::{
    access::Permission,
    catalogue::Page,
    export::{Row, Table},
    heatmap::{HeatmapQuery, Metric, heatmap, published_heatmap},
    http::{Problem, heatmap::INSEE_GRID, heatmap_file, sight},
    twin::{CellKind, Selection},
};

/// The columns of counts by those cells.
pub fn table(of: Collection, cell: CellKind) -> Table {
    let mut table = heatmap_file::table(&query(cell));
    table.name = crate::closed_list::ClosedList::as_str(of).to_owned();
    table.title = format!("Incidents by {cell}");
    table
}

impl Reader {
    /// A page of counts.
    ///
    /// # Errors
    ///
    /// What [`heatmap`] and [`published_heatmap`] say.
    pub fn counts(&self, cell: CellKind, wanted: &Wanted) -> Result<Page<Item, String>, Problem> {
        // What is asked for is chosen from what is told: the gate never learns of a box or a filter.
        let items: Vec<Item> = self.cells(cell)?.into_iter().map(Item::from).collect();
        let ask = |after: Option<String>, limit| {
            Ok(Page::of_sorted(items.iter(), after, limit, |item| item.id.clone()))
        };
        walk(wanted, ask, |item| (*item).clone(), |item| item.id.clone())
    }

    /// The count of that cell.
    ///
    /// # Errors
    ///
    /// As of [`Self::counts`].
    pub fn count(&self, cell: CellKind, id: &str) -> Result<Option<Item>, Problem> {
        Ok(self.cells(cell)?.into_iter().map(Item::from).find(|item| item.id == id))
    }

    /// Whether nobody may keep the answer, nor learn from a tag when something was counted.
    pub fn counts_are_published(&self) -> bool {
        !self.seat().may(Permission::CountExactly)
    }

    fn cells(&self, cell: CellKind) -> Result<Vec<Row>, Problem> {
        let (snapshot, mut query) = (self.snapshot(), query(cell));
        if self.counts_are_published() {
            let units = self.published_units();
            let told = published_heatmap(snapshot, &units, &query, &INSEE_GRID)?;
            return Ok(heatmap_file::published_rows(&told).collect());
        }
        query.selection = sight::within(self.scope(), snapshot.stock(), query.selection)?;
        let counted = heatmap(snapshot, &query, &INSEE_GRID)?;
        let window = query.selection.window;
        Ok(heatmap_file::exact_rows(&counted, window).collect())
    }
}

/// Everything that there is, with the cells where people live and nothing was reported.
fn query(cell: CellKind) -> HeatmapQuery {
    HeatmapQuery { cell, selection: Selection::default(), metric: Metric::Rate }
}
