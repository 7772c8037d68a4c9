//! The `roads` layer: what cars may drive and people may walk, from an extract of OpenStreetMap.
//!
//! The file is read twice: ways and restrictions first, then the nodes that they need.
//!
//! | file | owns |
//! | --- | --- |
//! | `profile` | which ways a patrol's car may drive, in which direction |
//! | `limit` | how fast, by sign or by French law |
//! | `barrier` | what stands on a node |
//! | `sign` | turn restrictions |

mod barrier;
mod limit;
mod profile;
mod sign;

use std::{collections::HashMap, path::Path};

use osmpbf::Element;

use super::{
    At, ImportError, Options, Reading, Summary,
    osm::{Nodes, Pass, pass},
    summary::Fault,
    text::judged,
};
use crate::{
    geo::LonLat,
    privacy::Purpose,
    roads::{NodeMark, Road, RoadPoint, Turn},
    stock::StockChange,
};
use profile::{Profile, profile};

/// Longest name, in characters.
const NAME_LENGTH_MAX: usize = 120;
/// Nodes of a way at most: OpenStreetMap's own limit.
const NODES_MAX: usize = 2_000;
/// Times that the file is read.
const PASSES: u64 = 2;

/// The tags of an element, looked up by key.
pub(super) struct Tags<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Tags<'a> {
    pub(super) fn of(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self(tags.collect())
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    /// The value of the first of these keys that is there.
    pub(super) fn first_of(&self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.get(key))
    }
}

/// Reads roads and turn restrictions.
///
/// # Errors
///
/// [`ImportError`]; nothing of the file is then kept.
pub fn read(path: &Path, options: &Options<'_>) -> Result<Reading<StockChange>, ImportError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !name.ends_with(".pbf") {
        let reason = "roads are read from an OpenStreetMap extract, .osm.pbf";
        return Err(ImportError::unsupported(path, reason));
    }
    let mut ways: Vec<Way> = Vec::new();
    let mut turns: Vec<Turn> = Vec::new();
    let mut summary = Summary::default();
    pass(path, options, Pass { number: 0, of: PASSES }, &mut |element| match element {
        Element::Way(way) => {
            let tags = Tags::of(way.tags());
            if let Some(profile) = profile(&tags) {
                let name = tags.first_of(&["name", "ref"]).map(|name| name.chars());
                ways.push(Way {
                    id: way.id(),
                    refs: way.refs().collect(),
                    name: name.map(|name| name.take(NAME_LENGTH_MAX).collect()),
                    profile,
                });
            }
        }
        Element::Relation(relation) => match sign::turns(&relation) {
            Ok(found) => turns.extend(found),
            Err(fault) => summary.refuse(&At::Named(format!("relation/{}", relation.id())), &fault),
        },
        Element::Node(_) | Element::DenseNode(_) => {}
    })?;
    let mut nodes = Nodes::needed(ways.iter().flat_map(|way| way.refs.iter().copied()));
    let mut marks: HashMap<i64, NodeMark> = HashMap::new();
    let mut mark = |id: i64, tags: Tags<'_>| {
        let mark = barrier::mark(&tags);
        if mark != NodeMark::Plain {
            marks.insert(id, mark);
        }
    };
    pass(path, options, Pass { number: 1, of: PASSES }, &mut |element| match element {
        Element::DenseNode(node) => {
            nodes.put(node.id(), node.lon(), node.lat());
            mark(node.id(), Tags::of(node.tags()));
        }
        Element::Node(node) => {
            nodes.put(node.id(), node.lon(), node.lat());
            mark(node.id(), Tags::of(node.tags()));
        }
        Element::Way(_) | Element::Relation(_) => {}
    })?;
    let mut roads = Vec::with_capacity(ways.len());
    for mut way in ways {
        let at = At::Named(format!("way/{}", way.id));
        let unnamed = way.without_refused_name();
        match way.cut_to(&nodes, &marks) {
            Ok((made, mut mended)) => {
                mended.extend(unnamed);
                summary.keep(&at, &mended);
                roads.extend(made);
            }
            Err(fault) => summary.refuse(&at, &fault),
        }
    }
    Ok(Reading { content: StockChange { roads, turns, ..StockChange::default() }, summary })
}

/// A way that is a road.
struct Way {
    id: i64,
    refs: Vec<i64>,
    name: Option<String>,
    profile: Profile,
}

impl Way {
    /// Takes its name away where that tells of a person: the road itself is needed.
    fn without_refused_name(&mut self) -> Option<Fault> {
        let refused = judged("name", self.name.as_deref()?, Purpose::PlaceName).err()?;
        self.name = None;
        Some(Fault::new("kept without its name", refused.detail))
    }

    /// The road, or its stretches where the edge of an extract has cut it.
    fn cut_to(
        self,
        nodes: &Nodes,
        marks: &HashMap<i64, NodeMark>,
    ) -> Result<(Vec<Road>, Vec<Fault>), Fault> {
        if self.refs.len() > NODES_MAX {
            let detail = format!("{} nodes, at most {NODES_MAX}", self.refs.len());
            return Err(Fault::new("too many nodes", detail));
        }
        let point = |node: &i64| {
            let position = LonLat::try_from(nodes.place(*node)?).ok()?;
            let mark = marks.get(node).copied().unwrap_or_default();
            Some(RoadPoint { node: *node, position, mark })
        };
        let points: Vec<Option<RoadPoint>> = self.refs.iter().map(point).collect();
        let missing = points.iter().filter(|point| point.is_none()).count();
        let stretches: Vec<Vec<RoadPoint>> = points
            .split(Option::is_none)
            .filter(|stretch| stretch.len() >= 2)
            .map(|stretch| stretch.iter().copied().flatten().collect())
            .collect();
        let detail = format!("{missing} nodes");
        if stretches.is_empty() {
            return Err(Fault::new("its nodes are not in the file", detail));
        }
        let mended =
            (missing > 0).then(|| Fault::new("road cut where nodes are not in the file", detail));
        let roads = stretches.into_iter().enumerate().map(|(part, points)| Road {
            id: match part {
                0 => format!("way/{}", self.id),
                _ => format!("way/{}#{}", self.id, part + 1),
            },
            class: self.profile.class,
            name: self.name.clone(),
            points,
            forward_kmh: self.profile.forward_kmh,
            backward_kmh: self.profile.backward_kmh,
            restricted: self.profile.restricted,
            walkable: self.profile.walkable,
        });
        Ok((roads.collect(), mended.into_iter().collect()))
    }
}
