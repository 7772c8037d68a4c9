//! [`Place`]: what a portrait is of.

use std::{fmt, str::FromStr};

use super::Drawn;
use crate::{
    closed_list::closed_list,
    stock::{LandlordId, SiteCode},
    tract::{Division, TractCode},
};

closed_list! {
    /// What sort of place a portrait is of.
    PlaceKind {
        /// All of the stock.
        Town = "town",
        /// A residence.
        Site = "site",
        /// All that a landlord has.
        Landlord = "landlord",
        /// A tract of INSEE.
        Tract = "tract",
        /// A commune; in Paris, Lyon and Marseille an arrondissement.
        Commune = "commune",
        /// A polygon that somebody drew.
        Drawn = "drawn",
    }
}

/// A place, by its name or its shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// All of the stock.
    Town,
    /// A residence.
    Site(SiteCode),
    /// All that a landlord has.
    Landlord(LandlordId),
    /// A tract of today.
    Tract(TractCode),
    /// A commune or arrondissement.
    Commune(CommuneCode),
    /// A polygon that somebody drew.
    Drawn(Drawn),
}

impl Place {
    /// What sort of place it is.
    #[must_use]
    pub const fn kind(&self) -> PlaceKind {
        match self {
            Self::Town => PlaceKind::Town,
            Self::Site(_) => PlaceKind::Site,
            Self::Landlord(_) => PlaceKind::Landlord,
            Self::Tract(_) => PlaceKind::Tract,
            Self::Commune(_) => PlaceKind::Commune,
            Self::Drawn(_) => PlaceKind::Drawn,
        }
    }

    /// What it is asked for by; nothing for the town and for what was drawn.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        match self {
            Self::Town | Self::Drawn(_) => None,
            Self::Site(code) => Some(code.to_string()),
            Self::Landlord(id) => Some(id.to_string()),
            Self::Tract(code) => Some(code.to_string()),
            Self::Commune(code) => Some(code.to_string()),
        }
    }
}

/// The INSEE code of a commune or arrondissement, such as `75104`. A value is always well formed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommuneCode(Box<str>);

/// Why a text is not a [`CommuneCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the code of a commune or arrondissement has five digits, such as 75104 (the second may be A or B)"
)]
pub struct InvalidCommuneCode;

impl CommuneCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CommuneCode {
    type Err = InvalidCommuneCode;

    fn from_str(text: &str) -> Result<Self, InvalidCommuneCode> {
        let is_one = Division::of_code(text) == Some(Division::Commune);
        is_one.then(|| Self(text.into())).ok_or(InvalidCommuneCode)
    }
}

impl fmt::Display for CommuneCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_has_five_digits() {
        assert_eq!("75104".parse::<CommuneCode>().unwrap().as_str(), "75104");
        assert!("2A004".parse::<CommuneCode>().is_ok());
        for wrong in ["", "7510", "751041", "A5104", "751O4", "751041401"] {
            assert!(wrong.parse::<CommuneCode>().is_err(), "{wrong}");
        }
    }
}
