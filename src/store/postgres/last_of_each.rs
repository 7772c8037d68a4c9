//! [`last_of_each`]: an upsert may meet each row only once.

use std::{collections::HashSet, hash::Hash};

/// Of `items` with one key the last, in the order of `items`: what is left when each replaces the one before.
pub(super) fn last_of_each<T: Copy, K: Hash + Eq>(
    items: impl DoubleEndedIterator<Item = T>,
    key: impl Fn(T) -> K,
) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut last: Vec<T> = items.rev().filter(|item| seen.insert(key(*item))).collect();
    last.reverse();
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_items_with_one_key_the_last_is_left() {
        let items = [("a", 1), ("b", 2), ("a", 3), ("c", 4)];
        let last = last_of_each(items.iter(), |(key, _)| *key);
        assert_eq!(last, [&("b", 2), &("a", 3), &("c", 4)]);
    }
}
