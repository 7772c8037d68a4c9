//! [`Collection`]: the collections, and who may read each.

use crate::{access::Permission, closed_list::closed_list, tile::Layers, twin::CellKind};

closed_list! {
    /// Features of one kind.
    Collection {
        /// The residences.
        Sites = "sites",
        /// The footprints.
        Buildings = "buildings",
        /// INSEE's zones of today.
        Tracts = "tracts",
        /// The crews.
        Patrols = "patrols",
        /// What was reported.
        Incidents = "incidents",
        /// Incidents counted by tract.
        IncidentsByTract = "incidents_by_tract",
        /// Incidents counted by site.
        IncidentsBySite = "incidents_by_site",
        /// Incidents counted by hexagon.
        IncidentsByHexagon = "incidents_by_hexagon",
    }
}

impl Collection {
    /// What the list of the same things asks for.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Sites | Self::Buildings => Permission::ReadStock,
            Self::Tracts => Permission::ReadTracts,
            Self::Patrols => Permission::ReadPatrols,
            Self::Incidents => Permission::ReadIncidents,
            Self::IncidentsByTract | Self::IncidentsBySite | Self::IncidentsByHexagon => {
                Permission::ReadHeatmap
            }
        }
    }

    /// The property that says when; none of what has no time.
    pub const fn time(self) -> Option<&'static str> {
        match self {
            Self::Patrols => Some("recorded_at"),
            Self::Incidents => Some("reported_at"),
            _ => None,
        }
    }

    /// Whether a property is a time. Counts say of which time they are.
    pub fn is_time(self, property: &str) -> bool {
        self.time() == Some(property)
            || (self.cells().is_some() && matches!(property, "from" | "to"))
    }

    /// The layer of vector tiles that draws the same things; none where none does.
    pub const fn layer(self) -> Option<Layers> {
        match self {
            Self::Sites => Some(Layers::Sites),
            Self::Buildings => Some(Layers::Buildings),
            Self::Tracts => Some(Layers::Tracts),
            _ => None,
        }
    }

    /// By which cells incidents are counted; none where they are not.
    pub fn cells(self) -> Option<CellKind> {
        let name = match self {
            Self::IncidentsByTract => "tract",
            Self::IncidentsBySite => "site",
            Self::IncidentsByHexagon => "h3:9",
            _ => return None,
        };
        name.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closed_list::ClosedList as _;

    #[test]
    fn whatever_counts_has_cells_and_asks_for_counts() {
        for collection in Collection::ALL.iter().copied() {
            let counts = collection.as_str().starts_with("incidents_by_");
            assert_eq!(collection.cells().is_some(), counts, "{collection:?}");
            let asks = collection.permission() == Permission::ReadHeatmap;
            assert_eq!(asks, counts, "{collection:?}");
        }
    }
}
