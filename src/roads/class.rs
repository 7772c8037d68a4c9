//! [`RoadClass`]: what a road is for.

/// What a road is for, from the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoadClass {
    /// Motorway.
    Motorway,
    /// Expressway, such as the ring road of Paris.
    Trunk,
    /// Main road.
    Primary,
    /// Second to it.
    Secondary,
    /// Third to it.
    Tertiary,
    /// Neither of these, but through.
    Unclassified,
    /// Street that people live in.
    Residential,
    /// Street where walkers come first (zone de rencontre).
    LivingStreet,
    /// Drive, yard, car park.
    Service,
    /// Track through fields or woods.
    Track,
    /// Street for walkers.
    Pedestrian,
    /// Path for walkers or bicycles.
    Footway,
    /// Steps.
    Steps,
}

impl RoadClass {
    /// How many there are.
    pub const COUNT: usize = 13;
    /// Every class.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Motorway,
        Self::Trunk,
        Self::Primary,
        Self::Secondary,
        Self::Tertiary,
        Self::Unclassified,
        Self::Residential,
        Self::LivingStreet,
        Self::Service,
        Self::Track,
        Self::Pedestrian,
        Self::Footway,
        Self::Steps,
    ];

    /// Its name in files and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Motorway => "motorway",
            Self::Trunk => "trunk",
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Tertiary => "tertiary",
            Self::Unclassified => "unclassified",
            Self::Residential => "residential",
            Self::LivingStreet => "living_street",
            Self::Service => "service",
            Self::Track => "track",
            Self::Pedestrian => "pedestrian",
            Self::Footway => "footway",
            Self::Steps => "steps",
        }
    }

    /// The class of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// Whether nobody lives along it for whom a patrol would stop: a side way at best.
    #[must_use]
    pub const fn is_side_way(self) -> bool {
        matches!(self, Self::Service | Self::Track | Self::Pedestrian | Self::Footway)
    }
}
