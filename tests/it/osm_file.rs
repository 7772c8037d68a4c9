//! Small extracts of OpenStreetMap, written as `.osm.pbf`.
//!
//! Source: <https://wiki.openstreetmap.org/wiki/PBF_Format>; messages are written field by field.

use std::path::Path;

use vigie::geo::LonLat;

/// The position so many metres east and north of a place in Paris.
pub fn at_m((east_m, north_m): (f64, f64)) -> LonLat {
    LonLat::new(2.3615 + east_m / 73_342.0, 48.8553 + north_m / 111_207.0).unwrap()
}

/// An extract in the making. Tags are told as `key=value` with spaces between.
#[derive(Default)]
pub struct OsmFile {
    strings: Vec<String>,
    nodes: Vec<Vec<u8>>,
    ways: Vec<Vec<u8>>,
    relations: Vec<Vec<u8>>,
}

impl OsmFile {
    pub fn node(mut self, id: i64, place_m: (f64, f64), tags: &str) -> Self {
        let position = at_m(place_m);
        let units = |degrees: f64| zigzag((degrees * 1e7).round() as i64);
        let mut node = number(1, zigzag(id));
        node.extend(self.tags(tags));
        node.extend(number(8, units(position.lat())));
        node.extend(number(9, units(position.lon())));
        self.nodes.push(bytes(1, &node));
        self
    }

    pub fn way(mut self, id: i64, nodes: &[i64], tags: &str) -> Self {
        let mut way = number(1, id as u64);
        way.extend(self.tags(tags));
        way.extend(packed(8, differences(nodes)));
        self.ways.push(bytes(3, &way));
        self
    }

    /// A relation of members told as `role:node/1`.
    pub fn relation(mut self, id: i64, members: &[&str], tags: &str) -> Self {
        let members: Vec<(&str, u64, i64)> = members
            .iter()
            .map(|member| {
                let (role, what) = member.split_once(':').unwrap();
                let (kind, id) = what.split_once('/').unwrap();
                (role, u64::from(kind == "way"), id.parse().unwrap())
            })
            .collect();
        let mut relation = number(1, id as u64);
        relation.extend(self.tags(tags));
        let roles: Vec<u64> = members.iter().map(|(role, ..)| self.string(role)).collect();
        relation.extend(packed(8, roles));
        let ids: Vec<i64> = members.iter().map(|(.., id)| *id).collect();
        relation.extend(packed(9, differences(&ids)));
        relation.extend(packed(10, members.iter().map(|(_, kind, _)| *kind).collect()));
        self.relations.push(bytes(4, &relation));
        self
    }

    pub fn write(&self, path: &Path) {
        let header = bytes(4, b"OsmSchema-V0.6");
        let strings: Vec<u8> = std::iter::once("")
            .chain(self.strings.iter().map(String::as_str))
            .flat_map(|text| bytes(1, text.as_bytes()))
            .collect();
        let mut block = bytes(1, &strings);
        for group in [&self.nodes, &self.ways, &self.relations] {
            block.extend(bytes(2, &group.concat()));
        }
        std::fs::write(path, [blob("OSMHeader", &header), blob("OSMData", &block)].concat())
            .unwrap();
    }

    fn tags(&mut self, tags: &str) -> Vec<u8> {
        let tags: Vec<(&str, &str)> =
            tags.split_whitespace().map(|tag| tag.split_once('=').unwrap()).collect();
        let keys: Vec<u64> = tags.iter().map(|(key, _)| self.string(key)).collect();
        let values: Vec<u64> = tags.iter().map(|(_, value)| self.string(value)).collect();
        [packed(2, keys), packed(3, values)].concat()
    }

    /// The number of a text in the table, whose first entry is empty.
    fn string(&mut self, text: &str) -> u64 {
        self.strings.push(text.to_owned());
        self.strings.len() as u64
    }
}

/// An extract whose one block is packed by zlib, and claims as many bytes as a block may have.
pub fn with_packed_block(packed: &[u8]) -> Vec<u8> {
    let block = [number(2, 32 << 20), bytes(3, packed)].concat();
    [blob("OSMHeader", &bytes(4, b"OsmSchema-V0.6")), framed("OSMData", &block)].concat()
}

fn blob(kind: &str, content: &[u8]) -> Vec<u8> {
    framed(kind, &bytes(1, content))
}

fn framed(kind: &str, blob: &[u8]) -> Vec<u8> {
    let header = [bytes(1, kind.as_bytes()), number(3, blob.len() as u64)].concat();
    [&(header.len() as u32).to_be_bytes(), header.as_slice(), blob].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn differences(values: &[i64]) -> Vec<u64> {
    let before = std::iter::once(&0).chain(values);
    values.iter().zip(before).map(|(value, before)| zigzag(value - before)).collect()
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

fn packed(field: u64, values: Vec<u64>) -> Vec<u8> {
    bytes(field, &values.into_iter().flat_map(varint).collect::<Vec<u8>>())
}
