//! GDAL's OAPIF driver reads the collections: what QGIS reads them with.

use std::process::Command;

use serde_json::Value;
use vigie::import::{self, Options};

use super::{grid, grid_town, ids};
use crate::support::{Start, Town, patrol, shared_data, town};

/// The features that GDAL reads out of a collection; `None` where GDAL is not there.
fn read_by_gdal(town: &Town, collection: &str, options: &[&str]) -> Option<Vec<Value>> {
    let output = Command::new("ogr2ogr")
        .args(["-f", "GeoJSON", "/vsistdout/"])
        .arg(format!("OAPIF:{}/ogc", town.address()))
        .arg(collection)
        .args(["-oo", "PAGE_SIZE=7", "-lco", "RFC7946=YES"])
        .args(options)
        .env("NO_PROXY", "127.0.0.1")
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: ogr2ogr (Debian's gdal-bin) is not there");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("ERROR"), "{collection} {options:?}: {said}");
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    Some(read["features"].as_array().unwrap().clone())
}

fn codes(features: &[Value], name: &str) -> Vec<String> {
    let code = |one: &Value| one["properties"][name].as_str().unwrap().to_owned();
    let mut codes: Vec<String> = features.iter().map(code).collect();
    codes.sort();
    codes
}

#[test]
fn gdal_reads_every_feature_of_every_collection() {
    let starts =
        grid(6, 5).into_iter().chain([patrol("T-1", 2.30, 48.80), patrol("T-2", 2.31, 48.80)]);
    let town = town(starts);
    let call = serde_json::json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "AA-000" } });
    for _ in 0..9 {
        assert_eq!(town.post("/api/v1/incidents", &call).status, 201);
    }
    for (collection, name, count) in [
        ("sites", "code", 30),
        ("buildings", "id", 30),
        ("patrols", "id", 2),
        ("incidents", "id", 9),
        ("incidents_by_site", "id", 30),
        ("incidents_by_hexagon", "id", 30),
    ] {
        let Some(read) = read_by_gdal(&town, collection, &[]) else { return };
        let told = town.get(&format!("/ogc/collections/{collection}/items?limit=1000")).json();
        let mut expected = ids(&told);
        expected.sort();
        assert_eq!(codes(&read, name), expected, "{collection}");
        assert_eq!(read.len(), count, "{collection}");
        let of = |features: &[Value], id: &str| {
            let one = features.iter().find(|one| one["properties"][name] == id).unwrap();
            (one["geometry"].clone(), one["properties"].clone())
        };
        for id in &expected {
            let (ours, theirs) = (of(told["features"].as_array().unwrap(), id), of(&read, id));
            if ours.0["type"] == "Point" {
                assert_eq!(ours.0, theirs.0, "{collection} {id}");
            }
            for (property, value) in ours.1.as_object().unwrap() {
                let read = &theirs.1[property];
                let time = property.ends_with("_at"); // written in another way
                let alike = time
                    || value == read
                    || value.as_f64().is_some_and(|it| read.as_f64() == Some(it));
                assert!(alike, "{collection} {id} {property}: {value} {read}");
            }
        }
    }
}

#[test]
fn gdal_asks_for_a_box_and_for_values() {
    let town = grid_town();
    let spat = ["-spat", "2.315", "48.805", "2.345", "48.835"];
    let Some(read) = read_by_gdal(&town, "sites", &spat) else { return };
    let told =
        town.get("/ogc/collections/sites/items?limit=100&bbox=2.315,48.805,2.345,48.835").json();
    assert_eq!(codes(&read, "code"), ids(&told));
    assert_eq!(read.len(), 9);

    for (place, count) in [
        ("landlord = 'elogie'", 15),
        ("code = 'AA-004'", 1),
        ("dwellings > 40", 0),
        ("dwellings >= 40 AND landlord = 'elogie'", 15),
    ] {
        let read = read_by_gdal(&town, "sites", &["-where", place]).unwrap();
        assert_eq!(read.len(), count, "{place}");
    }
}

#[test]
fn gdal_reads_the_real_tracts_whole() {
    let Some(path) = shared_data("contours-iris-paris.gpkg") else { return };
    let stock = import::tracts::read(&path, &Options::default()).unwrap().content;
    let count = stock.tracts.len();
    let town = town([Start::Stock(stock)]);
    let Some(read) = read_by_gdal(&town, "tracts", &["-oo", "PAGE_SIZE=500"]) else { return };
    assert_eq!(read.len(), count);
    assert_eq!(town.app.snapshot().stock().tracts().len(), count);

    let describe = Command::new("ogrinfo")
        .args(["-ro", "-so", &format!("OAPIF:{}/ogc", town.address()), "tracts"])
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&describe.stdout);
    assert!(said.contains(&format!("Feature Count: {count}")), "{said}");
    assert!(said.contains("INSEE zones"), "{said}");
}
