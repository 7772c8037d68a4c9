//! [`Network`]: every road, turn and speed as they were imported.

use std::sync::Arc;

use super::{ClassSpeeds, Road, RoadClass, Turn, speeds};

/// The roads as imported, by id. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct Network {
    ways: Arc<Ways>,
    /// Those that were imported; the shipped ones stand for the others.
    speeds: Arc<Vec<ClassSpeeds>>,
}

#[derive(Debug, Clone, Default)]
struct Ways {
    roads: Vec<Road>,
    turns: Vec<Turn>,
}

impl Network {
    /// Every road, in the order of ids, closed ones too.
    #[must_use]
    pub fn roads(&self) -> &[Road] {
        &self.ways.roads
    }

    /// Every turn, in the order of ids, lifted ones too.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.ways.turns
    }

    /// The speeds that were imported, in the order of classes.
    #[must_use]
    pub fn imported_speeds(&self) -> &[ClassSpeeds] {
        &self.speeds
    }

    /// Whether no road is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roads().iter().all(Road::is_closed)
    }

    /// How fast cars are on roads of a class.
    #[must_use]
    pub fn speeds_of(&self, class: RoadClass) -> &ClassSpeeds {
        self.imported_speeds_of(class).unwrap_or_else(|| &speeds::SHIPPED[class as usize])
    }

    /// The road with that id. O(log n).
    #[must_use]
    pub fn road(&self, id: &str) -> Option<&Road> {
        let at = self.roads().binary_search_by(|road| road.id.as_str().cmp(id)).ok()?;
        Some(&self.roads()[at])
    }

    /// The turn with that id. O(log n).
    #[must_use]
    pub fn turn(&self, id: &str) -> Option<&Turn> {
        let at = self.turns().binary_search_by(|turn| turn.id.as_str().cmp(id)).ok()?;
        Some(&self.turns()[at])
    }

    /// The speeds of a class, if they were imported.
    #[must_use]
    pub fn imported_speeds_of(&self, class: RoadClass) -> Option<&ClassSpeeds> {
        self.speeds.iter().find(|speeds| speeds.class == class)
    }

    /// Whether `other` is this very network, or a clone of it. O(1).
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.shares_ways_with(other) && Arc::ptr_eq(&self.speeds, &other.speeds)
    }

    /// Whether `other` has the very same roads and turns, so that only speeds may differ. O(1).
    #[must_use]
    pub fn shares_ways_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ways, &other.ways)
    }

    /// The network with these in the place of those with the same id. O(n log n) where roads change.
    #[must_use]
    pub fn changed(&self, roads: Vec<Road>, turns: Vec<Turn>, speeds: Vec<ClassSpeeds>) -> Self {
        let mut next = self.clone();
        if !roads.is_empty() || !turns.is_empty() {
            let ways = Arc::make_mut(&mut next.ways);
            upsert(&mut ways.roads, roads, |road| &road.id);
            upsert(&mut ways.turns, turns, |turn| &turn.id);
        }
        if !speeds.is_empty() {
            upsert(Arc::make_mut(&mut next.speeds), speeds, |speeds| &speeds.class);
        }
        next
    }
}

/// Puts `items` among `all`, which stays sorted by `key` and holds each key once: the newest.
fn upsert<T, K: Ord + ?Sized>(all: &mut Vec<T>, items: Vec<T>, key: impl Fn(&T) -> &K) {
    all.extend(items);
    all.sort_by(|a, b| key(a).cmp(key(b))); // stable: of two with one key, the newer comes last
    all.reverse();
    all.dedup_by(|older, newer| key(older) == key(newer));
    all.reverse();
}
