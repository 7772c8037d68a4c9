//! [`largest_piece`]: of a directed graph, the part in which every node can be reached from every other.

/// Which nodes are in the largest strongly connected piece; of two as large, the one that is found first.
///
/// The arcs of node `n` lead to `head[first_out[n]..first_out[n + 1]]`. O(nodes + arcs).
/// Source: Tarjan (1972), Depth-first search and linear graph algorithms, SIAM J. Comput. 1, 146–160.
pub(super) fn largest_piece(first_out: &[u32], head: &[u32]) -> Vec<bool> {
    let (piece_of, sizes) = pieces(first_out, head);
    let largest = (0..sizes.len()).rev().max_by_key(|piece| sizes[*piece]);
    piece_of.into_iter().map(|piece| Some(piece as usize) == largest).collect()
}

const UNSEEN: u32 = u32::MAX;

/// The number of each node's piece, and the size of each piece.
fn pieces(first_out: &[u32], head: &[u32]) -> (Vec<u32>, Vec<usize>) {
    let nodes = first_out.len().saturating_sub(1);
    let mut found_at = vec![UNSEEN; nodes];
    let mut low = vec![0_u32; nodes];
    let mut piece_of = vec![UNSEEN; nodes];
    let mut sizes = Vec::new();
    let mut found = 0;
    let mut unassigned: Vec<u32> = Vec::new();
    let mut open: Vec<(u32, u32)> = Vec::new(); // node, its next arc
    for root in 0..nodes as u32 {
        if found_at[root as usize] != UNSEEN {
            continue;
        }
        open.push((root, first_out[root as usize]));
        while let Some((node, arc)) = open.pop() {
            let at = node as usize;
            if found_at[at] == UNSEEN {
                (found_at[at], low[at]) = (found, found);
                found += 1;
                unassigned.push(node);
            } else {
                // Back from the node that the arc before this one led to.
                let child = head[arc as usize - 1] as usize;
                low[at] = low[at].min(low[child]);
            }
            let mut next = arc;
            let end = first_out[at + 1];
            while next < end {
                let to = head[next as usize] as usize;
                next += 1;
                if found_at[to] == UNSEEN {
                    open.push((node, next));
                    open.push((to as u32, first_out[to]));
                    break;
                }
                if piece_of[to] == UNSEEN {
                    low[at] = low[at].min(found_at[to]);
                }
            }
            let has_open_child =
                open.last().is_some_and(|(top, _)| found_at[*top as usize] == UNSEEN);
            if !has_open_child && low[at] == found_at[at] {
                let first = unassigned.iter().rposition(|other| *other == node).unwrap_or(0);
                let members = unassigned.split_off(first);
                members.iter().for_each(|member| piece_of[*member as usize] = sizes.len() as u32);
                sizes.push(members.len());
            }
        }
    }
    (piece_of, sizes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compact(nodes: usize, arcs: &[(usize, usize)]) -> (Vec<u32>, Vec<u32>) {
        let (mut first_out, mut head) = (vec![0], Vec::new());
        for node in 0..nodes {
            head.extend(arcs.iter().filter(|(from, _)| *from == node).map(|(_, to)| *to as u32));
            first_out.push(head.len() as u32);
        }
        (first_out, head)
    }

    proptest! {
        #[test]
        fn two_nodes_share_a_piece_when_each_is_reached_from_the_other(
            arcs in proptest::collection::vec((0..9_usize, 0..9_usize), 0..24),
        ) {
            let (first_out, head) = compact(9, &arcs);
            let (piece_of, sizes) = pieces(&first_out, &head);
            let mut reaches = [[false; 9]; 9];
            (0..9).for_each(|node| reaches[node][node] = true);
            arcs.iter().for_each(|(from, to)| reaches[*from][*to] = true);
            for (via, a, b) in (0..729).map(|i| (i / 81, i / 9 % 9, i % 9)) {
                reaches[a][b] |= reaches[a][via] && reaches[via][b];
            }
            for (a, b) in (0..81).map(|i| (i / 9, i % 9)) {
                prop_assert_eq!(piece_of[a] == piece_of[b], reaches[a][b] && reaches[b][a]);
            }
            prop_assert_eq!(sizes.iter().sum::<usize>(), 9);
            let kept = largest_piece(&first_out, &head).iter().filter(|kept| **kept).count();
            prop_assert_eq!(Some(kept), sizes.into_iter().max());
        }
    }
}
