//! [`heatmap`]: one pass over the columns, a counter for each cell.

use super::{
    Cell, GridProjection, Heatmap,
    cut::{cut, shape_of},
};
use crate::twin::{CellKind, CellTable, PlaceIx, RowFilter, Selection, SelectionError, Snapshot};

/// Most cells in an answer: beyond, it is larger than a map can draw, so ask for larger cells or a box.
pub const CELLS_MAX: usize = 200_000;
/// Rows that are filtered and counted at once: their columns and marks fit the first-level cache.
const BLOCK_ROWS: usize = 2048;

/// What to count.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatmapQuery {
    /// By which cells.
    pub cell: CellKind,
    /// Which incidents.
    pub selection: Selection,
    /// Which number a cell's value is, and so which cells are in the answer.
    pub metric: Metric,
}

/// The number that a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metric {
    /// Incidents. The answer has the cells with at least one.
    #[default]
    Count,
    /// Incidents for 1,000 dwellings. The answer also has the cells with dwellings and no incident: their
    /// rate is 0, which is a finding.
    Rate,
    /// Incidents for each km². The same cells as for the rate.
    Density,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 3] = [Self::Count, Self::Rate, Self::Density];

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Rate => "rate",
            Self::Density => "density",
        }
    }

    /// The metric of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == name)
    }

    /// What it is measured in.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Count => "incidents",
            Self::Rate => "incidents per 1000 dwellings",
            Self::Density => "incidents per km²",
        }
    }
}

/// Why there is no heatmap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeatmapError {
    /// The selection names what is not there.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The answer would be too large.
    #[error("{0} cells are more than {CELLS_MAX}: ask for larger cells or for a smaller bbox")]
    TooManyCells(usize),
}

/// Counts the incidents of a selection by cell.
///
/// `projection` serves for [`CellKind::Grid200`] only. The first question about a kind of cell after a change
/// of the stock works out the cell of each place (0.3 µs to 1 µs a place).
///
/// # Errors
///
/// [`HeatmapError`].
pub fn heatmap<'a>(
    snapshot: &'a Snapshot,
    query: &HeatmapQuery,
    projection: &GridProjection,
) -> Result<Heatmap<'a>, HeatmapError> {
    let stock = snapshot.stock();
    let filter = query.selection.filter(snapshot)?;
    let table = stock.cell_table(query.cell, |stock| cut(stock, query.cell, projection));
    let counts = counts(snapshot, query.cell, table, &filter);
    let dwellings = dwellings(snapshot, query.cell, table, &filter);

    let outside = counts.last().copied().unwrap_or(0);
    let with_empty = query.metric != Metric::Count;
    let mut rows: Vec<usize> = (0..table.cells.len())
        .filter(|row| counts[*row] > 0 || (with_empty && dwellings[*row] > 0))
        .collect();
    if rows.len() > CELLS_MAX {
        return Err(HeatmapError::TooManyCells(rows.len()));
    }
    rows.sort_unstable_by_key(|row| &table.cells[*row].id);
    let cells: Vec<Cell<'a>> = rows
        .into_iter()
        .map(|row| {
            let (count, dwellings) = (counts[row], dwellings[row]);
            let frame = &table.cells[row];
            let rate_per_1000 = (dwellings > 0).then(|| count as f64 * 1000.0 / dwellings as f64);
            let density_per_km2 = frame.area_km2.map(|area_km2| count as f64 / area_km2);
            Cell {
                id: &frame.id,
                shape: shape_of(stock, query.cell, row, frame),
                count,
                dwellings,
                rate_per_1000,
                density_per_km2,
                value: match query.metric {
                    Metric::Count => Some(count as f64),
                    Metric::Rate => rate_per_1000,
                    Metric::Density => density_per_km2,
                },
            }
        })
        .collect();
    Ok(Heatmap {
        value_max: cells.iter().filter_map(|cell| cell.value).max_by(f64::total_cmp),
        cells,
        total: counts.iter().sum(),
        outside,
        span: snapshot.incidents().span(),
    })
}

/// Incidents that pass, by row of `table.cells`; the last counter is for what lies in no cell.
fn counts(snapshot: &Snapshot, kind: CellKind, table: &CellTable, filter: &RowFilter) -> Vec<u64> {
    let mut counts = vec![0_u64; table.cells.len() + 1];
    for columns in snapshot.incidents().parts() {
        let mut mask = [0; BLOCK_ROWS];
        let rows = filter.rows(columns);
        for start in rows.clone().step_by(BLOCK_ROWS) {
            let block = start..rows.end.min(start + BLOCK_ROWS);
            let mask = &mut mask[..block.len()];
            filter.mark(columns, block.clone(), mask);
            if by_site(kind) {
                add(&mut counts, mask, &columns.site()[block], |site| {
                    table.cell_of[site.0 as usize]
                });
            } else {
                add(&mut counts, mask, &columns.place()[block], |place| {
                    table.cell_of[place.0 as usize]
                });
            }
        }
    }
    counts
}

fn add<T>(counts: &mut [u64], mask: &[u8], column: &[T], cell: impl Fn(&T) -> u32) {
    for (mark, value) in mask.iter().zip(column) {
        counts[cell(value) as usize] += u64::from(*mark);
    }
}

/// Dwellings of the places that pass the filters on places and sites, by row of `table.cells`.
fn dwellings(
    snapshot: &Snapshot,
    kind: CellKind,
    table: &CellTable,
    filter: &RowFilter,
) -> Vec<u64> {
    let mut dwellings = vec![0; table.cells.len() + 1];
    for (row, place) in snapshot.stock().places().iter().enumerate() {
        let Some(site) = place.site else { continue };
        if filter.site_passes(site) && filter.place_passes(PlaceIx(row as u32)) {
            let at = if by_site(kind) { site.0 as usize } else { row };
            dwellings[table.cell_of[at] as usize] += u64::from(place.dwellings);
        }
    }
    dwellings
}

/// Whether cells of this kind are made of sites, and not of ground.
const fn by_site(kind: CellKind) -> bool {
    matches!(kind, CellKind::Site | CellKind::Landlord)
}
