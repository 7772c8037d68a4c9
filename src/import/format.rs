//! Which format a file is in: told by how it begins, and by its name where text could be several.

use std::{
    fs::File,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use super::{
    ImportError, Options, csv,
    feature::Each,
    flatgeobuf, geojson, geopackage,
    json::RECORD_SEPARATOR,
    osm::{self, Outline, Tags},
    shapefile,
};

/// Bytes in which a format is recognised.
const HEAD_BYTES: u64 = 64;

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    GeoJson,
    GeoJsonSeq,
    Shapefile,
    GeoPackage,
    FlatGeobuf,
    OsmPbf,
}

impl Format {
    /// The format of the file at `path`.
    pub(super) fn of(path: &Path) -> Result<Self, ImportError> {
        let mut head = Vec::new();
        let file = File::open(path).map_err(|e| ImportError::io(path, e))?;
        file.take(HEAD_BYTES).read_to_end(&mut head).map_err(|e| ImportError::io(path, e))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
        let unsupported = |reason: &str| Err(ImportError::unsupported(path, reason));
        if head.starts_with(b"SQLite format 3\0") {
            Ok(Self::GeoPackage)
        } else if head.starts_with(b"fgb") {
            Ok(Self::FlatGeobuf)
        } else if head.starts_with(&9994_u32.to_be_bytes()) {
            if ends(&[".shx"]) {
                unsupported("this is an index; give the .shp")
            } else {
                Ok(Self::Shapefile)
            }
        } else if head.windows(9).any(|window| window == b"OSMHeader") {
            Ok(Self::OsmPbf)
        } else if head.starts_with(b"PK\x03\x04") {
            unsupported("a zip archive; unpack it and give what is in it")
        } else if head.starts_with(b"\x1f\x8b") {
            unsupported("compressed with gzip; unpack it first")
        } else if ends(&[".shp", ".gpkg", ".fgb", ".pbf", ".zip"]) {
            Err(ImportError::malformed(path, "it does not begin as a file of that kind does"))
        } else if ends(&[".dbf", ".prj", ".cpg"]) {
            unsupported("part of a Shapefile; give the .shp")
        } else if ends(&[".geojsonl", ".geojsons", ".ndjson", ".jsonl"])
            || text.first() == Some(&RECORD_SEPARATOR)
        {
            Ok(Self::GeoJsonSeq)
        } else if text.first() == Some(&b'{') {
            Ok(Self::GeoJson)
        } else if ends(&[".csv", ".tsv", ".txt"]) {
            Ok(Self::Csv)
        } else {
            unsupported("neither CSV, GeoJSON, Shapefile, GeoPackage, FlatGeobuf nor OSM PBF")
        }
    }
}

/// Hands each feature of the file to `each`; of OpenStreetMap those that `wanted` asks for.
pub(super) fn read(
    path: &Path,
    options: &Options<'_>,
    wanted: &dyn Fn(&Tags) -> Option<Outline>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    match Format::of(path)? {
        Format::Csv => csv::read(path, options, each),
        Format::GeoJson => geojson::read_collection(path, options, each),
        Format::GeoJsonSeq => geojson::read_sequence(path, options, each),
        Format::Shapefile => shapefile::read(path, options, each),
        Format::GeoPackage => geopackage::read(path, options, each),
        // Verified buffers are safe to look into, but the crate's accessors may still panic on odd ones.
        Format::FlatGeobuf => {
            catch_unwind(AssertUnwindSafe(|| flatgeobuf::read(path, options, each)))
                .unwrap_or_else(|_panic| Err(ImportError::malformed(path, "a broken buffer")))
        }
        Format::OsmPbf => osm::read(path, options, wanted, each),
    }
}
