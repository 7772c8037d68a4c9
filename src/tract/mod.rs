//! INSEE tracts: the statistical zones that a town is cut into.
//!
//! Uses [`crate::geo`] only.

use std::{fmt, str::FromStr};

use geo::MultiPolygon;

/// The nine-digit code of an INSEE tract (zone IRIS), such as `751010101`; `2A`, `2B` in Corsica.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TractCode(Box<str>);

/// Why a text is not a [`TractCode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a tract code has nine digits (the second may be A or B), got `{0}`")]
pub struct InvalidTractCode(String);

impl TractCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TractCode {
    type Err = InvalidTractCode;

    fn from_str(text: &str) -> Result<Self, InvalidTractCode> {
        let valid = text.len() == 9
            && text
                .bytes()
                .enumerate()
                .all(|(at, b)| b.is_ascii_digit() || (at == 1 && matches!(b, b'A' | b'B')));
        if valid { Ok(Self(text.into())) } else { Err(InvalidTractCode(text.to_owned())) }
    }
}

impl fmt::Display for TractCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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

/// An INSEE tract.
#[derive(Debug, Clone, PartialEq)]
pub struct Tract {
    /// Nine digits.
    pub code: TractCode,
    /// INSEE's name for it.
    pub name: String,
    /// What people mostly do there.
    pub kind: TractKind,
    /// Its area, in WGS 84 degrees.
    pub area: MultiPolygon<f64>,
}
