//! Importing roads: those that are imported together are the network, and what is not among them is closed.

use std::collections::HashSet;

use crate::{
    roads::{Network, Turn, TurnRule},
    stock::StockChange,
};

/// Adds to a change that brings roads: every known road that it does not bring, closed, and every known turn,
/// lifted.
pub(super) fn close_the_others(network: &Network, change: &mut StockChange) {
    if change.roads.is_empty() {
        return;
    }
    let ids: HashSet<&str> = change.roads.iter().map(|road| road.id.as_str()).collect();
    let gone = network.roads().iter().filter(|road| !ids.contains(road.id.as_str()));
    let closed: Vec<_> = gone.filter(|road| !road.is_closed()).map(|road| road.closed()).collect();
    change.roads.extend(closed);
    let ids: HashSet<&str> = change.turns.iter().map(|turn| turn.id.as_str()).collect();
    let gone = network.turns().iter().filter(|turn| !ids.contains(turn.id.as_str()));
    let lifted: Vec<_> = gone
        .filter(|turn| turn.rule != TurnRule::Lifted)
        .map(|turn| Turn { rule: TurnRule::Lifted, ..turn.clone() })
        .collect();
    change.turns.extend(lifted);
}
