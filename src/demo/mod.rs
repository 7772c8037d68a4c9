//! The demo: a made-up town with its estate, its calls and its patrols, all from a seed.
//!
//! Pure: no clock, no files. Uses the nouns only. Nothing in it is real.
//!
//! The town is drawn as towns grow: a river, then main ways ([`arteries`]) whose crossings enclose ground
//! ([`planar`]); that is cut into quarters of one character each ([`quarter`], [`district`]), those into blocks
//! ([`block`]), and on the blocks houses are built ([`furnish`]), some of which are the landlords' ([`estates`]).

mod arteries;
mod block;
mod district;
mod ensemble;
mod estates;
mod furnish;
mod house;
mod names;
mod plan;
mod planar;
mod quarter;
mod ribbon;
mod ring;
mod river;
mod streets;
pub mod town;
mod tracts;
mod way;

pub use estates::{BUILDINGS, DWELLINGS, SITES};
pub use names::TOWN;
