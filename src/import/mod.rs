//! Readers of real files: each layer's `read` turns a file into a change of the stock, into incidents,
//! signals or rules.
//!
//! Uses the nouns, [`crate::crs`] and the libraries of the formats. Nothing here writes: what is read goes
//! to [`crate::app`], whole or not at all.
//!
//! ```text
//! file ─► format ─► features, one at a time ─► layer (sites, buildings, …) ─► StockChange
//!         (csv, geojson, …)  (position, columns, raw geometry)      └─► Summary: kept, repaired, refused
//! ```
//!
//! A feature that cannot be used is refused by its row with the reason; a file that cannot be read to its
//! end is an [`ImportError`], and nothing of it is kept. Sizes that a file merely claims are never believed.

pub mod buildings;
mod columns;
mod csv;
mod feature;
mod flatgeobuf;
mod format;
mod geojson;
mod geopackage;
pub mod incidents;
pub mod indicators;
mod json;
mod meter;
mod nesting;
mod osm;
mod placing;
pub mod roads;
pub mod rules;
mod shapefile;
pub mod signals;
pub mod sites;
pub mod speeds;
mod summary;
pub mod surroundings;
mod text;
pub mod tracts;
mod wkb;

use std::path::{Path, PathBuf};

pub use feature::At;
pub use summary::{Example, Remarks, Summary};

use crate::{
    crs::{Crs, CrsError},
    geo::Bbox,
    tract::Vintage,
};

/// How to read a file.
pub struct Options<'a> {
    /// The reference system of its coordinates, over what the file says itself.
    pub crs: Option<Crs>,
    /// Which column holds a field, as `(field, column)`, before the columns that are looked for by default.
    pub columns: Vec<(String, String)>,
    /// The only layer to read of a file that has several.
    pub layer: Option<String>,
    /// Columns of incidents that are left unread.
    pub ignored: Vec<String>,
    /// Of which year outlines are, where the file does not say.
    pub vintage: Option<Vintage>,
    /// Where the stock already is, to recognise coordinates in the wrong order.
    pub bounds: Option<Bbox>,
    /// Told now and then how far the reading is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            crs: None,
            columns: Vec::new(),
            layer: None,
            ignored: Vec::new(),
            vintage: None,
            bounds: None,
            progress: &|_| {},
        }
    }
}

/// How far the reading of a file is, in bytes or features of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Read so far.
    pub done: u64,
    /// In all.
    pub total: u64,
}

/// What a file held, and what became of each of its features.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<T> {
    /// What was kept.
    pub content: T,
    /// What was kept, repaired and refused, and why.
    pub summary: Summary,
}

/// Why a file was not read; nothing of it is then kept.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened or read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is cut off, or is not what it begins as.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// The file is in a format that this layer cannot be read from.
    #[error("{}: {reason}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// Why, and what to do instead.
        reason: String,
    },
    /// Nothing says which reference system the coordinates are in.
    #[error("{}: the file does not say its reference system; say it with --crs EPSG:n", path.display())]
    NoCrs {
        /// The file.
        path: PathBuf,
    },
    /// The file says a reference system that cannot be used.
    #[error("{}: {source}; say another with --crs EPSG:n", path.display())]
    Crs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CrsError,
    },
    /// A mapping names a field that the layer has not.
    #[error("the layer has no field `{field}`; it has {known}")]
    UnknownField {
        /// The field named.
        field: String,
        /// The fields of the layer.
        known: String,
    },
    /// A mapping names a column that no feature of the file has.
    #[error("{}: no column `{column}`", path.display())]
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// The column named.
        column: String,
    },
    /// The file has columns that incidents or signals must not carry.
    #[error("{}: {columns}: {what} has no such column; say --ignore COLUMN to leave one unread", path.display())]
    ForbiddenColumns {
        /// The file.
        path: PathBuf,
        /// An incident or a signal.
        what: &'static str,
        /// Names of the columns, never their content.
        columns: String,
    },
}

impl ImportError {
    pub(crate) fn malformed(path: &Path, reason: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_owned(), reason: reason.into() }
    }

    pub(crate) fn unsupported(path: &Path, reason: impl Into<String>) -> Self {
        Self::Unsupported { path: path.to_owned(), reason: reason.into() }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), source }
    }
}
