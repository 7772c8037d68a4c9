//! [`Selection`]: which incidents a question is about, and the tables that answer it row by row.

use std::ops::Range;

use super::{Columns, PlaceIx, SiteIx, Snapshot};
use crate::{
    geo::Bbox,
    incident::{Channel, KindCode, Status},
    stock::{LandlordId, SiteCode},
    time::{HourOfWeek, TimeWindow, WeekHours},
};

/// Which incidents a question is about: those that pass every filter. An empty list lets all pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// When they were reported.
    pub window: TimeWindow,
    /// In which hours of the Paris week they were reported.
    pub hours: WeekHours,
    /// What they are.
    pub kinds: Vec<KindCode>,
    /// How they came in.
    pub channels: Vec<Channel>,
    /// How far they have got.
    pub statuses: Vec<Status>,
    /// On which sites.
    pub sites: Vec<SiteCode>,
    /// On sites of which landlords.
    pub landlords: Vec<LandlordId>,
    /// In which box their place lies.
    pub bbox: Option<Bbox>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            window: TimeWindow::default(),
            hours: WeekHours::all(),
            kinds: Vec::new(),
            channels: Vec::new(),
            statuses: Vec::new(),
            sites: Vec::new(),
            landlords: Vec::new(),
            bbox: None,
        }
    }
}

/// What a [`Selection`] names that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// The stock holds no such site.
    #[error("site `{0}` is not in the stock")]
    UnknownSite(SiteCode),
    /// The stock holds no such landlord.
    #[error("landlord `{0}` is not in the stock")]
    UnknownLandlord(LandlordId),
}

/// A [`Selection`] as look-up tables over the values of each column: 1 for those that pass.
///
/// A filter that lets all pass has no table, so that its column is not even read.
#[derive(Debug, Clone)]
pub struct RowFilter {
    window: TimeWindow,
    hour: Option<Vec<u8>>,
    kind: Option<Vec<u8>>,
    channel: Option<Vec<u8>>,
    status: Option<Vec<u8>>,
    site: Option<Vec<u8>>,
    place: Option<Vec<u8>>,
}

impl Selection {
    /// The tables of this selection. O(sites + places).
    ///
    /// # Errors
    ///
    /// [`SelectionError`] names a site or landlord that the stock does not hold. A kind that no incident has
    /// is no error: none passes.
    pub fn filter(&self, snapshot: &Snapshot) -> Result<RowFilter, SelectionError> {
        let stock = snapshot.stock();
        let hour = (!self.hours.is_all())
            .then(|| HourOfWeek::every().map(|hour| u8::from(self.hours.contains(hour))).collect());
        let kinds = snapshot.incidents().kinds();
        let place = self.bbox.map(|bbox| {
            stock.places().iter().map(|place| u8::from(bbox.contains(place.position))).collect()
        });
        Ok(RowFilter {
            window: self.window,
            hour,
            kind: table(&self.kinds, kinds.iter()),
            channel: table(&self.channels, Channel::ALL.iter()),
            status: table(&self.statuses, Status::ALL.iter()),
            site: self.site_table(snapshot)?,
            place,
        })
    }

    /// The sites that pass both the list of sites and that of landlords.
    fn site_table(&self, snapshot: &Snapshot) -> Result<Option<Vec<u8>>, SelectionError> {
        let stock = snapshot.stock();
        for id in &self.landlords {
            if stock.landlord(id).is_none() {
                return Err(SelectionError::UnknownLandlord(id.clone()));
            }
        }
        let by_landlord = table(&self.landlords, stock.sites().iter().map(|site| &site.landlord));
        if self.sites.is_empty() {
            return Ok(by_landlord);
        }
        let mut passes = vec![0; stock.sites().len()];
        for code in &self.sites {
            let ix =
                stock.site_ix(code).ok_or_else(|| SelectionError::UnknownSite(code.clone()))?;
            let row = ix.0 as usize;
            passes[row] = by_landlord.as_ref().map_or(1, |table| table[row]);
        }
        Ok(Some(passes))
    }
}

/// For each of `values`, whether `wanted` names it; `None` where `wanted` is empty.
fn table<'a, T: PartialEq + 'a>(
    wanted: &[T],
    values: impl Iterator<Item = &'a T>,
) -> Option<Vec<u8>> {
    (!wanted.is_empty()).then(|| values.map(|value| u8::from(wanted.contains(value))).collect())
}

impl RowFilter {
    /// The rows that may pass: those in the time window.
    #[must_use]
    pub fn rows(&self, columns: &Columns) -> Range<usize> {
        columns.within(self.window)
    }

    /// Whether every row in the time window passes.
    #[must_use]
    pub const fn lets_all_pass(&self) -> bool {
        self.hour.is_none()
            && self.kind.is_none()
            && self.channel.is_none()
            && self.status.is_none()
            && self.site.is_none()
            && self.place.is_none()
    }

    /// Calls `take` with each of `rows` that passes, ascending.
    pub fn each(&self, columns: &Columns, rows: Range<usize>, mut take: impl FnMut(usize)) {
        if self.lets_all_pass() {
            return rows.for_each(take);
        }
        let mut room = RowBlock::new();
        for start in rows.clone().step_by(RowBlock::ROWS) {
            let block = start..rows.end.min(start + RowBlock::ROWS);
            for row in self.select(columns, block, &mut room) {
                take(start + *row as usize);
            }
        }
    }

    /// Which of `rows` pass, ascending, counted from the first of them. `block` is room for their numbers.
    ///
    /// Column by column, narrow ones first, and each only for rows that have passed so far: a filter that
    /// keeps few spares the others the reading. No loop has a branch on the data.
    pub fn select<'b>(
        &self,
        columns: &Columns,
        rows: Range<usize>,
        block: &'b mut RowBlock,
    ) -> &'b [u32] {
        for (number, row) in block.0.iter_mut().zip(0..rows.len() as u32) {
            *number = row;
        }
        let mut kept = Kept { rows: &mut block.0, count: rows.len() };
        kept.narrow(&self.hour, &columns.hour()[rows.clone()], |hour| hour.index());
        kept.narrow(&self.channel, &columns.channel()[rows.clone()], |channel| *channel as usize);
        kept.narrow(&self.status, &columns.status()[rows.clone()], |status| *status as usize);
        kept.narrow(&self.kind, &columns.kind()[rows.clone()], |kind| *kind as usize);
        kept.narrow(&self.site, &columns.site()[rows.clone()], |site| site.0 as usize);
        kept.narrow(&self.place, &columns.place()[rows], |place| place.0 as usize);
        let count = kept.count;
        &block.0[..count]
    }

    /// Whether what is on `site` may pass.
    #[must_use]
    pub fn site_passes(&self, site: SiteIx) -> bool {
        self.site.as_ref().is_none_or(|table| table[site.0 as usize] == 1)
    }

    /// Whether what is at `place` may pass, wherever its site.
    #[must_use]
    pub fn place_passes(&self, place: PlaceIx) -> bool {
        self.place.as_ref().is_none_or(|table| table[place.0 as usize] == 1)
    }
}

/// Room for the numbers of the rows of a block.
pub struct RowBlock([u32; Self::ROWS]);

impl RowBlock {
    /// Rows in a block: their columns and numbers fit the first-level cache.
    pub const ROWS: usize = 2048;

    /// Room for one block.
    #[must_use]
    pub fn new() -> Self {
        Self([0; Self::ROWS])
    }
}

impl Default for RowBlock {
    fn default() -> Self {
        Self::new()
    }
}

/// The rows that have passed so far.
struct Kept<'b> {
    rows: &'b mut [u32; RowBlock::ROWS],
    count: usize,
}

impl Kept<'_> {
    /// Keeps the rows whose value `table` lets pass.
    fn narrow<T>(&mut self, table: &Option<Vec<u8>>, column: &[T], index: impl Fn(&T) -> usize) {
        let Some(table) = table else { return };
        let mut next = 0;
        for at in 0..self.count {
            let row = self.rows[at];
            self.rows[next] = row;
            next += usize::from(table[index(&column[row as usize])]);
        }
        self.count = next;
    }
}
