//! The housing stock: landlords, their sites, the buildings on them with their halls, and what lies around.
//!
//! Uses [`crate::geo`] only.

mod building;
mod change;
mod folded;
mod footprint;
mod join;
mod landlord;
mod repair;
mod site;
mod site_code;
mod surroundings;

pub use building::{Building, BuildingId, Hall, InvalidBuildingId};
pub use change::StockChange;
pub use folded::folded;
pub(crate) use folded::unaccented;
pub use footprint::{Footprint, FootprintFault, Repaired};
pub use join::{JOIN_DISTANCE_M_MAX, SiteFinder};
pub use landlord::{InvalidLandlordName, Landlord, LandlordId};
pub use site::Site;
pub use site_code::{InvalidSiteCode, SITE_CODE_LENGTH_MAX, SiteCode};
pub use surroundings::{Surrounding, SurroundingClass, SurroundingShape};
