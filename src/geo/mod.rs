//! Where things are: WGS 84 positions (CRS84, longitude first), boxes, and distances in true metres.
//!
//! Uses nothing of the crate. Conversions from other reference systems are in [`crate::crs`].

mod bbox;
mod distance;
mod earth_centred;
mod lon_lat;

pub use bbox::{Bbox, InvalidBbox};
pub use distance::{LocalPlane, geodesic_distance_m};
pub use earth_centred::{EarthCentred, geodesic_distance_m_max};
pub use lon_lat::{InvalidLonLat, LonLat};
