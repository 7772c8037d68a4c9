//! Broken files: an error or a refusal, never a panic, and a stock that stays as it was.

use std::path::{Path, PathBuf};

use proptest::{prelude::*, test_runner::TestRunner};
use tempfile::TempDir;
use vigie::import::{ImportError, Options, Summary, buildings, incidents, sites, tracts};

use super::ogr2ogr;
use crate::support::shared_data;

/// A folder with a file in it.
fn file(name: &str, content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn read_buildings(name: &str, content: &str) -> Result<Summary, ImportError> {
    let (_folder, path) = file(name, content.as_bytes());
    buildings::read(&path, &Options::default()).map(|reading| reading.summary)
}

/// A GeoJSON collection of polygons with these rings, numbered from 0.
fn collection(polygons: &[&str]) -> String {
    let features: Vec<String> = polygons
        .iter()
        .enumerate()
        .map(|(number, rings)| {
            format!(
                r#"{{"type":"Feature","id":{number},"properties":{{}},"geometry":{{"type":"Polygon","coordinates":{rings}}}}}"#
            )
        })
        .collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

const SQUARE: &str = "[[[2.35,48.85],[2.36,48.85],[2.36,48.86],[2.35,48.86],[2.35,48.85]]]";

#[test]
fn each_broken_ring_is_mended_or_refused_and_told() {
    let summary = read_buildings(
        "b.geojson",
        &collection(&[
            SQUARE,
            "[[[2.35,48.85],[2.36,48.85],[2.36,48.86],[2.35,48.86]]]",
            "[[[2.35,48.85],[2.36,48.86],[2.36,48.85],[2.35,48.86],[2.35,48.85]]]",
            "[[[48.85,2.35],[48.85,2.36],[48.86,2.36],[48.85,2.35]]]",
            "[[[2.35,48.85],[NaN,48.85],[2.36,48.86],[2.35,48.85]]]",
            "[[[2.35,48.85],[2.36,148.85],[2.36,48.86],[2.35,48.85]]]",
            "[[[2.35,48.85],[2.36,48.86],[2.35,48.85]]]",
            "[]",
        ]),
    )
    .unwrap();

    assert_eq!((summary.read, summary.kept, summary.repaired, summary.refused), (8, 4, 3, 4));
    let repairs: Vec<_> = summary.repairs.keys().copied().collect();
    assert_eq!(
        repairs,
        ["latitude stood before longitude", "polygon was not valid", "ring was not closed"]
    );
    assert_eq!(summary.repairs["ring was not closed"].examples[0].at, "feature 2");
    assert_eq!(summary.refusals["unreadable"].examples[0].at, "feature 5");
    assert_eq!(summary.refusals["not a coordinate of its reference system"].count, 1);
    assert_eq!(summary.refusals["not a footprint"].count, 2);
}

#[test]
fn a_blank_that_json_has_not_is_told() {
    let text = collection(&[SQUARE, SQUARE]).replace("},{", "},\x0c{");

    let told = read_buildings("b.geojson", &text).unwrap_err().to_string();

    assert!(told.contains("line 1: `:`"), "{told}");
}

#[test]
fn what_is_no_such_file_is_told_plainly() {
    let told = |name: &str, content: &str| read_buildings(name, content).unwrap_err().to_string();
    assert!(told("b.geojson", "{\"type\": \"FeatureColl").contains("line 1: the file ends"));
    assert!(told("b.geojson", "{\"type\": \"Topology\"}").contains("no `features`"));
    assert!(told("b.geojson", &(collection(&[SQUARE]) + "}")).contains("after the end"));
    assert!(told("b.shp", "hello").contains("does not begin as a file of that kind"));
    assert!(told("b.dbf", "hello").contains("give the .shp"));
    assert!(told("b.bin", "hello").contains("neither CSV"));
    assert!(told("b.gpkg", "").contains("does not begin"));
    assert!(
        told("b.geojson", r#"{"crs":{"properties":{"name":"EPSG:99999"}},"features":[]}"#)
            .contains("EPSG:99999")
    );
}

#[test]
fn a_broken_line_spoils_itself_alone() {
    let (_folder, path) = file(
        "sites.csv",
        b"\xef\xbb\xbfcode;bailleur;nom;logements;lon;lat\r\n\
          A-1;RIVP;\"La cit\xe9; la grande\";12;2,35;48.85\r\n\
          A-2;Rivp ;Les Lilas;douze;2.35;48.85\r\n\
          A-3;RIVP;Trop;1;2.35;48.85;encore\r\n\
          A-4;RIVP;Nulle part;1;;\r\n\
          a 5;RIVP;Retourn\xe9e;;48.86;2.36\r\n\
          A-1;RIVP;Encore;1;2.35;48.85\r\n",
    );
    let reading = sites::read(&path, &Options::default()).unwrap();

    let names: Vec<_> = reading.content.sites.iter().map(|site| site.name.as_str()).collect();
    assert_eq!(names, ["La cité; la grande", "Retournée"]);
    assert_eq!(reading.content.sites[1].code.as_str(), "A-5");
    assert!((reading.content.sites[1].position.lon() - 2.36).abs() < 1e-12);
    assert_eq!(reading.content.landlords.len(), 1);
    let refusals: Vec<_> = reading
        .summary
        .refusals
        .iter()
        .map(|(rule, remarks)| (*rule, remarks.examples[0].at.as_str()))
        .collect();
    assert_eq!(
        refusals,
        [
            ("code comes twice", "line 7"),
            ("no geometry", "line 5"),
            ("not a number of dwellings", "line 3"),
            ("not as many values as columns", "line 4"),
        ]
    );
}

/// Reads a file as every layer; what it says is of no matter here.
fn read_as_everything(path: &Path) {
    let options = Options::default();
    let _ = sites::read(path, &options);
    let _ = buildings::read(path, &options);
    let _ = tracts::read(path, &options);
    let _ = incidents::read(path, &options);
}

/// Cuts a file at many places, and changes bytes in many more; its siblings stay as they are.
fn spoil(path: &Path, cases: u32) {
    let whole = std::fs::read(path).unwrap();
    for cut in (0..whole.len()).step_by((whole.len() / 40).max(1)) {
        std::fs::write(path, &whole[..cut]).unwrap();
        let reading = buildings::read(path, &Options::default());
        let is_text =
            path.extension().is_some_and(|ending| ending == "csv" || ending == "geojsonl");
        assert!(reading.is_err() || is_text, "{} cut at {cut}", path.display());
        read_as_everything(path);
    }
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let flips = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8);
    TestRunner::new(config)
        .run(&flips, |flips| {
            let mut spoilt = whole.clone();
            for (at, byte) in flips {
                let at = at.index(spoilt.len());
                spoilt[at] = byte;
            }
            std::fs::write(path, &spoilt).unwrap();
            read_as_everything(path);
            Ok(())
        })
        .unwrap();
    std::fs::write(path, &whole).unwrap();
}

#[test]
fn no_spoilt_text_makes_a_reader_panic() {
    let (_folder, path) = file("b.geojson", collection(&[SQUARE, SQUARE, SQUARE]).as_bytes());
    spoil(&path, 128);
    let line = collection(&[SQUARE]);
    let line = &line[line.find('[').unwrap() + 1..line.len() - 2];
    let (_folder, path) = file("b.geojsonl", format!("{line}\n{line}\n").as_bytes());
    spoil(&path, 128);
    let (_folder, path) =
        file("s.csv", b"code;nom;lon;lat\nA-1;x;2.35;48.85\nA-2;\"y\";2.36;48.86\n");
    spoil(&path, 128);
}

#[test]
fn no_spoilt_binary_makes_a_reader_panic() {
    let (folder, original) = file("o.geojson", collection(&[SQUARE, SQUARE, SQUARE]).as_bytes());
    for name in ["b.shp", "b.gpkg", "b.fgb"] {
        let path = folder.path().join(name);
        if ogr2ogr(&[path.to_str().unwrap(), original.to_str().unwrap()]).is_none() {
            return;
        }
        spoil(&path, 256);
    }
    // The table beside the shapes: what is missing there is told as well.
    let (shapes, table) = (folder.path().join("b.shp"), folder.path().join("b.dbf"));
    let whole = std::fs::read(&table).unwrap();
    for cut in 0..whole.len() - 1 {
        std::fs::write(&table, &whole[..cut]).unwrap();
        read_as_everything(&shapes);
    }
}

#[test]
fn no_spoilt_extract_makes_a_reader_panic() {
    let Some(extract) = shared_data("monaco.osm.pbf") else { return };
    let (_folder, path) = file("m.osm.pbf", &std::fs::read(extract).unwrap());
    spoil(&path, 32);
}
