//! [`heatmap`]: one pass over the columns, a counter for each cell.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    Cell, GridProjection, Heatmap,
    cut::{cut, shape_of},
};
use crate::twin::{
    CellKind, CellTable, Columns, PlaceIx, RowFilter, Selection, SelectionError, Snapshot,
};

/// Most cells in an answer: beyond, it is larger than a map can draw, so ask for larger cells or a box.
pub const CELLS_MAX: usize = 200_000;
/// Rows that one thread counts, in about a millisecond. More are shared out: below, waking a second thread costs
/// what it saves.
const SHARE_ROWS: usize = 1 << 20;

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
    let pass = Pass { kind, table, filter };
    let parts = snapshot.incidents().parts();
    let [sealed, recent] =
        parts.map(|columns| pass.count(columns, filter.rows(columns), SHARE_ROWS));
    sum(sealed, &recent)
}

fn sum(mut a: Vec<u64>, b: &[u64]) -> Vec<u64> {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
    a
}

/// How rows are filtered and where they are counted.
struct Pass<'a> {
    kind: CellKind,
    table: &'a CellTable,
    filter: &'a RowFilter,
}

impl Pass<'_> {
    /// Counts those of `rows` that pass; of more than `share_rows`, each such share by itself, in parallel.
    fn count(&self, columns: &Columns, rows: Range<usize>, share_rows: usize) -> Vec<u64> {
        let zero = || vec![0; self.table.cells.len() + 1];
        let add = |mut counts: Vec<u64>, share: Range<usize>| {
            self.add_rows(columns, share, &mut counts);
            counts
        };
        if rows.len() <= share_rows {
            return add(zero(), rows);
        }
        let starts = rows.clone().into_par_iter().step_by(share_rows);
        starts
            .fold(zero, |counts, start| add(counts, start..rows.end.min(start + share_rows)))
            .reduce(zero, |a, b| sum(a, &b))
    }

    /// Adds those of `rows` that pass to the counters of their cells.
    fn add_rows(&self, columns: &Columns, rows: Range<usize>, counts: &mut [u64]) {
        let cell_of = &self.table.cell_of[..];
        if by_site(self.kind) {
            let sites = columns.site();
            self.filter
                .each(columns, rows, |row| counts[cell_of[sites[row].0 as usize] as usize] += 1);
        } else {
            let places = columns.place();
            self.filter
                .each(columns, rows, |row| counts[cell_of[places[row].0 as usize] as usize] += 1);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Fact, Seq},
        incident::{Channel, Incident, IncidentId, Status},
        time::Timestamp,
        twin::{
            CellFrame,
            town::{at_m, site, town},
        },
    };

    #[test]
    fn counting_in_shares_counts_the_same() {
        let mut snapshot = town(
            (0..5).map(|n| site(&format!("S-{n}"), "one", 1, at_m(0.0, 0.0))).collect(),
            Vec::new(),
        );
        let facts = (0..1000_u128).map(|n| {
            Fact::IncidentRecorded(Incident {
                id: IncidentId::new(uuid::Uuid::from_u128(n)),
                kind: "OCC-HAL".parse().unwrap(),
                channel: Channel::ALL[n as usize % 3],
                status: Status::Received,
                reported_at: Timestamp::from_unix_ms(n as i64 * 60_000).unwrap(),
                site: format!("S-{}", n % 5).parse().unwrap(),
                building: None,
                steps: vec![],
            })
        });
        snapshot.apply(facts, Seq(2));
        let selection = Selection { channels: vec![Channel::Call], ..Selection::default() };
        let filter = selection.filter(&snapshot).unwrap();
        let frame =
            |n: u32| CellFrame { id: n.to_string().into(), ring: Box::default(), area_km2: None };
        let table = CellTable { cell_of: (0..5).collect(), cells: (0..5).map(frame).collect() };
        let pass = Pass { kind: CellKind::Site, table: &table, filter: &filter };
        let columns = snapshot.incidents().parts()[1];
        let whole = pass.count(columns, 0..1000, 1000);
        assert_eq!(whole.iter().sum::<u64>(), 334);
        for share_rows in [1, 7, 333, 999] {
            assert_eq!(pass.count(columns, 0..1000, share_rows), whole);
        }
    }
}
