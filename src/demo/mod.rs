//! The demo: a made-up town with its estate, its calls and its patrols, all from a seed.
//!
//! Pure: no clock, no files. Uses the nouns and the twin's stock. Nothing in it is real.
//!
//! The town is drawn as towns grow: a river, then main ways (`arteries`) whose crossings enclose ground
//! (`planar`); that is cut into quarters of one character each (`quarter`, `district`), those into blocks
//! (`block`), and on the blocks houses are built (`furnish`), some of which are the landlords' (`estates`).
//!
//! [`Caller`] makes what is reported, over any stock; [`Evening`] lets time pass, step by step.

mod arteries;
mod block;
mod calls;
mod district;
mod drawn;
mod ensemble;
mod estates;
mod evening;
mod fleet;
mod furnish;
mod ground;
mod grouping;
mod house;
mod names;
mod plan;
mod planar;
mod quarter;
mod rhythm;
mod ribbon;
mod ring;
mod river;
mod street_graph;
mod streets;
mod town;
mod tracts;
mod way;

pub use calls::{CALLS_PER_YEAR, Call, Caller};
pub use estates::{BUILDINGS, DWELLINGS, SITES};
pub use evening::{Evening, Happenings};
pub use fleet::{Fleet, PATROLS, is_of_the_demo};
pub use ground::{Ground, grounds};
pub use grouping::group_into_sites;
pub use names::TOWN;
pub use street_graph::{Leg, StreetGraph};
pub use town::{MADE, generate};
