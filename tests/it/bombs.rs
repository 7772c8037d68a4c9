//! Small files and bodies that would grow beyond every measure: each is refused, in bounded memory and time.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use tempfile::TempDir;

use crate::{
    osm_file,
    support::{site, town},
};

/// Address space of the program that reads a bomb: its libraries, its threads, and what it may need beside.
const ADDRESS_SPACE: &str = "1500000000";
/// A reader that takes longer than this reads the bomb to its end.
const PATIENCE: Duration = Duration::from_secs(60);

struct Bomb {
    folder: TempDir,
    name: &'static str,
}

impl Bomb {
    fn of(name: &'static str, content: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), content).unwrap();
        Self { folder, name }
    }

    /// Imports it in little memory; what the program says.
    #[track_caller]
    fn import(&self, layer: &str) -> Output {
        let begun = Instant::now();
        let mut child = Command::new("prlimit")
            .args([&format!("--as={ADDRESS_SPACE}"), "--", "setpriv", "--pdeathsig", "KILL", "--"])
            .arg(env!("CARGO_BIN_EXE_vigie"))
            .args(["import", layer, "--store", "sqlite:vigie.db", self.name])
            .env("RAYON_NUM_THREADS", "2")
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("{} is still being read", self.name);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        child.wait_with_output().unwrap()
    }

    /// It is refused, and not by a want of memory or a panic.
    #[track_caller]
    fn is_refused(&self, layer: &str, reason: &str) {
        let output = self.import(layer);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{} as {layer}: {said}", self.name);
        assert!(said.contains(reason), "{} as {layer}: {said}", self.name);
        assert!(!said.contains("panic") && !said.contains("memory allocation"), "{said}");
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join(self.name)
    }
}

/// As many bytes of one value, packed by zlib.
fn packed(value: u8, count: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    let piece = vec![value; 1 << 20];
    for _ in 0..count >> 20 {
        packed.write_all(&piece).unwrap();
    }
    packed.finish().unwrap()
}

#[test]
fn a_body_is_never_unpacked() {
    let town = town([site("PH-0001", 2.35, 48.85)]);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let line = br#"{"lon":2.35,"lat":48.85}"#;
    for _ in 0..2_000_000 {
        gzip.write_all(line).unwrap();
        gzip.write_all(b"\n").unwrap();
    }
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 1_000_000, "{} bytes become 50 MB", bomb.len());

    for (path, media_type) in [
        ("/api/v1/incidents", "application/json"),
        ("/api/v1/positions", "application/json"),
        ("/api/v1/session", "application/json"),
        ("/api/v1/locate:batch", "application/x-ndjson"),
        ("/api/v1/incidents:batch", "application/x-ndjson"),
    ] {
        for encoding in ["gzip", "br", "zstd", "deflate", "gzip, gzip", "identity, gzip"] {
            let headers = [("content-type", media_type), ("content-encoding", encoding)];
            let fault = town.send("POST", path, &headers, bomb.clone()).fault();
            assert_eq!((fault.0, fault.1.as_str()), (415, "Content-Encoding"), "{path} {encoding}");
        }
    }
}

#[test]
fn a_blob_of_openstreetmap_is_unpacked_to_its_limit_and_no_further() {
    // Zeros: no message. Empty groups: 2 bytes each that become 200.
    let zeros = packed(0, 1 << 30);
    assert!(zeros.len() < 2_000_000, "{} bytes become 1 GB", zeros.len());
    let bomb = Bomb::of("zeros.osm.pbf", &osm_file::with_packed_block(&zeros));
    bomb.is_refused("buildings", "zeros.osm.pbf");
}

#[test]
fn a_claim_of_many_bytes_gets_none() {
    let huge = u32::MAX.to_le_bytes();
    let flatgeobuf = [b"fgb\x03fgb\x00", &huge[..], b"x"].concat();
    Bomb::of("claim.fgb", &flatgeobuf).is_refused("buildings", "claim.fgb");

    let mut shapefile = vec![0; 100];
    shapefile[..4].copy_from_slice(&9994_i32.to_be_bytes());
    shapefile[24..28].copy_from_slice(&i32::MAX.to_be_bytes());
    shapefile[28..32].copy_from_slice(&1000_i32.to_le_bytes());
    shapefile[32..36].copy_from_slice(&5_i32.to_le_bytes());
    shapefile.extend(1_i32.to_be_bytes());
    shapefile.extend((i32::MAX / 2).to_be_bytes());
    shapefile.extend(5_i32.to_le_bytes());
    Bomb::of("claim.shp", &shapefile).is_refused("buildings", "claim.shp");

    let pbf = [&0x7fff_ffff_u32.to_be_bytes()[..], b"x"].concat();
    Bomb::of("claim.osm.pbf", &pbf).is_refused("buildings", "claim.osm.pbf");
}

#[test]
fn a_geopackage_that_goes_on_for_ever_is_refused() {
    let bomb = Bomb::of("views.gpkg", b"");
    geopackage(
        &bomb.path(),
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
         SELECT i AS fid, x'47500001e6100000' AS geom, 'A' AS code FROM n",
    );
    bomb.is_refused("buildings", "`endless` is a view");
    std::fs::remove_file(bomb.path()).unwrap();
    // The list of tables itself.
    rusqlite::Connection::open(bomb.path())
        .unwrap()
        .execute_batch(
            "PRAGMA application_id = 1196444487;
             CREATE VIEW gpkg_contents AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
             SELECT 't' || i AS table_name, 'features' AS data_type FROM n",
        )
        .unwrap();
    bomb.is_refused("buildings", "`gpkg_contents` is a view");
}

#[test]
fn a_table_whose_pages_name_one_another_again_and_again_ends() {
    let bomb = Bomb::of("pages.gpkg", b"");
    let table = "CREATE TABLE endless (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT)";
    let rows = "INSERT INTO endless SELECT value, NULL, 'A' FROM json_each('[1,2,3]')";
    geopackage(&bomb.path(), &format!("{table}; {rows}"));
    let file = rusqlite::Connection::open(bomb.path()).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'endless'";
    let root: u32 = file.query_row(root, [], |row| row.get(0)).unwrap();
    drop(file);

    let mut content = std::fs::read(bomb.path()).unwrap();
    let leaf = content[at(root)..][..PAGE].to_vec();
    let first_new = (content.len() / PAGE) as u32 + 1;
    // 40 to the power of 12 times the three rows of the leaf.
    for level in 0..11 {
        content.extend(page_of_pages(first_new + level + 1));
    }
    content.extend(leaf);
    content[at(root)..][..PAGE].copy_from_slice(&page_of_pages(first_new));
    let pages = (content.len() / PAGE) as u32;
    content[28..32].copy_from_slice(&pages.to_be_bytes());
    std::fs::write(bomb.path(), content).unwrap();

    bomb.is_refused("buildings", "more rows than the file has room for");
}

const PAGE: usize = 512;

/// Where a page begins.
fn at(page: u32) -> usize {
    (page as usize - 1) * PAGE
}

/// An inner page of a table, all of whose children are one page. Source: <https://www.sqlite.org/fileformat2.html>, 1.6.
fn page_of_pages(child: u32) -> Vec<u8> {
    const CELLS: usize = 39;
    let mut page = vec![0; PAGE];
    let begin = PAGE - 5 * CELLS;
    page[0] = 5;
    page[3..5].copy_from_slice(&(CELLS as u16).to_be_bytes());
    page[5..7].copy_from_slice(&(begin as u16).to_be_bytes());
    page[8..12].copy_from_slice(&child.to_be_bytes());
    for cell in 0..CELLS {
        let at = begin + 5 * cell;
        page[12 + 2 * cell..14 + 2 * cell].copy_from_slice(&(at as u16).to_be_bytes());
        page[at..at + 4].copy_from_slice(&child.to_be_bytes());
        page[at + 4] = 3;
    }
    page
}

/// A GeoPackage that says that it has the features of `endless`, which `sql` makes.
fn geopackage(path: &Path, sql: &str) {
    let file = rusqlite::Connection::open(path).unwrap();
    file.execute_batch(&format!(
        "PRAGMA page_size = 512; PRAGMA application_id = 1196444487;
         CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id INTEGER PRIMARY KEY, organization, organization_coordsys_id INTEGER, definition, description);
         CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type, identifier, srs_id INTEGER);
         CREATE TABLE gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id INTEGER, z, m);
         INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'undefined', NULL);
         INSERT INTO gpkg_contents VALUES ('endless', 'features', 'endless', 4326);
         INSERT INTO gpkg_geometry_columns VALUES ('endless', 'geom', 'POLYGON', 4326, 0, 0);
         {sql};"
    ))
    .unwrap();
}
