//! INSEE tracts: the statistical zones that a town is cut into, and what INSEE says of them.
//!
//! Uses [`crate::geo`] and [`crate::closed_list`] only.

mod code;
mod dataset;
mod dictionary;
mod redrawn;
mod tree;
mod vintage;

use geo::MultiPolygon;

pub use code::{Division, InvalidTractCode, TractCode};
pub use dataset::{Dataset, DatasetId, DatasetRow, InvalidDatasetId, Variable};
pub use dictionary::{Definition, Dictionary};
pub use redrawn::{Heir, Redrawn, redrawn};
pub use tree::TractTree;
pub use vintage::{InvalidVintage, Vintage};

/// What people mostly do in a tract, as INSEE says (`TYP_IRIS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TractKind {
    /// `H`: dwellings.
    Housing,
    /// `A`: work.
    Activity,
    /// `D`: other, such as woods and rivers.
    Other,
}

impl TractKind {
    /// INSEE's letter.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Housing => "H",
            Self::Activity => "A",
            Self::Other => "D",
        }
    }

    /// The kind of INSEE's letter; `Z`, a commune that is not cut up, counts as housing.
    #[must_use]
    pub fn of_letter(letter: &str) -> Option<Self> {
        Some(match letter {
            "H" | "Z" => Self::Housing,
            "A" => Self::Activity,
            "D" => Self::Other,
            _ => return None,
        })
    }
}

/// An INSEE tract, or a square of INSEE's grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Tract {
    /// Nine digits, or the id of a square.
    pub code: TractCode,
    /// Of which year the outline is; none where nobody told. One code may have an outline in each.
    pub vintage: Option<Vintage>,
    /// INSEE's name for it.
    pub name: String,
    /// What people mostly do there.
    pub kind: TractKind,
    /// Its area, in WGS 84 degrees.
    pub area: MultiPolygon<f64>,
}

impl Tract {
    /// What no two outlines share.
    #[must_use]
    pub fn key(&self) -> (&TractCode, Option<Vintage>) {
        (&self.code, self.vintage)
    }
}
