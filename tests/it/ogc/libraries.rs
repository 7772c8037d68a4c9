//! OWSLib and a newer GDAL than Debian's read `/ogc` by their own lights: they know Parts 2 and 3, too.

use std::{path::Path, process::Command};

use serde_json::Value;

use super::{grid_town, ids};

#[test]
fn owslib_and_a_newer_gdal_read_what_the_server_tells() {
    let town = grid_town();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(root.join("target/gis/bin/python"))
        .arg(root.join("tests/gis/read.py"))
        .arg(format!("{}/ogc", town.address()))
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .expect("`make target/gis/.installed` installs OWSLib and pyogrio");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();

    let told = |query: &str| {
        let page = town.get(&format!("/ogc/collections/sites/items?limit=1000&{query}"));
        serde_json::json!(ids(&page.json()))
    };
    let all = told("");
    let boxed = told("bbox=2.315,48.805,2.345,48.835");
    let named = told("landlord=elogie");
    for by in ["owslib", "gdal"] {
        assert_eq!(read[by]["all"], all, "{by}");
        assert_eq!(read[by]["boxed"], boxed, "{by}");
        assert_eq!(read[by]["filtered"], named, "{by}");
    }
    assert_eq!(read["owslib"]["named"], named);
    assert_eq!(read["owslib"]["one"], "AA-000");
    let conformance = town.get("/ogc/conformance").json();
    assert_eq!(read["owslib"]["conformance"], conformance["conformsTo"]);
    assert_eq!(read["owslib"]["collections"].as_array().unwrap().len(), 8);
    assert_eq!(read["owslib"]["features"], read["owslib"]["collections"]);
    assert!(read["owslib"]["queryables"].as_array().unwrap().contains(&"dwellings".into()));
    let easting = read["owslib"]["lambert"][0].as_f64().unwrap();
    assert!((600_000.0..700_000.0).contains(&easting), "{easting}");
    assert_eq!(read["gdal"]["layers"].as_array().unwrap().len(), 8);
    assert_eq!(read["gdal"]["in_lambert"], all);
    assert_eq!(read["gdal"]["crs"], "EPSG:2154");
}
