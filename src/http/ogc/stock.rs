//! Sites, buildings and tracts as collections: the questions of their lists, the columns of their files.

use geo::{BoundingRect as _, Intersects as _, Rect};

use super::{
    item::Item,
    reader::Reader,
    walk::{Wanted, walk},
};
use crate::{
    catalogue::{
        self, BuildingsQuery, Indicator, Page, PageLimit, SiteCursor, SitesQuery, TractRow,
        TractsQuery, every_tract,
    },
    export::{Column, ColumnKind, Row, Table, Value},
    geo::Bbox,
    http::{
        Problem, buildings, sight, sites,
        tract_file::{self, year},
    },
    tract::{Division, TractCode},
    twin::SiteIx,
};

/// Most figures of a tract: those of the newest tables come first.
const FIGURES_MAX: usize = 50;

impl Reader {
    /// A page of sites.
    ///
    /// # Errors
    ///
    /// What [`catalogue::sites`] says.
    pub fn sites(&self, wanted: &Wanted) -> Result<Page<Item, String>, Problem> {
        let (stock, named) = (self.snapshot().stock(), self.scope().names_sites());
        let landlord = sight::landlord(self.scope(), None)?;
        let ask = |after, limit| {
            let query = SitesQuery {
                bbox: wanted.within,
                landlord: landlord.clone(),
                text: None,
                by_code_alone: !named,
                after,
                limit,
            };
            Ok(catalogue::sites(stock, &query)?)
        };
        let item = |ix: &SiteIx| sites::row(stock, *ix, named).into();
        walk(wanted, ask, item, |ix| SiteCursor::of_code(&stock.site(*ix).code))
    }

    /// The site of that code.
    pub fn site(&self, code: &str) -> Option<Item> {
        let stock = self.snapshot().stock();
        let ix = sight::site(self.scope(), stock, &code.parse().ok()?)?;
        Some(sites::row(stock, ix, self.scope().names_sites()).into())
    }

    /// A page of buildings.
    ///
    /// # Errors
    ///
    /// What [`catalogue::buildings`] says.
    pub fn buildings(&self, wanted: &Wanted) -> Result<Page<Item, String>, Problem> {
        let stock = self.snapshot().stock();
        let landlord = sight::landlord(self.scope(), None)?;
        let ask = |after, limit| {
            let query = BuildingsQuery {
                bbox: wanted.within,
                landlord: landlord.clone(),
                site: None,
                text: None,
                after,
                limit,
            };
            Ok(catalogue::buildings(stock, &query)?)
        };
        let item = |ix: &_| buildings::row(stock, *ix).into();
        walk(wanted, ask, item, |ix| stock.building(*ix).id.clone())
    }

    /// The building of that id.
    pub fn building(&self, id: &str) -> Option<Item> {
        let stock = self.snapshot().stock();
        let ix = stock.building_ix(&id.parse().ok()?)?;
        let site = stock.place(stock.place_of_building(ix)).site;
        let is_shown = match self.scope().landlord() {
            None => true,
            Some(own) => site.is_some_and(|site| stock.site(site).landlord == *own),
        };
        is_shown.then(|| buildings::row(stock, ix).into())
    }

    /// A page of tracts.
    ///
    /// # Errors
    ///
    /// 422 where `after` is no key of theirs.
    pub fn tracts(&self, wanted: &Wanted) -> Result<Page<Item, String>, Problem> {
        let figures = self.figures();
        let meets = |row: &TractRow<'_>| {
            let area = || row.tract.area.bounding_rect();
            wanted.within.is_none_or(|bbox| area().is_some_and(|area| area.intersects(&rect(bbox))))
        };
        let rows: Vec<TractRow<'_>> = self.tract_rows(None)?.into_iter().filter(meets).collect();
        let ask = |after: Option<TractCode>, limit| {
            Ok(Page::of_sorted(rows.iter(), after, limit, |row| row.tract.code.clone()))
        };
        let item = |row: &&TractRow<'_>| self.tract_item(row, &figures);
        walk(wanted, ask, item, |row| row.tract.code.clone())
    }

    /// The tract of that code.
    ///
    /// # Errors
    ///
    /// What [`every_tract`] says.
    pub fn tract(&self, code: &str) -> Result<Option<Item>, Problem> {
        let Ok(code) = code.parse() else { return Ok(None) };
        let figures = self.figures();
        let rows = self.tract_rows(Some(code))?;
        Ok(rows.first().map(|row| self.tract_item(row, &figures)))
    }

    fn tract_rows(&self, code: Option<TractCode>) -> Result<Vec<TractRow<'_>>, Problem> {
        let (stock, scope) = (self.snapshot().stock(), self.scope());
        let shows = |site: SiteIx| scope.shows_landlord(&stock.site(site).landlord);
        let query = TractsQuery {
            division: Division::Tract,
            vintage: None,
            indicators: Vec::new(),
            code,
            after: None,
            limit: PageLimit::MAX,
        };
        Ok(every_tract(stock, &query, shows)?.1.collect())
    }

    fn tract_item(&self, row: &TractRow<'_>, figures: &[Indicator]) -> Item {
        let mut row_of_file: Row = tract_file::row(row, self.reads_stock());
        row_of_file.values.extend(figures.iter().map(|it| Value::from(it.figure(row.tract))));
        row_of_file.into()
    }

    /// The columns of tracts: those of their files, and the figures of each, whose source and year the column says.
    pub fn tract_table(&self) -> Table {
        let mut table = tract_file::table(Division::Tract, self.reads_stock());
        for figure in self.figures() {
            let variable = figure.variable();
            let title = variable.label.clone().unwrap_or_else(|| variable.name.to_string());
            let column = Column {
                unit: variable.unit.clone(),
                ..Column::new(&variable.name, ColumnKind::Real, &title)
            };
            table.add(column.said_by(&figure.dataset.source, year(figure.dataset.vintage)));
        }
        table
    }

    /// Figures about tracts, the newest tables first.
    fn figures(&self) -> Vec<Indicator> {
        let stock = self.snapshot().stock();
        let mut datasets: Vec<_> = stock.tract_index().datasets().iter().collect();
        datasets.sort_by_key(|dataset| std::cmp::Reverse(dataset.vintage));
        let about_tracts = datasets.into_iter().filter(|it| it.division != Division::Square);
        about_tracts.flat_map(Indicator::all_of).take(FIGURES_MAX).collect()
    }
}

fn rect(bbox: Bbox) -> Rect<f64> {
    Rect::new((bbox.west(), bbox.south()), (bbox.east(), bbox.north()))
}
