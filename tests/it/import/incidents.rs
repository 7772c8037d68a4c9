//! Importing history: closed lists, no person, and the same file once.

use std::path::PathBuf;

use tempfile::TempDir;
use vigie::{
    import::{
        ImportError, Options,
        incidents::{self, ReportPlace},
    },
    incident::{Channel, Status},
};

fn file(name: &str, content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

#[test]
fn history_is_read_from_csv_and_from_ndjson() {
    let (_csv, csv) = file(
        "i.csv",
        "kind;channel;reported_at;lon;lat;site_code\n\
         OCC-HAL;call;2025-03-01T21:00:00Z;2.35;48.85;\n\
         NUI-MUS;patrol;2025-03-01T22:00:00+01:00;;;PH-0754\n",
    );
    let (_ndjson, ndjson) = file(
        "i.ndjson",
        r#"{"kind":"OCC-HAL","channel":"call","reported_at":"2025-03-01T21:00:00Z","location":{"lon":2.35,"lat":48.85}}
{"kind":"NUI-MUS","channel":"patrol","reported_at":"2025-03-01T22:00:00+01:00","location":{"site_code":"PH-0754"},"status":"cancelled"}
"#,
    );
    let read = |path| incidents::read(path, &Options::default()).unwrap();
    let (from_csv, from_ndjson) = (read(&csv).content, read(&ndjson).content);

    assert_eq!(from_csv[0].place, from_ndjson[0].place);
    assert_eq!(from_csv[0].key, from_ndjson[0].key, "one row is one incident in either format");
    assert_eq!((from_csv[1].status, from_ndjson[1].status), (Status::Closed, Status::Cancelled));
    assert_eq!(from_csv[1].channel, Channel::Patrol);
    let site = ReportPlace::Site { code: "PH-0754".parse().unwrap(), building: None };
    assert_eq!(from_csv[1].place, site);
}

#[test]
fn a_column_about_a_person_stops_the_import_by_its_name_alone() {
    let rows = "kind;reported_at;site_code;nom_appelant;telephone\n\
                OCC-HAL;2025-03-01T21:00:00Z;PH-0754;Dupont;0601020304\n";
    let (_folder, csv) = file("i.csv", rows);
    let refused = incidents::read(&csv, &Options::default()).unwrap_err();
    assert!(matches!(refused, ImportError::ForbiddenColumns { .. }));
    let told = refused.to_string();
    assert!(told.contains("`nom_appelant`, `telephone`"), "{told}");
    assert!(!told.contains("Dupont") && !told.contains("0601020304"));

    let ignored = ["nom_appelant", "telephone"].map(str::to_owned).to_vec();
    let options = Options { ignored, ..Options::default() };
    let reading = incidents::read(&csv, &options).unwrap();
    assert_eq!(reading.content.len(), 1);
    assert!(!format!("{reading:?}").contains("Dupont"));

    let person = r#"{"kind":"OCC-HAL","reported_at":"2025-03-01T21:00:00Z","site_code":"A","victim":{"name":"Dupont"}}"#;
    let (_folder, ndjson) = file("i.ndjson", person);
    let told = incidents::read(&ndjson, &Options::default()).unwrap_err().to_string();
    assert!(told.contains("`victim`") && !told.contains("Dupont"), "{told}");
}

#[test]
fn equal_rows_are_as_many_incidents_and_stay_so() {
    let row = "OCC-HAL;2025-03-01T21:00:00Z;PH-0754\n";
    let (_folder, csv) = file("i.csv", &format!("kind;reported_at;site_code\n{row}{row}{row}"));
    let keys = || -> Vec<_> {
        let reading = incidents::read(&csv, &Options::default()).unwrap();
        reading.content.into_iter().map(|report| report.key).collect()
    };
    let first = keys();
    assert_eq!(first, keys());
    assert!(first[0] != first[1] && first[1] != first[2]);
}

#[test]
fn a_row_that_says_nonsense_is_refused_with_its_line_but_never_its_point() {
    let (_folder, csv) = file(
        "i.csv",
        "kind;channel;reported_at;x;y;crs;lon;lat\n\
         occ hal;;2025-03-01T21:00:00Z;;;;2.35;48.85\n\
         OCC-HAL;pigeon;2025-03-01T21:00:00Z;;;;2.35;48.85\n\
         OCC-HAL;;hier;;;;2.35;48.85\n\
         OCC-HAL;;2025-03-01T21:00:00Z;;;;2.35;\n\
         OCC-HAL;;2025-03-01T21:00:00Z;652469.02;6862035.26;EPSG:2154;;\n\
         OCC-HAL;;2025-03-01T21:00:00Z;12.345;48.85;EPSG:2154;;\n\
         OCC-HAL;;2025-03-01T21:00:00Z;652469.02;6862035.26;;;\n",
    );
    let reading = incidents::read(&csv, &Options::default()).unwrap();
    assert_eq!((reading.summary.kept, reading.summary.refused), (1, 6));
    let rules: Vec<_> = reading.summary.refusals.keys().copied().collect();
    assert_eq!(
        rules,
        [
            "no place",
            "no position",
            "no reference system",
            "not a channel",
            "not a kind",
            "not a time"
        ]
    );
    assert!(!reading.summary.to_string().contains("12.345"));
}
