//! The program itself: what it says, what it ends with, and that it needs nothing beside it.

use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use vigie::{closed_list::ClosedList as _, stock::NoteTopic, store::Store as _};

use crate::server;

const SITES: &str = "code;bailleur;logements;lon;lat\nPH-0754;Paris Habitat;40;2.3522;48.8566\n";

/// A folder with a register of one site.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sites.csv"), SITES).unwrap();
    folder
}

fn vigie(folder: &TempDir, arguments: &[&str]) -> Output {
    server::vigie().current_dir(folder.path()).arg("import").args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_import_says_what_it_did_and_a_second_one_does_nothing() {
    let folder = folder();
    let arguments = ["sites", "sites.csv", "--store", "sqlite:v.db", "--json"];
    let first = json(&vigie(&folder, &arguments));
    assert_eq!((&first["files"][0]["kept"], &first["stock"]["added"]), (&1.into(), &2.into()));
    assert_eq!(first["stock"]["seq"], 1);

    let second = json(&vigie(&folder, &arguments));
    assert_eq!((&second["stock"]["unchanged"], &second["stock"]["seq"]), (&2.into(), &Value::Null));
}

#[test]
fn a_dry_run_leaves_no_trace() {
    let folder = folder();
    let told = json(&vigie(&folder, &["sites", "sites.csv", "--dry-run", "--json"]));
    assert_eq!((&told["dry_run"], &told["files"][0]["kept"]), (&true.into(), &1.into()));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the register is there");
}

#[test]
fn one_bad_file_among_several_leaves_the_stock_as_it_was() {
    let folder = folder();
    std::fs::write(folder.path().join("cut.geojson"), "{\"features\": [").unwrap();
    let store = ["--store", "sqlite:v.db"];
    let both = vigie(&folder, &[&["sites", "sites.csv", "cut.geojson"], &store[..]].concat());
    assert_eq!(both.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&both.stderr).contains("cut.geojson: line 1: the file ends"));

    let after = json(&vigie(&folder, &[&["sites", "sites.csv", "--json"], &store[..]].concat()));
    assert_eq!(after["stock"]["added"], 2, "nothing was there");
}

#[test]
fn the_exit_code_tells_what_failed_from_what_was_not_understood() {
    let folder = folder();
    let code = |arguments: &[&str]| vigie(&folder, arguments).status.code();
    assert_eq!(code(&["sites", "sites.csv", "--dry-run"]), Some(0));
    assert_eq!(code(&["sites", "absent.csv", "--dry-run"]), Some(1));
    assert_eq!(code(&["buildings", "sites.csv", "--dry-run"]), Some(1), "nothing can be kept");
    assert_eq!(code(&["castles", "sites.csv"]), Some(2));
    assert_eq!(code(&["sites", "sites.csv", "--crs", "Lambert"]), Some(2));
    assert_eq!(code(&["sites", "sites.csv", "--map", "landlord"]), Some(2));
    assert_eq!(code(&["sites", "sites.csv", "--dry-run", "--map", "owner=bailleur"]), Some(2));
    assert_eq!(code(&["sites", "sites.csv", "--dry-run", "--map", "name=absent"]), Some(1));
}

#[test]
fn columns_can_be_mapped_and_mistakes_are_named() {
    let folder = folder();
    let told = |map: &str| {
        let output = vigie(&folder, &["sites", "sites.csv", "--dry-run", "--map", map]);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert_eq!(told("name=bailleur"), "");
    assert!(told("owner=bailleur").contains("no field `owner`; it has code, id, landlord"));
    assert!(told("name=libellé long").contains("no column `libellé long`"));
}

#[test]
fn notes_come_with_sites_and_a_file_without_their_columns_leaves_them_alone() {
    let folder = folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let too_long = "x".repeat(501);
    write(
        "notes.csv",
        &format!(
            "code;bailleur;logements;lon;lat;Consignes;Accès\n\
             PH-0001;Paris Habitat;40;2.35;48.85;\"Entrer par la cour.\nNe pas sonner.\";Badge T2\n\
             PH-0002;Paris Habitat;40;2.36;48.85;;Digicode au poste\n\
             PH-0003;Paris Habitat;40;2.37;48.85;{too_long};\n\
             PH-0004;Paris Habitat;40;2.38;48.85;;a\u{7}b\n"
        ),
    );
    let plain = "code;bailleur;logements;lon;lat\nPH-0001;Paris Habitat;41;2.35;48.85\n";
    write("plain.csv", plain);
    write(
        "other.csv",
        "code;bailleur;logements;lon;lat;access\n\
         PH-0001;Paris Habitat;41;2.35;48.85;\nPH-0002;Paris Habitat;40;2.36;48.85;Clé au coffre\n",
    );
    let import =
        |file: &str| json(&vigie(&folder, &["sites", file, "--store", "sqlite:v.db", "--json"]));
    let briefing = |site: &str| {
        let path = folder.path().join("v.db");
        let mut store = vigie::store::sqlite::SqliteStore::open(&path).unwrap();
        let mut state = vigie::twin::SnapshotBuilder::default();
        let seq = store.replay(&mut |facts| state.add(facts)).unwrap();
        let snapshot = state.finish(seq, Vec::new());
        let briefing = snapshot.briefings().of(&site.parse().unwrap()).unwrap().clone();
        NoteTopic::ALL
            .iter()
            .map(|t| briefing.text(*t).map(ToString::to_string))
            .collect::<Vec<_>>()
    };
    let words = |instructions: &str, access: &str| {
        [instructions, access].map(|words| (words != "-").then(|| words.to_owned())).to_vec()
    };

    let first = import("notes.csv");

    let refused = &first["files"][0]["refusals"]["not a note"];
    assert_eq!((&first["files"][0]["kept"], &refused["count"]), (&2.into(), &2.into()));
    let told = refused["examples"].to_string();
    assert!(
        told.contains("line 5") && told.contains("instructions: a note has at most 500"),
        "{told}"
    );
    assert!(told.contains("access: a note has no control character"), "{told}");
    assert_eq!(briefing("PH-0001"), words("Entrer par la cour. Ne pas sonner.", "Badge T2"));
    assert_eq!(briefing("PH-0002"), words("-", "Digicode au poste"));
    assert_eq!(import("notes.csv")["stock"]["seq"], serde_json::Value::Null, "nothing is new");

    import("plain.csv");
    assert_eq!(briefing("PH-0001"), words("Entrer par la cour. Ne pas sonner.", "Badge T2"));

    import("other.csv");
    assert_eq!(briefing("PH-0001"), words("Entrer par la cour. Ne pas sonner.", "-"));
    assert_eq!(briefing("PH-0002"), words("-", "Clé au coffre"));
}

#[test]
fn a_database_of_another_proj_is_not_stumbled_over() {
    let folder = folder();
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("proj.db"), "not a database").unwrap();
    let register = "code;bailleur;logements;x;y\nPH-0754;Paris Habitat;40;652469.02;6862035.26\n";
    std::fs::write(folder.path().join("lambert.csv"), register).unwrap();
    for variable in ["PROJ_DATA", "PROJ_LIB"] {
        let output = server::vigie()
            .current_dir(folder.path())
            .args(["import", "sites", "lambert.csv", "--crs", "EPSG:2154", "--dry-run", "--json"])
            .env(variable, elsewhere.path())
            .output()
            .unwrap();
        assert_eq!(json(&output)["files"][0]["kept"], 1, "{variable}");
    }
}

#[test]
fn history_is_recorded_once_and_each_refusal_has_its_line() {
    let folder = folder();
    std::fs::write(
        folder.path().join("history.csv"),
        "kind;reported_at;site_code;lon;lat\n\
         OCC-HAL;2025-03-01T21:00:00Z;PH-0754;;\n\
         OCC-HAL;2025-03-01T21:00:00Z;PH-0754;;\n\
         NUI-MUS;2025-03-01T22:00:00Z;;2.3523;48.8566\n\
         XXX-YYY;2025-03-01T22:00:00Z;PH-0754;;\n\
         OCC-HAL;2025-03-01T22:00:00Z;PH-9999;;\n\
         OCC-HAL;2025-03-01T22:00:00Z;;5;45\n",
    )
    .unwrap();
    let store = ["--store", "sqlite:v.db", "--json"];
    json(&vigie(&folder, &[&["sites", "sites.csv"], &store[..]].concat()));
    let import = || json(&vigie(&folder, &[&["incidents", "history.csv"], &store[..]].concat()));

    let first = import();
    assert_eq!(first["incidents"]["recorded"], 3);
    let refusals = &first["files"][0]["refusals"]["refused by the stock"]["examples"];
    let at: Vec<_> = refusals.as_array().unwrap().iter().map(|one| &one["at"]).collect();
    assert_eq!(at, ["line 5", "line 6", "line 7"]);
    assert!(!refusals.to_string().contains("45"), "a point is never repeated");

    let second = import();
    assert_eq!(second["incidents"]["recorded"], 0);
    assert_eq!(second["incidents"]["as_they_were"], 3);
}

#[test]
fn a_site_code_that_the_stock_has_not_is_told_and_the_building_joined_by_position() {
    let folder = folder();
    let ring = "[[2.3521,48.8565],[2.3524,48.8565],[2.3524,48.8567],[2.3521,48.8565]]";
    let feature = |id: u32, code: &str| {
        format!(
            r#"{{"type":"Feature","id":{id},"properties":{{"code_site":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    let lines = [feature(1, "PH-0754"), feature(2, "PH-0001"), feature(3, "?")].join("\n");
    std::fs::write(folder.path().join("b.geojsonl"), lines).unwrap();
    let store = ["--store", "sqlite:v.db", "--json"];
    json(&vigie(&folder, &[&["sites", "sites.csv"], &store[..]].concat()));

    let told = json(&vigie(&folder, &[&["buildings", "b.geojsonl"], &store[..]].concat()));
    assert_eq!(told["stock"]["joined_by_code"], 1);
    assert_eq!(told["stock"]["joined_by_position"], 2);
    assert_eq!(told["stock"]["unknown_codes"], serde_json::json!(["PH-0001"]));
    assert_eq!(told["files"][0]["repairs"]["not a site code"]["count"], 1);
}

#[test]
fn a_site_that_is_called_after_whoever_lives_there_is_refused_and_others_are_told() {
    let folder = folder();
    let rows = "code;bailleur;nom;logements;lon;lat\n\
                PH-0001;Paris Habitat;Chez Jean-Pierre Dupont;40;2.35;48.85\n\
                PH-0002;Paris Habitat;Jean-Pierre Dupont;40;2.36;48.85\n\
                PH-0003;Paris Habitat;Résidence Jean-Jaurès;40;2.37;48.85\n\
                PH-0004;Paris Habitat;Les Tilleuls;40;2.38;48.85\n";
    std::fs::write(folder.path().join("names.csv"), rows).unwrap();
    let told = json(&vigie(&folder, &["sites", "names.csv", "--store", "sqlite:v.db", "--json"]));
    let file = &told["files"][0];
    assert_eq!(file["kept"], 3, "{file}");
    let refused = &file["refusals"]["tells of a person"];
    assert_eq!(refused["count"], 1, "{file}");
    let looked_at = &file["repairs"]["name that may be a person's"];
    assert_eq!(looked_at["count"], 1, "{file}");
    assert!(looked_at["examples"].to_string().contains("line 3"), "{file}");
    assert!(!told.to_string().contains("Dupont"), "{told}");
}
