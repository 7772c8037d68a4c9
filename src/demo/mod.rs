//! The demo: a made-up town with its estate, its calls and its patrols, all from a seed.
//!
//! Pure: no clock, no files. Uses the nouns and the twin's stock. Nothing in it is real.
//!
//! The town is drawn as towns grow: a river, then main ways (`arteries`) whose crossings enclose ground
//! (`planar`); that is cut into quarters of one character each (`quarter`, `district`), those into blocks
//! (`block`), and on the blocks houses are built (`furnish`), some of which are the landlords' (`estates`).
//!
//! [`Caller`] makes what is reported, over any stock; [`Evening`] lets time pass on the engine of [`crate::simulation`],
//! beside whoever uses the demo.

mod arteries;
mod block;
mod briefings;
mod calls;
mod connected;
mod district;
mod drawn;
mod ensemble;
mod estates;
mod evening;
mod figures;
mod fleet;
mod following;
mod furnish;
mod ground;
mod grouping;
mod house;
mod names;
mod plan;
mod planar;
mod quarter;
mod reports;
mod rhythm;
mod ribbon;
mod ring;
mod river;
mod roads;
mod streets;
mod town;
mod tracts;
mod way;

pub use briefings::{hazards, notes};
pub use calls::{CALLS_PER_YEAR, Call, Caller};
pub use estates::{BUILDINGS, DWELLINGS, SITES};
pub use evening::{Evening, Happenings, Setting};
pub use fleet::{PATROLS, crews, is_of_the_demo, patrols};
pub use ground::{Ground, grounds};
pub use grouping::group_into_sites;
pub use names::TOWN;
pub use rhythm::kinds;
pub use roads::roads;
pub use town::{MADE, generate};
