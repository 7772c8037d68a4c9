//! [`Feature`]: what every format is read into, a row with columns and a raw geometry.

use std::{fmt, sync::Arc};

use geo::Coord;

use super::{
    ImportError,
    summary::{Fault, Refusal},
};
use crate::crs::Crs;

/// What a format hands its features to, one at a time; it may stop the reading.
pub(super) type Each<'a> = dyn FnMut(Result<Feature, Refusal>) -> Result<(), ImportError> + 'a;

/// Where in a file something stands, for people to find it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// A line of a text file, from 1.
    Line(u64),
    /// A feature of a file that has no lines, from 1.
    Feature(u64),
    /// A named thing, such as `way/42` or a row of a table.
    Named(String),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Feature(number) => write!(f, "feature {number}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// A row of a file, as its format has it: nothing is checked yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Feature {
    /// Where it stands.
    pub(super) at: At,
    /// The id that the format itself gives, not a column.
    pub(super) id: Option<String>,
    /// Columns that have a value.
    pub(super) properties: Vec<(Arc<str>, Value)>,
    /// Its geometry, in the system `crs`.
    pub(super) geometry: Option<RawGeometry>,
    /// The system that the file says, if it says one.
    pub(super) crs: Option<Crs>,
    /// What had to be mended to read it.
    pub(super) mended: Vec<Fault>,
}

/// The value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Text, not blank.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
}

impl Value {
    /// The value of a text column: none where it is blank.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self::Text(text.to_owned()))
    }

    /// The value as a number; a comma is a decimal point, and blanks may group digits, as French files have it.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(n) => Some(*n as f64),
            Self::Number(n) => Some(*n),
            Self::Text(text) => {
                let plain: String = text
                    .chars()
                    .filter(|c| !c.is_whitespace())
                    .map(|c| if c == ',' { '.' } else { c })
                    .collect();
                plain.parse().ok()
            }
        }
        .filter(|n| n.is_finite())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(n) => n.fmt(f),
            Self::Number(n) => n.fmt(f), // 12.0 prints as 12
        }
    }
}

/// The corners of a ring as a file has them: it may be open, empty or worse.
pub(super) type RawRing = Vec<Coord<f64>>;

/// A geometry as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RawGeometry {
    /// A point.
    Point(Coord<f64>),
    /// One line or several.
    Lines(Vec<RawRing>),
    /// Polygons, each a shell and its holes.
    Areas(Vec<Vec<RawRing>>),
    /// One that no layer can use, by name.
    Other(&'static str),
}

impl RawGeometry {
    /// Its name for people.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Point(_) => "a point",
            Self::Lines(_) => "a line",
            Self::Areas(_) => "a polygon",
            Self::Other(kind) => kind,
        }
    }

    /// Every coordinate, to be changed in place.
    pub(super) fn coords_mut(&mut self) -> Box<dyn Iterator<Item = &mut Coord<f64>> + '_> {
        match self {
            Self::Point(coord) => Box::new(std::iter::once(coord)),
            Self::Lines(lines) => Box::new(lines.iter_mut().flatten()),
            Self::Areas(areas) => Box::new(areas.iter_mut().flatten().flatten()),
            Self::Other(_) => Box::new(std::iter::empty()),
        }
    }
}
