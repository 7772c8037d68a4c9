//! [`Heatmap`]: the answer, cell by cell.

use geo::MultiPolygon;

use crate::{
    geo::{Bbox, LonLat},
    stock::Footprint,
    time::Timestamp,
};

/// Counts of incidents by cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Heatmap<'a> {
    /// In the order of ids.
    pub cells: Vec<Cell<'a>>,
    /// Incidents that pass the filters: the sum of the counts of all cells, and `outside`.
    pub total: u64,
    /// Those of `total` whose place lies in no cell: outside every tract, or off the grid.
    pub outside: u64,
    /// The largest value of a cell; `None` where no cell has one.
    pub value_max: Option<f64>,
    /// When the first and the last incident that the twin holds were reported, whatever the filters.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// A cell and what is counted in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell<'a> {
    /// Its id in its own system: an H3 index, INSEE's id of a square, the code of a site or tract.
    pub id: &'a str,
    /// What to draw.
    pub shape: CellShape<'a>,
    /// Incidents in it that pass the filters.
    pub count: u64,
    /// Dwellings in it, of the sites and in the box that the filters ask for.
    pub dwellings: u64,
    /// Incidents for 1,000 dwellings, over the time asked for; `None` without dwellings.
    pub rate_per_1000: Option<f64>,
    /// Incidents for each km² of its true area; `None` where it has no area.
    pub density_per_km2: Option<f64>,
    /// The metric asked for.
    pub value: Option<f64>,
}

/// What to draw for a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellShape<'a> {
    /// A closed ring, anticlockwise.
    Ring(&'a [LonLat]),
    /// The footprints of a site.
    Footprints(Vec<&'a Footprint>),
    /// A tract.
    Area(&'a MultiPolygon<f64>),
    /// The box around the sites of a landlord.
    Box(Bbox),
    /// A site without footprint.
    Point(LonLat),
}
