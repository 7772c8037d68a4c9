//! [`Agenda`]: what is due, in the order of time; of two things due at once, the one that was noted first.

use std::{cmp::Ordering, collections::BinaryHeap};

/// An instant in seconds since the beginning of a run, ordered as numbers are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment(pub(super) f64);

impl Eq for Moment {}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Moment {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// What is due. Noting and taking are O(log n).
#[derive(Debug)]
pub(super) struct Agenda<T> {
    heap: BinaryHeap<Entry<T>>,
    noted: u64,
}

#[derive(Debug)]
struct Entry<T> {
    at: Moment,
    number: u64,
    what: T,
}

impl<T> Agenda<T> {
    pub(super) const fn new() -> Self {
        Self { heap: BinaryHeap::new(), noted: 0 }
    }

    /// Notes that `what` is due at `at_s`.
    pub(super) fn note(&mut self, at_s: f64, what: T) {
        debug_assert!(at_s.is_finite(), "an event has its time");
        self.noted += 1;
        self.heap.push(Entry { at: Moment(at_s), number: self.noted, what });
    }

    /// Takes what is due first, if it is due by `until_s`.
    pub(super) fn take(&mut self, until_s: f64) -> Option<(f64, T)> {
        if self.heap.peek()?.at.0 > until_s {
            return None;
        }
        self.heap.pop().map(|entry| (entry.at.0, entry.what))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    /// The heap gives its greatest: the earliest is greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_at_once_comes_in_the_order_in_which_it_was_noted() {
        let mut agenda = Agenda::new();
        for (at_s, what) in [(5.0, "c"), (1.0, "a"), (5.0, "d"), (1.0, "b"), (9.0, "later")] {
            agenda.note(at_s, what);
        }

        let taken: String = std::iter::from_fn(|| agenda.take(5.0).map(|(_, what)| what)).collect();

        assert_eq!(taken, "abcd");
        assert_eq!(agenda.take(f64::INFINITY), Some((9.0, "later")));
    }
}
