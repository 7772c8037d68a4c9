//! [`Layers`]: what there is to draw, and from which zoom on.

use crate::closed_list::{ClosedList, closed_list};

closed_list! {
    /// A layer.
    Layers {
        /// The sites, as points.
        Sites = "sites",
        /// The buildings, as areas.
        Buildings = "buildings",
        /// The tracts of today, as areas.
        Tracts = "tracts",
        /// The roads, as lines.
        Roads = "roads",
        /// A heatmap, as the cells that it counts by.
        Heatmap = "heatmap",
    }
}

impl Layers {
    /// The first zoom with anything worth drawing.
    #[must_use]
    pub const fn zoom_min(self) -> u8 {
        match self {
            Self::Buildings => 12,
            Self::Roads => 6,
            Self::Sites | Self::Tracts | Self::Heatmap => 0,
        }
    }

    /// The last zoom that shows more than the one before: beyond, clients enlarge.
    #[must_use]
    pub const fn zoom_max(self) -> u8 {
        match self {
            Self::Sites | Self::Buildings | Self::Roads => 17,
            Self::Tracts | Self::Heatmap => 16,
        }
    }

    /// What is known of a feature: each name with what it says.
    #[must_use]
    pub const fn fields(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Sites => &[
                ("code", "Code of the site"),
                ("landlord", "Id of its landlord"),
                ("dwellings", "Dwellings on it"),
                ("name", "Its name, for whoever is told names"),
            ],
            Self::Buildings => &[
                ("height_m", "Height to draw, metres"),
                ("id", "Unique in the stock; from zoom 15 on, as what follows"),
                ("dwellings", "Dwellings in it"),
                ("site_code", "Code of its site"),
                ("landlord", "Id of its landlord"),
                ("levels", "Storeys over ground"),
            ],
            Self::Tracts => &[
                ("code", "Nine digits"),
                ("name", "INSEE's name"),
                ("kind", "H dwellings, A work, D other"),
                ("vintage", "Year of the outline"),
            ],
            Self::Roads => &[
                ("class", "What it is for, as OpenStreetMap says"),
                ("name", "What the sign says"),
                ("kmh", "Speed limit, km/h; none where no car goes"),
                ("oneway", "1 where cars go one way"),
            ],
            Self::Heatmap => &[
                ("id", "The cell"),
                ("count", "Incidents; none where that reads <5"),
                ("dwellings", "Dwellings"),
                ("rate_per_1000", "Incidents per 1,000 dwellings"),
                ("density_per_km2", "Incidents per km²"),
                ("value", "The metric asked for"),
            ],
        }
    }

    /// Every layer but the heatmap: those that go with the stock.
    pub fn of_stock() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|layer| *layer != Self::Heatmap)
    }
}
