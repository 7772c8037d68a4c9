//! [`Network`]: every road, turn and speed as they were imported.

use std::sync::{Arc, OnceLock};

use geo::{BoundingRect as _, MultiPoint, Point, Rect};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::{ClassSpeeds, Road, RoadClass, Turn, speeds};

/// The roads as imported, by id. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct Network {
    ways: Arc<Ways>,
    /// Those that were imported; the shipped ones stand for the others.
    speeds: Arc<Vec<ClassSpeeds>>,
    revision: u64,
}

#[derive(Debug, Clone, Default)]
struct Ways {
    roads: Vec<Road>,
    turns: Vec<Turn>,
    boxes: BoxesOnce,
}

/// The boxes of the roads under an R-tree, made when they are first asked for.
#[derive(Debug, Default)]
struct BoxesOnce(OnceLock<RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>>);

impl Clone for BoxesOnce {
    /// Ways are cloned to be changed, so that the clone starts without boxes.
    fn clone(&self) -> Self {
        Self::default()
    }
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

    /// How often it was changed on the way to what it is: another number means other roads, turns or speeds.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
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

    /// The roads whose boxes meet `rect`, in degrees, in the order of ids, closed ones too. The first question costs O(n log n).
    pub fn meeting(&self, rect: Rect<f64>) -> impl Iterator<Item = &Road> {
        let boxes = self.ways.boxes.0.get_or_init(|| boxes(self.roads()));
        let within = AABB::from_corners(rect.min().into(), rect.max().into());
        let found = boxes.locate_in_envelope_intersecting(within);
        let mut rows: Vec<u32> = found.map(|road| road.data).collect();
        rows.sort_unstable();
        rows.into_iter().map(|row| &self.roads()[row as usize])
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
        next.revision += 1;
        if !roads.is_empty() || !turns.is_empty() {
            let ways = Arc::make_mut(&mut next.ways);
            ways.boxes = BoxesOnce::default();
            upsert(&mut ways.roads, roads, |road| &road.id);
            upsert(&mut ways.turns, turns, |turn| &turn.id);
        }
        if !speeds.is_empty() {
            upsert(Arc::make_mut(&mut next.speeds), speeds, |speeds| &speeds.class);
        }
        next
    }
}

fn boxes(roads: &[Road]) -> RTree<GeomWithData<Rectangle<[f64; 2]>, u32>> {
    let boxes = (0_u32..).zip(roads).filter_map(|(row, road)| {
        let points = road.points.iter().map(|point| Point::from(point.position));
        let rect = MultiPoint::from_iter(points).bounding_rect()?;
        let corners = Rectangle::from_corners(rect.min().into(), rect.max().into());
        Some(GeomWithData::new(corners, row))
    });
    RTree::bulk_load(boxes.collect())
}

/// Puts `items` among `all`, which stays sorted by `key` and holds each key once: the newest.
fn upsert<T, K: Ord + ?Sized>(all: &mut Vec<T>, items: Vec<T>, key: impl Fn(&T) -> &K) {
    all.extend(items);
    all.sort_by(|a, b| key(a).cmp(key(b))); // stable: of two with one key, the newer comes last
    all.reverse();
    all.dedup_by(|older, newer| key(older) == key(newer));
    all.reverse();
}
