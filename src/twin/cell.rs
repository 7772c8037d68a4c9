//! [`CellTable`]: which cell each place lies in, worked out once for each state of the stock.

use std::{fmt, str::FromStr, sync::OnceLock};

use crate::geo::LonLat;

/// Coarsest H3 resolution that is offered: cells of 5 km².
pub const HEX_RESOLUTION_MIN: u8 = 7;
/// Finest H3 resolution that is offered: cells of 2,150 m², about a building.
pub const HEX_RESOLUTION_MAX: u8 = 11;

/// An H3 resolution, 7 to 11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HexResolution(u8);

impl HexResolution {
    /// Builds it from H3's number.
    ///
    /// # Errors
    ///
    /// [`InvalidCellKind`] when it is not [`HEX_RESOLUTION_MIN`] to [`HEX_RESOLUTION_MAX`].
    pub fn new(resolution: u8) -> Result<Self, InvalidCellKind> {
        if (HEX_RESOLUTION_MIN..=HEX_RESOLUTION_MAX).contains(&resolution) {
            Ok(Self(resolution))
        } else {
            Err(InvalidCellKind(format!("h3:{resolution}")))
        }
    }

    /// H3's number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// How the ground is cut into cells. Written `h3:9`, `grid:200`, `site`, `landlord` or `tract`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellKind {
    /// H3 hexagons.
    H3(HexResolution),
    /// The squares of 200 m of INSEE's grid, in EPSG:3035.
    Grid200,
    /// The sites.
    Site,
    /// All sites of a landlord.
    Landlord,
    /// INSEE tracts.
    Tract,
}

/// Why a text is not a [`CellKind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be h3:{HEX_RESOLUTION_MIN} to h3:{HEX_RESOLUTION_MAX}, grid:200, site, landlord or tract, got `{0}`"
)]
pub struct InvalidCellKind(pub String);

impl FromStr for CellKind {
    type Err = InvalidCellKind;

    fn from_str(text: &str) -> Result<Self, InvalidCellKind> {
        let invalid = || InvalidCellKind(text.chars().take(32).collect());
        Ok(match text {
            "grid:200" => Self::Grid200,
            "site" => Self::Site,
            "landlord" => Self::Landlord,
            "tract" => Self::Tract,
            _ => {
                let resolution = text.strip_prefix("h3:").ok_or_else(invalid)?;
                let resolution = resolution.parse().map_err(|_not_a_number| invalid())?;
                Self::H3(HexResolution::new(resolution)?)
            }
        })
    }
}

impl fmt::Display for CellKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::H3(resolution) => write!(f, "h3:{}", resolution.get()),
            Self::Grid200 => f.write_str("grid:200"),
            Self::Site => f.write_str("site"),
            Self::Landlord => f.write_str("landlord"),
            Self::Tract => f.write_str("tract"),
        }
    }
}

impl CellKind {
    /// How many there are.
    const COUNT: usize = 4 + (HEX_RESOLUTION_MAX - HEX_RESOLUTION_MIN + 1) as usize;

    /// 0 to `COUNT - 1`.
    const fn slot(self) -> usize {
        match self {
            Self::Grid200 => 0,
            Self::Site => 1,
            Self::Landlord => 2,
            Self::Tract => 3,
            Self::H3(resolution) => 4 + (resolution.0 - HEX_RESOLUTION_MIN) as usize,
        }
    }
}

/// Which cell each place lies in.
#[derive(Debug, Clone, Default)]
pub struct CellTable {
    /// The row in `cells` of each place (of each site, for cells that are made of sites); the length of
    /// `cells` for what lies in no cell.
    pub cell_of: Vec<u32>,
    /// The cells that hold a place. Those of sites, landlords and tracts are in the order of the stock.
    pub cells: Vec<CellFrame>,
}

/// A cell without what is counted in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CellFrame {
    /// Its id in its own system: an H3 index, INSEE's id of a square, the code of a site or tract.
    pub id: Box<str>,
    /// Its closed ring; empty for cells whose shape is in the stock.
    pub ring: Box<[LonLat]>,
    /// Its true area; `None` where it has none.
    pub area_km2: Option<f64>,
}

/// The tables of one state of the stock, each made when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct CellTables([OnceLock<CellTable>; CellKind::COUNT]);

impl CellTables {
    /// The table of `kind`, which `make` makes the first time.
    pub(super) fn get_or_make(
        &self,
        kind: CellKind,
        make: impl FnOnce() -> CellTable,
    ) -> &CellTable {
        self.0[kind.slot()].get_or_init(make)
    }
}

impl Clone for CellTables {
    /// A stock is cloned to be changed, so that the clone starts without tables.
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_kind_reads_as_it_prints_and_has_its_own_slot() {
        let kinds =
            ["h3:7", "h3:8", "h3:9", "h3:10", "h3:11", "grid:200", "site", "landlord", "tract"];
        let mut slots: Vec<usize> = kinds
            .iter()
            .map(|text| {
                let kind: CellKind = text.parse().unwrap();
                assert_eq!(kind.to_string(), *text);
                kind.slot()
            })
            .collect();
        slots.sort_unstable();
        assert_eq!(slots, (0..CellKind::COUNT).collect::<Vec<_>>());
    }

    #[test]
    fn other_cells_are_refused() {
        for text in ["h3:6", "h3:12", "h3:", "h3:-9", "grid:100", "Site", ""] {
            assert!(text.parse::<CellKind>().is_err(), "{text}");
        }
    }
}
