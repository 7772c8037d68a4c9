//! Tracts as a table for files: each figure with its households, its source and its year beside it, and with incidents where they are asked for.

use std::collections::HashMap;

use super::{
    Problem,
    file::{COUNTED_BY, shape_of},
    heatmap::INSEE_GRID,
    sight,
};
use crate::{
    access::Scope,
    catalogue::{Indicator, TractRow, TractsQuery, every_tract},
    export::{Column, ColumnKind, FileFormat, Row, Shapes, Table, Value, file},
    heatmap::{HeatmapQuery, Metric, heatmap, published_heatmap},
    privacy::Reading,
    publication::Units,
    time::TimeWindow,
    tract::{Division, Vintage},
    twin::{CellKind, Selection, SiteIx, Snapshot, StockIndex},
};

const TITLE: &str = "INSEE zones";
const DESCRIPTION: &str = "INSEE's zones with figures about them, as INSEE and IGN publish them. A figure describes all who live in a zone, not a \
    building and not a person; it ranks no patrol. Empty is unknown, which is never zero. Beside each figure stand the households of the zone \
    (by the count of the same table, else of the nearest year; empty where no table counts them), its source and its year.";

/// Which tracts, and what of them is told.
pub struct TractFile {
    /// As of a page.
    pub query: TractsQuery,
    /// Whether dwellings of the stock are told.
    pub with_dwellings: bool,
    /// Incidents by zone, where they are told.
    pub incidents: Option<ZoneCounts>,
}

impl TractFile {
    /// The file, with the dwellings of the sites that the scope shows.
    ///
    /// # Errors
    ///
    /// What [`every_tract`] says; 500 where the disk does not take it.
    pub fn made(
        self,
        stock: &StockIndex,
        scope: &Scope,
        format: FileFormat,
    ) -> Result<std::fs::File, Problem> {
        let shows = |site: SiteIx| scope.shows_landlord(&stock.site(site).landlord);
        let (indicators, rows) = every_tract(stock, &self.query, shows)?;
        let counts: Vec<Option<Indicator>> =
            indicators.iter().map(|it| Indicator::households_of(stock, &it.dataset)).collect();
        let table = self.table(&indicators, &counts);
        let rows = rows.map(|row| self.row(&row, &indicators, &counts));
        Ok(file(format, &table, rows)?)
    }

    fn table(&self, indicators: &[Indicator], counts: &[Option<Indicator>]) -> Table {
        let mut table = table(self.query.division, self.with_dwellings);
        for (indicator, count) in indicators.iter().zip(counts) {
            add_indicator(&mut table, indicator, count.as_ref());
        }
        if self.incidents.is_some() {
            add_counts(&mut table);
        }
        table
    }

    fn row(
        &self,
        row: &TractRow<'_>,
        indicators: &[Indicator],
        counts: &[Option<Indicator>],
    ) -> Row {
        let tract = row.tract;
        let Row { shape, mut values } = self::row(row, self.with_dwellings);
        for ((figure, indicator), count) in row.figures.iter().zip(indicators).zip(counts) {
            let dataset = &indicator.dataset;
            values.push((*figure).into());
            values.push(count.as_ref().and_then(|count| count.figure(tract)).into());
            values.push(dataset.source.as_str().into());
            values.push(dataset.vintage.map(|vintage| i64::from(vintage.year())).into());
        }
        if let Some(incidents) = &self.incidents {
            // Of the outlines of other years nothing is counted.
            let is_counted = row.dwellings.is_some() || self.query.division == Division::Square;
            values.extend(incidents.values(tract.code.as_str(), is_counted));
        }
        Row { shape, values }
    }
}

/// The columns that say which zone a row is about, and its dwellings where they are told.
pub fn table(division: Division, with_dwellings: bool) -> Table {
    use ColumnKind::{Integer, Real, Text};
    let name = match division {
        Division::Square => "squares",
        Division::Tract | Division::Commune => "tracts",
    };
    let mut table = Table::new(name, TITLE, DESCRIPTION, Shapes::Areas);
    table.add(Column::new("code", Text, "INSEE's code"));
    table.add(Column::new("name", Text, "INSEE's name"));
    table.add(Column::new(
        "kind",
        Text,
        "What people mostly do there: H dwellings, A work, D other",
    ));
    table.add(Column::new("outline_vintage", Integer, "Year of the outline"));
    if with_dwellings {
        let title = "Dwellings of the stock in it, shared out by ground";
        table.add(Column::new("dwellings", Real, title).in_unit("dwellings"));
    }
    table
}

/// The values of these columns.
pub fn row(row: &TractRow<'_>, with_dwellings: bool) -> Row {
    let tract = row.tract;
    let mut values: Vec<Value> = vec![
        tract.code.as_str().into(),
        tract.name.as_str().into(),
        tract.kind.letter().into(),
        year(tract.vintage).map(i64::from).into(),
    ];
    if with_dwellings {
        values.push(row.dwellings.map(|dwellings| (dwellings * 100.0).round() / 100.0).into());
    }
    Row { shape: shape_of(&tract.area), values }
}

/// The year of a vintage, where there is one.
pub fn year(vintage: Option<Vintage>) -> Option<u16> {
    vintage.map(Vintage::year)
}

fn add_indicator(table: &mut Table, indicator: &Indicator, count: Option<&Indicator>) {
    use ColumnKind::{Integer, Real, Text};
    let dataset = &indicator.dataset;
    let variable = indicator.variable();
    let name = table.free(&variable.name);
    let households = table.free(&format!("{name}_households"));
    table.add(Column {
        name: name.clone(),
        kind: Real,
        title: Some(variable.label.clone().unwrap_or_else(|| variable.name.to_string())),
        unit: variable.unit.clone(),
        source: Some(dataset.source.clone()),
        vintage: year(dataset.vintage),
        households: Some(households.clone()),
    });
    let column = Column::new(&households, Real, "Households of the zone").in_unit("households");
    table.add(match count {
        Some(count) => column.said_by(&count.dataset.source, year(count.dataset.vintage)),
        None => column,
    });
    table.add(Column::new(&format!("{name}_source"), Text, "Who says so"));
    table.add(Column::new(&format!("{name}_vintage"), Integer, "Year of the figure"));
}

fn add_counts(table: &mut Table) {
    use ColumnKind::{Integer, Real, Text};
    let counted = |name: &str, kind, title: &str, unit: &str| {
        Column::new(name, kind, title).in_unit(unit).said_by(COUNTED_BY, None)
    };
    let title = "Incidents in it; empty where that reads <5";
    table.add(counted("incidents", Integer, title, "incidents"));
    table.add(Column::new("incidents_told", Text, "The same as it is told, such as <5"));
    let title = "Dwellings that the rate is about";
    table.add(counted("incidents_dwellings", Integer, title, "dwellings"));
    let title = "Incidents per 1,000 dwellings, over the whole period";
    table.add(counted("incidents_per_1000", Real, title, "incidents per 1000 dwellings"));
    table.add(Column::new(
        "incidents_counts",
        Text,
        "exact, or published: past the publication gate",
    ));
    table.add(Column::new("incidents_from", Text, "First instant counted, RFC 3339"));
    table.add(Column::new("incidents_to", Text, "First instant after, RFC 3339"));
    table.add(Column::new("incidents_source", Text, "Who counted"));
}

/// Incidents by zone, as the map of incidents tells them.
pub struct ZoneCounts {
    counts: &'static str,
    window: TimeWindow,
    told: HashMap<String, Told>,
}

struct Told {
    count: Option<u64>,
    reading: String,
    dwellings: u64,
    rate_per_1000: Option<f64>,
}

impl ZoneCounts {
    /// The counts as they are, of what the scope shows.
    ///
    /// # Errors
    ///
    /// What [`heatmap`] says.
    pub fn exact(
        snapshot: &Snapshot,
        scope: &Scope,
        division: Division,
        selection: Selection,
    ) -> Result<Self, Problem> {
        let selection = sight::within(scope, snapshot.stock(), selection)?;
        let query = query(division, selection);
        let counted = heatmap(snapshot, &query, &INSEE_GRID)?;
        let cells = counted.cells.iter().map(|cell| {
            let told = Told {
                count: Some(cell.count),
                reading: cell.count.to_string(),
                dwellings: cell.dwellings,
                rate_per_1000: cell.rate_per_1000,
            };
            (cell.id.to_owned(), told)
        });
        Ok(Self { counts: "exact", window: query.selection.window, told: cells.collect() })
    }

    /// What the publication gate lets through.
    ///
    /// # Errors
    ///
    /// What [`published_heatmap`] says.
    pub fn published(
        snapshot: &Snapshot,
        units: &Units,
        division: Division,
        selection: Selection,
    ) -> Result<Self, Problem> {
        let counted = published_heatmap(snapshot, units, &query(division, selection), &INSEE_GRID)?;
        let cells = counted.cells.iter().map(|cell| {
            let told = Told {
                count: Reading::number(cell.count),
                reading: cell.count.to_string(),
                dwellings: cell.dwellings,
                rate_per_1000: cell.rate_per_1000,
            };
            (cell.id.to_owned(), told)
        });
        Ok(Self { counts: "published", window: counted.window, told: cells.collect() })
    }

    /// The values of the columns of incidents for a zone. Where dwellings and incidents are none, nothing is told of it.
    fn values(&self, code: &str, is_counted: bool) -> [Value; 8] {
        let told = self.told.get(code).filter(|_| is_counted);
        let whole = |number: u64| i64::try_from(number).ok();
        let thousandths = |rate: f64| (rate * 1000.0).round() / 1000.0;
        [
            told.and_then(|told| told.count).and_then(whole).into(),
            told.map(|told| told.reading.clone()).into(),
            told.map(|told| told.dwellings).and_then(whole).into(),
            told.and_then(|told| told.rate_per_1000).map(thousandths).into(),
            self.counts.into(),
            self.window.from.map(|from| from.to_string()).into(),
            self.window.to.map(|to| to.to_string()).into(),
            COUNTED_BY.into(),
        ]
    }
}

fn query(division: Division, selection: Selection) -> HeatmapQuery {
    let cell = match division {
        Division::Square => CellKind::Grid200,
        Division::Tract | Division::Commune => CellKind::Tract,
    };
    HeatmapQuery { cell, selection, metric: Metric::Rate }
}
