//! [`Road`]: a street or path as its source tells it, and the marks on its points.

use super::RoadClass;
use crate::geo::LonLat;

/// A street or path: what may drive along it in which direction, how fast, and whether one may walk.
///
/// Roads meet where they share a node. One that may neither be driven nor walked is closed: so are those that
/// a later import no longer holds, since a store forgets no row that somebody may have read.
#[derive(Debug, Clone, PartialEq)]
pub struct Road {
    /// Unique and stable in its source, such as `way/42`.
    pub id: String,
    /// What it is.
    pub class: RoadClass,
    /// What the sign says.
    pub name: Option<String>,
    /// Its points in order, two at least.
    pub points: Vec<RoadPoint>,
    /// Speed limit along the points, km/h; `None` where a car may not go.
    pub forward_kmh: Option<u8>,
    /// Speed limit against the points, km/h; `None` where a car may not go.
    pub backward_kmh: Option<u8>,
    /// Whether a sign, a gate or a guard keeps the public out: a service vehicle goes in, but loses time.
    pub restricted: bool,
    /// Whether one may walk along it.
    pub walkable: bool,
}

impl Road {
    /// Whether nobody goes there.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.forward_kmh.is_none() && self.backward_kmh.is_none() && !self.walkable
    }

    /// The same road where nobody goes any more.
    #[must_use]
    pub fn closed(&self) -> Self {
        Self { forward_kmh: None, backward_kmh: None, walkable: false, ..self.clone() }
    }
}

/// A point of a road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoadPoint {
    /// The node in the source: roads that hold it meet there.
    pub node: i64,
    /// Where it is.
    pub position: LonLat,
    /// What stands there.
    pub mark: NodeMark,
}

/// What stands on a point of a road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum NodeMark {
    /// Nothing that matters.
    #[default]
    Plain,
    /// A bollard or block: nobody drives past, one may walk past.
    Blocked,
    /// A gate or barrier that opens.
    Gate,
    /// Traffic lights.
    Signals,
}

impl NodeMark {
    /// Every mark, by its number.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Blocked, Self::Gate, Self::Signals];

    /// Its number in a store.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The mark of that number.
    #[must_use]
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
