//! [`Sheet`]: what stands on the pages of a report, whatever they are made of.

use crate::figure::Drawing;

/// Width of what is printed on a page, points: A4 less its margins.
pub(super) const WIDTH: f64 = 511.0;
/// Space between columns, points.
pub(super) const GUTTER: f64 = 20.0;

/// A report, ready to be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What it is: the kind of report.
    pub kicker: String,
    /// Whom or what it is about.
    pub title: String,
    /// When it is about, in a sentence.
    pub standfirst: String,
    /// When and from what it was made.
    pub imprint: String,
    /// From top to bottom.
    pub blocks: Vec<Block>,
}

/// A piece of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// What is to be known to read the figures.
    Note(String),
    /// The few figures that matter most.
    Tiles(Vec<Tile>),
    /// A drawing, what its colours mean, and what else is to be known.
    Figure {
        /// What is drawn.
        drawing: Drawing,
        /// What colours mean.
        key: Option<Drawing>,
    },
    /// Rows and columns.
    Table(Table),
    /// Side by side: the width of each, points, and what stands in it.
    Columns(Vec<(f64, Vec<Self>)>),
}

/// A figure that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What it is.
    pub label: String,
    /// How much, with its unit.
    pub value: String,
    /// What it is to be compared with.
    pub aside: String,
}

/// Rows under heads.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it tells, for whoever cannot see it at a glance.
    pub summary: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each a text for each column; the first column is the head of its row.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A text for each column.
    pub cells: Vec<String>,
    /// Whether it sums up those that follow.
    pub is_strong: bool,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Its width, points.
    pub width: f64,
    /// Whether it holds numbers, which end on one line.
    pub is_number: bool,
}

impl Column {
    /// A column of words.
    pub(super) fn words(head: &str, width: f64) -> Self {
        Self { head: head.to_owned(), width, is_number: false }
    }

    /// A column of numbers.
    pub(super) fn numbers(head: &str, width: f64) -> Self {
        Self { head: head.to_owned(), width, is_number: true }
    }
}

impl Row {
    /// A plain row.
    pub(super) fn of(cells: impl Into<Vec<String>>) -> Self {
        Self { cells: cells.into(), is_strong: false }
    }
}
