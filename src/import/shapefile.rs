//! Shapefiles: geometry from `.shp`, columns from `.dbf`, the system from `.prj`.
//!
//! Both are read record by record, in step: a `.dbf` row that is marked as deleted still has its shape, and
//! lengths are checked against the record before anything is allocated. Source: ESRI Shapefile Technical
//! Description (1998).

use std::{
    fs::File,
    io::{BufReader, ErrorKind, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use geo::Coord;

use super::{
    At, ImportError, Options,
    feature::{Each, Feature, RawGeometry, RawRing, Value},
    meter::Meter,
    nesting::nest,
    summary::{Fault, Refusal},
    text::decode,
};
use crate::crs::Crs;

/// Bytes of the header of `.shp`.
const HEADER_BYTES: usize = 100;
/// Longest record, in bytes: 4 million corners.
const RECORD_BYTES_MAX: usize = 64 << 20;
/// Longest `.prj` that is read, in bytes.
const PRJ_BYTES_MAX: u64 = 65_536;

/// Hands each shape with its columns to `each`.
pub(super) fn read(
    path: &Path,
    options: &Options<'_>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    let crs = if options.crs.is_some() { None } else { prj(path)? };
    let mut shapes = BufReader::new(Meter::open(path, options.progress)?);
    let mut table = Table::open(path)?;
    let io = |e| ImportError::io(path, e);
    let mut header = [0; HEADER_BYTES];
    shapes.read_exact(&mut header).map_err(io)?;
    // Lengths are told in words of two bytes.
    let mut left = (be_u32(&header[24..]) as usize).saturating_mul(2).saturating_sub(HEADER_BYTES);
    let (mut record, mut number) = (Vec::new(), 0);
    while left > 0 {
        number += 1;
        let cut_off = |e: std::io::Error| match e.kind() {
            ErrorKind::UnexpectedEof => {
                ImportError::malformed(path, format!("the file ends inside shape {number}"))
            }
            _ => ImportError::io(path, e),
        };
        let mut head = [0; 8];
        shapes.read_exact(&mut head).map_err(cut_off)?;
        let length = (be_u32(&head[4..]) as usize).saturating_mul(2);
        if length > RECORD_BYTES_MAX || length + head.len() > left {
            let reason =
                format!("shape {number} claims {length} bytes of the {left} that are left");
            return Err(ImportError::malformed(path, reason));
        }
        left -= length + head.len();
        record.resize(length, 0);
        shapes.read_exact(&mut record).map_err(cut_off)?;
        let at = At::Feature(number);
        let properties = match &mut table {
            Some(table) => table.row()?,
            None => Vec::new(),
        };
        each(match shape(&record) {
            Some(geometry) => Ok(Feature {
                at,
                id: None,
                properties,
                geometry,
                crs: crs.clone(),
                mended: Vec::new(),
            }),
            None => Err(Refusal { at, fault: Fault::new("unreadable", "a broken shape record") }),
        })?;
    }
    Ok(())
}

/// The system that `.prj` tells; none where there is no such file.
fn prj(path: &Path) -> Result<Option<Crs>, ImportError> {
    let Some((beside, file)) = beside(path, "prj")? else { return Ok(None) };
    let mut wkt = Vec::new();
    file.take(PRJ_BYTES_MAX).read_to_end(&mut wkt).map_err(|e| ImportError::io(&beside, e))?;
    let read = Crs::from_wkt(&decode(&wkt));
    read.map(Some).map_err(|source| ImportError::Crs { path: beside, source })
}

/// The file of the same name with another extension, in small or capital letters.
fn beside(path: &Path, extension: &str) -> Result<Option<(PathBuf, File)>, ImportError> {
    for extension in [extension.to_owned(), extension.to_uppercase()] {
        let beside = path.with_extension(extension);
        match File::open(&beside) {
            Ok(file) => return Ok(Some((beside, file))),
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(ImportError::io(&beside, e)),
        }
    }
    Ok(None)
}

/// The geometry of a record; the outer `None` where it is broken, the inner where it is the null shape.
fn shape(record: &[u8]) -> Option<Option<RawGeometry>> {
    let kind = le_u32(record.get(..4)?);
    Some(match kind {
        0 => None,
        1 | 11 | 21 => Some(RawGeometry::Point(coords(record.get(4..20)?).next()?)),
        3 | 13 | 23 => Some(RawGeometry::Lines(parts(record)?)),
        5 | 15 | 25 => Some(RawGeometry::Areas(areas(parts(record)?))),
        8 | 18 | 28 => Some(RawGeometry::Other("a set of points")),
        31 => Some(RawGeometry::Other("a multipatch")),
        _ => return None,
    })
}

/// The parts of a polyline or polygon: after its kind and box, the counts, then where each part begins.
fn parts(record: &[u8]) -> Option<Vec<RawRing>> {
    let part_count = le_u32(record.get(36..40)?) as usize;
    let point_count = le_u32(record.get(40..44)?) as usize;
    let starts_end = part_count.checked_mul(4)?.checked_add(44)?;
    let starts = record.get(44..starts_end)?.chunks_exact(4).map(|start| le_u32(start) as usize);
    let points_end = point_count.checked_mul(16)?.checked_add(starts_end)?;
    let points: Vec<Coord<f64>> = coords(record.get(starts_end..points_end)?).collect();
    let starts: Vec<usize> = starts.chain([point_count]).collect();
    starts.windows(2).map(|part| points.get(part[0]..part[1]).map(<[_]>::to_vec)).collect()
}

/// Rings sorted into polygons: shells run clockwise. A hole without a shell is a shell that runs the wrong way.
fn areas(rings: Vec<RawRing>) -> Vec<Vec<RawRing>> {
    let (shells, holes): (Vec<_>, Vec<_>) =
        rings.into_iter().partition(|ring| twice_signed_area(ring) <= 0.0);
    let (mut areas, orphans) = nest(shells, holes);
    areas.extend(orphans.into_iter().map(|ring| vec![ring]));
    areas
}

/// Twice the area of a ring, negative where it runs clockwise; corners are taken relative to the first.
fn twice_signed_area(ring: &[Coord<f64>]) -> f64 {
    let Some(origin) = ring.first() else { return 0.0 };
    ring.windows(2)
        .map(|wall| (wall[0] - *origin, wall[1] - *origin))
        .map(|(a, b)| a.x * b.y - b.x * a.y)
        .sum()
}

fn coords(bytes: &[u8]) -> impl Iterator<Item = Coord<f64>> + '_ {
    bytes.chunks_exact(16).map(|pair| Coord { x: le_f64(&pair[..8]), y: le_f64(&pair[8..]) })
}

fn be_u32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn le_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn le_f64(bytes: &[u8]) -> f64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(bytes);
    f64::from_le_bytes(eight)
}

/// A `.dbf` table, read row by row. Source: dBASE III file structure, as ESRI uses it.
struct Table {
    path: PathBuf,
    rows: BufReader<File>,
    columns: Vec<Column>,
    row: Vec<u8>,
}

struct Column {
    name: Arc<str>,
    is_number: bool,
    length: usize,
}

impl Table {
    fn open(path: &Path) -> Result<Option<Self>, ImportError> {
        let Some((path, file)) = beside(path, "dbf")? else { return Ok(None) };
        let mut rows = BufReader::new(file);
        let mut header = [0; 32];
        let io = |e| ImportError::io(&path, e);
        rows.read_exact(&mut header).map_err(io)?;
        let header_length = usize::from(u16::from_le_bytes([header[8], header[9]]));
        let row_length = usize::from(u16::from_le_bytes([header[10], header[11]]));
        let mut descriptions = vec![0; header_length.saturating_sub(header.len())];
        rows.read_exact(&mut descriptions).map_err(io)?;
        let columns: Vec<Column> = descriptions
            .chunks_exact(32)
            .take_while(|description| description[0] != b'\r')
            .map(|description| Column {
                name: decode(description[..11].split(|b| *b == 0).next().unwrap_or_default())
                    .into(),
                is_number: matches!(description[11], b'N' | b'F'),
                length: usize::from(description[16]),
            })
            .collect();
        // A row begins with its deletion mark.
        if columns.iter().map(|column| column.length).sum::<usize>() + 1 != row_length {
            return Err(ImportError::malformed(&path, "the columns do not fill the rows"));
        }
        Ok(Some(Self { path, rows, columns, row: vec![0; row_length] }))
    }

    /// The columns of the next row.
    fn row(&mut self) -> Result<Vec<(Arc<str>, Value)>, ImportError> {
        self.rows.read_exact(&mut self.row).map_err(|e| match e.kind() {
            ErrorKind::UnexpectedEof => {
                ImportError::malformed(&self.path, "fewer rows than shapes")
            }
            _ => ImportError::io(&self.path, e),
        })?;
        let mut rest = &self.row[1..];
        let mut properties = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let (bytes, after) = rest.split_at(column.length);
            rest = after;
            let text = decode(bytes);
            let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
            let value = if column.is_number {
                let whole = text.parse().ok().map(Value::Integer);
                whole.or_else(|| text.parse().ok().map(Value::Number))
            } else {
                Value::of_text(text)
            };
            properties.extend(value.map(|value| (Arc::clone(&column.name), value)));
        }
        Ok(properties)
    }
}
