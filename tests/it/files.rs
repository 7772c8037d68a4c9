//! Lists as files: GDAL and geopandas read from each what the page says, and what is unknown stays unknown.

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    support::{Answer, Town, begin, shared_data, site},
    tracts::{Desk, outlines},
};

/// Every format, with its media type and what the names of its files end in.
const FORMATS: [(&str, &str, &str); 6] = [
    ("geojson", "application/vnd.geo+json", "geojson"),
    ("geojsonseq", "application/geo+json-seq", "geojsons"),
    ("csv", "text/csv; charset=utf-8; header=present", "csv"),
    ("gpkg", "application/geopackage+sqlite3", "gpkg"),
    ("fgb", "application/flatgeobuf", "fgb"),
    ("parquet", "application/vnd.apache.parquet", "parquet"),
];
/// Degrees by which a position may differ: what GeoJSON has decimals for.
const SAME_DEGREES: f64 = 1e-7;

/// A feature as a reader has it: its properties, and its shape as polygons or a position.
#[derive(Debug)]
struct Read {
    properties: BTreeMap<String, Value>,
    positions: Vec<f64>,
}

/// Two tracts of today, one of them secret, two of 2013, a site with a call in one, and households in another table.
fn told(desk: &Desk) -> Town {
    let old = outlines(["751010101", "751010109"], 2.351);
    desk.import("tracts", "old.geojson", old.as_bytes(), &["--vintage", "2013"]);
    let outline = outlines(["751010101", "751010102"], 2.35);
    desk.import("tracts", "t.geojson", outline.as_bytes(), &["--vintage", "2022"]);
    let table = "IRIS;X;SECRET\n751010101;12.5;ns\n751010102;ns;3\n";
    let source = ["--source", "Insee, Filosofi", "--vintage", "2018"];
    desk.import("indicators", "filo.csv", table.as_bytes(), &source);
    let table = "IRIS;P17_MEN\n751010101;310\n751010102;ns\n";
    let source = ["--source", "Insee, recensement", "--vintage", "2017"];
    desk.import("indicators", "rp.csv", table.as_bytes(), &source);
    let town = desk.town();
    begin(&town.app, [site("PH-0001", 2.345, 48.855)]);
    let call = json!({ "kind": "OCC-HAL", "channel": "call", "reported_at": "2026-01-05T20:00:00Z",
        "location": { "site_code": "PH-0001" } });
    assert_eq!(town.post("/api/v1/incidents", call).status, 201);
    town
}

impl Read {
    /// What it says in a column. GDAL leaves out what FlatGeobuf leaves out: it is unknown.
    fn says(&self, column: &str) -> &Value {
        self.properties.get(column).unwrap_or(&Value::Null)
    }
}

/// The features of a file, as `ogr2ogr` or geopandas reads them, by the value of the column `key`.
fn read(folder: &Path, answer: &Answer, ending: &str, key: &str) -> BTreeMap<String, Read> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let path = folder.join(format!("file.{ending}"));
    std::fs::write(&path, &answer.bytes).unwrap();
    let collection = if ending == "parquet" { by_geopandas(&path) } else { by_gdal(&path) };
    let features = collection["features"].as_array().unwrap();
    // GDAL writes a column `id` in the place of a feature's own.
    let key_of = |feature: &Value| match &feature["properties"][key] {
        Value::Null => words(&feature[key]),
        value => words(value),
    };
    let read: BTreeMap<String, Read> =
        features.iter().map(|feature| (key_of(feature), of(feature))).collect();
    assert_eq!(read.len(), features.len(), "{key} names one row");
    read
}

fn of(feature: &Value) -> Read {
    let properties = feature["properties"].as_object().unwrap().clone();
    let mut positions = Vec::new();
    collect(&feature["geometry"]["coordinates"], &mut positions);
    Read { properties: properties.into_iter().collect(), positions }
}

/// Every coordinate, however deep: one polygon and several of which there is one have the same.
fn collect(coordinates: &Value, into: &mut Vec<f64>) {
    match coordinates {
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, into)),
        number => into.push(number.as_f64().unwrap()),
    }
}

fn by_gdal(path: &Path) -> Value {
    let mut command = Command::new("ogr2ogr");
    command.args(["-f", "GeoJSON", "/vsistdout/"]).arg(path);
    command.args(["-lco", "COORDINATE_PRECISION=9", "-lco", "RFC7946=NO"]);
    if path.extension().is_some_and(|ending| ending == "csv") {
        command.args(["-oo", "KEEP_GEOM_COLUMNS=NO"]);
    }
    let output = command.output().expect("gdal-bin is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn by_geopandas(path: &Path) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(root.join("target/pysal/bin/python"))
        .arg(root.join("tests/pysal/parquet.py"))
        .arg(path)
        .output()
        .expect("`make target/pysal/.installed` installs geopandas");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A value as text: CSV has no other. What is unknown is empty.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().unwrap().to_string(),
        other => other.to_string(),
    }
}

#[track_caller]
fn same_positions(ours: &[f64], theirs: &[f64], of: &str) {
    assert_eq!(ours.len(), theirs.len(), "{of}");
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() < SAME_DEGREES, "{of}: {a} {b}");
    }
}

#[test]
fn gdal_and_geopandas_read_from_each_format_what_the_page_says() {
    let desk = Desk::new();
    let town = told(&desk);
    let folder = tempfile::tempdir().unwrap();
    let page = town.get("/api/v1/tracts?indicators=X,SECRET,P17_MEN").json();
    for (name, media_type, ending) in FORMATS {
        let answer = town.get(&format!("/api/v1/tracts?indicators=X,SECRET,P17_MEN&f={name}"));
        assert_eq!(answer.header("content-type"), media_type);
        let file = format!("attachment; filename=\"vigie-tracts.{ending}\"");
        assert_eq!(answer.header("content-disposition"), file);
        let rows = read(folder.path(), &answer, ending, "code");

        assert_eq!(rows.len(), 2, "{name}");
        for feature in page["features"].as_array().unwrap() {
            let row = &rows[feature["id"].as_str().unwrap()];
            same_positions(&of(feature).positions, &row.positions, name);
            let properties = &feature["properties"];
            for column in ["name", "kind", "dwellings"] {
                assert_eq!(words(row.says(column)), words(&properties[column]), "{name}");
            }
            for (indicator, figure) in properties["indicators"].as_object().unwrap() {
                assert_eq!(words(row.says(indicator)), words(figure), "{name} {indicator}");
            }
        }
        let first = &rows["751010101"];
        for (column, expected) in [
            ("outline_vintage", "2022"),
            ("X", "12.5"),
            ("SECRET", ""),
            ("X_households", "310"),
            ("X_source", "Insee, Filosofi"),
            ("X_vintage", "2018"),
            ("SECRET_households", "310"),
            ("P17_MEN_households", "310"),
            ("P17_MEN_source", "Insee, recensement"),
            ("P17_MEN_vintage", "2017"),
        ] {
            assert_eq!(words(first.says(column)), expected, "{name} {column}");
        }
        let second = &rows["751010102"];
        assert_eq!(
            (words(second.says("X")), words(second.says("X_households"))),
            (String::new(), String::new()),
            "{name}"
        );
        if !matches!(name, "csv") {
            assert!(
                first.says("SECRET").is_null() && second.says("X").is_null(),
                "{name}: null is no zero"
            );
        }
    }
    let indicators = town.get("/api/v1/indicators").json();
    assert_eq!(indicators["datasets"][0]["households"], "rp:P17_MEN");
}

#[test]
fn a_file_says_of_its_columns_what_they_are_where_its_format_has_a_place_for_it() {
    let desk = Desk::new();
    let town = told(&desk);
    let folder = tempfile::tempdir().unwrap();
    let save = |name: &str| {
        let path = folder.path().join(format!("tracts.{name}"));
        let answer = town.get(&format!("/api/v1/tracts?indicators=X&f={name}"));
        std::fs::write(&path, &answer.bytes).unwrap();
        path
    };
    // The validator of GDAL holds the file against the standard.
    let package = save("gpkg");
    let validated = Command::new("/usr/bin/python3")
        .arg("/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py")
        .args(["--extra", "--warning-as-error"])
        .arg(&package)
        .output()
        .unwrap();
    let said = [validated.stdout, validated.stderr].concat();
    assert!(validated.status.success(), "{}", String::from_utf8_lossy(&said));
    let file = rusqlite::Connection::open(&package).unwrap();
    let column: (String, String) = file
        .query_row(
            "SELECT title, description FROM gpkg_data_columns WHERE column_name = 'X'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let said = "X; source: Insee, Filosofi; vintage: 2018; households: column X_households";
    assert_eq!(column, ("X".to_owned(), said.to_owned()));
    let about: String =
        file.query_row("SELECT metadata FROM gpkg_metadata", [], |row| row.get(0)).unwrap();
    let about: Value = serde_json::from_str(&about).unwrap();
    let of_x = |about: &Value| {
        let columns = about["columns"].as_array().unwrap();
        columns.iter().find(|column| column["name"] == "X").unwrap().clone()
    };
    let expected = json!({ "name": "X", "title": "X", "unit": null, "source": "Insee, Filosofi", "vintage": 2018, "households": "X_households" });
    assert_eq!(of_x(&about), expected);

    let parquet = by_geopandas(&save("parquet"));
    assert_eq!(of_x(&parquet["metadata"]["vigie"]), expected);
    assert_eq!((&parquet["crs"], &parquet["valid"]), (&json!("OGC:CRS84"), &json!(true)));
    let geo = &parquet["metadata"]["geo"];
    assert_eq!((&geo["version"], &geo["primary_column"]), (&json!("1.1.0"), &json!("geometry")));
    assert_eq!(geo["columns"]["geometry"]["bbox"], json!([2.34, 48.85, 2.36, 48.86]));

    let collection: Value =
        serde_json::from_slice(&std::fs::read(save("geojson")).unwrap()).unwrap();
    assert_eq!(of_x(&collection["about"]), expected);
    let told = Command::new("ogrinfo").args(["-al", "-so"]).arg(save("fgb")).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("X_households: Real (0.0), alternative name=\"Households of the zone\""),
        "{told}"
    );
}

#[test]
fn incidents_stand_in_a_file_as_the_heatmap_tells_them() {
    let desk = Desk::new();
    let town = told(&desk);
    let folder = tempfile::tempdir().unwrap();
    let window = "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z";
    for (name, _, ending) in FORMATS {
        let path = format!("/api/v1/tracts?incidents=true&{window}&kind=OCC-HAL&f={name}");
        let answer = town.get(&path);
        assert_eq!(answer.header("cache-control"), "private, no-store");
        assert_eq!(answer.header("etag"), "");
        let rows = read(folder.path(), &answer, ending, "code");
        let first = &rows["751010101"];
        for (column, expected) in [
            ("incidents", "1"),
            ("incidents_told", "1"),
            ("incidents_dwellings", "40"),
            ("incidents_per_1000", "25"),
            ("incidents_counts", "exact"),
            ("incidents_source", "Vigie, main courante"),
        ] {
            assert_eq!(words(first.says(column)), expected, "{name} {column}");
        }
        let from = words(first.says("incidents_from"));
        assert!(
            from.starts_with("2026-01-01T00:00:00") || from.starts_with("2026/01/01"),
            "{from}"
        );
        assert_eq!(words(rows["751010102"].says("incidents")), "", "{name}");

        // The same counts, by the heatmap itself.
        let answer = town.get(&format!("/api/v1/heatmap?cell=tract&metric=rate&{window}&f={name}"));
        let cells = read(folder.path(), &answer, ending, "id");
        assert_eq!(cells.len(), 1);
        let cell = &cells["751010101"];
        assert_eq!(
            (words(cell.says("count")), words(cell.says("rate_per_1000"))),
            ("1".into(), "25".into())
        );
    }
    let other_year = town.get("/api/v1/tracts?incidents=true&vintage=2013&f=csv");
    let rows = read(folder.path(), &other_year, "csv", "code");
    assert_eq!(
        words(rows["751010101"].says("incidents")),
        "",
        "of other outlines nothing is counted"
    );
}

#[test]
fn sites_buildings_and_cells_of_every_shape_are_files_too() {
    let desk = Desk::new();
    let town = told(&desk);
    let folder = tempfile::tempdir().unwrap();
    for (path, key) in [
        ("/api/v1/sites", "code"),
        ("/api/v1/buildings", "id"),
        ("/api/v1/heatmap?cell=site", "id"),
        ("/api/v1/heatmap?cell=landlord", "id"),
        ("/api/v1/heatmap?cell=h3:9", "id"),
    ] {
        let page = town.get(path).json();
        let sign = if path.contains('?') { '&' } else { '?' };
        for (name, _, ending) in FORMATS {
            let answer = town.get(&format!("{path}{sign}f={name}"));
            let rows = read(folder.path(), &answer, ending, key);
            let features = page["features"].as_array().unwrap();
            assert_eq!((rows.len(), features.len()), (1, 1), "{path} {name}");
            let (row, feature) = (rows.values().next().unwrap(), of(&features[0]));
            same_positions(&feature.positions, &row.positions, path);
            let scalars = feature
                .properties
                .iter()
                .filter(|(name, value)| !value.is_array() && row.properties.contains_key(*name));
            let compared = scalars
                .inspect(|(column, value)| {
                    assert_eq!(
                        words(&row.properties[*column]),
                        words(value),
                        "{path} {name} {column}"
                    );
                })
                .count();
            assert!(compared >= 4, "{path} {name}: {compared} columns");
        }
    }
}

#[test]
fn a_file_is_asked_for_by_f_or_accept_and_is_whole() {
    let desk = Desk::new();
    let town = told(&desk);
    let accepts = |accept: &str| {
        let answer = town.get_with("/api/v1/tracts?limit=1", &[("accept", accept)]);
        (answer.status, answer.header("content-type").to_owned(), answer.vary())
    };
    for page in
        ["application/geo+json", "*/*", "text/html, */*;q=0.1", "text/csv;q=0.5, application/json"]
    {
        let (status, media_type, vary) = accepts(page);
        assert_eq!((status, media_type.as_str()), (200, "application/geo+json"), "{page}");
        assert!(vary.contains("accept"), "{vary}");
    }
    // A page of a file there is not.
    assert_eq!(accepts("application/flatgeobuf").0, 422);
    for (name, media_type, _) in FORMATS.into_iter().skip(1) {
        let essence = media_type.split(';').next().unwrap();
        let accept = format!("text/html, {essence};q=0.9, */*;q=0.1");
        let answer = town.get_with("/api/v1/tracts", &[("accept", &accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{name}");
        let tag = answer.header("etag").to_owned();
        assert!(answer.vary().split(", ").any(|name| name == "accept"), "{}", answer.vary());
        let again = [("accept", accept.as_str()), ("if-none-match", tag.as_str())];
        assert_eq!(town.get_with("/api/v1/tracts", &again).status, 304, "{name}");
        // Of another format the client knows nothing.
        assert_eq!(town.get_with("/api/v1/tracts", &again[1..]).status, 200, "{name}");
    }
    for (path, field) in [
        ("/api/v1/tracts?f=shp", "f"),
        ("/api/v1/sites?f=shp", "f"),
        ("/api/v1/tracts?f=csv&limit=5", "limit"),
        ("/api/v1/sites?f=csv&after=00", "after"),
        ("/api/v1/buildings?f=csv&limit=5", "limit"),
        ("/api/v1/tracts?incidents=true", "incidents"),
        ("/api/v1/tracts?f=csv&incidents=yes", "incidents"),
        ("/api/v1/tracts?f=csv&from=2026-01-01T00:00:00Z", "from"),
        ("/api/v1/tracts?kind=OCC-HAL", "kind"),
        ("/tiles/heatmap/0/0/0.mvt?f=csv", "f"),
        ("/api/v1/tracts?f=csv&indicators=NOWHERE", "indicators"),
    ] {
        let fault = town.get(path).fault();
        assert_eq!((fault.0, fault.1.as_str()), (422, field), "{path}");
    }
}

#[test]
fn more_than_a_page_of_sites_is_one_file() {
    let desk = Desk::new();
    let town = desk.town();
    let many = 10_050;
    let sites = (0..many).map(|n| {
        let (row, column) = (n / 100, n % 100);
        format!(
            "S-{n:05};RIVP;Site {n};12;{};{}",
            2.3 + f64::from(column) * 0.001,
            48.8 + f64::from(row) * 0.001
        )
    });
    let table =
        sites.fold("code;landlord;name;dwellings;lon;lat".to_owned(), |all, one| all + "\n" + &one);
    drop(town);
    desk.import("sites", "sites.csv", table.as_bytes(), &[]);
    let town = desk.town();
    let csv = town.get("/api/v1/sites?f=csv");
    assert_eq!(csv.text().lines().count(), many as usize + 1);
    let folder: TempDir = tempfile::tempdir().unwrap();
    let rows = read(folder.path(), &town.get("/api/v1/sites?f=fgb"), "fgb", "code");
    assert_eq!(rows.len(), many as usize);
}

#[test]
fn the_tracts_of_paris_are_the_same_in_every_format() {
    let (Some(contours), Some(incomes)) = (
        shared_data("contours-iris-paris/CONTOURS-IRIS.shp"),
        shared_data("BASE_TD_FILO_DISP_IRIS_2018.csv"),
    ) else {
        return;
    };
    let desk = Desk::new();
    assert!(desk.run("tracts", &contours, &["--vintage", "2013"]).status.success());
    let source = ["--source", "Insee, Filosofi"];
    assert!(desk.run("indicators", &incomes, &source).status.success());
    let town = desk.town();
    let folder = tempfile::tempdir().unwrap();
    let page = town.get("/api/v1/tracts?limit=1000&indicators=DISP_MED18,DISP_TP6018").json();
    let features = page["features"].as_array().unwrap();
    for (name, _, ending) in FORMATS {
        let answer =
            town.get(&format!("/api/v1/tracts?indicators=DISP_MED18,DISP_TP6018&f={name}"));
        let rows = read(folder.path(), &answer, ending, "code");
        assert_eq!((rows.len(), features.len()), (992, 992), "{name}");
        for feature in features {
            let row = &rows[feature["id"].as_str().unwrap()];
            same_positions(&of(feature).positions, &row.positions, name);
            for (indicator, figure) in feature["properties"]["indicators"].as_object().unwrap() {
                assert_eq!(words(row.says(indicator)), words(figure), "{name} {indicator}");
            }
        }
        let unknown = rows.values().filter(|row| words(row.says("DISP_MED18")).is_empty());
        assert_eq!(unknown.count(), 122, "{name}");
        eprintln!("{name}: {} bytes", answer.bytes.len());
    }
}
