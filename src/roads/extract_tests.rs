//! Real extracts: the hierarchy tells what plain Dijkstra tells, for 105,000 pairs of each.

use std::path::PathBuf;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{Network, RoadGraph, hierarchy::Search, roads_tests::dijkstra};
use crate::import::{self, Options};

/// Targets, and sources for each.
const PAIRS: (usize, usize) = (210, 500);

/// The graph of an extract beside the checkout, or `None`, which is said, where it is absent.
fn extract(file: &str) -> Option<RoadGraph> {
    let folder = std::env::var_os("VIGIE_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(file);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    let read = import::roads::read(&path, &Options::default()).unwrap().content;
    RoadGraph::build(&Network::default().changed(read.roads, read.turns, Vec::new()), None)
}

#[track_caller]
fn check(file: &str) {
    let Some(graph) = extract(file) else { return };
    eprintln!("{file}: the weights of a period take {} bytes", graph.weights(0).bytes());
    let states = graph.ways.states.len() as u32;
    let mut random = ChaCha8Rng::seed_from_u64(4);
    for target in 0..PAIRS.0 {
        let period = target % graph.periods.distinct.len();
        let seeds: Vec<(u32, u32)> = (0..1 + target % 4)
            .map(|_| (random.random_range(0..states), random.random_range(1..60_000)))
            .collect();
        let weights = graph.weights(period);
        let mut search = Search::backwards(&graph.ways.hierarchy, weights, seeds.iter().copied());
        let exact = dijkstra(&graph, period, &seeds);
        for _ in 0..PAIRS.1 {
            let source = random.random_range(0..states);
            assert_eq!(search.ms_from(source), exact[source as usize], "{source} to {seeds:?}");
            assert!(
                exact[source as usize].is_some(),
                "every state is reached in the largest piece"
            );
        }
    }
}

#[test]
fn the_marais() {
    check("paris-marais.osm.pbf");
}

#[test]
fn monaco() {
    check("monaco.osm.pbf");
}
