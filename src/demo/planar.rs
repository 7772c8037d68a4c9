//! From lines that cross each other to the pieces of ground between them.

use std::collections::HashMap;

use super::{
    plan::{GRAIN_M, Metres, between, crossing, on_grain},
    ring::{Corner, Ring},
    way::{WayIx, Ways},
};

/// A leg of a way between two nodes.
#[derive(Debug, Clone, Copy)]
struct Leg {
    ends: [usize; 2],
    way: WayIx,
}

/// The pieces of ground that `ways` enclose, each as a ring of the ways around it. Dead ends enclose nothing.
///
/// O(n²) in the straight legs of the ways: a town's main ways have some hundreds.
pub(super) fn enclosed(ways: &Ways) -> Vec<Ring> {
    let (nodes, legs) = noded(ways);
    let legs = without_dead_ends(nodes.len(), legs);
    trace(&nodes, &legs)
}

/// Every leg cut where another crosses it.
fn noded(ways: &Ways) -> (Vec<Metres>, Vec<Leg>) {
    let straight: Vec<(Metres, Metres, WayIx)> = ways
        .iter()
        .enumerate()
        .flat_map(|(i, way)| way.line.windows(2).map(move |leg| (leg[0], leg[1], WayIx(i as u32))))
        .collect();
    let mut nodes = Vec::new();
    let mut index: HashMap<(i64, i64), usize> = HashMap::new();
    let mut node = |p: Metres| {
        let key = ((p.x / GRAIN_M).round() as i64, (p.y / GRAIN_M).round() as i64);
        *index.entry(key).or_insert_with(|| {
            nodes.push(on_grain(p));
            nodes.len() - 1
        })
    };
    let mut legs: Vec<Leg> = Vec::new();
    for (i, (a, b, way)) in straight.iter().enumerate() {
        let others = straight.iter().enumerate().filter(|(j, _)| *j != i);
        let mut cuts: Vec<f64> = others
            .filter_map(|(_, (c, d, _))| crossing(*a, *b, *c, *d))
            .chain([0.0, 1.0])
            .collect();
        cuts.sort_by(f64::total_cmp);
        let mut stops: Vec<usize> = cuts.into_iter().map(|t| node(between(*a, *b, t))).collect();
        stops.dedup();
        legs.extend(stops.windows(2).map(|ends| Leg { ends: [ends[0], ends[1]], way: *way }));
    }
    legs.sort_by_key(|leg| (leg.ends[0].min(leg.ends[1]), leg.ends[0].max(leg.ends[1]), leg.way));
    legs.dedup_by_key(|leg| (leg.ends[0].min(leg.ends[1]), leg.ends[0].max(leg.ends[1])));
    (nodes, legs)
}

fn without_dead_ends(nodes: usize, mut legs: Vec<Leg>) -> Vec<Leg> {
    loop {
        let mut degree = vec![0_u32; nodes];
        legs.iter().flat_map(|leg| leg.ends).for_each(|end| degree[end] += 1);
        let before = legs.len();
        legs.retain(|leg| leg.ends.iter().all(|end| degree[*end] > 1));
        if legs.len() == before {
            return legs;
        }
    }
}

/// Walks each face with its ground on the left: at every node, the next way clockwise from where one came.
fn trace(nodes: &[Metres], legs: &[Leg]) -> Vec<Ring> {
    // Half-leg 2i runs along leg i, half-leg 2i + 1 runs back.
    let from = |half: usize| legs[half / 2].ends[half % 2];
    let to = |half: usize| legs[half / 2].ends[1 - half % 2];
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for half in 0..legs.len() * 2 {
        leaving[from(half)].push(half);
    }
    let angle = |half: usize| {
        let along = nodes[to(half)] - nodes[from(half)];
        along.y.atan2(along.x)
    };
    for halves in &mut leaving {
        halves.sort_by(|a, b| angle(*a).total_cmp(&angle(*b)));
    }
    let next = |half: usize| {
        let round = &leaving[to(half)];
        let back = round.iter().position(|other| *other == half ^ 1).unwrap_or(0);
        round[(back + round.len() - 1) % round.len()]
    };
    let mut walked = vec![false; legs.len() * 2];
    let mut rings = Vec::new();
    for start in 0..legs.len() * 2 {
        let mut corners = Vec::new();
        let mut half = start;
        while !walked[half] {
            walked[half] = true;
            corners.push(Corner { at: nodes[from(half)], way: legs[half / 2].way });
            half = next(half);
        }
        if corners.len() > 2 {
            let ring = Ring(corners);
            if ring.area_m2() > 1.0 {
                rings.push(ring); // the walk around the outside turns right
            }
        }
    }
    rings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::plan::at;
    use crate::demo::way::{Way, WayClass};

    #[test]
    fn two_lines_across_a_square_make_four_pieces() {
        let mut ways = Ways::default();
        let mut draw = |line: &[(f64, f64)]| {
            let line = line.iter().map(|(x, y)| at(*x, *y)).collect();
            ways.add(Way { class: WayClass::Street, name_key: 0, line });
        };
        draw(&[(0.0, 0.0), (90.0, 0.0), (90.0, 90.0), (0.0, 90.0), (0.0, 0.0)]);
        draw(&[(30.0, -10.0), (30.0, 100.0)]);
        draw(&[(-10.0, 30.0), (100.0, 30.0)]);
        let mut areas: Vec<f64> = enclosed(&ways).iter().map(Ring::area_m2).collect();
        areas.sort_by(f64::total_cmp);
        assert_eq!(
            areas.iter().map(|a| a.round()).collect::<Vec<_>>(),
            [900.0, 1800.0, 1800.0, 3600.0]
        );
    }
}
