//! The housing stock: landlords, their sites, the buildings on them with their halls, what lies around, and what
//! crews are told of a site.
//!
//! Uses [`crate::geo`], [`crate::time`], [`crate::tract`] and [`crate::roads`] only.

mod building;
mod change;
mod folded;
mod footprint;
mod hazard;
mod join;
mod landlord;
mod repair;
mod site;
mod site_code;
mod site_note;
mod surroundings;

pub use building::{Building, BuildingId, Hall, InvalidBuildingId};
pub use change::StockChange;
pub use folded::folded;
pub(crate) use folded::unaccented;
pub use footprint::{Footprint, FootprintFault, Repaired};
pub use hazard::{
    HAZARD_DAYS_MAX, Hazard, HazardFault, HazardKind, RefusedHazard, WantedHazard, set_hazards,
};
pub use join::{JOIN_DISTANCE_M_MAX, SiteFinder};
pub use landlord::{InvalidLandlordName, Landlord, LandlordId};
pub use site::Site;
pub use site_code::{InvalidSiteCode, SITE_CODE_LENGTH_MAX, SiteCode};
pub use site_note::{InvalidNoteText, NOTE_LENGTH_MAX, NoteText, NoteTopic, SiteNote};
pub use surroundings::{Surrounding, SurroundingClass, SurroundingShape};
