//! [`Site`]: a residence, the place that incidents are reported at.

use super::{Footprint, LandlordId, SiteCode};
use crate::geo::LonLat;

/// A residence of a landlord.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// The landlord's own code.
    pub code: SiteCode,
    /// Whose it is.
    pub landlord: LandlordId,
    /// What people call it.
    pub name: String,
    /// Dwellings on it.
    pub dwellings: u32,
    /// Where it is: its entrance, or a point inside its outline.
    pub position: LonLat,
    /// Its grounds, where the landlord gives them.
    pub outline: Option<Footprint>,
    /// The street address in the landlord's own register. It never leaves the stock: no incident carries it.
    pub address: Option<String>,
}
