//! FlatGeobuf: buffers are cut out by their checked lengths and verified before they are looked into.
//!
//! Source: the FlatGeobuf specification 3.0, <https://flatgeobuf.org>.

use std::{
    io::{self, BufReader, Read},
    path::Path,
    sync::Arc,
};

use flatgeobuf::{
    ColumnType, Geometry, GeometryType, Header, size_prefixed_root_as_feature,
    size_prefixed_root_as_header,
};
use geo::Coord;

use super::{
    At, ImportError, Options,
    feature::{Each, Feature, RawGeometry, RawRing, Value},
    meter::Meter,
    summary::{Fault, Refusal},
    text::decode,
};
use crate::crs::Crs;

/// Longest header, in bytes, as the reference implementation has it.
const HEADER_BYTES_MAX: usize = 10 << 20;
/// Longest feature, in bytes.
const FEATURE_BYTES_MAX: usize = 64 << 20;
/// Bytes of a node of the spatial index, which is passed over.
const INDEX_NODE_BYTES: u64 = 40;

/// Hands each feature to `each`.
pub(super) fn read(
    path: &Path,
    options: &Options<'_>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    let mut file = BufReader::new(Meter::open(path, options.progress)?);
    let io = |e| ImportError::io(path, e);
    let mut magic = [0; 8];
    file.read_exact(&mut magic).map_err(io)?;
    let cut_off = || ImportError::malformed(path, "the file ends inside its header");
    let header_bytes = sized(&mut file, HEADER_BYTES_MAX).map_err(io)?.ok_or_else(cut_off)?;
    let header = size_prefixed_root_as_header(&header_bytes)
        .map_err(|e| ImportError::malformed(path, format!("a broken header: {e}")))?;
    let crs = if options.crs.is_some() { None } else { crs(path, &header)? };
    let columns: Vec<(Arc<str>, ColumnType)> = header
        .columns()
        .map(|columns| {
            columns.iter().map(|column| (column.name().into(), column.type_())).collect()
        })
        .unwrap_or_default();
    let index_bytes = index_bytes(header.features_count(), header.index_node_size());
    io::copy(&mut file.by_ref().take(index_bytes), &mut io::sink()).map_err(io)?;
    let mut number = 0;
    while let Some(bytes) = sized(&mut file, FEATURE_BYTES_MAX)
        .map_err(|e| ImportError::malformed(path, format!("feature {}: {e}", number + 1)))?
    {
        number += 1;
        let at = At::Feature(number);
        let read = feature(&bytes, header.geometry_type(), &columns);
        each(match read {
            Ok((properties, geometry)) => Ok(Feature {
                at,
                id: None,
                properties,
                geometry,
                crs: crs.clone(),
                mended: Vec::new(),
            }),
            Err(detail) => Err(Refusal { at, fault: Fault::new("unreadable", detail) }),
        })?;
    }
    let claimed = header.features_count();
    if claimed != 0 && claimed != number {
        let reason = format!("the file ends after {number} features of {claimed}");
        return Err(ImportError::malformed(path, reason));
    }
    Ok(())
}

/// The next buffer with its length before it; `None` at the end of the file.
fn sized(file: &mut impl Read, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = Vec::with_capacity(4);
    file.by_ref().take(4).read_to_end(&mut prefix)?;
    let Ok(four) = <[u8; 4]>::try_from(prefix.as_slice()) else {
        return if prefix.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
    };
    let length = u32::from_le_bytes(four) as usize;
    if length > bytes_max {
        return Err(io::Error::other(format!("{length} bytes claimed, at most {bytes_max}")));
    }
    // Read rather than allocated by the claim: a short file cannot ask for much memory.
    file.by_ref().take(length as u64).read_to_end(&mut prefix)?;
    if prefix.len() == length + four.len() {
        Ok(Some(prefix))
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Bytes of the packed R-tree: every level has one node for `node_size` of the level below.
fn index_bytes(features: u64, node_size: u16) -> u64 {
    if node_size < 2 || features == 0 {
        return 0;
    }
    let (mut level, mut nodes) = (features, features);
    while level > 1 {
        level = level.div_ceil(u64::from(node_size));
        nodes = nodes.saturating_add(level);
    }
    // A file of one feature has a root above its leaf.
    let nodes = if features == 1 { 2 } else { nodes };
    nodes.saturating_mul(INDEX_NODE_BYTES)
}

fn crs(path: &Path, header: &Header<'_>) -> Result<Option<Crs>, ImportError> {
    let Some(crs) = header.crs() else { return Ok(None) };
    let is_epsg = crs.org().is_none_or(|org| org.is_empty() || org.eq_ignore_ascii_case("EPSG"));
    let read = if crs.code() > 0 && is_epsg {
        format!("EPSG:{}", crs.code()).parse()
    } else if let Some(wkt) = crs.wkt().filter(|wkt| !wkt.is_empty()) {
        Crs::from_wkt(wkt)
    } else {
        return Ok(None);
    };
    read.map(Some).map_err(|source| ImportError::Crs { path: path.to_owned(), source })
}

type Columns = Vec<(Arc<str>, Value)>;

fn feature(
    bytes: &[u8],
    kind: GeometryType,
    columns: &[(Arc<str>, ColumnType)],
) -> Result<(Columns, Option<RawGeometry>), String> {
    let feature = size_prefixed_root_as_feature(bytes).map_err(|e| e.to_string())?;
    let properties = feature.properties().map(|bytes| bytes.bytes()).unwrap_or_default();
    let properties = read_properties(properties, columns).ok_or("broken columns")?;
    let geometry = feature.geometry().map(|geometry| {
        let kind = if kind == GeometryType::Unknown { geometry.type_() } else { kind };
        raw_geometry(&geometry, kind).ok_or("a broken geometry")
    });
    Ok((properties, geometry.transpose()?))
}

fn raw_geometry(geometry: &Geometry<'_>, kind: GeometryType) -> Option<RawGeometry> {
    Some(match kind {
        GeometryType::Point => RawGeometry::Point(*coords(geometry).first()?),
        GeometryType::LineString => RawGeometry::Lines(vec![coords(geometry)]),
        GeometryType::MultiLineString => RawGeometry::Lines(rings(geometry)?),
        GeometryType::Polygon => RawGeometry::Areas(vec![rings(geometry)?]),
        GeometryType::MultiPolygon => {
            let parts = geometry.parts()?;
            RawGeometry::Areas(parts.iter().map(|part| rings(&part)).collect::<Option<_>>()?)
        }
        GeometryType::MultiPoint => RawGeometry::Other("a set of points"),
        GeometryType::GeometryCollection => RawGeometry::Other("a collection"),
        _ => RawGeometry::Other("a curve or a surface"),
    })
}

fn coords(geometry: &Geometry<'_>) -> RawRing {
    let numbers: Vec<f64> = geometry.xy().map(|xy| xy.iter().collect()).unwrap_or_default();
    numbers.chunks_exact(2).map(|pair| Coord { x: pair[0], y: pair[1] }).collect()
}

/// The rings of a polygon: one, unless `ends` says where each ends.
fn rings(geometry: &Geometry<'_>) -> Option<Vec<RawRing>> {
    let coords = coords(geometry);
    let Some(ends) = geometry.ends().filter(|ends| !ends.is_empty()) else {
        return Some(vec![coords]);
    };
    let mut start = 0;
    ends.iter()
        .map(|end| {
            let ring = coords.get(start..end as usize)?.to_vec();
            start = end as usize;
            Some(ring)
        })
        .collect()
}

/// Columns come as the number of the column, then its value.
fn read_properties(mut bytes: &[u8], columns: &[(Arc<str>, ColumnType)]) -> Option<Columns> {
    let mut properties = Vec::new();
    while !bytes.is_empty() {
        let number = u16::from_le_bytes(take(&mut bytes)?);
        let (name, kind) = columns.get(usize::from(number))?;
        let value = match *kind {
            ColumnType::Byte => Some(Value::Integer(i8::from_le_bytes(take(&mut bytes)?).into())),
            ColumnType::UByte => Some(Value::Integer(u8::from_le_bytes(take(&mut bytes)?).into())),
            ColumnType::Bool => {
                let [yes] = take(&mut bytes)?;
                Some(Value::Text((yes != 0).to_string()))
            }
            ColumnType::Short => Some(Value::Integer(i16::from_le_bytes(take(&mut bytes)?).into())),
            ColumnType::UShort => {
                Some(Value::Integer(u16::from_le_bytes(take(&mut bytes)?).into()))
            }
            ColumnType::Int => Some(Value::Integer(i32::from_le_bytes(take(&mut bytes)?).into())),
            ColumnType::UInt => Some(Value::Integer(u32::from_le_bytes(take(&mut bytes)?).into())),
            ColumnType::Long => Some(Value::Integer(i64::from_le_bytes(take(&mut bytes)?))),
            ColumnType::ULong => Some(Value::Number(u64::from_le_bytes(take(&mut bytes)?) as f64)),
            ColumnType::Float => Some(Value::Number(f32::from_le_bytes(take(&mut bytes)?).into())),
            ColumnType::Double => Some(Value::Number(f64::from_le_bytes(take(&mut bytes)?))),
            ColumnType::String | ColumnType::Json | ColumnType::DateTime => {
                Value::of_text(&decode(sized_bytes(&mut bytes)?))
            }
            ColumnType::Binary => {
                sized_bytes(&mut bytes)?;
                None
            }
            _ => return None,
        };
        properties.extend(value.map(|value| (Arc::clone(name), value)));
    }
    Some(properties)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

fn sized_bytes<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(take(bytes)?) as usize;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}
