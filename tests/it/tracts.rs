//! INSEE's zones and figures: real files whole, odd tables read as they were meant, vintages side by side, and what is
//! unknown told as unknown.

use std::{path::Path, process::Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    server,
    support::{Town, open_town_on, shared_data, town},
};

/// Two tracts of one commune side by side; `border` is the meridian between them.
pub fn outlines(codes: [&str; 2], border: f64) -> String {
    let tract = |code: &str, west: f64, east: f64| {
        let ring = [[west, 48.85], [east, 48.85], [east, 48.86], [west, 48.86], [west, 48.85]];
        json!({
            "type": "Feature",
            "properties": { "DCOMIRIS": code, "NOM_IRIS": "Les Halles", "TYP_IRIS": "H" },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        })
    };
    let features = [tract(codes[0], 2.34, border), tract(codes[1], border, 2.36)];
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

/// A folder with a store, to import into.
pub struct Desk(TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn store(&self) -> std::path::PathBuf {
        self.0.path().join("v.db")
    }

    pub fn run(&self, layer: &str, file: &Path, options: &[&str]) -> Output {
        server::vigie()
            .args(["import", layer, "--json", "--store"])
            .arg(format!("sqlite:{}", self.store().display()))
            .arg(file)
            .args(options)
            .output()
            .unwrap()
    }

    /// Imports a file of that name and content; returns what was said.
    pub fn import(&self, layer: &str, name: &str, content: &[u8], options: &[&str]) -> Value {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        said(&self.run(layer, &path, options))
    }

    pub fn town(&self) -> Town {
        open_town_on(&self.store())
    }
}

fn said(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_tracts_and_incomes_of_paris_are_imported_whole_and_those_without_data_are_listed() {
    let (Some(contours), Some(incomes)) = (
        shared_data("contours-iris-paris/CONTOURS-IRIS.shp"),
        shared_data("BASE_TD_FILO_DISP_IRIS_2018.csv"),
    ) else {
        return;
    };
    let desk = Desk::new();
    let tracts = said(&desk.run("tracts", &contours, &["--vintage", "2013"]));
    assert_eq!(
        (&tracts["stock"]["added"], &tracts["files"][0]["refused"]),
        (&json!(992), &json!(0))
    );

    let figures = said(&desk.run("indicators", &incomes, &["--source", "Insee, Filosofi"]));

    let dataset = &figures["datasets"][0];
    assert_eq!(dataset["dataset"], "base-td-filo-disp-iris-2018");
    assert_eq!((&dataset["vintage"], &dataset["division"]), (&json!(2018), &json!("tract")));
    assert_eq!((&dataset["rows"], &dataset["variables"]), (&json!(12_395), &json!(28)));
    assert_eq!((&dataset["without_label"], &dataset["left_out"]), (&json!(0), &json!(["`IRIS`"])));
    let join = &dataset["join"];
    assert_eq!((&join["zones"], &join["with_data"]), (&json!(992), &json!(870)));
    assert_eq!(join["without_data"].as_array().unwrap().len(), 122);

    // Each figure that is served is the one of the file, and what the file leaves empty is null.
    let town = desk.town();
    let served = town.get("/api/v1/tracts?limit=1000&indicators=DISP_TP6018,DISP_MED18").json();
    assert_eq!(
        (&served["numberReturned"], &served["features"][0]["properties"]["vintage"]),
        (&json!(992), &json!(2013))
    );
    let text = std::fs::read_to_string(&incomes).unwrap();
    let rows: std::collections::HashMap<&str, Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(';').collect::<Vec<_>>())
        .map(|row| (row[0], row))
        .collect();
    let mut known = 0;
    for feature in served["features"].as_array().unwrap() {
        let row = rows.get(feature["id"].as_str().unwrap());
        for (name, column) in [("DISP_TP6018", 1), ("DISP_MED18", 3)] {
            let expected = row.and_then(|row| row[column].parse::<f64>().ok());
            let figure = &feature["properties"]["indicators"][name];
            assert_eq!(figure.as_f64(), expected, "{} {name}", feature["id"]);
            known += usize::from(expected.is_some());
        }
    }
    assert!(known > 870, "{known}");

    let indicators = town.get("/api/v1/indicators").json();
    let told = &indicators["datasets"][0];
    assert_eq!(told["source"], "Insee, Filosofi");
    let median = told["variables"].as_array().unwrap().iter().find(|it| it["name"] == "DISP_MED18");
    let median = median.unwrap();
    assert_eq!(median["label"], "Médiane du revenu disponible par UC");
    assert_eq!(
        (&median["unit"], &median["known"], &median["unknown"]),
        (&json!("€"), &json!(870), &json!(122))
    );
    assert_eq!(indicators["tract_vintages"], json!([{ "vintage": 2013, "tracts": 992 }]));

    // The same again changes nothing.
    let again = said(&desk.run("indicators", &incomes, &["--source", "Insee, Filosofi"]));
    assert_eq!((&again["stock"]["unchanged"], &again["stock"]["seq"]), (&json!(1), &Value::Null));
}

#[test]
fn a_table_is_read_as_offices_write_it() {
    let desk = Desk::new();
    let codes = ["010040101", "010040102"];
    desk.import("tracts", "t.geojson", outlines(codes, 2.35).as_bytes(), &[]);
    // Windows-1252, decimal commas, secrets, a code that lost its zero, names of places, a blank cell, a row twice, a
    // commune among tracts, and a stray word in a column of numbers.
    let mut rows = vec![
        "IRIS;LIBIRIS;COM;P20_POP;P20_MEN;TAUX;NOTE".to_owned(),
        "10040101;Les P\u{e9}rouses;01004;1 234,5;ns;-0,0;1".to_owned(),
        "010040102;Gare;01004;;s;12,25;1".to_owned(),
        "010040102;Gare;01004;1;1;1;1".to_owned(),
        "01004;Amb\u{e9}rieu;01004;1;1;1;1".to_owned(),
        "nowhere;x;x;1;1;1;1".to_owned(),
    ];
    rows.extend((0..20).map(|n| format!("01005{n:04};x;01005;{n};{n};{n};1")));
    rows.push("010059999;x;01005;beaucoup;0;1;1".to_owned());
    let bytes: Vec<u8> = rows.join("\r\n").chars().map(|c| c as u8).collect();

    let told = desk.import("indicators", "base-ic-population-2020.csv", &bytes, &[]);

    let file = &told["files"][0];
    assert_eq!(
        (&file["read"], &file["kept"], &file["refused"]),
        (&json!(26), &json!(23), &json!(3))
    );
    assert_eq!(file["repairs"]["zero in front of the code restored"]["count"], 1);
    let reasons: Vec<&String> = file["refusals"].as_object().unwrap().keys().collect();
    assert_eq!(
        reasons,
        ["code comes twice", "not a code of a zone", "not of the division of the first row"]
    );
    let dataset = &told["datasets"][0];
    assert_eq!(
        (&dataset["dataset"], &dataset["vintage"]),
        (&json!("base-ic-population-2020"), &json!(2020))
    );
    assert_eq!(dataset["left_out"], json!(["`IRIS`", "`LIBIRIS`", "`COM`"]));
    assert_eq!(dataset["join"]["elsewhere"], 21);

    let town = desk.town();
    let tracts = town.get("/api/v1/tracts?indicators=P20_POP,P20_MEN,TAUX").json();
    let figures: Vec<&Value> =
        (0..2).map(|at| &tracts["features"][at]["properties"]["indicators"]).collect();
    assert_eq!(figures[0], &json!({ "P20_POP": 1234.5, "P20_MEN": null, "TAUX": 0.0 }));
    assert_eq!(figures[1], &json!({ "P20_POP": null, "P20_MEN": null, "TAUX": 12.25 }));
}

#[test]
fn figures_of_communes_and_squares_are_kept_by_their_codes() {
    let desk = Desk::new();
    desk.import("tracts", "t.geojson", outlines(["751010101", "751010102"], 2.35).as_bytes(), &[]);
    let communes = "\u{feff}CODGEO,LIBGEO,P20_LOG\n75101,Paris 1er,9000\n75102,Paris 2e,\n";
    let told = desk.import(
        "indicators",
        "communes.csv",
        communes.as_bytes(),
        &["--vintage", "2020", "--within", "751"],
    );
    assert_eq!(told["datasets"][0]["division"], "commune");
    assert_eq!(
        told["datasets"][0]["join"],
        json!({ "zones": 1, "with_data": 1, "without_data": [], "elsewhere": 1 })
    );
    let square = "CRS3035RES200mN2889600E3760400";
    let squares = format!("idcar_200m,ind,men,men_pauv\n{square},312.5,140,31\n");
    desk.import("indicators", "carreaux_2019.csv", squares.as_bytes(), &[]);
    let ring = json!([[[2.341, 48.851], [2.343, 48.851], [2.343, 48.853], [2.341, 48.851]]]);
    let outline = json!({ "type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": { "idcar_200m": square }, "geometry": { "type": "Polygon", "coordinates": ring },
    }] });
    desk.import("tracts", "c.geojson", outline.to_string().as_bytes(), &["--vintage", "2019"]);

    let town = desk.town();
    let tracts = town.get("/api/v1/tracts?indicators=P20_LOG").json();
    assert_eq!(tracts["numberMatched"], 2);
    assert_eq!(tracts["features"][1]["properties"]["indicators"], json!({ "P20_LOG": 9000.0 }));
    let squares = town.get("/api/v1/tracts?division=square&indicators=men_pauv,P20_LOG").json();
    assert_eq!(squares["numberMatched"], 1);
    // Squares have classes of their own.
    let classes = town.get("/api/v1/tracts/classes?indicator=men_pauv&classes=2").json();
    assert_eq!((&classes["counts"], &classes["unknown"]), (&json!([1]), &json!(0)));
    assert_eq!(squares["features"][0]["id"], square);
    assert_eq!(
        squares["features"][0]["properties"]["indicators"],
        json!({ "men_pauv": 31.0, "P20_LOG": null })
    );
}

#[test]
fn vintages_lie_side_by_side_and_codes_that_changed_are_told() {
    let desk = Desk::new();
    let before = outlines(["751010101", "751010102"], 2.35);
    desk.import("tracts", "a.geojson", before.as_bytes(), &["--vintage", "2013"]);
    let after = outlines(["751010101", "751010103"], 2.345);

    let told = desk.import("tracts", "b.geojson", after.as_bytes(), &["--vintage", "2022"]);

    let redrawn = &told["redrawn"];
    assert_eq!((&redrawn["from"], &redrawn["to"]), (&json!(2013), &json!(2022)));
    assert_eq!(redrawn["new"], json!(["751010103"]));
    assert_eq!(
        (&redrawn["gone"][0]["code"], &redrawn["moved"][0]["code"]),
        (&json!("751010102"), &json!("751010101"))
    );
    let mut heirs = redrawn["moved"][0]["heirs"].as_array().unwrap().clone();
    heirs.sort_by_key(|heir| heir["code"].to_string());
    assert_eq!((&heirs[0]["code"], &heirs[1]["code"]), (&json!("751010101"), &json!("751010103")));
    assert!(
        heirs.iter().all(|heir| (heir["share"].as_f64().unwrap() - 0.5).abs() < 1e-6),
        "{heirs:?}"
    );

    let town = desk.town();
    let codes = |path: &str| -> Vec<String> {
        let features = town.get(path).json()["features"].clone();
        features
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(codes("/api/v1/tracts"), ["751010101", "751010103"]);
    assert_eq!(codes("/api/v1/tracts?vintage=2013"), ["751010101", "751010102"]);
    assert_eq!(codes("/api/v1/tracts?vintage=1999"), Vec::<String>::new());
    assert_eq!(codes("/api/v1/tracts?code=751010103"), ["751010103"]);
}

#[test]
fn of_two_tables_the_newer_one_answers_and_a_tie_is_not_guessed() {
    let desk = Desk::new();
    desk.import("tracts", "t.geojson", outlines(["751010101", "751010102"], 2.35).as_bytes(), &[]);
    let table = |figure: u32| format!("IRIS;MEN\n751010101;{figure}\n");
    for (name, year, figure) in [("old", "2015", 1), ("new", "2020", 2), ("rival", "2020", 3)] {
        let options = ["--vintage", year, "--dataset", name];
        desk.import("indicators", &format!("{name}.csv"), table(figure).as_bytes(), &options);
    }
    let town = desk.town();
    let fault = town.get("/api/v1/tracts?indicators=MEN").fault();
    assert_eq!((fault.0, fault.1.as_str()), (422, "indicators"));
    assert!(fault.2.contains("new:MEN or rival:MEN"), "{}", fault.2);
    let figures = town.get("/api/v1/tracts?indicators=new:MEN,old:MEN&code=751010101").json();
    assert_eq!(
        figures["features"][0]["properties"]["indicators"],
        json!({ "new:MEN": 2.0, "old:MEN": 1.0 })
    );
}

#[test]
fn a_dictionary_labels_variables_and_tables_that_are_none_are_refused() {
    let desk = Desk::new();
    let meta = "COD_VAR;LIB_VAR;LIB_VAR_LONG;COD_MOD;LIB_MOD\n\
        P20_LOG;Logements;Nombre de logements en 2020;;\nP20_X;Autre;;;\n";
    std::fs::write(desk.0.path().join("meta.csv"), meta).unwrap();
    let meta = desk.0.path().join("meta.csv").display().to_string();
    let table = b"IRIS;P20_LOG;P20_X\n751010101;12;1\n";
    let told = desk.import("indicators", "l.csv", table, &["--dictionary", &meta]);
    assert_eq!(told["datasets"][0]["without_label"], 0);
    let town = desk.town();
    let variables = town.get("/api/v1/indicators").json()["datasets"][0]["variables"].clone();
    assert_eq!(variables[0]["label"], "Nombre de logements en 2020");
    assert_eq!(
        (&variables[0]["unit"], &variables[1]["label"]),
        (&json!("logements"), &json!("Autre"))
    );

    for (table, reason) in [
        ("a;b\n1;2\n", "nothing could be kept"),
        ("IRIS;LIBIRIS\n751010101;Gare\n", "no column of figures"),
    ] {
        let path = desk.0.path().join("bad.csv");
        std::fs::write(&path, table).unwrap();
        let output = desk.run("indicators", &path, &[]);
        assert_eq!(output.status.code(), Some(1), "{table}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(reason), "{table}: {said}");
    }
}

#[test]
fn a_question_that_names_no_figure_is_refused_by_field_and_value() {
    let town = town([]);
    for (path, field, value) in [
        ("/api/v1/tracts?indicators=NOWHERE", "indicators", "NOWHERE"),
        ("/api/v1/tracts?indicators=a%20b", "indicators", "variable"),
        ("/api/v1/tracts?vintage=MMXX", "vintage", "MMXX"),
        ("/api/v1/tracts?division=commune", "division", "tract, square"),
        ("/api/v1/tracts?code=7510", "code", "7510"),
    ] {
        let fault = town.get(path).fault();
        assert_eq!((fault.0, fault.1.as_str()), (422, field), "{path}");
        assert!(fault.2.contains(value), "{path}: {}", fault.2);
    }
    assert_eq!(
        town.get("/api/v1/indicators").json(),
        json!({ "tract_vintages": [], "datasets": [] })
    );
}

#[test]
fn classes_of_a_map_count_every_tract_once_and_the_unknown_apart() {
    let desk = Desk::new();
    let codes: Vec<String> = (0..10).map(|n| format!("75101{:04}", 101 + n)).collect();
    for pair in codes.chunks(2) {
        let outline = outlines([&pair[0], &pair[1]], 2.35);
        desk.import("tracts", &format!("{}.geojson", pair[0]), outline.as_bytes(), &[]);
    }
    let rows: String =
        codes.iter().take(8).zip(1..).map(|(code, n)| format!("{code};{}\n", n * n)).collect();
    desk.import("indicators", "x.csv", format!("IRIS;X\n{rows}").as_bytes(), &[]);
    let town = desk.town();
    let classes =
        |query: &str| town.get(&format!("/api/v1/tracts/classes?indicator=X{query}")).json();

    let quantiles = classes("&classes=4");
    assert_eq!((&quantiles["counts"], &quantiles["unknown"]), (&json!([2, 2, 2, 2]), &json!(2)));
    assert_eq!((&quantiles["breaks"][0], &quantiles["breaks"][4]), (&json!(1.0), &json!(64.0)));
    let equal = classes("&method=equal&classes=3");
    assert_eq!(
        (&equal["breaks"], &equal["counts"]),
        (&json!([1.0, 22.0, 43.0, 64.0]), &json!([4, 2, 2]))
    );
    let jenks = classes("&method=jenks&classes=2");
    assert_eq!((&jenks["breaks"], &jenks["counts"]), (&json!([1.0, 25.0, 64.0]), &json!([5, 3])));
    let manual = classes("&method=manual&limits=4,9");
    assert_eq!(
        (&manual["breaks"], &manual["counts"]),
        (&json!([1.0, 4.0, 9.0, 64.0]), &json!([2, 1, 5]))
    );

    for (query, field) in [
        ("&classes=1", "classes"),
        ("&classes=x", "classes"),
        ("&method=magic", "method"),
        ("&method=manual", "limits"),
        ("&method=manual&limits=3,2", "limits"),
        ("&method=manual&limits=a", "limits"),
        ("&limits=3", "limits"),
    ] {
        let fault = town.get(&format!("/api/v1/tracts/classes?indicator=X{query}")).fault();
        assert_eq!((fault.0, fault.1.as_str()), (422, field), "{query}");
    }
    let fault = town.get("/api/v1/tracts/classes?indicator=Y").fault();
    assert_eq!((fault.0, fault.1.as_str()), (422, "indicator"));
}
