//! Part 2: coordinates in each reference system, against GDAL's own PROJ.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::{grid_town, ids};

const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const EPSG: &str = "http://www.opengis.net/def/crs/EPSG/0/";

/// Positions, longitude first, as GDAL has them in that system, easting first; `None` where GDAL is not there.
fn transformed_by_gdal(positions: &[[f64; 2]], system: &str) -> Option<Vec<[f64; 2]>> {
    let started = Command::new("gdaltransform")
        .args(["-s_srs", "OGC:CRS84", "-t_srs", system, "-output_xy"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut running) = started else {
        eprintln!("skipped: gdaltransform (Debian's gdal-bin) is not there");
        return None;
    };
    let lines: String = positions.iter().map(|[x, y]| format!("{x} {y}\n")).collect();
    running.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = running.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let read = |line: &str| {
        let numbers: Vec<f64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        [numbers[0], numbers[1]]
    };
    Some(text.lines().map(read).collect())
}

fn positions(page: &Value) -> Vec<[f64; 2]> {
    let features = page["features"].as_array().unwrap().iter();
    features
        .map(|one| serde_json::from_value(one["geometry"]["coordinates"].clone()).unwrap())
        .collect()
}

#[test]
fn coordinates_are_where_gdal_has_them_in_the_order_of_axes_of_each_system() {
    let town = grid_town();
    let first = town.get("/ogc/collections/sites/items?limit=100");
    assert_eq!(first.header("content-crs"), format!("<{CRS84}>"));
    let stored = positions(&first.json());
    for (code, metres) in [(4326, false), (3857, true), (2154, true)] {
        let uri = format!("{EPSG}{code}");
        let answer = town.get(&format!("/ogc/collections/sites/items?limit=100&crs={uri}"));
        assert_eq!(answer.header("content-crs"), format!("<{uri}>"));
        let Some(theirs) = transformed_by_gdal(&stored, &format!("EPSG:{code}")) else { return };
        for (ours, [x, y]) in positions(&answer.json()).into_iter().zip(theirs) {
            // GDAL writes longitude first whatever the register says.
            let (expected, tolerance) = if metres { ([x, y], 2e-3) } else { ([y, x], 1e-9) };
            for at in [0, 1] {
                assert!(
                    (ours[at] - expected[at]).abs() <= tolerance,
                    "{code}: {ours:?} {expected:?}"
                );
            }
        }
        let one = town.get(&format!("/ogc/collections/sites/items/AA-000?crs={uri}"));
        assert_eq!(one.header("content-crs"), format!("<{uri}>"));
        let all = answer.json();
        assert_eq!(one.json()["geometry"], all["features"][0]["geometry"], "{code}");
    }
}

#[test]
fn a_box_is_in_the_system_that_it_says() {
    let town = grid_town();
    let (west, south, east, north) = (2.315, 48.805, 2.345, 48.835);
    let expected = ids(&town
        .get(&format!("/ogc/collections/sites/items?bbox={west},{south},{east},{north}"))
        .json());
    assert_eq!(expected.len(), 9);
    let explicit =
        format!("/ogc/collections/sites/items?bbox={west},{south},{east},{north}&bbox-crs={CRS84}");
    assert_eq!(ids(&town.get(&explicit).json()), expected);
    let path = format!(
        "/ogc/collections/sites/items?bbox={south},{west},{north},{east}&bbox-crs={EPSG}4326"
    );
    assert_eq!(ids(&town.get(&path).json()), expected);
    for code in [3857, 2154] {
        let corners = [[west, south], [east, north]];
        let Some(corners) = transformed_by_gdal(&corners, &format!("EPSG:{code}")) else { return };
        let [[x, y], [x2, y2]] = [corners[0], corners[1]];
        for collection in ["sites", "buildings"] {
            let path = format!(
                "/ogc/collections/{collection}/items?bbox={x},{y},{x2},{y2}&bbox-crs={EPSG}{code}"
            );
            let found = town.get(&path).json();
            assert_eq!(found["numberMatched"], 9, "{code} {collection}: {found}");
        }
    }
}

#[test]
fn a_box_of_lambert_93_has_what_lies_in_it_there() {
    // A long thin box of Lambert-93 bends away from parallels: what is in it is decided in its own system.
    let town = grid_town();
    let all = town.get(&format!("/ogc/collections/sites/items?limit=100&crs={EPSG}2154")).json();
    let there = positions(&all);
    let [x, y] = there[8];
    for (low, high) in [
        ([x - 3000.0, y - 20.0], [x + 3000.0, y + 20.0]),
        ([x - 20.0, y - 3000.0], [x + 20.0, y + 3000.0]),
    ] {
        let inside =
            |[x, y]: [f64; 2]| (low[0]..=high[0]).contains(&x) && (low[1]..=high[1]).contains(&y);
        let expected: Vec<String> = ids(&all)
            .into_iter()
            .zip(&there)
            .filter(|(_, at)| inside(**at))
            .map(|(id, _)| id)
            .collect();
        let bbox = format!("{},{},{},{}", low[0], low[1], high[0], high[1]);
        let found = town
            .get(&format!("/ogc/collections/sites/items?bbox={bbox}&bbox-crs={EPSG}2154"))
            .json();
        assert_eq!(ids(&found), expected);
        assert!((1..30).contains(&expected.len()));
    }
}

#[test]
fn collections_list_the_systems_that_they_are_told_in() {
    let town = grid_town();
    let told = town.get("/ogc/collections").json();
    let all =
        [CRS84.to_owned(), format!("{EPSG}4326"), format!("{EPSG}3857"), format!("{EPSG}2154")];
    assert_eq!(told["crs"], serde_json::json!(all));
    for collection in told["collections"].as_array().unwrap() {
        assert_eq!(collection["crs"], serde_json::json!(all));
        assert_eq!(collection["storageCrs"], CRS84);
        let name = collection["id"].as_str().unwrap();
        for system in &all {
            let answer = town.get(&format!("/ogc/collections/{name}/items?limit=1&crs={system}"));
            assert_eq!(
                (answer.status, answer.header("content-crs")),
                (200, format!("<{system}>").as_str())
            );
        }
    }
}
