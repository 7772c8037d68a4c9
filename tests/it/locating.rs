//! Which site a position is on: one at a time, and in streams.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::support::{Town, site, town};

fn one_site() -> Town {
    town([site("PH-0754", 2.3522, 48.8566)])
}

fn batch(
    town: &Town,
    media_type: &str,
    query: &str,
    body: impl Into<Vec<u8>>,
) -> crate::support::Answer {
    town.send(
        "POST",
        &format!("/api/v1/locate:batch{query}"),
        &[("content-type", media_type)],
        body.into(),
    )
}

#[test]
fn a_position_inside_a_footprint_is_on_its_site() {
    let town = one_site();

    assert_json_snapshot!(town.get("/api/v1/locate?lon=2.3522&lat=48.8566").json(), @r#"
    {
      "building_id": "PH-0754-B1",
      "candidates": [],
      "distance_m": 0.0,
      "method": "inside",
      "site_code": "PH-0754"
    }
    "#);
    let near = town.get("/api/v1/locate?lon=2.3525&lat=48.8566").json();
    assert_eq!((&near["method"], &near["distance_m"]), (&json!("nearest"), &json!(11.96)));
    let far = town.get("/api/v1/locate?lon=2.36&lat=48.8566").json();
    assert_eq!(
        (&far["method"], &far["site_code"], &far["distance_m"]),
        (&json!("none"), &Value::Null, &Value::Null)
    );
    let lambert = town.get("/api/v1/locate?x=652469.02&y=6862035.26&crs=EPSG:2154").json();
    assert_eq!(lambert["method"], "inside");
}

#[test]
fn a_position_that_is_not_whole_names_what_is_missing() {
    let town = one_site();
    for (query, status, field) in [
        ("", 422, "lon,lat"),
        ("lon=2", 422, "lat"),
        ("lat=2", 422, "lon"),
        ("x=1&y=2", 422, "crs"),
        ("x=1&crs=EPSG:2154", 422, "y"),
        ("lon=NaN&lat=2", 422, "lon"),
        ("lon=inf&lat=2", 422, "lon"),
        ("lon=1e999&lat=2", 422, "lon"),
        ("lon=2&lat=2&x=1", 422, "lon,lat"),
        ("x=1&y=2&crs=EPSG:0", 422, "crs"),
        ("x=1e30&y=2&crs=EPSG:2154", 422, "x,y"),
        ("lon=2&lat=48&z=1", 400, "z"),
    ] {
        let fault = town.get(&format!("/api/v1/locate?{query}")).fault();
        assert_eq!((fault.0, fault.1.as_str()), (status, field), "{query}: {}", fault.2);
    }
}

#[test]
fn rows_of_ndjson_are_answered_in_place_with_what_they_came_with() {
    let body = concat!(
        "{\"id\":1,\"lon\":2.3522,\"lat\":48.8566,\"note\":{\"a\":[1]}}\n",
        "{\"lon\":2.36,\"lat\":48.8566}\r\n",
        "\n",
        "{\"id\":\"x\",\"lon\":\"east\",\"lat\":48.8566}\n",
        "not json\n",
        "[2.35,48.85]\n",
        "{}\n",
        "{\"x\":652469.02,\"y\":6862035.26,\"site_code\":\"OLD\"}",
    );

    let answer = batch(&one_site(), "application/x-ndjson", "?crs=EPSG:2154", body);

    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    let expected = [
        r#"{"id":1,"lon":2.3522,"lat":48.8566,"note":{"a":[1]},"site_code":"PH-0754","building_id":"PH-0754-B1","method":"inside","distance_m":0.0}"#,
        r#"{"lon":2.36,"lat":48.8566,"site_code":null,"building_id":null,"method":"none","distance_m":null}"#,
        r#"{"id":"x","lon":"east","lat":48.8566,"site_code":null,"building_id":null,"method":null,"distance_m":null,"error":"lon: must be a number"}"#,
        r#"{"line":5,"error":"body: not JSON at line 1, column 2: expected ident"}"#,
        r#"{"line":6,"error":"body: must be an object"}"#,
        r#"{"site_code":null,"building_id":null,"method":null,"distance_m":null,"error":"lon,lat: give lon and lat, or x, y and crs"}"#,
        r#"{"x":652469.02,"y":6862035.26,"site_code":"PH-0754","building_id":"PH-0754-B1","method":"inside","distance_m":0.0}"#,
    ];
    assert_eq!(answer.text().lines().collect::<Vec<_>>(), expected);
}

#[test]
fn rows_of_csv_keep_their_columns_and_their_delimiter() {
    let body = "\u{feff}id;lon;lat;note\n1;2.3522;48.8566;\"a; \"\"b\"\"\nc\"\n2;east;48.8566;\n3;2.36;48.8566\n4; 2.36 ;48.8566;é\n";

    let answer = batch(&one_site(), "text/csv", "", body);

    assert_eq!(answer.status, 200);
    insta::assert_snapshot!(answer.text(), @r#"
    id;lon;lat;note;site_code;building_id;method;distance_m;error
    1;2.3522;48.8566;"a; ""b""
    c";PH-0754;PH-0754-B1;inside;0;
    2;east;48.8566;;;;;;lon: must be a number
    3;2.36;48.8566;;;;;;has 3 columns, not 4
    4; 2.36 ;48.8566;é;;;none;;
    "#);
}

#[test]
fn csv_in_lambert_93_names_its_system() {
    let town = one_site();
    let body = "x,y\n652469.02,6862035.26\n";

    let answer = batch(&town, "text/csv", "?crs=EPSG:2154", body);
    let nameless = batch(&town, "text/csv", "", body).fault();

    assert_eq!(
        answer.text().lines().nth(1),
        Some("652469.02,6862035.26,PH-0754,PH-0754-B1,inside,0,")
    );
    assert_eq!((nameless.0, nameless.1.as_str()), (422, "crs"));
}

#[test]
fn a_batch_that_cannot_be_read_at_all_is_refused_before_it_begins() {
    let town = one_site();

    assert_eq!(batch(&town, "application/json", "", "{}").fault().0, 415);
    assert_eq!(batch(&town, "text/csv", "", "a,b\n1,2\n").fault().0, 422);
    assert_eq!(batch(&town, "text/csv", "", "").fault().0, 422);
    assert_eq!(batch(&town, "text/csv", "?crs=Lambert", "x,y\n").fault().1, "crs");
    assert_eq!(batch(&town, "text/csv", "?sep=;", "x,y\n").fault().0, 400);
}

#[test]
fn a_long_stream_is_answered_row_by_row_and_an_endless_line_is_skipped() {
    let row = "{\"lon\":2.3522,\"lat\":48.8566}\n";
    let mut body = row.repeat(300_000);
    body.push_str(&"x".repeat(200_000));
    body.push('\n');
    body.push_str(row);
    let town = one_site();

    // The client must read while it writes, as the server does.
    let answered = duplex(&town, body);

    let mut lines = answered.lines();
    assert!(
        lines
            .by_ref()
            .take(300_000)
            .all(|line| line.ends_with("\"method\":\"inside\",\"distance_m\":0.0}"))
    );
    assert_eq!(lines.next(), Some("{\"line\":300001,\"error\":\"is longer than 64 kB\"}"));
    assert!(lines.next().unwrap().contains("inside"));
    assert_eq!(lines.next(), None);
}

/// Sends a body on one thread and reads the answer on another.
fn duplex(town: &Town, body: String) -> String {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    let host = town.address().trim_start_matches("http://").to_owned();
    let mut out = std::net::TcpStream::connect(&host).unwrap();
    let mut answer = BufReader::new(out.try_clone().unwrap());
    let head = format!(
        "POST /api/v1/locate:batch HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let writer = std::thread::spawn(move || {
        out.write_all(head.as_bytes()).unwrap();
        out.write_all(body.as_bytes()).unwrap();
        out
    });
    let mut line = String::new();
    answer.read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), "HTTP/1.1 200 OK");
    while line != "\r\n" {
        line.clear();
        answer.read_line(&mut line).unwrap();
    }
    let mut text = Vec::new();
    loop {
        line.clear();
        answer.read_line(&mut line).unwrap();
        let length = usize::from_str_radix(line.trim_end(), 16).unwrap();
        let begin = text.len();
        text.resize(begin + length, 0);
        answer.read_exact(&mut text[begin..]).unwrap();
        line.clear();
        answer.read_line(&mut line).unwrap();
        if length == 0 {
            drop(writer.join().unwrap());
            return String::from_utf8(text).unwrap();
        }
    }
}
