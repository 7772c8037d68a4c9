//! [`published_heatmap`]: a heatmap for whoever is outside the house, from what the publication gate lets through.

use super::{
    CellShape, GridProjection, HeatmapQuery, Metric,
    cut::{cut, shape_of},
};
use crate::{
    incident::KindCode,
    privacy::{Estimate, Reading},
    publication::{Units, Zone},
    time::TimeWindow,
    twin::{CellKind, Selection, SelectionError, Snapshot},
};

/// A heatmap of published counts.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedHeatmap<'a> {
    /// In the order of ids.
    pub cells: Vec<PublishedCell<'a>>,
    /// All that the question is about. Not the sum of the cells: each is rounded by itself.
    pub total: Reading,
    /// What of `total` lies in no cell, or in zones that such cells would tear apart.
    pub outside: Reading,
    /// The largest value of a cell; `None` where no cell has one.
    pub value_max: Option<f64>,
    /// Cells that read as fewer than five.
    pub suppressed: usize,
    /// Sites whose incidents are not told of, because too few people live there to be told of together.
    pub sites_left_out: usize,
    /// The whole months that are told of.
    pub window: TimeWindow,
    /// The families of kinds that the question was widened to; none where it is about all.
    pub families: Vec<Box<str>>,
    /// All the months that there is something to tell of.
    pub span: TimeWindow,
}

/// A cell, and what may be known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedCell<'a> {
    /// Its id in its own system.
    pub id: &'a str,
    /// What to draw.
    pub shape: CellShape<'a>,
    /// Incidents in it.
    pub count: Reading,
    /// Dwellings of its zones: [`crate::privacy::HOUSEHOLDS_MIN`] at least.
    pub dwellings: u64,
    /// Incidents for 1,000 dwellings; `None` where the count is not told.
    pub rate_per_1000: Option<f64>,
    /// Incidents for each km²; `None` where the count is not told or the cell has no area.
    pub density_per_km2: Option<f64>,
    /// The metric asked for.
    pub value: Option<f64>,
}

/// Why a heatmap is not told outside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTold {
    /// Counts are not kept apart by it, so that an answer would be to another question.
    #[error("counts that leave the house are not divided by `{0}`: leave it out")]
    Filter(&'static str),
    /// The selection names what is not there.
    #[error(transparent)]
    Selection(#[from] SelectionError),
}

/// Counts the incidents of a selection by cell, from published units alone.
///
/// A zone belongs to the cell where its anchor lies, and is inside a box when its anchor is. The time is widened to
/// whole months and cut to those that are over, kinds are widened to families.
///
/// # Errors
///
/// [`NotTold`].
pub fn published_heatmap<'a>(
    snapshot: &'a Snapshot,
    units: &Units,
    query: &HeatmapQuery,
    projection: &GridProjection,
) -> Result<PublishedHeatmap<'a>, NotTold> {
    let stock = snapshot.stock();
    let chosen = Chosen::of(&query.selection, snapshot)?;
    let scope = units.scope(query.selection.window, &query.selection.kinds);
    let table = stock.cell_table(query.cell, |stock| cut(stock, query.cell, projection));
    let nowhere = table.cells.len();

    let mut sums = vec![(Estimate::default(), 0_u64); nowhere + 1];
    let mut total = Estimate::default();
    for (row, zone) in units.zones().iter().enumerate() {
        if !chosen.has(zone, snapshot) {
            continue;
        }
        let estimate = units.estimate(row, &scope);
        let cell = match home(zone, query.cell) {
            Home::OfSite => table.cell_of[zone.anchor.0 as usize] as usize,
            Home::OfPlace => table.cell_of[stock.place_of_site(zone.anchor).0 as usize] as usize,
            Home::Nowhere => nowhere,
        };
        total = total.plus(estimate);
        sums[cell] = (sums[cell].0.plus(estimate), sums[cell].1 + zone.dwellings);
    }

    let with_empty = query.metric != Metric::Count;
    let told =
        |row: &usize| sums[*row].0.reading() != Reading::None || (with_empty && sums[*row].1 > 0);
    let mut rows: Vec<usize> = (0..nowhere).filter(told).collect();
    rows.sort_unstable_by_key(|row| &table.cells[*row].id);
    let cells: Vec<PublishedCell<'a>> = rows
        .into_iter()
        .map(|row| {
            let frame = &table.cells[row];
            let (estimate, dwellings) = sums[row];
            let shape = shape_of(stock, query.cell, row, frame);
            PublishedCell::new(&frame.id, shape, estimate.reading(), dwellings, frame.area_km2)
                .valued(query.metric)
        })
        .collect();
    Ok(PublishedHeatmap {
        value_max: cells.iter().filter_map(|cell| cell.value).max_by(f64::total_cmp),
        suppressed: cells.iter().filter(|cell| cell.count == Reading::Few).count(),
        cells,
        total: total.reading(),
        outside: sums[nowhere].0.reading(),
        sites_left_out: units.sites_left_out(),
        window: scope.window(),
        families: families(&query.selection.kinds),
        span: units.span(),
    })
}

/// The families of the kinds asked for, whether or not anything of theirs was counted.
fn families(kinds: &[KindCode]) -> Vec<Box<str>> {
    let mut families: Vec<Box<str>> = kinds.iter().map(|kind| kind.family().into()).collect();
    families.sort_unstable();
    families.dedup();
    families
}

/// Which zones a question is about.
struct Chosen<'a> {
    selection: &'a Selection,
}

impl<'a> Chosen<'a> {
    /// Those of a selection, where it is of the sort that can be told.
    fn of(selection: &'a Selection, snapshot: &Snapshot) -> Result<Self, NotTold> {
        let (hours, by_day) = (&selection.hours, selection.hours.is_of_whole_days());
        let divided = [
            (!hours.is_all() && !by_day, "hours"),
            (!hours.is_all() && by_day, "days"),
            (!selection.channels.is_empty(), "channel"),
            (!selection.statuses.is_empty(), "status"),
            (!selection.sites.is_empty(), "site"),
        ];
        if let Some((_, filter)) = divided.into_iter().find(|(asked, _)| *asked) {
            return Err(NotTold::Filter(filter));
        }
        let stock = snapshot.stock();
        match selection.landlords.iter().find(|id| stock.landlord(id).is_none()) {
            Some(unknown) => Err(SelectionError::UnknownLandlord(unknown.clone()).into()),
            None => Ok(Self { selection }),
        }
    }

    fn has(&self, zone: &Zone, snapshot: &Snapshot) -> bool {
        let landlords = &self.selection.landlords;
        let of_landlord =
            || zone.landlord.as_ref().is_some_and(|landlord| landlords.contains(landlord));
        let anchor = snapshot.stock().site(zone.anchor).position;
        (landlords.is_empty() || of_landlord())
            && self.selection.bbox.is_none_or(|bbox| bbox.contains(anchor))
    }
}

/// By what a zone finds its cell.
enum Home {
    OfSite,
    OfPlace,
    /// Such cells would say whose or which the sites of a merged zone are.
    Nowhere,
}

fn home(zone: &Zone, cell: CellKind) -> Home {
    match cell {
        CellKind::Site if zone.sites.len() > 1 => Home::Nowhere,
        CellKind::Landlord if zone.landlord.is_none() => Home::Nowhere,
        CellKind::Site | CellKind::Landlord => Home::OfSite,
        CellKind::H3(_) | CellKind::Grid200 | CellKind::Tract => Home::OfPlace,
    }
}

impl<'a> PublishedCell<'a> {
    /// Rates are worked out from the number that is told, so that they tell no more than it does.
    fn new(
        id: &'a str,
        shape: CellShape<'a>,
        count: Reading,
        dwellings: u64,
        area_km2: Option<f64>,
    ) -> Self {
        let number = count.number().map(|number| number as f64);
        Self {
            id,
            shape,
            count,
            dwellings,
            rate_per_1000: number
                .filter(|_| dwellings > 0)
                .map(|number| number * 1000.0 / dwellings as f64),
            density_per_km2: number.zip(area_km2).map(|(number, area_km2)| number / area_km2),
            value: None,
        }
    }

    fn valued(self, metric: Metric) -> Self {
        let value = match metric {
            Metric::Count => self.count.number().map(|number| number as f64),
            Metric::Rate => self.rate_per_1000,
            Metric::Density => self.density_per_km2,
        };
        Self { value, ..self }
    }
}
