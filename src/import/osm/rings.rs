//! Rings put together from ways that share their ends.

use std::collections::HashMap;

/// Rings of node ids, each closed, from ways in any order and direction; O(n).
///
/// # Errors
///
/// The node at which a ring stays open.
pub(super) fn assemble(ways: &[&[i64]]) -> Result<Vec<Vec<i64>>, i64> {
    let mut ways_at: HashMap<i64, Vec<usize>> = HashMap::new();
    for (index, way) in ways.iter().enumerate() {
        for end in way.first().into_iter().chain(way.last()) {
            ways_at.entry(*end).or_default().push(index);
        }
    }
    let mut used = vec![false; ways.len()];
    let mut rings = Vec::new();
    for start in 0..ways.len() {
        if std::mem::replace(&mut used[start], true) {
            continue;
        }
        let mut ring = ways[start].to_vec();
        let Some(&first) = ring.first() else { continue };
        while ring.len() < 2 || ring.last() != Some(&first) {
            let end = ring.last().copied().unwrap_or(first);
            let open_ways = ways_at.get_mut(&end);
            let next = open_ways
                .and_then(|at| std::iter::from_fn(|| at.pop()).find(|index| !used[*index]));
            let Some(next) = next else { return Err(end) };
            used[next] = true;
            let way = ways[next];
            if way.first() == Some(&end) {
                ring.extend(&way[1..]);
            } else {
                ring.extend(way.iter().rev().skip(1));
            }
        }
        rings.push(ring);
    }
    Ok(rings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_in_any_order_and_direction_make_rings() {
        let ways: [&[i64]; 5] = [&[1, 2, 3], &[9, 8, 7, 9], &[5, 4, 3], &[5, 6, 1], &[]];
        assert_eq!(assemble(&ways), Ok(vec![vec![1, 2, 3, 4, 5, 6, 1], vec![9, 8, 7, 9]]));
    }

    #[test]
    fn a_ring_that_stays_open_is_told_by_its_end() {
        assert_eq!(assemble(&[&[1, 2, 3], &[3, 4]]), Err(4));
        assert_eq!(assemble(&[&[1]]), Err(1));
    }

    #[test]
    fn a_way_named_twice_is_used_twice() {
        assert_eq!(assemble(&[&[1, 2], &[1, 2]]), Ok(vec![vec![1, 2, 1]]));
    }
}
