//! Roads: how long a patrol takes from where it is to where it is needed.
//!
//! Uses [`crate::geo`] and [`crate::time`] only. [`Network`] holds the roads as they were imported;
//! [`RoadGraph`] makes them ready: cut where they meet (`segment`), driven in their directions (`edge`), with the
//! turns that signs allow (`signs`) and what they cost (`turn_cost`), as states of a car (`state`) of which the
//! largest piece is kept (`pieces`), in a hierarchy with weights for each period of the week (`hierarchy`,
//! `periods`), of which as many are kept as fit (`weights`). A journey ([`Journeys`]) drives to where a car can stop and goes on by foot (`foot`).
//!
//! `docs/roads.md` tells the model, its reasons and its figures.

mod class;
mod course;
mod edge;
#[cfg(test)]
mod extract_tests;
mod foot;
mod graph;
mod ground;
mod hierarchy;
mod journey;
mod network;
mod periods;
mod pieces;
mod road;
#[cfg(test)]
mod roads_tests;
mod segment;
mod signs;
pub mod speeds;
mod state;
mod straight_line;
#[cfg(test)]
pub(crate) mod testing;
mod travel_time;
mod turn;
mod turn_cost;
mod weights;

pub use class::RoadClass;
pub use graph::{RoadGraph, RoadsKept, Spot};
pub use journey::Journeys;
pub use network::Network;
pub use road::{NodeMark, Road, RoadPoint};
pub use speeds::ClassSpeeds;
pub use straight_line::StraightLine;
pub use travel_time::{Route, TravelTime};
pub use turn::{Turn, TurnRule, Via};
