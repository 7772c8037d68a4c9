//! OpenStreetMap extracts (`.osm.pbf`): ways, and multipolygon relations put together from their ways.
//!
//! The file is read three times, since it holds nodes first, then ways, then relations: which ways the
//! relations need, which nodes the ways need, where these nodes are. Only what is needed is kept in memory.
//!
//! Source: <https://wiki.openstreetmap.org/wiki/PBF_Format>, <https://wiki.openstreetmap.org/wiki/Relation:multipolygon>.

mod nodes;
mod rings;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use osmpbf::{Element, RelMemberType, Relation};

use super::{
    At, ImportError, Options, Progress,
    feature::{Each, Feature, RawGeometry, RawRing, Value},
    meter::Meter,
    nesting::nest,
    summary::{Fault, Refusal},
};
use crate::crs::Crs;
pub(super) use nodes::Nodes;

/// Times that the file is read.
const PASSES: u64 = 3;
/// Most members of a relation that is put together: the outline of France has some 30,000.
const MEMBERS_MAX: usize = 50_000;

/// Tags of a relation that do not say what it is.
const TAGS_ABOUT_THE_DATA: [&str; 6] =
    ["type", "source", "created_by", "note", "fixme", "attribution"];

/// What a way or relation with certain tags is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outline {
    /// A line, closed or not.
    Line,
    /// The area inside.
    Area,
}

/// The columns that the tags of an element are.
pub(super) type Tags = Vec<(Arc<str>, Value)>;

/// Hands each way and multipolygon relation that `wanted` asks for to `each`.
pub(super) fn read(
    path: &Path,
    options: &Options<'_>,
    wanted: &dyn Fn(&Tags) -> Option<Outline>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    let mut relations = Vec::new();
    pass(path, options, Pass { number: 0, of: PASSES }, &mut |element| {
        if let Element::Relation(relation) = element {
            relations.extend(multipolygon(&relation, wanted));
        }
    })?;
    let mut ways = Ways::new(&relations);
    pass(path, options, Pass { number: 1, of: PASSES }, &mut |element| {
        if let Element::Way(way) = element {
            let tags: Tags = way.tags().map(|(key, value)| tag(key, value)).collect();
            ways.add(way.id(), tags, wanted, || way.refs().collect());
        }
    })?;
    relations.retain(|relation| !relation.tags.is_empty() || ways.lender(relation).is_some());
    ways.forget_all_but_members_of(&relations);
    let mut nodes = Nodes::needed(ways.refs());
    pass(path, options, Pass { number: 2, of: PASSES }, &mut |element| match element {
        Element::DenseNode(node) => nodes.put(node.id(), node.lon(), node.lat()),
        Element::Node(node) => nodes.put(node.id(), node.lon(), node.lat()),
        Element::Way(_) | Element::Relation(_) => {}
    })?;
    for relation in relations {
        let read = relation_geometry(&relation, &ways.refs_of, &nodes);
        let tags = match ways.lender(&relation) {
            _ if !relation.tags.is_empty() => relation.tags,
            Some(lender) if read.is_ok() => ways.borrow_tags(&relation, lender),
            _ => continue, // its outer way stands for itself, without the holes
        };
        let name = format!("relation/{}", relation.id);
        each(feature(name, tags, read.map(|geometry| (geometry, Vec::new()))))?;
    }
    for (id, way) in ways.wanted {
        let read = way_geometry(&ways.refs_of[&id], way.outline, &nodes);
        each(feature(format!("way/{id}"), way.tags, read))?;
    }
    Ok(())
}

fn feature(
    name: String,
    properties: Tags,
    read: Result<(RawGeometry, Vec<Fault>), Fault>,
) -> Result<Feature, Refusal> {
    let at = At::Named(name.clone());
    match read {
        Ok((geometry, mended)) => Ok(Feature {
            at,
            id: Some(name),
            properties,
            geometry: Some(geometry),
            crs: Some(Crs::wgs_84()),
            mended,
        }),
        Err(fault) => Err(Refusal { at, fault }),
    }
}

/// One of the times that a file is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    /// From 0.
    pub(super) number: u64,
    /// How many there are.
    pub(super) of: u64,
}

/// Reads the file once from its beginning.
pub(super) fn pass(
    path: &Path,
    options: &Options<'_>,
    Pass { number, of }: Pass,
    each: &mut dyn FnMut(Element<'_>),
) -> Result<(), ImportError> {
    let done_of = |p: Progress| Progress { done: number * p.total + p.done, total: of * p.total };
    let progress = |p: Progress| (options.progress)(done_of(p));
    let file = Meter::open(path, &progress)?;
    // The crate checks its buffers, but adds up offsets unchecked: a broken file may overflow them.
    let blobs = osmpbf::BlobReader::new(std::io::BufReader::new(file));
    let reading = catch_unwind(AssertUnwindSafe(|| {
        for blob in blobs {
            if let osmpbf::BlobDecode::OsmData(block) = blob?.decode()? {
                block.for_each_element(&mut *each);
            }
        }
        Ok(())
    }));
    let reading: Result<(), osmpbf::Error> = reading.map_err(|_panic| {
        ImportError::malformed(path, "broken offsets in an OpenStreetMap block")
    })?;
    reading.map_err(|e| ImportError::malformed(path, e.to_string()))
}

fn tag(key: &str, value: &str) -> (Arc<str>, Value) {
    (key.into(), Value::Text(value.to_owned()))
}

/// A relation that is an area.
struct Multipolygon {
    id: i64,
    /// None where, as was usual before 2014, its outer way bears them.
    tags: Tags,
    outer: Vec<i64>,
    inner: Vec<i64>,
}

fn multipolygon(
    relation: &Relation<'_>,
    wanted: &dyn Fn(&Tags) -> Option<Outline>,
) -> Option<Multipolygon> {
    if !relation.tags().any(|(key, value)| key == "type" && value == "multipolygon") {
        return None;
    }
    let says_what = |(key, _): &(&str, &str)| !TAGS_ABOUT_THE_DATA.contains(key);
    let tags: Tags =
        relation.tags().filter(says_what).map(|(key, value)| tag(key, value)).collect();
    if !tags.is_empty() && wanted(&tags) != Some(Outline::Area) {
        return None;
    }
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    // Nodes and relations, themselves perhaps, are no part of a multipolygon.
    for member in relation.members().filter(|member| member.member_type == RelMemberType::Way) {
        match member.role() {
            Ok("inner") => inner.push(member.member_id),
            _ => outer.push(member.member_id),
        }
    }
    Some(Multipolygon { id: relation.id(), tags, outer, inner })
}

impl Multipolygon {
    fn members(&self) -> impl Iterator<Item = i64> + '_ {
        self.outer.iter().chain(&self.inner).copied()
    }
}

/// The ways that are wanted or that relations need.
struct Ways {
    wanted: BTreeMap<i64, WantedWay>,
    refs_of: HashMap<i64, Vec<i64>>,
    members: HashSet<i64>,
}

struct WantedWay {
    tags: Tags,
    outline: Outline,
}

impl Ways {
    fn new(relations: &[Multipolygon]) -> Self {
        Self {
            wanted: BTreeMap::new(),
            refs_of: HashMap::new(),
            members: relations.iter().flat_map(Multipolygon::members).collect(),
        }
    }

    fn add(
        &mut self,
        id: i64,
        tags: Tags,
        wanted: &dyn Fn(&Tags) -> Option<Outline>,
        refs: impl FnOnce() -> Vec<i64>,
    ) {
        let outline = wanted(&tags);
        if outline.is_some() || self.members.contains(&id) {
            self.refs_of.insert(id, refs());
        }
        self.wanted.extend(outline.map(|outline| (id, WantedWay { tags, outline })));
    }

    fn refs(&self) -> impl Iterator<Item = i64> + '_ {
        self.refs_of.values().flatten().copied()
    }

    /// The outer way of a relation that bears its tags.
    fn lender(&self, relation: &Multipolygon) -> Option<i64> {
        let is_area =
            |id: &&i64| self.wanted.get(id).is_some_and(|way| way.outline == Outline::Area);
        relation.outer.iter().find(is_area).copied()
    }

    /// The tags of the lender, for the relation in the place of its outer ways.
    fn borrow_tags(&mut self, relation: &Multipolygon, lender: i64) -> Tags {
        let tags = self.wanted.remove(&lender).map(|way| way.tags).unwrap_or_default();
        for outer in &relation.outer {
            self.wanted.remove(outer);
        }
        tags
    }

    fn forget_all_but_members_of(&mut self, relations: &[Multipolygon]) {
        let members: HashSet<i64> = relations.iter().flat_map(Multipolygon::members).collect();
        self.refs_of.retain(|id, _| members.contains(id) || self.wanted.contains_key(id));
    }
}

/// The line or area of a way. A line that an extract has cut is kept where its nodes are; an area is not.
fn way_geometry(
    refs: &[i64],
    outline: Outline,
    nodes: &Nodes,
) -> Result<(RawGeometry, Vec<Fault>), Fault> {
    if outline == Outline::Area {
        return Ok((RawGeometry::Areas(vec![vec![nodes.ring(refs)?]]), Vec::new()));
    }
    let missing = match nodes.ring(refs) {
        Ok(line) => return Ok((RawGeometry::Lines(vec![line]), Vec::new())),
        Err(missing) => missing,
    };
    let lines = nodes.runs(refs);
    if lines.is_empty() {
        return Err(missing);
    }
    let cut = Fault::new("line cut where nodes are not in the file", missing.detail);
    Ok((RawGeometry::Lines(lines), vec![cut]))
}

fn relation_geometry(
    relation: &Multipolygon,
    refs_of: &HashMap<i64, Vec<i64>>,
    nodes: &Nodes,
) -> Result<RawGeometry, Fault> {
    let member_count = relation.outer.len() + relation.inner.len();
    if member_count > MEMBERS_MAX {
        let detail = format!("{member_count} members, at most {MEMBERS_MAX}");
        return Err(Fault::new("too many members", detail));
    }
    let rings_of = |ids: &[i64]| -> Result<Vec<RawRing>, Fault> {
        let ways = ids.iter().map(|id| {
            let refs = refs_of.get(id).map(Vec::as_slice);
            refs.ok_or_else(|| Fault::new("a member is not in the file", format!("way/{id}")))
        });
        let rings = rings::assemble(&ways.collect::<Result<Vec<_>, _>>()?)
            .map_err(|open| Fault::new("a ring does not close", format!("at node/{open}")))?;
        rings.iter().map(|ring| nodes.ring(ring)).collect()
    };
    let (mut areas, orphans) = nest(rings_of(&relation.outer)?, rings_of(&relation.inner)?);
    match areas.first_mut() {
        // A hole outside every shell is told by whoever mends the footprint.
        Some(first) => first.extend(orphans),
        None => return Err(Fault::new("no outer ring", "a multipolygon needs one")),
    }
    Ok(RawGeometry::Areas(areas))
}
