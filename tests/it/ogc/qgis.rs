//! QGIS of Debian (`python3-qgis`), without a screen: `/ogc` by its provider OAPIF, a GeoPackage, and vector tiles.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use super::{grid_town, ids};

#[test]
fn qgis_reads_features_and_files_and_draws_tiles() {
    let town = grid_town();
    let folder = tempfile::tempdir().unwrap();
    let geopackage = folder.path().join("sites.gpkg");
    std::fs::write(&geopackage, town.get("/api/v1/sites?f=gpkg").bytes).unwrap();
    // Debian's Python, which alone has the package.
    let output = Command::new("/usr/bin/python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gis/in_qgis.py"))
        .arg(town.address())
        .arg(&geopackage)
        .arg(folder.path())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "`make tools-test` installs Debian's python3-qgis, which this test needs: {said}"
    );
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();

    let told = |query: &str| {
        json!(ids(&town.get(&format!("/ogc/collections/sites/items?limit=1000&{query}")).json()))
    };
    let (all, named) = (told(""), told("landlord=elogie"));
    let boxed = told("bbox=2.315,48.805,2.345,48.835");
    assert_eq!([&all, &named, &boxed].map(|it| it.as_array().unwrap().len()), [30, 15, 9]);
    for by in ["features", "file"] {
        let read = &read[by];
        assert_eq!(read["crs"], "EPSG:4326", "{by}: QGIS's name for longitude and latitude");
        assert_eq!(read["all"], all, "{by}");
        assert_eq!(read["boxed"], boxed, "{by}");
        assert_eq!(read["filtered"], named, "{by}");
        let extent: [f64; 4] = serde_json::from_value(read["extent"].clone()).unwrap();
        for (found, expected) in extent.iter().zip([2.30, 48.80, 2.35, 48.84]) {
            assert!((found - expected).abs() < 1e-6, "{by}: {extent:?}");
        }
        for field in ["code", "dwellings", "landlord", "name"] {
            assert!(read["fields"].as_array().unwrap().contains(&json!(field)), "{by}: {field}");
        }
    }
    let pixels = |layer: &str| read[layer].as_u64().unwrap();
    assert!(pixels("sites") > 200, "{read}");
    assert!(pixels("buildings") > 50, "{read}");
    assert_eq!(pixels("beside"), 0, "where there are no sites nothing is drawn");
}
