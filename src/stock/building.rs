//! [`Building`]: a footprint with a site code.

use std::{fmt, str::FromStr};

use super::{Footprint, SiteCode};
use crate::geo::LonLat;

/// Height that is assumed for a storey, in metres.
const STOREY_HEIGHT_M: f64 = 3.0;
/// Height that is assumed where neither height nor levels are known, in metres.
const UNKNOWN_HEIGHT_M: f64 = 9.0;
/// Longest building id, in bytes.
const BUILDING_ID_LENGTH_MAX: usize = 64;

/// A building's id, such as `PH-0754-B3` or `way/42`: unique in the stock, stable from one import to the next.
///
/// Printable ASCII without blanks, 1 to 64 bytes. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildingId(Box<str>);

/// Why a text is not a [`BuildingId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBuildingId {
    /// Not 1 to 64 bytes.
    #[error("a building id has 1 to {BUILDING_ID_LENGTH_MAX} characters, got {0}")]
    Length(usize),
    /// A character that is not printable ASCII.
    #[error("a building id has only printable ASCII without blanks, got `{0}`")]
    Character(char),
}

impl BuildingId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BuildingId {
    type Err = InvalidBuildingId;

    fn from_str(text: &str) -> Result<Self, InvalidBuildingId> {
        if !(1..=BUILDING_ID_LENGTH_MAX).contains(&text.len()) {
            return Err(InvalidBuildingId::Length(text.len()));
        }
        match text.chars().find(|c| !c.is_ascii_graphic()) {
            Some(character) => Err(InvalidBuildingId::Character(character)),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for BuildingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A building: what stands on the ground, and whose site it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Building {
    /// Unique in the stock.
    pub id: BuildingId,
    /// The site that it belongs to, where one is known.
    pub site: Option<SiteCode>,
    /// Whether the source itself named `site`; else it was found by position and may be found anew.
    pub site_was_given: bool,
    /// Its walls.
    pub footprint: Footprint,
    /// Height over ground, in metres, where the source gives it.
    pub height_m: Option<f64>,
    /// Storeys over ground, where the source gives them.
    pub levels: Option<u16>,
    /// Dwellings in it, where the source gives them.
    pub dwellings: Option<u32>,
    /// Its entrances.
    pub halls: Vec<Hall>,
}

impl Building {
    /// Height to draw, in metres: as given, else by storeys, else a guess of three storeys.
    #[must_use]
    pub fn drawn_height_m(&self) -> f64 {
        self.height_m
            .or(self.levels.map(|levels| f64::from(levels.max(1)) * STOREY_HEIGHT_M))
            .unwrap_or(UNKNOWN_HEIGHT_M)
    }
}

/// An entrance of a building.
#[derive(Debug, Clone, PartialEq)]
pub struct Hall {
    /// What is written over the door, such as `A` or `12 bis`.
    pub label: String,
    /// Where the door is.
    pub position: LonLat,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_printable_ascii() {
        assert_eq!("way/42".parse::<BuildingId>().unwrap().to_string(), "way/42");
        assert_eq!("".parse::<BuildingId>(), Err(InvalidBuildingId::Length(0)));
        assert_eq!("bâtiment".parse::<BuildingId>(), Err(InvalidBuildingId::Character('â')));
        assert_eq!("a b".parse::<BuildingId>(), Err(InvalidBuildingId::Character(' ')));
    }
}
