//! [`Scope`]: which part of the data somebody sees.

use crate::{patrol::PatrolId, stock::LandlordId};

/// Which part of the data somebody sees. What lies outside is answered like what does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All of it.
    Everything,
    /// All of it, but of incidents those alone that are not over: an operator takes calls, and looks up nobody's history.
    Open,
    /// The stock, a site by its code alone, and counts: what is told to whoever studies places.
    Codes,
    /// The sites of one landlord and what happens on them, and no agents.
    Landlord(LandlordId),
    /// One patrol and what it is on.
    Patrol(PatrolId),
}

impl Scope {
    /// The landlord outside of which nothing is seen.
    #[must_use]
    pub const fn landlord(&self) -> Option<&LandlordId> {
        if let Self::Landlord(own) = self { Some(own) } else { None }
    }

    /// The patrol outside of which nothing is seen.
    #[must_use]
    pub const fn patrol(&self) -> Option<&PatrolId> {
        if let Self::Patrol(own) = self { Some(own) } else { None }
    }

    /// Whether the sites of that landlord are seen.
    #[must_use]
    pub fn shows_landlord(&self, landlord: &LandlordId) -> bool {
        self.landlord().is_none_or(|own| own == landlord)
    }

    /// Whether sites are told with their names and with what crews are told of them.
    #[must_use]
    pub fn names_sites(&self) -> bool {
        *self != Self::Codes
    }

    /// Whether that patrol is seen.
    #[must_use]
    pub fn shows_patrol(&self, patrol: &PatrolId) -> bool {
        match self {
            Self::Everything | Self::Open => true,
            Self::Codes | Self::Landlord(_) => false,
            Self::Patrol(own) => own == patrol,
        }
    }
}
