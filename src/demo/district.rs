//! [`District`]: what a quarter of the town is like, and with which pattern its blocks are cut.

use super::way::WayClass;

/// What a quarter is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum District {
    /// Inside the first ring: small crooked blocks.
    OldTown,
    /// Inside the second ring: closed fronts around courts, five to seven storeys.
    Boulevards,
    /// Nineteenth-century outskirts: closed fronts, lower and mixed.
    Faubourg,
    /// Rebuilt since 1990: plots, open courts, six to nine storeys.
    Renewal,
    /// Housing estates of the 1960s: bars and towers in green.
    Estate,
    /// Garden suburb: low rows with gardens.
    Garden,
    /// Works and warehouses.
    Works,
    /// A park.
    Park,
    /// Between the quays.
    Water,
}

/// How a quarter is cut into blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern {
    /// Metres between streets along the quarter's main direction, and across.
    pub(super) spacing_m: [f64; 2],
    /// How far a street may stray from its place, as a share of the spacing.
    pub(super) stray: f64,
    /// How far a street may turn from its direction, radians.
    pub(super) turn_rad: f64,
    /// What its streets are.
    pub(super) street: WayClass,
}

impl District {
    /// How it is cut into blocks; `None` where it is left whole.
    pub(super) const fn pattern(self) -> Option<Pattern> {
        let (spacing_m, stray, turn_rad, street) = match self {
            Self::OldTown => ([82.0, 64.0], 0.30, 0.20, WayClass::Lane),
            Self::Boulevards => ([118.0, 88.0], 0.16, 0.0, WayClass::Street),
            Self::Faubourg => ([142.0, 98.0], 0.20, 0.05, WayClass::Street),
            Self::Renewal => ([128.0, 104.0], 0.10, 0.0, WayClass::Street),
            Self::Estate => ([330.0, 250.0], 0.15, 0.0, WayClass::Street),
            Self::Garden => ([178.0, 96.0], 0.16, 0.03, WayClass::Street),
            Self::Works => ([300.0, 210.0], 0.15, 0.0, WayClass::Street),
            Self::Park | Self::Water => return None,
        };
        Some(Pattern { spacing_m, stray, turn_rad, street })
    }

    /// Storeys of its ordinary houses, least and greatest.
    pub(super) const fn levels(self) -> [u16; 2] {
        match self {
            Self::OldTown => [4, 6],
            Self::Boulevards => [5, 7],
            Self::Faubourg => [3, 6],
            Self::Renewal => [5, 9],
            Self::Estate => [4, 10],
            Self::Garden => [2, 3],
            Self::Works => [2, 3],
            Self::Park | Self::Water => [1, 1],
        }
    }
}
